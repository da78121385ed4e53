//! Reclaiming: waves, candidates, decisions, legal holds, and the page on which a holder answers.

use app::Snapshot;
use app::reclaim::{Found, NotNow};
use axum::extract::{Path, State as Extracted};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use domain::command::Intent;
use domain::decide::WAVE_ITEMS_MAX;
use domain::id::{LegalHoldId, ProductId, WaveId};
use domain::money::sums;
use domain::person::Role;
use domain::reclaim::{HoldSubject, HolderAnswer, ReclaimBasis, ReclaimChoice, Wave, WaveItem, WaveTerms};
use domain::text::Text;
use jiff::ToSpan as _;
use jiff::civil::Date;
use maud::Markup;

use crate::Site;
use crate::browse::form::{Form, error, refused};
use crate::browse::products::count;
use crate::browse::sign_ins;
use crate::browse::visitor::{Visitor, done};
use crate::caller::Readers;
use crate::design::forms::Errors;
use crate::given::At;
use crate::pages::addresses;
use crate::pages::confirmation::{self, Asked, ConfirmationPage};
use crate::pages::layout::{CopyAs, Link, Place};
use crate::pages::reclaim::{
    self, AnswerPage, CandidateRow, CandidatesPage, HoldRow, ItemRow, LettersPage, ReclaimPage, WavePage, WaveRow,
};
use crate::problem::Problem;

/// Candidates that one page shows.
const CANDIDATES_SHOWN: usize = 200;
/// Days that holders have where nothing else is said.
const GRACE_DAYS: i64 = 14;
/// Days without use where nothing else is said.
const DORMANT_DAYS: &str = "90";

fn named(snapshot: &Snapshot, product: ProductId) -> (ProductId, String) {
    (product, snapshot.state.product_name(product))
}

fn wave_row(visitor: &Visitor, wave: &Wave) -> WaveRow {
    let worth = visitor.snapshot.worth(wave);
    WaveRow {
        wave: wave.id,
        product: named(&visitor.snapshot, wave.terms.product),
        basis: wave.terms.basis.sentence(),
        answer_by: wave.terms.answer_by,
        closed: wave.closed,
        tally: visitor.snapshot.tally(wave, visitor.state().day(visitor.now)),
        potential: worth.potential,
        measured: worth.measured,
    }
}

fn list_view(visitor: &Visitor, search: [String; 3], typed: [String; 3], errors: Errors) -> ReclaimPage {
    let state = visitor.state();
    let hold = |hold: &std::sync::Arc<domain::reclaim::LegalHold>| HoldRow {
        hold: hold.id,
        about: match hold.subject {
            HoldSubject::Device(_) => "device",
            HoldSubject::Holder(_) => "holder",
        },
        name: hold.name.shown().to_owned(),
        reason: hold.reason.shown().to_owned(),
        who: hold.by.map_or_else(|| "the program".to_owned(), |person| visitor.name(person)),
    };
    ReclaimPage {
        waves: state.waves.values().rev().map(|wave| wave_row(visitor, wave)).collect(),
        holds: state.legal_holds.values().filter(|hold| hold.lifted.is_none()).map(hold).collect(),
        worth: app::reclaim::all_worth(&visitor.snapshot),
        may_open: visitor.has(&[Role::SamManager]),
        may_hold: visitor.has(&[Role::Legal]),
        search,
        typed,
        key: visitor.key(),
        errors,
        copy: CopyAs {
            command: "indult reclaim list".to_owned(),
            request: "GET /v1/reclaim_waves".to_owned(),
            csv: None,
            json: Some("/v1/reclaim_waves".to_owned()),
        },
    }
}

fn usual_search() -> [String; 3] {
    [String::new(), "dormant".to_owned(), DORMANT_DAYS.to_owned()]
}

/// The waves.
pub async fn list(visitor: Visitor) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let view = list_view(&visitor, usual_search(), Default::default(), Errors::default());
    Ok(visitor.page(reclaim::page(&visitor.frame(), &view)))
}

fn basis_of(word: &str, days: &str) -> Result<ReclaimBasis, Errors> {
    match word {
        "dormant" => {
            let days = days.parse().map_err(|_| error("days", "Enter after how many days it is dormant."))?;
            Ok(ReclaimBasis::Dormant { days })
        }
        "uncovered" => Ok(ReclaimBasis::Uncovered),
        "leavers" => Ok(ReclaimBasis::Leavers),
        _ => Err(error("basis", "Choose why they are candidates.")),
    }
}

fn product_of(visitor: &Visitor, typed: &str) -> Result<ProductId, Errors> {
    let state = visitor.state();
    let by_number = typed.parse().ok().filter(|product| state.products.contains_key(product));
    let found = by_number.or_else(|| state.product_named(typed, None).map(|product| product.id));
    found.ok_or_else(|| error("product", "Enter the number or the name of a product."))
}

fn candidates_view(
    visitor: &Visitor,
    (product, basis): (ProductId, ReclaimBasis),
    answer_by: String,
    errors: Errors,
) -> CandidatesPage {
    let found = visitor.snapshot.reclaimable(product, basis, visitor.now);
    let price = visitor.snapshot.unit_worth(product, visitor.now);
    let askable: Vec<&Found> = found.iter().filter(|found| found.not_now.is_none()).take(WAVE_ITEMS_MAX).collect();
    let units = askable.iter().fold(0_u64, |sum, found| sum.saturating_add(found.candidate.units));
    let days = match basis {
        ReclaimBasis::Dormant { days } => days.to_string(),
        ReclaimBasis::Uncovered | ReclaimBasis::Leavers => String::new(),
    };
    let row = |found: &Found| CandidateRow {
        device: found.candidate.device_name.shown().to_owned(),
        devices: count(found.candidate.devices.len()),
        holder: found.candidate.holder.as_ref().map(|holder| holder.shown().to_owned()),
        last_used_on: found.candidate.last_used_on,
        units: found.candidate.units,
        saving: price.and_then(|price| price.times(found.candidate.units)),
        not_now: found.not_now.map(|why| match why {
            NotNow::Held(hold) => format!("Under {hold}"),
            NotNow::Asked(wave) => format!("In {wave}"),
        }),
    };
    let query = addresses::with_query(
        "/v1/reclaim_candidates",
        &[("product", &product.to_string()), ("basis", basis.name()), ("days", &days)],
    );
    let flag = match basis {
        ReclaimBasis::Dormant { days } => format!("--dormant {days}"),
        ReclaimBasis::Uncovered => "--uncovered".to_owned(),
        ReclaimBasis::Leavers => "--leavers".to_owned(),
    };
    CandidatesPage {
        product: named(&visitor.snapshot, product),
        basis: basis.sentence(),
        carried: [basis.name().to_owned(), days],
        total: count(found.len()),
        askable: count(askable.len()),
        potential: sums(price.and_then(|price| price.times(units)).into_iter()),
        rows: found.iter().take(CANDIDATES_SHOWN).map(row).collect(),
        unit_price: price,
        may_open: visitor.has(&[Role::SamManager]),
        answer_by,
        key: visitor.key(),
        errors,
        copy: CopyAs {
            command: format!("indult reclaim candidates {product} {flag}"),
            request: format!("GET {query}"),
            csv: None,
            json: Some(query),
        },
    }
}

/// The candidates of a product.
pub async fn candidates(visitor: Visitor) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let asked = |name: &str| visitor.asked(name).to_owned();
    let wanted = product_of(&visitor, &asked("product"))
        .and_then(|product| Ok((product, basis_of(&asked("basis"), &asked("days"))?)));
    match wanted {
        Ok(wanted) => {
            let by = visitor.state().day(visitor.now).checked_add(GRACE_DAYS.days()).unwrap_or(Date::MAX);
            let view = candidates_view(&visitor, wanted, by.to_string(), Errors::default());
            Ok(visitor.page(reclaim::candidates_page(&visitor.frame(), &view)))
        }
        Err(errors) => {
            let search = [asked("product"), asked("basis"), asked("days")];
            let view = list_view(&visitor, search, Default::default(), errors);
            Ok(visitor.page_with_errors(reclaim::page(&visitor.frame(), &view)))
        }
    }
}

/// The address of this program as the reader's browser knows it.
fn base(site: &Site, headers: &HeaderMap) -> String {
    site.options.base_url.clone().unwrap_or_else(|| {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
        format!("http://{host}")
    })
}

/// Opens a wave, and shows the letters this once.
pub async fn open(visitor: Visitor, headers: HeaderMap, form: Form) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let lost = |errors: Errors| Problem::at("product", errors.0.first().map_or("", |error| &error.sentence).to_owned());
    let product = product_of(&visitor, form.get("product")).map_err(lost)?;
    let basis = basis_of(form.get("basis"), form.get("days")).map_err(lost)?;
    let typed = form.get("answer_by");
    let errors = match typed.parse::<Date>() {
        Err(_) => error("answer_by", "Choose the last day on which a holder can answer."),
        Ok(answer_by) => {
            let unit_price = visitor.snapshot.unit_worth(product, visitor.now);
            let terms = WaveTerms { product, basis, answer_by, unit_price };
            let found = visitor.snapshot.reclaimable(product, basis, visitor.now).into_iter();
            let askable = found.filter(|found| found.not_now.is_none()).take(WAVE_ITEMS_MAX);
            let candidates = askable.map(|found| found.candidate).collect();
            let repetition = visitor.repetition("reclaim", &form);
            match visitor.app.open_wave(visitor.caller.actor, terms, candidates, repetition).await {
                Ok((letters, receipt)) => {
                    let wave = app::reclaim::wave_of(&receipt);
                    let wave = wave.ok_or_else(|| Problem::internal("a wave was opened and not recorded"))?;
                    if letters.is_empty() {
                        return Ok(done(&addresses::wave(wave), "The wave was opened already.", None));
                    }
                    let base = base(&visitor.site, &headers);
                    let letters = letters.into_iter().map(|letter| (letter.text, format!("{base}{}", letter.path)));
                    let view = LettersPage { wave, letters: letters.collect() };
                    return Ok(visitor.page(reclaim::letters_page(&visitor.frame(), &view)));
                }
                Err(failure) => refused(failure, "answer_by")?,
            }
        }
    };
    let view = candidates_view(&visitor, (product, basis), typed.to_owned(), errors);
    Ok(visitor.page_with_errors(reclaim::candidates_page(&visitor.frame(), &view)))
}

fn known(visitor: &Visitor, wave: WaveId) -> Result<&Wave, Problem> {
    visitor.state().waves.get(&wave).map(AsRef::as_ref).ok_or_else(|| Problem::none("reclaim wave", wave))
}

fn item_row(visitor: &Visitor, wave: &Wave, came_back: &[u64], (number, item): (u64, &WaveItem)) -> ItemRow {
    let state = visitor.state();
    let said = item.answered.as_ref().map(|answered| {
        let word = match answered.answer {
            HolderAnswer::Keep => "Keep it",
            HolderAnswer::Release => "Let it go",
        };
        answered.reason.as_ref().map_or_else(|| word.to_owned(), |reason| format!("{word}: {}", reason.shown()))
    });
    ItemRow {
        number,
        device: item.candidate.device_name.shown().to_owned(),
        holder: item.candidate.holder.as_ref().map(|holder| holder.shown().to_owned()),
        last_used_on: item.candidate.last_used_on,
        status: wave.status(item, state.day(visitor.now)),
        said,
        decided: item.decision.as_ref().map(|decision| {
            let who = decision.by.map_or_else(|| "the program".to_owned(), |person| visitor.name(person));
            (who, decision.reason.shown().to_owned())
        }),
        hold: state.legal_holds.values().find(|hold| hold.holds(&item.candidate)).map(|hold| hold.id),
        came_back: came_back.contains(&(number - 1)),
    }
}

fn wave_view(visitor: &Visitor, number: WaveId, reason: String, errors: Errors) -> Result<WavePage, Problem> {
    let wave = known(visitor, number)?;
    let worth = visitor.snapshot.worth(wave);
    Ok(WavePage {
        row: wave_row(visitor, wave),
        items: (1..).zip(&wave.items).map(|found| item_row(visitor, wave, &worth.came_back, found)).collect(),
        units: (worth.units, worth.units_removed),
        unit_price: wave.terms.unit_price,
        may_decide: visitor.has(&[Role::SamManager]),
        reason,
        key: visitor.key(),
        errors,
        copy: CopyAs {
            command: format!("indult reclaim show {number}"),
            request: format!("GET /v1/reclaim_waves/{number}/items"),
            csv: None,
            json: Some(format!("/v1/reclaim_waves/{number}/items")),
        },
    })
}

/// One wave.
pub async fn show(visitor: Visitor, At(number): At<WaveId>) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let view = wave_view(&visitor, number, String::new(), Errors::default())?;
    Ok(visitor.page(reclaim::wave_page(&visitor.frame(), &view)))
}

/// Decides on the chosen items.
pub async fn decide(visitor: Visitor, At(wave): At<WaveId>, form: Form) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let numbers: Vec<u64> =
        form.all("items").iter().filter_map(|item| item.parse::<u64>().ok()?.checked_sub(1)).collect();
    let choice = if form.get("choice") == "reclaim" { ReclaimChoice::Reclaim } else { ReclaimChoice::Keep };
    let chosen = numbers.len();
    let intent = Intent::DecideReclaim { wave, items: numbers, choice, reason: Text::from(form.words("reason")) };
    match visitor.carry(&addresses::wave_act(wave, "decisions"), &form, intent).await {
        Ok(_) => {
            let sentence = match choice {
                ReclaimChoice::Reclaim => {
                    format!("{chosen} items are to be removed. They count as saved once they are gone.")
                }
                ReclaimChoice::Keep => format!("{chosen} items are kept."),
            };
            Ok(done(&addresses::wave(wave), sentence, None))
        }
        Err(failure) => {
            let mut errors = refused(failure, "reason")?;
            for error in errors.0.iter_mut().filter(|error| error.field == "items") {
                "reason".clone_into(&mut error.field);
            }
            let view = wave_view(&visitor, wave, form.words("reason"), errors)?;
            Ok(visitor.page_with_errors(reclaim::wave_page(&visitor.frame(), &view)))
        }
    }
}

/// Closes a wave.
pub async fn close(visitor: Visitor, At(wave): At<WaveId>, form: Form) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    visitor.carry(&addresses::wave_act(wave, "closing"), &form, Intent::CloseWave { wave }).await?;
    Ok(done(&addresses::wave(wave), format!("{wave} is closed."), None))
}

/// Sets a legal hold.
pub async fn hold(visitor: Visitor, form: Form) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let (device, holder) = (form.some("device"), form.some("holder"));
    let field = if device.is_some() { "device" } else { "holder" };
    let errors = match visitor.snapshot.hold_subject(device.as_deref(), holder.as_deref()) {
        Err(sentence) => error(field, sentence),
        Ok((subject, name)) => {
            let reason = Text::from(form.words("reason"));
            let intent = Intent::SetLegalHold { subject, name: Text::from(name), reason };
            match visitor.carry("reclaim/holds", &form, intent).await {
                Ok(_) => return Ok(done(addresses::RECLAIM, "The hold is set: nothing of it is reclaimed.", None)),
                Err(failure) => refused(failure, "reason")?,
            }
        }
    };
    let errors = Errors(
        errors
            .0
            .into_iter()
            .map(|mut error| {
                if error.field == "name" {
                    field.clone_into(&mut error.field);
                }
                error
            })
            .collect(),
    );
    let typed = ["device", "holder", "reason"].map(|name| form.words(name));
    let view = list_view(&visitor, usual_search(), typed, errors);
    Ok(visitor.page_with_errors(reclaim::page(&visitor.frame(), &view)))
}

fn lift_view(visitor: &Visitor, hold: LegalHoldId, reason: &str, errors: Errors) -> Result<ConfirmationPage, Problem> {
    let known = visitor.state().legal_holds.get(&hold).filter(|known| known.lifted.is_none());
    let known = known.ok_or_else(|| Problem::none("legal hold", hold))?;
    Ok(ConfirmationPage {
        place: Place::Reclaim,
        above: Link::new(addresses::RECLAIM, "Reclaim"),
        question: format!("Lift {hold}?"),
        sentence: format!("It holds {}: {}", known.name.shown(), known.reason.shown()),
        consequences: vec!["What it held can be asked for and removed again.".to_owned()],
        stays: vec!["The record keeps that it was held, why, and who lifted it.".to_owned()],
        effects: Vec::new(),
        asked: Some(Asked {
            name: "reason".to_owned(),
            label: "Why does it end?".to_owned(),
            hint: String::new(),
            value: reason.to_owned(),
        }),
        action: addresses::hold_lift(hold),
        button: format!("Lift {hold}"),
        key: visitor.key(),
        errors,
    })
}

/// What lifting a hold does.
pub async fn confirm_lift(visitor: Visitor, At(hold): At<LegalHoldId>) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let view = lift_view(&visitor, hold, "", Errors::default())?;
    Ok(visitor.page(confirmation::page(&visitor.frame(), &view)))
}

/// Lifts a hold.
pub async fn lift(visitor: Visitor, At(hold): At<LegalHoldId>, form: Form) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let intent = Intent::LiftLegalHold { hold, reason: Text::from(form.words("reason")) };
    match visitor.carry(&addresses::hold_lift(hold), &form, intent).await {
        Ok(_) => Ok(done(addresses::RECLAIM, format!("{hold} is lifted."), None)),
        Err(failure) => {
            let view = lift_view(&visitor, hold, &form.words("reason"), refused(failure, "reason")?)?;
            Ok(visitor.page_with_errors(confirmation::page(&visitor.frame(), &view)))
        }
    }
}

fn answer_view(site: &Site, secret: &str, typed: [String; 2], errors: Errors) -> Option<AnswerPage> {
    let snapshot = site.app.snapshot();
    let (wave, place) = site.app.asked_by(&snapshot, secret)?;
    let wave = snapshot.state.waves.get(&wave)?;
    let item = wave.items.get(usize::try_from(place).ok()?)?;
    let today = snapshot.state.day(site.app.surroundings().now());
    let closed = if wave.closed || item.decision.is_some() {
        Some("This was decided already. Talk to whoever asked.".to_owned())
    } else if today > wave.terms.answer_by {
        Some("The time to answer is over. Talk to whoever asked.".to_owned())
    } else {
        None
    };
    Some(AnswerPage {
        product: snapshot.state.product_name(wave.terms.product),
        device: item.candidate.device_name.shown().to_owned(),
        last_used_on: item.candidate.last_used_on,
        answer_by: wave.terms.answer_by,
        answered: item.answered.as_ref().map(|answered| match answered.answer {
            HolderAnswer::Keep => "you keep it",
            HolderAnswer::Release => "it can go",
        }),
        closed,
        action: format!("/reclaim/answer/{secret}"),
        typed,
        errors,
    })
}

fn outside(markup: Markup, status: StatusCode) -> Response {
    (status, [(header::CACHE_CONTROL, "no-store"), (header::REFERRER_POLICY, "no-referrer")], markup).into_response()
}

fn no_such_link() -> Problem {
    Problem::new(crate::problem::Kind::NotFound, "This link does not work. Ask whoever sent it for a new one.")
}

/// The page on which a holder answers; whoever has the link may, without an account. Looking records nothing.
pub async fn question(Extracted(site): Extracted<Site>, Path(secret): Path<String>) -> Result<Response, Problem> {
    let view = answer_view(&site, &secret, Default::default(), Errors::default()).ok_or_else(no_such_link)?;
    Ok(outside(reclaim::answer_page(&sign_ins::frame(&site), &view), StatusCode::OK))
}

/// Records a holder's answer.
pub async fn answer(
    Extracted(site): Extracted<Site>,
    Path(secret): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let errors = match form.get("answer") {
        "keep" | "release" => {
            let keeps = form.get("answer") == "keep";
            let (answer, reason) = if keeps {
                (HolderAnswer::Keep, Some(form.words("reason")))
            } else {
                (HolderAnswer::Release, form.some("reason"))
            };
            match site.app.answer_reclaim(&secret, answer, reason).await {
                Ok(_) => Errors::default(),
                Err(failure) => refused(failure, "answer")?,
            }
        }
        _ => error("answer", "Choose one of the two."),
    };
    let typed = if errors.any() { [form.get("answer").to_owned(), form.words("reason")] } else { Default::default() };
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let view = answer_view(&site, &secret, typed, errors).ok_or_else(no_such_link)?;
    Ok(outside(reclaim::answer_page(&sign_ins::frame(&site), &view), status))
}
