//! What would be: the state and the installed base as a scenario's assumptions make them on a day.
//!
//! Assumptions change copies; the position of the copies is reckoned by the same engine as any other. Which numbers are
//! set side by side is in `supposition::comparison`.

pub mod comparison;
mod devices;
mod rights;

use std::collections::BTreeSet;

use domain::State;
use domain::id::{ImportId, ProductId, TitleMatchId};
use domain::observation::{DeviceAttributes, DeviceIdentity, DeviceKind, DeviceReport, Installation, RawTitle};
use domain::product::{TitleMatch, TitlePattern, folded, folds_to};
use domain::scenario::{Assumption, MachineFacts, Part, Staffing};
use jiff::civil::Date;
use serde::Serialize;

use crate::base::{Base, Recognition};
use crate::estate::{DeviceIndex, InstalledTitle};
use devices::{Workplaces, rounded_share};

/// The source under whose name devices are added that nobody reported.
const SOURCE: &str = "scenario";
/// Counts as the latest import of every source.
const IMPORT: ImportId = ImportId(u64::MAX);

/// What an assumption did to a product, or to none where it found nothing to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Effect {
    /// The place of the assumption in its scenario, from 0.
    pub assumption: usize,
    /// The product.
    pub product: Option<ProductId>,
    /// What it did, as a sentence.
    pub text: String,
}

/// A state and an installed base that nobody recorded.
#[derive(Debug, Clone)]
pub struct Supposed {
    /// The state.
    pub state: State,
    /// The installed base.
    pub base: Base,
    /// What each assumption did.
    pub effects: Vec<Effect>,
}

/// What holds on a day under `assumptions`, which are applied in their order.
pub fn suppose(state: &State, base: &Base, assumptions: &[Assumption], day: Date) -> Supposed {
    let installed = with_devices(state, base, assumptions, &active(assumptions, day));
    with_rights(installed, assumptions, day)
}

/// Which of `assumptions` change what is installed on `day`.
fn active(assumptions: &[Assumption], day: Date) -> Vec<bool> {
    let holds = |assumption: &Assumption| match assumption {
        Assumption::Hire { from, until, .. } | Assumption::Project { from, until, .. } => {
            *from <= day && until.is_none_or(|until| day <= until)
        }
        Assumption::Leave { from, .. }
        | Assumption::Migrate { from, .. }
        | Assumption::Machine { from, .. }
        | Assumption::Host { from, .. }
        | Assumption::Remove { from, .. } => *from <= day,
        Assumption::Price { .. }
        | Assumption::Tier { .. }
        | Assumption::Bundle { .. }
        | Assumption::Buy { .. }
        | Assumption::End { .. }
        | Assumption::Renew { .. } => false,
    };
    assumptions.iter().map(holds).collect()
}

fn with_devices(state: &State, base: &Base, assumptions: &[Assumption], active: &[bool]) -> Supposed {
    let mut supposed = Supposed { state: state.clone(), base: base.clone(), effects: Vec::new() };
    for (place, (assumption, _)) in assumptions.iter().zip(active).enumerate().filter(|(_, (_, active))| **active) {
        supposed.install(place, assumption);
    }
    supposed
}

fn with_rights(mut supposed: Supposed, assumptions: &[Assumption], day: Date) -> Supposed {
    for (place, assumption) in assumptions.iter().enumerate() {
        let effects = rights::apply(&mut supposed.state, place, assumption, day);
        supposed.effects.extend(effects);
    }
    supposed.base.follow(&supposed.state);
    supposed
}

impl Supposed {
    fn note(&mut self, assumption: usize, product: Option<ProductId>, text: String) {
        self.effects.push(Effect { assumption, product, text });
    }

    fn install(&mut self, place: usize, assumption: &Assumption) {
        match assumption {
            Assumption::Hire { staffing, .. } => self.hire(place, staffing),
            Assumption::Leave { staffing, .. } => self.leave(place, staffing),
            Assumption::Project { devices, product, .. } => {
                let title = self.title_of(*product);
                for number in 1..=*devices {
                    self.add(place, number, DeviceAttributes::default(), std::slice::from_ref(&title));
                }
                self.note(place, Some(*product), format!("{devices} further devices hold it."));
            }
            Assumption::Migrate { part, product, to, .. } => self.migrate(place, *part, *product, *to),
            Assumption::Machine { device, facts, .. } => self.change_machine(place, device, facts),
            Assumption::Host { name, facts, .. } => {
                let attributes =
                    DeviceAttributes { kind: DeviceKind::Physical, ..with_facts(facts, DeviceAttributes::default()) };
                let device = DeviceIdentity { name: name.clone(), serial: None, uuid: None };
                self.report(SOURCE, device, attributes, Vec::new());
                self.note(place, None, format!("{name} is a host.{}", stated(facts)));
            }
            Assumption::Remove { device, .. } => self.remove_machine(place, device),
            Assumption::Price { .. }
            | Assumption::Tier { .. }
            | Assumption::Bundle { .. }
            | Assumption::Buy { .. }
            | Assumption::End { .. }
            | Assumption::Renew { .. } => {}
        }
    }

    fn hire(&mut self, place: usize, staffing: &Staffing) {
        let workplaces = Workplaces::of(&self.base, staffing.unit.as_deref());
        let counts = workplaces.counts(&self.base, staffing);
        if counts.is_empty() {
            self.note(place, None, "Nobody there has a product, so there is no average.".to_owned());
            return;
        }
        let titles: Vec<(u64, RawTitle)> =
            counts.iter().map(|count| (count.units, self.title_of(count.product))).collect();
        for number in 1..=staffing.persons {
            let user = format!("{SOURCE} {} {number}", place + 1);
            let attributes = DeviceAttributes {
                kind: DeviceKind::Physical,
                business_unit: staffing.unit.clone(),
                primary_user: Some(user),
                ..DeviceAttributes::default()
            };
            let held = titles.iter().filter(|(units, _)| number <= *units).map(|(_, title)| title.clone());
            let held: Vec<RawTitle> = held.collect();
            self.add(place, number, attributes, &held);
        }
        for count in counts {
            let text = format!("{} of {} new persons have it. {}", count.units, staffing.persons, count.basis);
            self.note(place, Some(count.product), text);
        }
    }

    fn leave(&mut self, place: usize, staffing: &Staffing) {
        let workplaces = Workplaces::of(&self.base, staffing.unit.as_deref());
        let counts = workplaces.counts(&self.base, staffing);
        if counts.is_empty() {
            self.note(place, None, "Nobody there has a product, so nothing is removed.".to_owned());
        }
        for count in counts {
            let holders = workplaces.holders(&self.base, count.product);
            let most = usize::try_from(count.units).unwrap_or(usize::MAX);
            let gone: Vec<DeviceIndex> = holders.iter().take(most).flatten().copied().collect();
            for device in &gone {
                self.take_off(*device, count.product, None);
            }
            let persons = holders.len().min(most);
            let text = format!("It is removed from {} devices of {persons} persons. {}", gone.len(), count.basis);
            self.note(place, Some(count.product), text);
        }
    }

    fn migrate(&mut self, place: usize, part: Part, product: ProductId, to: ProductId) {
        let mut holders: Vec<DeviceIndex> = Vec::new();
        crate::holding::holders_of(&self.base, product, |device, _, _, _| holders.push(device));
        holders.sort_by_cached_key(|device| self.base.estate().order_of(device.0));
        let all = u64::try_from(holders.len()).unwrap_or(u64::MAX);
        let wanted = match part {
            Part::Devices(devices) => devices.min(all),
            Part::Percent(percent) => rounded_share(u64::from(percent), all, 100),
        };
        let title = self.title_of(to);
        for device in holders.iter().take(usize::try_from(wanted).unwrap_or(usize::MAX)) {
            self.take_off(*device, product, Some(&title));
        }
        self.note(place, Some(product), format!("It is replaced on {wanted} of {all} devices, in order of name."));
        self.note(place, Some(to), format!("{wanted} devices get it."));
    }

    fn change_machine(&mut self, place: usize, device: &str, facts: &MachineFacts) {
        let Some(index) = self.device_called(device) else {
            return self.note(place, None, format!("There is no device {device}."));
        };
        self.say_again(index, |attributes| with_facts(facts, attributes), |_| true, None);
        self.note(place, None, format!("{device} is another machine.{}", stated(facts)));
    }

    fn remove_machine(&mut self, place: usize, device: &str) {
        let Some(index) = self.device_called(device) else {
            return self.note(place, None, format!("There is no device {device}."));
        };
        let held = crate::holding::products_on(&self.base, index);
        let away = |attributes| DeviceAttributes { cluster: None, host: None, ..attributes };
        self.say_again(index, away, |_| false, None);
        self.note(place, None, format!("{device} is taken away, and out of its cluster."));
        for (product, _) in held {
            self.note(place, Some(product), format!("It is gone from {device}."));
        }
    }

    /// A title that is recognised as `product`: the one on most devices, in the last of its versions, or one of the
    /// scenario's own where none is installed.
    fn title_of(&mut self, product: ProductId) -> RawTitle {
        if let Some(facts) = self.base.titles_of(product).into_iter().next() {
            let version = facts.versions.last().cloned();
            return RawTitle { publisher: facts.publisher, name: facts.name, version };
        }
        let name = format!("{SOURCE} {product}");
        // Numbers from the end of the range are given to nobody.
        let id = TitleMatchId(u64::MAX - product.0);
        let pattern = TitlePattern { name: name.clone(), publisher: None };
        let rule = TitleMatch { id, pattern, product: Some(product) };
        self.state.title_matches.insert(id, std::sync::Arc::new(rule));
        self.base.follow(&self.state);
        RawTitle { publisher: None, name, version: None }
    }

    fn add(&mut self, place: usize, number: u64, attributes: DeviceAttributes, titles: &[RawTitle]) {
        let name = format!("{SOURCE}-{}-{number}", place + 1);
        let titles: BTreeSet<&RawTitle> = titles.iter().collect();
        let installations = titles.into_iter().map(installation).collect();
        self.report(SOURCE, DeviceIdentity { name, serial: None, uuid: None }, attributes, installations);
    }

    fn report(
        &mut self,
        source: &str,
        device: DeviceIdentity,
        attributes: DeviceAttributes,
        installations: Vec<Installation>,
    ) {
        let report = DeviceReport { device, attributes, installations, from_outside: false, reported_at: None };
        self.base.report(source, IMPORT, &report);
    }

    /// Takes `product` off a device, and puts `instead` there.
    fn take_off(&mut self, device: DeviceIndex, product: ProductId, instead: Option<&RawTitle>) {
        let is_product = |title: &RawTitle| self.base.recognition_of(title) == Recognition::Product(product);
        let installed = self.base.estate().installed_on(device).into_iter().map(|installed| installed.title);
        let gone: BTreeSet<RawTitle> = installed.filter(is_product).collect();
        self.say_again(device, |attributes| attributes, |title| !gone.contains(&title.title), instead);
    }

    /// Lets every source of a device report it again: with other attributes, with less, and with one title more.
    fn say_again(
        &mut self,
        index: DeviceIndex,
        attributes: impl Fn(DeviceAttributes) -> DeviceAttributes,
        kept: impl Fn(&InstalledTitle) -> bool,
        added: Option<&RawTitle>,
    ) {
        let Some(facts) = self.base.estate().device(index) else { return };
        let installed = self.base.estate().installed_on(index);
        let sources: BTreeSet<&str> = facts.reports.iter().map(|report| report.source.as_str()).collect();
        for (place, source) in sources.into_iter().enumerate() {
            let of_source = installed.iter().filter(|title| title.sources.iter().any(|by| by == source) && kept(title));
            let mut installations: Vec<Installation> = of_source
                .map(|title| Installation { last_used_on: title.last_used_on, ..installation(&title.title) })
                .collect();
            installations.extend(added.filter(|_| place == 0).map(installation));
            installations.sort_by(|one, other| one.title.cmp(&other.title));
            installations.dedup_by(|one, other| one.title == other.title);
            let report = DeviceReport {
                device: DeviceIdentity {
                    name: facts.name.clone(),
                    serial: facts.serial.clone(),
                    uuid: facts.uuid.clone(),
                },
                attributes: attributes(facts.attributes.clone()),
                installations,
                from_outside: false,
                reported_at: facts.reports.iter().filter_map(|report| report.reported_at).max(),
            };
            self.base.report(source, IMPORT, &report);
        }
    }

    fn device_called(&self, name: &str) -> Option<DeviceIndex> {
        let (estate, wanted) = (self.base.estate(), folded(name));
        let named = || estate.devices().find(|device| folds_to(estate.name_of(device.0), &wanted));
        estate.device_with_key(name).or_else(named)
    }
}

fn installation(title: &RawTitle) -> Installation {
    Installation { title: title.clone(), last_used_on: None, source_id: None }
}

fn with_facts(facts: &MachineFacts, attributes: DeviceAttributes) -> DeviceAttributes {
    DeviceAttributes {
        kind: if facts.host.is_some() { DeviceKind::Virtual } else { attributes.kind },
        processors: facts.processors.or(attributes.processors),
        cores: facts.cores.or(attributes.cores),
        virtual_processors: facts.virtual_processors.or(attributes.virtual_processors),
        host: facts.host.clone().or(attributes.host),
        cluster: facts.cluster.clone().or(attributes.cluster),
        ..attributes
    }
}

fn stated(facts: &MachineFacts) -> String {
    let said = facts.to_string();
    if said.is_empty() { said } else { format!(" It has{said}.") }
}
