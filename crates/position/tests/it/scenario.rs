//! Stories as text: one line for each step, the answer at the end of the line after `->`.
//!
//! ```text
//! now 2026-04-01T12:00:00Z            zone Europe/Prague
//! product Draw device                 a name and the metric; numbers are given in order
//! match draw*: Draw                   or `none` for what needs no licence
//! right Draw 10 device from 2026-01-01 until 2026-12-31 retired 2026-06-01 exempt test,dev second price 300
//! right Suite 5 device only Eu,Us env test newest 2 older maintained 2026-12-31 instead Draw,Write
//! suite Office from 2: Draw!, Write   mandatory ones with a mark
//! grant Draw 5 device in test until 2026-06-30 from 2026-02-01T00:00:00Z revoked 2026-05-01T00:00:00Z
//! report pc-1 uuid u1 serial s1 by ana in test source agent import 2 at 2026-03-30T08:00:00Z: Draw 1, Write
//! report vm-1 kind virtual vcpus 4 on esx-1 cluster c1 cpus 2 cores 8 model Xeon: Draw 1
//! line Draw -> …                      exposure, saving, supplies, working, freshness
//! rows short Draw -> …                consumed, covered, short, exempt
//! check deploy 3 Draw in test -> …    devices -> …    queue -> …
//! ```

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use domain::entitlement::{Metric, Quantity, Versions};
use domain::id::{ImportId, ProductId};
use domain::observation::{DeviceIdentity, DeviceKind, Environment, Installation};
use domain::product::{Necessity, Suite};
use jiff::Timestamp;
use position::check::{Action, Question, Remedy, answer};
use position::{Line, RowKind, Supply, line, rows, unrecognised};

use crate::world::{self, GrantSpec, Said, World};

/// Runs a story and compares every answer; on a difference shows the story as it is.
pub(crate) fn tell(story: &str) {
    let mut teller = Teller::default();
    let mut told = String::new();
    let mut as_expected = true;
    for step in story.lines().map(str::trim) {
        let (command, expected) = match step.split_once("->") {
            Some((command, expected)) => (command.trim(), Some(expected.trim())),
            None => (step, None),
        };
        let said = if command.is_empty() { None } else { teller.step(command) };
        as_expected &= expected == said.as_deref();
        match said {
            Some(said) => writeln!(told, "{command} -> {said}").unwrap(),
            None => writeln!(told, "{command}").unwrap(),
        }
    }
    assert!(as_expected, "the story goes differently:\n{told}");
}

struct Teller {
    world: World,
    products: BTreeMap<String, ProductId>,
    /// The same estate, report by report; must not differ from one built at once.
    base: position::Base,
}

impl Default for Teller {
    fn default() -> Self {
        let state = domain::State {
            organisation: Some(Arc::new(world::organisation("Europe/Prague"))),
            ..domain::State::default()
        };
        let at = "2026-04-01T12:00:00Z".parse().unwrap();
        Self { world: World { state, said: Vec::new(), at }, products: BTreeMap::new(), base: position::Base::new() }
    }
}

/// The words of a command: those in fixed places, then pairs of a key and a value.
struct Words<'a>(Vec<&'a str>);

impl<'a> Words<'a> {
    fn at(&self, place: usize) -> &'a str {
        self.0.get(place).unwrap_or_else(|| panic!("a word is missing in {:?}", self.0))
    }

    fn after(&self, key: &str) -> Option<&'a str> {
        let place = self.0.iter().position(|word| *word == key)?;
        Some(self.at(place + 1))
    }

    fn has(&self, word: &str) -> bool {
        self.0.contains(&word)
    }
}

fn metric(word: &str) -> Metric {
    Metric::from_word(word).unwrap_or_else(|| panic!("{word} is no metric"))
}

fn environment(word: &str) -> Environment {
    Environment::from_word(word).unwrap_or_else(|| panic!("{word} is no environment"))
}

fn instant(word: &str) -> Timestamp {
    word.parse().unwrap()
}

impl Teller {
    fn step(&mut self, command: &str) -> Option<String> {
        let (command, rest) = match command.split_once(": ") {
            Some((head, rest)) if ["report", "match", "suite"].iter().any(|word| head.starts_with(word)) => {
                (head, rest.trim())
            }
            _ => (command, ""),
        };
        let words = Words(command.split_whitespace().collect());
        match words.at(0) {
            "now" => self.world.at = instant(words.at(1)),
            "zone" => self.world.state.organisation = Some(Arc::new(world::organisation(words.at(1)))),
            "product" => self.product(&words),
            "match" => self.recognise(&command["match".len()..], rest),
            "right" => self.right(&words),
            "suite" => self.suite(&words, rest),
            "outbound" => world::make_outbound(&mut self.world.state, words.at(1).parse().unwrap()),
            "grant" => self.grant(&words),
            "report" => self.report(&words, rest),
            _ => {
                self.base.follow(&self.world.state);
                let said = self.say(&words);
                self.base = self.world.base();
                assert_eq!(said, self.say(&words), "built at once, the estate says something else");
                return Some(said);
            }
        }
        None
    }

    fn product(&mut self, words: &Words<'_>) {
        let number = self.products.len() as u64 + 1;
        let id = world::add_product(&mut self.world.state, number, words.at(1), metric(words.at(2)));
        self.products.insert(words.at(1).to_owned(), id);
    }

    fn recognise(&mut self, pattern: &str, product: &str) {
        let number = self.world.state.title_matches.len() as u64 + 1;
        let product = self.products.get(product).copied();
        world::add_match(&mut self.world.state, number, world::pattern(pattern.trim()), product);
    }

    fn right(&mut self, words: &Words<'_>) {
        let number = self.world.state.entitlements.len() as u64 + 1;
        let quantity = match words.at(2) {
            "unlimited" => Quantity::Unlimited,
            units => Quantity::Units(units.parse().unwrap()),
        };
        let mut right = world::right(metric(words.at(3)), quantity);
        right.starts_on = words.after("from").map(world::date);
        right.ends_on = words.after("until").map(world::date);
        right.secondary_use = words.has("second");
        right.unit_price = words.after("price").map(world::euros);
        let exempt = words.after("exempt").unwrap_or_default();
        right.exempt_environments = exempt.split(',').filter(|word| !word.is_empty()).map(environment).collect();
        let names = |key: &str| words.after(key).into_iter().flat_map(|names| names.split(','));
        right.use_rights.scope.regions = names("only").map(str::to_owned).collect();
        right.use_rights.scope.environments = names("env").map(environment).collect();
        right.use_rights.versions = words.after("newest").map(|newest| Versions {
            newest: newest.to_owned(),
            downgrade: words.has("older"),
            maintained_until: words.after("maintained").map(world::date),
        });
        right.use_rights.instead_for = names("instead").map(|name| self.products[name]).collect();
        let retired_on = words.after("retired").map(world::date);
        world::add_entitlement(&mut self.world.state, number, self.products[words.at(1)], right, retired_on);
    }

    fn suite(&mut self, words: &Words<'_>, components: &str) {
        let component = |name: &str| match name.trim().strip_suffix('!') {
            Some(name) => (self.products[name], Necessity::Mandatory),
            None => (self.products[name.trim()], Necessity::Optional),
        };
        let suite = Suite {
            components: components.split(',').map(component).collect(),
            inferred_from: words.after("from").map_or(0, |number| number.parse().unwrap()),
        };
        let product = self.products[words.at(1)];
        let mut known = self.world.state.products[&product].as_ref().clone();
        known.suite = Some(suite);
        self.world.state.products.insert(product, Arc::new(known));
    }

    fn grant(&mut self, words: &Words<'_>) {
        let id = self.world.state.grants.len() as u64 + 1;
        let spec = GrantSpec {
            id,
            product: self.products[words.at(1)],
            quantity: words.at(2).parse().unwrap(),
            metric: metric(words.at(3)),
            environment: words.after("in").map(environment),
            until: world::date(words.after("until").unwrap()),
            granted_at: instant(words.after("from").unwrap_or("2026-01-01T00:00:00Z")),
            revoked_at: words.after("revoked").map(instant),
        };
        world::add_grant(&mut self.world.state, spec);
    }

    /// A title is a name, with a version where its last word begins with a digit, and a last use after `used`.
    fn report(&mut self, words: &Words<'_>, titles: &str) {
        let identity = DeviceIdentity {
            name: words.at(1).to_owned(),
            serial: words.after("serial").map(str::to_owned),
            uuid: words.after("uuid").map(str::to_owned),
        };
        let mut report = world::report(identity, Vec::new());
        report.attributes.environment = words.after("in").map(environment);
        report.attributes.primary_user = words.after("by").map(str::to_owned);
        let number = |word: &str| words.after(word).map(|number| number.parse().unwrap());
        report.attributes.processors = number("cpus");
        report.attributes.cores = number("cores");
        report.attributes.virtual_processors = number("vcpus");
        report.attributes.processor_model = words.after("model").map(str::to_owned);
        report.attributes.region = words.after("region").map(str::to_owned);
        report.attributes.host = words.after("on").map(str::to_owned);
        report.attributes.cluster = words.after("cluster").map(str::to_owned);
        report.attributes.kind = match words.after("kind") {
            Some("virtual") => DeviceKind::Virtual,
            Some("container") => DeviceKind::Container,
            Some("physical") => DeviceKind::Physical,
            _ => DeviceKind::Unknown,
        };
        report.reported_at = words.after("at").map(instant);
        for title in titles.split(',').map(str::trim).filter(|title| !title.is_empty()) {
            let (title, last_used_on) = match title.split_once(" used ") {
                Some((title, day)) => (title, Some(world::date(day))),
                None => (title, None),
            };
            let (name, version) = match title.rsplit_once(' ') {
                Some((name, version)) if version.starts_with(|first: char| first.is_ascii_digit()) => {
                    (name, Some(version))
                }
                _ => (title, None),
            };
            let title = world::title(name, version);
            report.installations.push(Installation { title, last_used_on, source_id: None });
        }
        let source = words.after("source").unwrap_or("agent").to_owned();
        let import = ImportId(words.after("import").map_or(1, |number| number.parse().unwrap()));
        self.base.report(&source, import, &report);
        self.world.said.push(Said { source, import, report });
    }

    fn say(&self, words: &Words<'_>) -> String {
        match words.at(0) {
            "line" => numbers(&self.line(words.at(1))),
            "exposure" => self.line(words.at(1)).exposure.basis.to_string(),
            "saving" => self.line(words.at(1)).saving.basis.to_string(),
            "supplies" => supplies(&self.line(words.at(1)).supplies),
            "freshness" => {
                let freshness = self.line(words.at(1)).freshness;
                format!("{:?} to {:?}, {} undated", freshness.oldest, freshness.newest, freshness.undated)
            }
            "working" => {
                let steps = self.line(words.at(1)).working;
                let steps = steps.iter().map(|step| format!("{} {}: {}", step.label, step.amount, step.text));
                steps.collect::<Vec<_>>().join(" | ")
            }
            "rows" => self.rows(words.at(1), words.at(2)),
            "check" => self.check(words),
            "devices" => self.devices(),
            "queue" => self.queue(),
            other => panic!("no step begins with {other}"),
        }
    }

    fn line(&self, product: &str) -> Line {
        line(&self.world.state, &self.base, self.products[product], self.world.at).unwrap()
    }

    fn rows(&self, kind: &str, product: &str) -> String {
        let kind = match kind {
            "consumed" => RowKind::Consumed,
            "covered" => RowKind::Covered,
            "short" => RowKind::Short,
            "exempt" => RowKind::Exempt,
            "included" => RowKind::Included,
            other => panic!("{other} is no kind of row"),
        };
        let rows = rows(&self.world.state, &self.base, self.products[product], kind, self.world.at);
        let rows = rows.iter().map(|row| {
            let by = row.by.map(|by| format!(" by {by}")).unwrap_or_default();
            let person = row.person.as_ref().map(|person| format!("{person}@")).unwrap_or_default();
            let evidence: Vec<String> = row
                .evidence
                .iter()
                .map(|found| format!("{} {}", found.title.name, found.title.version.as_deref().unwrap_or("-")))
                .collect();
            let units = if row.units == 1 { String::new() } else { format!("{} × ", row.units) };
            format!("{units}{person}{} ({}){by}", row.device, evidence.join(", "))
        });
        rows.collect::<Vec<_>>().join("; ")
    }

    fn check(&self, words: &Words<'_>) -> String {
        let action = match words.at(1) {
            "deploy" => Action::Deploy,
            "provision" => Action::Provision,
            "use" => Action::Use,
            other => panic!("{other} is no action"),
        };
        let question = Question {
            action,
            quantity: words.at(2).parse().unwrap(),
            product: self.products.get(words.at(3)).copied().unwrap_or(ProductId(99)),
            environment: words.after("in").map(environment),
            at: self.world.at,
        };
        let answer = answer(&self.world.state, &self.base, &question);
        let mut said = answer.sentence;
        if let Some(until) = answer.valid_until {
            write!(said, " Until {until}.").unwrap();
        }
        for remedy in answer.remedies {
            match remedy {
                Remedy::Reclaim { devices, unused_since } => {
                    write!(said, " Reclaim {devices} unused since {unused_since}.").unwrap();
                }
                Remedy::RequestException { quantity, .. } => write!(said, " Request {quantity}.").unwrap(),
            }
        }
        said
    }

    fn devices(&self) -> String {
        let estate = self.base.estate();
        let mut devices: Vec<String> = estate
            .devices()
            .map(|index| {
                let facts = estate.device(index).unwrap();
                let titles = estate.installed_on(index);
                let titles: Vec<String> =
                    titles.iter().map(|title| format!("{} of {}", title.title.name, title.sources.join("+"))).collect();
                format!("{} ({})", facts.key, titles.join(", "))
            })
            .collect();
        devices.sort();
        devices.join("; ")
    }

    fn queue(&self) -> String {
        let queue = unrecognised(&self.world.state, &self.base);
        let entries = queue.iter().map(|entry| {
            let suggestions: Vec<&str> = entry.suggestions.iter().map(|suggestion| suggestion.name.as_str()).collect();
            format!("{} on {} ({})", entry.name, entry.devices, suggestions.join(", "))
        });
        entries.collect::<Vec<_>>().join("; ")
    }
}

fn numbers(line: &Line) -> String {
    let mut said = format!("{} entitled, {} consumed", line.entitled, line.consumed);
    if let Some(range) = &line.range {
        write!(said, " ({} to {})", range.low, range.high).unwrap();
    }
    let numbers = [
        (line.included, "in suites"),
        (line.exempt, "exempt"),
        (line.covered_by_entitlements, "by rights"),
        (line.covered_by_grants, "by exceptions"),
        (line.short, "short"),
        (line.surplus.unwrap_or(0), "surplus"),
    ];
    for (number, word) in numbers.into_iter().filter(|(number, _)| *number > 0) {
        write!(said, ", {number} {word}").unwrap();
    }
    said
}

fn supplies(supplies: &[Supply]) -> String {
    let said = supplies.iter().map(|supply| match &supply.why_not {
        Some(why_not) => why_not.clone(),
        None => {
            let lent = if supply.lent > 0 { format!(", lends {}", supply.lent) } else { String::new() };
            let of = supply.of.map(|of| format!(" of {of}")).unwrap_or_default();
            let (source, given) = (supply.source, supply.given);
            format!("{source}{of} uses {} of {given}{lent} and covers {}.", supply.used, supply.covers)
        }
    });
    said.collect::<Vec<_>>().join(" ")
}
