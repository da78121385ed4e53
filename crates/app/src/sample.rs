//! The sample company: fictional, and made by the program's own importers and commands, so that it shows what is real.
//!
//! Its files come from `sample/files.rs`; nothing here writes to the store.

pub mod files;
mod history;
mod usage;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use domain::State;
use domain::accountability::Owner;
use domain::case::{Ballot, CaseTerms, CaseWords, Condition, Stage};
use domain::command::{Actor, Intent, Via};
use domain::entitlement::{Metric, Quantity, Right, UseRights};
use domain::event::Event;
use domain::id::{AccountId, CaseId, PersonId, ProductId, PurchaseId};
use domain::money::Money;
use domain::observation::Environment;
use domain::organisation::Organisation;
use domain::person::Role;
use domain::product::TitlePattern;
use domain::purchase::{BudgetTerms, PurchaseTerms, SpendLimit};
use domain::scenario::ScenarioTerms;
use domain::text::Text;
use domain::usage::Feature;
use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::failure::Failure;
use crate::identities::Secret;
use crate::imports::GivenFile;
use crate::order::{Order, Receipt};
use crate::organisation::{App, Founding};
use crate::surroundings::Surroundings;
use history::Told;

/// The seed of the sample's files: the same company on every machine.
pub const SEED: u64 = 20_260_401;

/// Whoever looks around signs in as her.
const VISITOR: (&str, &str) = ("Ana Ruiz", "ana@meridian.example");

/// What the sample company begins with.
pub fn founding() -> Result<Founding, Failure> {
    let damaged = |error: String| Failure::Damaged(error);
    Ok(Founding {
        organisation: Organisation {
            name: "Meridian Pumps (sample company)".to_owned(),
            currency: "EUR".parse().map_err(|error: domain::money::NotACurrency| damaged(error.to_string()))?,
            zone: "Europe/Prague"
                .parse()
                .map_err(|error: domain::organisation::NotAZone| damaged(error.to_string()))?,
            sample: true,
        },
        administrator_name: VISITOR.0.to_owned(),
        administrator_email: VISITOR.1.to_owned(),
    })
}

/// Makes the sample company in `folder` with a year of its past: sealed months with their statements, and the days of
/// late. Returns it with the one-time link's secret for its visitor.
pub async fn make(folder: &Path, surroundings: Surroundings) -> Result<(App, Secret), Failure> {
    let told = Told::default();
    let founding = founding()?;
    let zone = State { organisation: Some(Arc::new(founding.organisation.clone())), ..State::default() };
    let today = zone.day(surroundings.now());
    told.set(&zone, history::month_before(today, history::MONTHS), 7);
    let app = App::found(folder, founding, told.around(&surroundings)).await?;
    let mut filling = Filling { app: &app, today, people: BTreeMap::new() };
    filling.people.insert("ana", PersonId(1));
    filling.add_people().await?;
    filling.import_rights().await?;
    filling.recognise_titles().await?;
    for months in (1..=history::MONTHS).rev() {
        let month = history::month_before(today, months);
        told.set(&zone, month.checked_add(13.days()).unwrap_or(month), 9);
        filling.import_inventories(months).await?;
        told.set(&zone, history::month_before(today, months - 1), 0);
        app.seal_what_is_due().await?;
    }
    for days in (0..history::DAYS).rev() {
        told.set(&zone, filling.in_days(-days), 0);
        app.seal_what_is_due().await?;
    }
    told.let_go();
    filling.import_inventories(0).await?;
    filling.use_over_time().await?;
    let secret = filling.open_cases().await?;
    Ok((app, secret))
}

/// Fills a newly founded organisation with the sample company as it is today; returns the one-time link's secret for
/// its visitor.
pub async fn fill(app: &App) -> Result<Secret, Failure> {
    let today = app.snapshot().state.day(app.surroundings().now());
    let mut filling = Filling { app, today, people: BTreeMap::new() };
    filling.people.insert("ana", PersonId(1));
    filling.add_people().await?;
    filling.import_rights().await?;
    filling.import_inventories(0).await?;
    filling.recognise_titles().await?;
    filling.use_over_time().await?;
    filling.open_cases().await
}

fn named(name: &str, text: String) -> GivenFile {
    GivenFile { name: name.to_owned(), bytes: text.into_bytes(), device: None }
}

struct Filling<'a> {
    app: &'a App,
    today: Date,
    people: BTreeMap<&'static str, PersonId>,
}

impl Filling<'_> {
    /// The operator of the sample's folder, for one of its people.
    fn by(&self, key: &str) -> Actor {
        Actor::Person(self.people.get(key).copied().unwrap_or(PersonId(1)), Via::Operator)
    }

    async fn carry(&self, by: &str, intent: Intent) -> Result<Receipt, Failure> {
        self.app.carry(Order::new(self.by(by), intent)).await
    }

    fn in_days(&self, days: i64) -> Date {
        self.today.checked_add(days.days()).unwrap_or(Date::MAX)
    }

    async fn add_people(&mut self) -> Result<(), Failure> {
        let people: [(&'static str, &str, &[Role]); 9] = [
            ("petr", "Petr Dvorsky", &[Role::Administrator]),
            ("dana", "Dana Novak", &[Role::Approver, Role::Requester]),
            ("milan", "Milan Horak", &[Role::Requester]),
            ("ines", "Ines Moreau", &[Role::Finance]),
            ("theo", "Theo Brandt", &[Role::Legal, Role::Approver]),
            ("sofia", "Sofia Lindqvist", &[Role::Procurement, Role::Requester]),
            ("jonas", "Jonas Weber", &[Role::SamManager, Role::Requester]),
            ("rita", "Rita Kovacs", &[Role::Auditor]),
            ("marek", "Marek Sykora", &[Role::Requester]),
        ];
        for (key, name, roles) in people {
            let email = format!("{key}@meridian.example");
            let intent = Intent::AddPerson {
                name: Text::from(name),
                email: Text::from(email.as_str()),
                roles: roles.iter().copied().collect(),
                login: Some(Text::from(email.as_str())),
            };
            let receipt = self.carry("ana", intent).await?;
            for recorded in &receipt.recorded {
                if let Event::PersonAdded { person, .. } = recorded.event {
                    self.people.insert(key, person);
                }
            }
        }
        // The rest of the company: they use devices and may ask, without an account of their own yet.
        for number in people.len() + 1..files::PERSONS {
            let intent = Intent::AddPerson {
                name: Text::from(files::full_name(number)),
                email: Text::from(files::email(number)),
                roles: BTreeSet::from([Role::Requester]),
                login: None,
            };
            self.carry("petr", intent).await?;
        }
        // Nobody sets their own roles, so the other administrator does.
        let roles =
            BTreeSet::from([Role::Administrator, Role::SamManager, Role::Requester, Role::Approver, Role::Finance]);
        self.carry("petr", Intent::SetRoles { person: PersonId(1), roles }).await?;
        Ok(())
    }

    async fn import_rights(&self) -> Result<(), Failure> {
        let rights = named("entitlements.csv", files::company(SEED, self.today).entitlements);
        self.app.import_entitlements(self.by("sofia"), rights, None, None).await?;
        Ok(())
    }

    /// What the agents found so many months ago.
    async fn import_inventories(&self, months: i32) -> Result<(), Failure> {
        let day = if months == 0 { self.today } else { history::month_before(self.today, months) };
        let company = files::company(SEED, day);
        for (source, name, inventory) in [
            ("workplace agents", "workstations.csv", company.workstations),
            ("server agents", "servers.csv", company.servers),
        ] {
            let file = named(name, history::thinned(&inventory, months));
            self.app.import_inventory(self.by("jonas"), source.to_owned(), vec![file], None).await?;
        }
        Ok(())
    }

    /// Requests of every kind, and a link by which the visitor comes in.
    async fn open_cases(&self) -> Result<Secret, Failure> {
        self.open_decided_cases().await?;
        self.open_undecided_cases().await?;
        self.buy().await?;
        self.suppose().await?;
        self.keep_watch().await?;
        let (secret, _) = self.app.issue_link(self.by("petr"), AccountId(1)).await?;
        self.app.checkpoint().await?;
        Ok(secret)
    }

    async fn recognise_titles(&self) -> Result<(), Failure> {
        for product in files::PRODUCTS {
            let Some(known) = self.product(product.name) else { continue };
            let pattern = TitlePattern { name: product.title_pattern(), publisher: None };
            self.carry("jonas", Intent::MatchTitle { pattern, product: Some(known) }).await?;
        }
        for free in files::NEED_NO_LICENCE {
            let pattern = TitlePattern { name: (*free).to_owned(), publisher: None };
            self.carry("jonas", Intent::MatchTitle { pattern, product: None }).await?;
        }
        Ok(())
    }

    /// Products that are counted by their use: what they are, what is owned, and what was used.
    async fn use_over_time(&self) -> Result<(), Failure> {
        let file =
            |name: &str, text: String| GivenFile { name: name.to_owned(), bytes: text.into_bytes(), device: None };
        let counted = [(usage::DRAWING, "concurrent_session", "2400"), (usage::METERED, "metered_monthly", "0.35")];
        for ((name, publisher, units), metric, price) in counted {
            let Some(metric) = Metric::from_exact(metric) else { continue };
            let publisher = Some(publisher.to_owned());
            self.carry("sofia", Intent::AddProduct { name: name.to_owned(), publisher, metric }).await?;
            let Some(product) = self.product(name) else { continue };
            let currency = self.app.snapshot().state.organisation.as_ref().map(|organisation| organisation.currency);
            let amount: Option<domain::Decimal> = price.parse().ok();
            let right = Right {
                metric,
                quantity: Quantity::Units(units),
                starts_on: None,
                ends_on: None,
                exempt_environments: Vec::new(),
                secondary_use: false,
                unit_price: amount.zip(currency).map(|(amount, currency)| Money { amount, currency }),
                use_rights: UseRights::default(),
            };
            let intent = Intent::RecordEntitlement { product, right, agreement: None, purchase_reference: None };
            self.carry("sofia", intent).await?;
        }
        let log = vec![file("harrowd.log", usage::log(SEED, self.today))];
        self.app.import_usage(self.by("jonas"), "drawing licence server".to_owned(), log, None).await?;
        let readings = vec![file("solver-readings.csv", usage::readings(SEED, self.today))];
        self.app.import_usage(self.by("jonas"), "solver portal".to_owned(), readings, None).await?;
        let feature = |vendor: &str, name: &str| Feature { vendor: Some(vendor.to_owned()), name: name.to_owned() };
        let drawing = self.product(usage::DRAWING.0);
        let features = usage::FEATURES.map(|name| (feature(usage::DAEMON, name), drawing));
        let metered = (feature(usage::METERED.1, usage::METER), self.product(usage::METERED.0));
        let links = features.into_iter().chain([metered]).collect();
        self.carry("jonas", Intent::LinkFeatures { links }).await?;
        Ok(())
    }

    /// Rules for alerts, who answers for what, and who has left.
    async fn keep_watch(&self) -> Result<(), Failure> {
        let categories =
            [("engineering", Owner::Person(self.person("ana"))), ("office", Owner::Role(Role::Procurement))];
        for (category, owner) in categories {
            let intent = Intent::AssignCategory { category: category.to_owned(), owner: Some(owner) };
            self.carry("jonas", intent).await?;
        }
        for (place, product) in files::PRODUCTS.iter().enumerate() {
            let Some(known) = self.product(product.name) else { continue };
            let category = if place % 3 == 0 { "engineering" } else { "office" };
            let intent = Intent::AssignProduct { product: known, owner: None, category: Some(category.to_owned()) };
            self.carry("jonas", intent).await?;
        }
        let leavers =
            [(41, 30), (57, 12)].map(|(number, days)| (Text::from(files::email(number)), self.in_days(-days)));
        self.carry("jonas", Intent::RecordLeavers { leavers: leavers.into() }).await?;
        self.carry("jonas", Intent::AddAlertRules { rules: crate::alerts::usual_rules().to_vec() }).await?;
        self.app.evaluate_alerts(Actor::Program).await?;
        Ok(())
    }

    /// What is bought, by whom, and from which money.
    async fn buy(&self) -> Result<(), Failure> {
        let currency = self.app.snapshot().state.organisation.as_ref().map(|organisation| organisation.currency);
        let Some(currency) = currency else { return Ok(()) };
        let money = |amount: i64| Money { amount: amount.into(), currency };
        let limits = [(Role::Approver, 5_000), (Role::Finance, 50_000)]
            .map(|(role, amount)| SpendLimit { role, amount: money(amount) });
        self.carry("ines", Intent::SetSpendLimits { limits: limits.into() }).await?;
        for (cost_centre, amount) in [(None, 600_000), (Some("4000"), 60_000), (Some("4110"), 25_000)] {
            let terms = BudgetTerms {
                cost_centre: cost_centre.map(str::to_owned),
                starts_on: self.today.first_of_year(),
                ends_on: self.today.last_of_year(),
                amount: money(amount),
            };
            self.carry("ines", Intent::SetBudget { budget: None, terms }).await?;
        }
        self.carry("ines", Intent::SetSurcharge { product: None, percent: 20 }).await?;
        let wishes = [
            ("Harrow Studio", 12, 410, "The twelve seats that the exception bridges."),
            ("Cobalt Render", 9, 520, "The spring catalogue."),
        ];
        for (product, quantity, price, reason) in wishes {
            let Some(product) = self.product(product) else { continue };
            let cost_centre = Some("4110".to_owned());
            let terms = PurchaseTerms { product, quantity, unit_price: money(price), cost_centre };
            self.carry("milan", Intent::RequestPurchase { terms, reason: Text::from(reason) }).await?;
        }
        let note = Text::from("Decided with the exception: it is to be replaced by a purchase.");
        self.carry("dana", Intent::ApprovePurchase { purchase: PurchaseId(1), note }).await?;
        let reference = "PO-7731".to_owned();
        self.carry("sofia", Intent::OrderPurchase { purchase: PurchaseId(1), reference }).await?;
        Ok(())
    }

    /// Two ways to go on: grow and buy as before, or grow and move to the cheaper of two products.
    async fn suppose(&self) -> Result<(), Failure> {
        let names = [
            "Lumen Suite Professional",
            "Lumen Suite Standard",
            "Quarry Database Enterprise",
            "Quarry Database Standard",
        ];
        let found: Option<Vec<ProductId>> = names.into_iter().map(|name| self.product(name)).collect();
        let Some(&[professional, standard, enterprise, database]) = found.as_deref() else { return Ok(()) };
        let (soon, later) = (self.in_days(45), self.in_days(90));
        let hires = format!("hire 24 in Engineering from {soon}");
        let as_before = [
            hires.clone(),
            format!("price {professional} by 7% from {later}"),
            format!("buy 20 of {enterprise} at EUR 7100 from {later}"),
        ];
        let standardised = [
            hires,
            format!("migrate 60% of {professional} to {standard} from {later}"),
            format!("migrate 50% of {enterprise} to {database} from {later}"),
            format!("tier {standard} of 200 at EUR 118.00 from {later}"),
        ];
        for (name, assumptions, reason) in [
            ("Grow as before", &as_before[..], "What the plan of the board costs if nothing else is done."),
            (
                "Grow on the standard editions",
                &standardised[..],
                "The same growth, on the editions that suffice for most.",
            ),
        ] {
            let lines = assumptions.iter().map(String::as_str);
            let assumptions = crate::scenarios::read_assumptions(lines).map_err(Failure::Damaged)?;
            let terms = ScenarioTerms { name: name.to_owned(), assumptions };
            self.carry("jonas", Intent::RecordScenario { terms, reason: Text::from(reason) }).await?;
        }
        Ok(())
    }

    fn person(&self, key: &str) -> PersonId {
        self.people.get(key).copied().unwrap_or(PersonId(1))
    }

    fn product(&self, name: &str) -> Option<ProductId> {
        self.app.snapshot().state.product_named(name, None).map(|product| product.id)
    }

    async fn open_decided_cases(&self) -> Result<(), Failure> {
        // Decided, with a condition, and in force for months.
        let decided = self
            .request(
                "milan",
                "Harrow Studio",
                12,
                150,
                "Twelve more Harrow Studio seats for the Brno design office",
                None,
            )
            .await?;
        self.submit("milan", decided).await?;
        self.vote(
            "dana",
            decided,
            Ballot::Approve,
            "The Brno office opens before the order can arrive.",
            &["Place the order for twelve seats within 30 days."],
        )
        .await?;
        self.vote("ines", decided, Ballot::Approve, "Within the quarter's budget; the quotation is on file.", &[])
            .await?;
        // About to end.
        let ending = self
            .request(
                "marek",
                "Tessel Modeller",
                6,
                3,
                "Tessel Modeller on six more test benches until the move",
                Some(Environment::Test),
            )
            .await?;
        self.submit("marek", ending).await?;
        self.vote("ines", ending, Ballot::Approve, "Short, and nothing to pay.", &[]).await?;
        self.vote("theo", ending, Ballot::Approve, "The move is dated and the benches are named.", &[]).await?;
        // Denied.
        let denied = self
            .request(
                "milan",
                "Quarry Warehouse",
                40,
                170,
                "Forty copies of Quarry Warehouse for the archive project",
                None,
            )
            .await?;
        self.submit("milan", denied).await?;
        self.vote(
            "dana",
            denied,
            Ballot::Deny,
            "The archive can use the reporting copies that we own; ask again if they do not suffice.",
            &[],
        )
        .await?;
        Ok(())
    }

    async fn open_undecided_cases(&self) -> Result<(), Failure> {
        // Sent back with a question.
        let returned = self
            .request("sofia", "Lumen Suite Professional", 8, 60, "Lumen Suite Professional for eight contractors", None)
            .await?;
        self.submit("sofia", returned).await?;
        self.vote(
            "theo",
            returned,
            Ballot::RequestChanges,
            "Which contractors, and until when does each of them stay?",
            &[],
        )
        .await?;
        // Waits for the visitor: the approver has voted, finance has not.
        let waiting = self
            .request("milan", "Cobalt Render", 9, 90, "Nine more Cobalt Render nodes for the spring catalogue", None)
            .await?;
        self.submit("milan", waiting).await?;
        self.vote(
            "dana",
            waiting,
            Ballot::Approve,
            "The catalogue is due in March and the queue is full.",
            &["Remove the nodes when the catalogue is printed."],
        )
        .await?;
        self.carry(
            "jonas",
            Intent::Comment {
                case: waiting,
                wording: Text::from(
                    "The position shows the shortage since Monday; two of the nodes were idle in the last month.",
                ),
            },
        )
        .await?;
        // The visitor's own draft.
        self.request("ana", "Verdant Analytics", 3, 45, "Verdant Analytics for the audit preparation", None).await?;
        Ok(())
    }

    async fn request(
        &self,
        by: &str,
        product: &str,
        quantity: u64,
        days: i64,
        title: &str,
        environment: Option<Environment>,
    ) -> Result<CaseId, Failure> {
        let product = self.product(product).ok_or_else(|| Failure::NotFound(format!("sample product {product}")))?;
        let answers = [
            ("closing_plan", "Order through procurement; the quotation is expected within two weeks."),
            ("cost_expected", "Between EUR 3,000 and EUR 6,000, from last year's price list."),
            ("effect_of_denial", "The team shares what there is, and the delivery moves by about three weeks."),
            ("cost_centre", "4410"),
        ];
        let terms = CaseTerms {
            category: "exceed-entitlement".to_owned(),
            product,
            quantity,
            environment,
            until: self.in_days(days),
            beneficiary: None,
        };
        let words = CaseWords {
            title: Text::from(title),
            justification: Text::from(
                "We need it before the regular purchase can be finished, and for a limited time.",
            ),
            answers: answers.into_iter().map(|(key, answer)| (key.to_owned(), Text::from(answer))).collect(),
        };
        let receipt = self.carry(by, Intent::OpenCase { terms, words }).await?;
        receipt
            .recorded
            .iter()
            .find_map(|recorded| match recorded.event {
                Event::CaseOpened { case, .. } => Some(case),
                _ => None,
            })
            .ok_or_else(|| Failure::Damaged("a request was opened without an entry".to_owned()))
    }

    async fn submit(&self, by: &str, case: CaseId) -> Result<(), Failure> {
        self.carry(by, Intent::SubmitCase { case }).await?;
        Ok(())
    }

    async fn vote(
        &self,
        by: &str,
        case: CaseId,
        ballot: Ballot,
        reason: &str,
        conditions: &[&str],
    ) -> Result<(), Failure> {
        let snapshot = self.app.snapshot();
        let known = snapshot.state.cases.get(&case).ok_or_else(|| Failure::NotFound(case.to_string()))?;
        let Stage::Deciding(round) = &known.stage else {
            return Err(Failure::Damaged(format!("{case} is not being decided")));
        };
        let conditions = conditions.iter().map(|wording| Condition { wording: Text::from(*wording) }).collect();
        let intent = Intent::CastVote {
            case,
            digest: round.digest,
            on_behalf_of: None,
            ballot,
            reason: Text::from(reason),
            conditions,
        };
        self.carry(by, intent).await?;
        Ok(())
    }
}
