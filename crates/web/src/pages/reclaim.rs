//! Reclaiming: waves and what they saved, candidates, the items of a wave, letters, and the page on which a holder answers.

use domain::id::{LegalHoldId, ProductId, WaveId};
use domain::money::Money;
use domain::reclaim::ItemStatus;
use jiff::civil::Date;
use maud::{Markup, html};

use crate::design::forms::{Choice, Errors, Field, Input, act, hidden};
use crate::design::moments;
use crate::design::numbers::{self, NONE, count};
use crate::design::states::{self, Tone};
use crate::design::tables;
use crate::pages::addresses;
use crate::pages::layout::{CopyAs, Frame, Head, Heading, Link, Place, copy_as, facts, page as whole_page};

fn amount(sums: &[Money]) -> String {
    if sums.is_empty() { NONE.to_owned() } else { numbers::sums(sums) }
}

/// A wave in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaveRow {
    /// Its number.
    pub wave: WaveId,
    /// Its product.
    pub product: (ProductId, String),
    /// Why its installations are candidates.
    pub basis: String,
    /// The last day for answers.
    pub answer_by: Date,
    /// Whether it was closed.
    pub closed: bool,
    /// How many items stand like each status, in the order of [`ItemStatus::ALL`].
    pub tally: [u64; 7],
    /// What all items would save.
    pub potential: Vec<Money>,
    /// What was saved and still is.
    pub measured: Vec<Money>,
}

/// A legal hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldRow {
    /// Its number.
    pub hold: LegalHoldId,
    /// Device or holder.
    pub about: &'static str,
    /// The name.
    pub name: String,
    /// Why, and who says so.
    pub reason: String,
    /// Who set it.
    pub who: String,
}

/// The waves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReclaimPage {
    /// Newest first.
    pub waves: Vec<WaveRow>,
    /// Holds in force.
    pub holds: Vec<HoldRow>,
    /// What all waves would save, and what they saved.
    pub worth: (Vec<Money>, Vec<Money>),
    /// Whether the reader may open waves.
    pub may_open: bool,
    /// Whether the reader may hold.
    pub may_hold: bool,
    /// What stands in the form that looks for candidates: product, basis, days.
    pub search: [String; 3],
    /// What stands in the form of a hold: device, holder, reason.
    pub typed: [String; 3],
    /// The key that makes sending a form twice one act.
    pub key: String,
    /// What was refused.
    pub errors: Errors,
    /// The same elsewhere.
    pub copy: CopyAs,
}

/// The waves.
pub fn page(frame: &Frame, view_of: &ReclaimPage) -> Markup {
    let heading = Heading {
        words: "Reclaim",
        lede: Some(
            html! { "Ask the holders of software that seems not to be needed, decide, and see what it really saved." },
        ),
        ..Heading::default()
    };
    let main = html! {
        (view_of.errors.summary())
        (heading.render())
        (facts(&[
            ("Would save", html! { (amount(&view_of.worth.0)) }),
            ("Saved, as measured", html! { (amount(&view_of.worth.1)) }),
            ("Waves", html! { (count(u64::try_from(view_of.waves.len()).unwrap_or(u64::MAX))) }),
        ]))
        (search(view_of))
        @if view_of.waves.is_empty() {
            (tables::empty("No waves yet", "Look for candidates of a product first.", None, Some("indult reclaim candidates PRODUCT --dormant 90")))
        } @else { (waves(view_of)) }
        @if !view_of.holds.is_empty() { (holds(view_of)) }
        @if view_of.may_hold { (new_hold(view_of)) }
        (copy_as(&view_of.copy))
    };
    whole_page(frame, Head { title: "Reclaim", place: Place::Reclaim, errors: view_of.errors.any() }, &main)
}

fn bases() -> Vec<Choice> {
    vec![
        Choice::plain("dormant", "Not used for some days"),
        Choice::plain("uncovered", "Not covered by any right"),
        Choice::plain("leavers", "With people who have left"),
    ]
}

fn search(view_of: &ReclaimPage) -> Markup {
    let errors = &view_of.errors;
    let [product, basis, days] = &view_of.search;
    html! {
        form.filter role="search" method="get" action=(addresses::CANDIDATES) {
            (Field { name: "product", label: "Product", hint: "", value: product, errors }.line(Input::Text, "off"))
            (Field { name: "basis", label: "That are", hint: "", value: basis, errors }.choice(&bases()))
            (Field { name: "days", label: "Days", hint: "", value: days, errors }.line(Input::Number, "off"))
            button type="submit" { "Find candidates" }
        }
    }
}

fn waves(view_of: &ReclaimPage) -> Markup {
    tables::region(
        "waves",
        &html! { "Waves, newest first. Measured is what is gone from the devices and still is." },
        &html! {
            (tables::heads(&["Wave", "Answers by", "#Asked", "#To decide", "#To be removed", "#Removed", "#Would save", "#Saved"]))
            tbody { @for wave in &view_of.waves {
                @let [asked, silent, wants, released, _, to_be_removed, removed] = wave.tally;
                tr {
                    th scope="row" { a href=(addresses::wave(wave.wave)) { (wave.product.1) } span.under { (wave.wave) ": " (wave.basis) @if wave.closed { ", closed" } } }
                    td { (moments::day(wave.answer_by)) }
                    td.n { (count(asked)) }
                    td.n { (count(silent + wants + released)) }
                    td.n { (count(to_be_removed)) }
                    td.n { (count(removed)) }
                    td.n { (amount(&wave.potential)) }
                    td.n { (amount(&wave.measured)) }
                }
            } }
        },
    )
}

fn holds(view_of: &ReclaimPage) -> Markup {
    tables::region(
        "holds",
        &html! { "Legal holds: nothing of these is reclaimed" },
        &html! {
            (tables::heads(&["Hold", "On", "Why", "Lift"]))
            tbody { @for hold in &view_of.holds { tr {
                th scope="row" { (hold.hold) }
                td { (hold.about) " " (hold.name) }
                td.prose { (hold.reason) span.under { (hold.who) } }
                td { @if view_of.may_hold { a href=(addresses::hold_lift(hold.hold)) { "Lift" span.aside { " " (hold.hold) } } } }
            } } }
        },
    )
}

fn new_hold(view_of: &ReclaimPage) -> Markup {
    let errors = &view_of.errors;
    let [device, holder, reason] = &view_of.typed;
    html! {
        section aria-labelledby="hold-title" {
            h2 #hold-title { "New legal hold" }
            form method="post" action=(addresses::LEGAL_HOLDS) novalidate {
                (hidden("key", &view_of.key))
                (Field { name: "device", label: "Device", hint: "Its name; or else a holder below.", value: device, errors }.line(Input::Text, "off"))
                (Field { name: "holder", label: "Holder", hint: "As devices name their users: everything of theirs is held.", value: holder, errors }.line(Input::Text, "off"))
                (Field { name: "reason", label: "Why it must not be touched", hint: "", value: reason, errors }.lines(2))
                div.buttons { button type="submit" { "Hold" } }
            }
        }
    }
}

/// A candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CandidateRow {
    /// The device.
    pub device: String,
    /// How many devices it stands on.
    pub devices: u64,
    /// The holder.
    pub holder: Option<String>,
    /// The last day of use.
    pub last_used_on: Option<Date>,
    /// Units.
    pub units: u64,
    /// What it would save.
    pub saving: Option<Money>,
    /// Why it is not asked for now.
    pub not_now: Option<String>,
}

/// The candidates of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CandidatesPage {
    /// The product.
    pub product: (ProductId, String),
    /// Why they are candidates, in words.
    pub basis: String,
    /// The same as the form carries it: basis, days.
    pub carried: [String; 2],
    /// The candidates; those shown, and how many there are.
    pub rows: Vec<CandidateRow>,
    /// How many there are.
    pub total: u64,
    /// How many can be asked, at most as many as one wave has.
    pub askable: u64,
    /// What a unit is worth.
    pub unit_price: Option<Money>,
    /// What all that can be asked would save.
    pub potential: Vec<Money>,
    /// Whether the reader may open a wave.
    pub may_open: bool,
    /// The last day for answers in the form.
    pub answer_by: String,
    /// The key that makes sending it twice one act.
    pub key: String,
    /// What was refused.
    pub errors: Errors,
    /// The same elsewhere.
    pub copy: CopyAs,
}

/// The candidates of a product.
pub fn candidates_page(frame: &Frame, view_of: &CandidatesPage) -> Markup {
    let errors = &view_of.errors;
    let words = format!("Candidates of {}", view_of.product.1);
    let heading = Heading {
        above: Some(Link::new(addresses::RECLAIM, "Reclaim")),
        words: &words,
        lede: Some(html! { "Installations " (view_of.basis) "." }),
        ..Heading::default()
    };
    let [basis, days] = &view_of.carried;
    let main = html! {
        (errors.summary())
        (heading.render())
        (facts(&[
            ("Candidates", html! { (count(view_of.total)) }),
            ("That can be asked", html! { (count(view_of.askable)) }),
            ("A unit is worth", html! { @match &view_of.unit_price { Some(price) => (numbers::money(price)), None => "no right states a price" } }),
            ("Would save", html! { (amount(&view_of.potential)) }),
        ]))
        @if view_of.rows.is_empty() {
            div.empty { h2 { "Nobody to ask" } p { "No installation of it is " (view_of.basis) "." } }
        } @else { (candidates(view_of)) }
        @if view_of.may_open && view_of.askable > 0 {
            section aria-labelledby="open-title" {
                h2 #open-title { "Ask them" }
                p { "Each holder gets a link of their own, shown once with a letter to print or send. Silence decides nothing, and nothing is removed before you decide." }
                form method="post" action=(addresses::RECLAIM) novalidate {
                    (hidden("key", &view_of.key)) (hidden("product", &view_of.product.0.to_string()))
                    (hidden("basis", basis)) (hidden("days", days))
                    (Field { name: "answer_by", label: "Answers by", hint: "The last day on which a holder can answer.", value: &view_of.answer_by, errors }.line(Input::Day, "off"))
                    div.buttons { button type="submit" { "Open the wave" } }
                }
            }
        }
        (copy_as(&view_of.copy))
    };
    whole_page(frame, Head { title: &words, place: Place::Reclaim, errors: errors.any() }, &main)
}

fn candidates(view_of: &CandidatesPage) -> Markup {
    tables::region(
        "candidates",
        &html! { (count(view_of.total)) " candidates, the longest unused first" @if view_of.total > u64::try_from(view_of.rows.len()).unwrap_or(u64::MAX) {
        span.provenance { "The first " (count(u64::try_from(view_of.rows.len()).unwrap_or(u64::MAX))) " are shown." } } },
        &html! {
            (tables::heads(&["Device", "Holder", "Last used", "#Units", "#Would save", "Asked"]))
            tbody { @for row in &view_of.rows { tr {
                th scope="row" { (row.device) @if row.devices > 1 { span.under { "and " (numbers::counted(row.devices - 1, "other", "others")) } } }
                td { @match &row.holder { Some(holder) => (holder), None => span.none { "not known" } } }
                td { @match row.last_used_on { Some(day) => (moments::day(day)), None => span.none { "not known" } } }
                td.n { (count(row.units)) }
                td.n { @match &row.saving { Some(saving) => (numbers::money(saving)), None => (NONE) } }
                td { @match &row.not_now { Some(why) => (states::mark(Tone::Quiet, why)), None => "can be asked" } }
            } } }
        },
    )
}

/// An item of a wave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemRow {
    /// Its number, from 1.
    pub number: u64,
    /// The device.
    pub device: String,
    /// The holder.
    pub holder: Option<String>,
    /// The last day of use.
    pub last_used_on: Option<Date>,
    /// How it stands.
    pub status: ItemStatus,
    /// What the holder says.
    pub said: Option<String>,
    /// Who decided, and why.
    pub decided: Option<(String, String)>,
    /// The legal hold it is under.
    pub hold: Option<LegalHoldId>,
    /// Whether it was removed and came back.
    pub came_back: bool,
}

/// One wave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WavePage {
    /// What the list says of it.
    pub row: WaveRow,
    /// Its items.
    pub items: Vec<ItemRow>,
    /// Units of all items, and of those that are gone.
    pub units: (u64, u64),
    /// What a unit is worth.
    pub unit_price: Option<Money>,
    /// Whether the reader may decide.
    pub may_decide: bool,
    /// The reason that stands in the form.
    pub reason: String,
    /// The key that makes sending a form twice one act.
    pub key: String,
    /// What was refused.
    pub errors: Errors,
    /// The same elsewhere.
    pub copy: CopyAs,
}

fn item_mark(status: ItemStatus) -> Markup {
    let tone = match status {
        ItemStatus::Asked => Tone::Open,
        ItemStatus::Silent | ItemStatus::WantsToKeep | ItemStatus::Released => Tone::Attention,
        ItemStatus::Kept => Tone::Quiet,
        ItemStatus::ToBeRemoved => Tone::Surplus,
        ItemStatus::Removed => Tone::Good,
    };
    states::mark(tone, status.title())
}

/// One wave.
pub fn wave_page(frame: &Frame, view_of: &WavePage) -> Markup {
    let row = &view_of.row;
    let words = format!("Reclaim {}", row.product.1);
    let heading = Heading {
        above: Some(Link::new(addresses::RECLAIM, "Reclaim")),
        words: &words,
        marks: row.closed.then(|| states::mark(Tone::Quiet, "Closed")),
        lede: Some(
            html! { (row.wave) ": installations " (row.basis) ". Holders answer by " (moments::weekday(row.answer_by)) "." },
        ),
        ..Heading::default()
    };
    let price = view_of.unit_price.as_ref().map_or_else(|| "no right states a price".to_owned(), numbers::money);
    let main = html! {
        (view_of.errors.summary())
        (heading.render())
        (facts(&[
            ("Would save", html! { (amount(&row.potential)) span.under { (count(view_of.units.0)) " units at " (price) } }),
            ("Saved, as measured", html! { (amount(&row.measured)) span.under { (count(view_of.units.1)) " units are gone from the devices" } }),
            ("Items", html! { (count(u64::try_from(view_of.items.len()).unwrap_or(u64::MAX))) }),
        ]))
        @if view_of.may_decide && !row.closed {
            form method="post" action=(addresses::wave_act(row.wave, "decisions")) novalidate {
                (hidden("key", &view_of.key))
                (items(view_of, true))
                (Field { name: "reason", label: "Why", hint: "For the items that you chose. What was decided can be decided otherwise later.", value: &view_of.reason, errors: &view_of.errors }.lines(2))
                div.buttons {
                    button type="submit" name="choice" value="reclaim" { "Remove the chosen" }
                    button.second type="submit" name="choice" value="keep" { "Keep the chosen" }
                }
            }
            p { (act(&addresses::wave_act(row.wave, "closing"), "Close the wave", true, &[("key", &view_of.key)])) }
        } @else { (items(view_of, false)) }
        (copy_as(&view_of.copy))
    };
    let title = format!("{}: {words}", row.wave);
    whole_page(frame, Head { title: &title, place: Place::Reclaim, errors: view_of.errors.any() }, &main)
}

fn items(view_of: &WavePage, choosing: bool) -> Markup {
    let mut headings = vec!["Item", "Holder", "Last used", "State", "Said", "Decided"];
    if choosing {
        headings.insert(0, "Choose");
    }
    tables::region(
        "items",
        &html! { "Items" },
        &html! {
            (tables::heads(&headings))
            tbody { @for item in &view_of.items { tr {
                @if choosing { td { div.choice {
                    input type="checkbox" id={ "item-" (item.number) } name="items" value=(item.number);
                    label for={ "item-" (item.number) } { span.aside { "Item " (item.number) } }
                } } }
                th scope="row" { (item.number) ". " (item.device) }
                td { @match &item.holder { Some(holder) => (holder), None => span.none { "not known" } } }
                td { @match item.last_used_on { Some(day) => (moments::day(day)), None => span.none { "not known" } } }
                td { (item_mark(item.status))
                    @if item.came_back { " " (states::mark(Tone::Bad, "Came back")) }
                    @if let Some(hold) = item.hold { span.under { "under " (hold) } } }
                td.prose { @match &item.said { Some(said) => (said), None => span.none { "nothing yet" } } }
                td.prose { @if let Some((who, why)) = &item.decided { (why) span.under { (who) } } }
            } } }
        },
    )
}

/// The letters of a wave that was just opened, shown this once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LettersPage {
    /// The wave.
    pub wave: WaveId,
    /// Each letter: the text, and the whole address of the answer.
    pub letters: Vec<(String, String)>,
}

/// The letters.
pub fn letters_page(frame: &Frame, view_of: &LettersPage) -> Markup {
    let heading = Heading {
        above: Some(Link::new(addresses::wave(view_of.wave), view_of.wave.to_string())),
        words: "Letters to the holders",
        lede: Some(
            html! { "Print or send them now: the addresses are shown this once, and only digests of them are kept." },
        ),
        ..Heading::default()
    };
    let main = html! {
        (heading.render())
        @for (text, address) in &view_of.letters {
            article.letter {
                p.words { (text) }
                p { code.copyable { (address) } }
            }
        }
    };
    whole_page(frame, Head::new("Letters to the holders", Place::Reclaim), &main)
}

/// The page on which a holder answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerPage {
    /// The product.
    pub product: String,
    /// The device.
    pub device: String,
    /// The last day of use.
    pub last_used_on: Option<Date>,
    /// The last day for the answer.
    pub answer_by: Date,
    /// What was answered before.
    pub answered: Option<&'static str>,
    /// Why nothing can be answered any more.
    pub closed: Option<String>,
    /// The path of the form.
    pub action: String,
    /// What stands in the form: answer, reason.
    pub typed: [String; 2],
    /// What was refused.
    pub errors: Errors,
}

/// The page on which a holder answers. It shows nothing but the question.
pub fn answer_page(frame: &Frame, view_of: &AnswerPage) -> Markup {
    let words = format!("Do you still need {}?", view_of.product);
    let errors = &view_of.errors;
    let [answer, reason] = &view_of.typed;
    let choices = [
        Choice::explained(
            "release",
            "No, it can go",
            "Files that you made with it stay. It is removed after somebody has decided.",
        ),
        Choice::explained("keep", "Yes, I need it", "Say what for, below."),
    ];
    let main = html! {
        (errors.summary())
        div.door {
            h1 { (words) }
            p { "On " strong { (view_of.device) } ". "
                @match view_of.last_used_on { Some(day) => { "It was last used on " (moments::day(day)) ", as far as we know." } None => "We do not know when it was last used." } }
            @if let Some(answered) = view_of.answered { div.panel { p { "Your answer is recorded: " strong { (answered) } ". You can change it until " (moments::weekday(view_of.answer_by)) "." } } }
            @match &view_of.closed {
                Some(why) => div.call { p { (why) } },
                None => form method="post" action=(view_of.action) novalidate {
                    (Field { name: "answer", label: "Your answer", hint: "", value: answer, errors }.radios(&choices))
                    (Field { name: "reason", label: "What you need it for", hint: "Only where you keep it.", value: reason, errors }.lines(3))
                    p { "Answer by " (moments::weekday(view_of.answer_by)) "." }
                    div.buttons { button type="submit" { "Send the answer" } }
                },
            }
        }
    };
    whole_page(frame, Head { title: &words, place: Place::Outside, errors: errors.any() }, &main)
}
