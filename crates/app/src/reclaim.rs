//! Reclaiming: candidates with what they are worth, waves with the letters to their holders, and what was really saved.
//!
//! What holders may answer and what may be decided when is in `domain`.

use std::collections::{BTreeMap, BTreeSet};

use domain::Decimal;
use domain::alert::Trigger;
use domain::command::{Actor, Intent};
use domain::digest::Digest;
use domain::entitlement::Metric;
use domain::event::Event;
use domain::id::{LegalHoldId, ProductId, WaveId};
use domain::money::{Money, sums};
use domain::observation::DeviceIdentity;
use domain::reclaim::{
    Candidate, HoldSubject, HolderAnswer, ItemStatus, ReclaimBasis, ReclaimChoice, Wave, WaveItem, WaveTerms,
    holder_mark,
};
use domain::source::DeviceMark;
use domain::text::Text;
use jiff::Timestamp;
use jiff::civil::Date;
use position::{DeviceIndex, RowKind};

use crate::failure::Failure;
use crate::identities::Secret;
use crate::order::{Order, Receipt, Repetition};
use crate::organisation::App;
use crate::snapshot::Snapshot;

/// An installation that might be reclaimed, or all of one person's where that is one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What it is, as the ledger would name it.
    pub candidate: Candidate,
    /// Why it is not asked for: a legal hold, or a wave that asks already.
    pub not_now: Option<NotNow>,
}

/// Why a candidate is not asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotNow {
    /// It is under this legal hold.
    Held(LegalHoldId),
    /// It is asked in this wave already.
    Asked(WaveId),
}

/// What a wave is worth.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Worth {
    /// What all its items are worth.
    pub potential: Vec<Money>,
    /// What was removed, and is still gone.
    pub measured: Vec<Money>,
    /// Units of all items.
    pub units: u64,
    /// Units that were removed, and are still gone.
    pub units_removed: u64,
    /// Items that were removed and came back, by place.
    pub came_back: Vec<u64>,
}

/// A holder to write to: the item's place, with the secret of its link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The item's number, from 1.
    pub number: u64,
    /// The holder, or what stands in their place.
    pub holder: String,
    /// The device.
    pub device: String,
    /// The path at which the holder answers; whoever has it answers for them.
    pub path: String,
    /// The letter, without the address of this program in front of the path.
    pub text: String,
}

impl Snapshot {
    /// What might be reclaimed of a product, the longest unused first.
    pub fn reclaimable(&self, product: ProductId, basis: ReclaimBasis, at: Timestamp) -> Vec<Found> {
        let Some(known) = self.state.products.get(&product) else { return Vec::new() };
        let today = self.state.day(at);
        let leavers = if basis == ReclaimBasis::Leavers { crate::alerts::leavers(self) } else { BTreeSet::new() };
        let kind = match basis {
            ReclaimBasis::Uncovered => RowKind::Short,
            ReclaimBasis::Dormant { .. } | ReclaimBasis::Leavers => RowKind::Consumed,
        };
        let by_person = known.metric == Metric::NamedUser;
        let devices = if by_person { self.devices_by_person(product) } else { BTreeMap::new() };
        let mut found: Vec<Found> = Vec::new();
        for row in self.rows(product, kind, at) {
            let last_used_on = row.evidence.iter().filter_map(|evidence| evidence.last_used_on).max();
            let person = row.person.as_deref().map(domain::product::folded);
            let fits = match basis {
                ReclaimBasis::Dormant { days } => {
                    crate::alerts::is_dormant(&Trigger::Dormant { days }, last_used_on, today)
                }
                ReclaimBasis::Uncovered => row.units > 0,
                ReclaimBasis::Leavers => person.as_ref().is_some_and(|person| leavers.contains(person)),
            };
            if !fits {
                continue;
            }
            let own = person.as_ref().and_then(|person| devices.get(person)).cloned();
            let marks: Vec<DeviceMark> =
                own.unwrap_or_else(|| vec![row.index]).iter().filter_map(|device| self.mark(*device)).collect();
            let candidate = Candidate {
                devices: marks,
                device_name: Text::from(row.device.as_str()),
                holder: row.person.as_deref().map(Text::from),
                holder_mark: row.person.as_deref().map(holder_mark),
                last_used_on,
                units: row.units,
            };
            let not_now = self.not_now(product, &candidate);
            found.push(Found { candidate, not_now });
        }
        found.sort_by_key(|found| (found.candidate.last_used_on, found.candidate.device_name.shown().to_owned()));
        found
    }

    fn devices_by_person(&self, product: ProductId) -> BTreeMap<String, Vec<DeviceIndex>> {
        let estate = self.base.estate();
        let mut devices: BTreeMap<String, Vec<DeviceIndex>> = BTreeMap::new();
        position::holders_of(&self.base, product, |device, user, _, _| {
            if let Some(user) = user {
                devices.entry(position::user_name(estate, user).to_owned()).or_default().push(device);
            }
        });
        devices
    }

    /// What the ledger calls a device of the estate.
    fn mark(&self, device: DeviceIndex) -> Option<DeviceMark> {
        let facts = self.base.estate().device(device)?;
        Some(DeviceMark::of(&DeviceIdentity { name: facts.name, serial: facts.serial, uuid: facts.uuid }))
    }

    fn not_now(&self, product: ProductId, candidate: &Candidate) -> Option<NotNow> {
        let hold = self.state.legal_holds.values().find(|hold| hold.holds(candidate));
        let asked = || {
            self.state.waves.values().find(|wave| {
                let open = wave.items.iter().filter(|item| item.confirmed_at.is_none());
                !wave.closed
                    && wave.terms.product == product
                    && open.flat_map(|item| &item.candidate.devices).any(|device| candidate.devices.contains(device))
            })
        };
        hold.map(|hold| NotNow::Held(hold.id)).or_else(|| asked().map(|wave| NotNow::Asked(wave.id)))
    }

    /// What a unit of a product is worth: the dearest price in the organisation's currency of a right that counts, since
    /// that one is given back first. `None` where no right states one.
    pub fn unit_worth(&self, product: ProductId, at: Timestamp) -> Option<Money> {
        let today = self.state.day(at);
        let own = self.state.organisation.as_ref().map(|organisation| organisation.currency)?;
        let rights = self.state.entitlements_of(product).filter(|right| right.counts_on(today));
        let prices = rights.filter_map(|right| right.right.unit_price).filter(|price| price.currency == own);
        prices.max_by_key(|price| price.amount)
    }

    /// The marks of all devices that hold a product, each by all that names it: a source that states a serial number
    /// later on must not make a device look gone.
    fn marks_holding(&self, product: ProductId) -> BTreeSet<DeviceMark> {
        let mut devices = Vec::new();
        position::holders_of(&self.base, product, |device, _, _, _| devices.push(device));
        let estate = self.base.estate();
        let facts = devices.into_iter().filter_map(|device| estate.device(device));
        facts
            .flat_map(|facts| {
                let whole = DeviceIdentity { name: facts.name, serial: facts.serial, uuid: facts.uuid };
                let by_serial = DeviceIdentity { uuid: None, ..whole.clone() };
                let by_name = DeviceIdentity { serial: None, ..by_serial.clone() };
                [whole, by_serial, by_name].map(|identity| DeviceMark::of(&identity))
            })
            .collect()
    }

    /// Items whose product stands on none of their devices any more, although they are to be removed.
    pub(crate) fn gone(&self) -> Vec<(WaveId, u64)> {
        let mut gone = Vec::new();
        for wave in self.state.waves.values() {
            let due = |item: &WaveItem| {
                let decided = item.decision.as_ref();
                decided.is_some_and(|decision| decision.choice == ReclaimChoice::Reclaim) && item.confirmed_at.is_none()
            };
            if !wave.items.iter().any(due) {
                continue;
            }
            let holding = self.marks_holding(wave.terms.product);
            let items = (0..).zip(&wave.items).filter(|(_, item)| due(item));
            let removed = items.filter(|(_, item)| !item.candidate.devices.iter().any(|mark| holding.contains(mark)));
            gone.extend(removed.map(|(place, _)| (wave.id, place)));
        }
        gone
    }

    /// What a wave is worth: what its items would save, and what was saved and still is.
    pub fn worth(&self, wave: &Wave) -> Worth {
        let removed = |item: &&WaveItem| item.confirmed_at.is_some();
        let holding = if wave.items.iter().any(|item| removed(&item)) {
            self.marks_holding(wave.terms.product)
        } else {
            BTreeSet::new()
        };
        let is_back = |item: &WaveItem| item.candidate.devices.iter().any(|mark| holding.contains(mark));
        let units = |items: &mut dyn Iterator<Item = &WaveItem>| {
            items.fold(0_u64, |sum, item| sum.saturating_add(item.candidate.units))
        };
        let all = units(&mut wave.items.iter());
        let gone = units(&mut wave.items.iter().filter(removed).filter(|item| !is_back(item)));
        let worth = |units: u64| sums(wave.terms.unit_price.and_then(|price| price.times(units)).into_iter());
        let back = (0..).zip(&wave.items).filter(|(_, item)| item.confirmed_at.is_some() && is_back(item));
        Worth {
            potential: worth(all),
            measured: worth(gone),
            units: all,
            units_removed: gone,
            came_back: back.map(|(place, _)| place).collect(),
        }
    }

    /// The subject of a legal hold: the device of this key or name, else the holder of this name.
    pub fn hold_subject(&self, device: Option<&str>, holder: Option<&str>) -> Result<(HoldSubject, String), String> {
        let estate = self.base.estate();
        match (device, holder) {
            (Some(given), None) => {
                let by_key = estate.device_with_key(given);
                let by_name = || {
                    let named = |device: &DeviceIndex| {
                        estate.device(*device).is_some_and(|facts| {
                            domain::product::folds_to(&facts.name, &domain::product::folded(given))
                        })
                    };
                    estate.devices().find(named)
                };
                let facts = by_key.or_else(by_name).and_then(|device| estate.device(device));
                let facts = facts.ok_or_else(|| format!("No device has the key or the name {given}."))?;
                let name = facts.name.clone();
                let mark = DeviceMark::of(&DeviceIdentity { name: facts.name, serial: facts.serial, uuid: facts.uuid });
                Ok((HoldSubject::Device(mark), name))
            }
            (None, Some(name)) => Ok((HoldSubject::Holder(holder_mark(name)), name.to_owned())),
            (Some(_), Some(_)) | (None, None) => Err("Name a device or a holder, one of the two.".to_owned()),
        }
    }

    /// How many items of a wave stand like each status, in the order of [`ItemStatus::ALL`].
    pub fn tally(&self, wave: &Wave, today: Date) -> [u64; 7] {
        ItemStatus::ALL.map(|status| {
            let fitting = wave.items.iter().filter(|item| wave.status(item, today) == status);
            u64::try_from(fitting.count()).unwrap_or(u64::MAX)
        })
    }
}

/// The letter to a holder.
fn letter(snapshot: &Snapshot, terms: &WaveTerms, number: u64, candidate: &Candidate, secret: &Secret) -> Letter {
    let organisation = snapshot.state.organisation.as_ref().map_or("", |organisation| organisation.name.as_str());
    let product = snapshot.state.product_name(terms.product);
    let holder = candidate.holder.as_ref().map_or("holder of this device", |holder| holder.shown()).to_owned();
    let device = candidate.device_name.shown().to_owned();
    let used = candidate.last_used_on.map_or_else(
        || "We do not know when it was last used.".to_owned(),
        |day| format!("It was last used on {day}, as far as we know."),
    );
    let path = format!("/reclaim/answer/{}", secret.0);
    let text = format!(
        "{organisation}\n\nTo {holder}\n\nDo you still need {product} on {device}?\n\n{used} Somebody else may need the \
         licence, or it need not be paid again.\n\nAnswer by {} at the address below: keep it, and say what you need it \
         for, or let it go. If you let it go, files that you made with it stay. Whoever keeps our software decides after \
         that day, also where you do not answer, and nothing is removed before.\n",
        terms.answer_by
    );
    Letter { number, holder, device, path, text }
}

impl App {
    /// Opens a wave that asks the holders of these candidates, and gives the letters to them. The secrets of their links
    /// are nowhere else: only digests are kept.
    pub async fn open_wave(
        &self,
        actor: Actor,
        terms: WaveTerms,
        candidates: Vec<Candidate>,
        repetition: Option<Repetition>,
    ) -> Result<(Vec<Letter>, Receipt), Failure> {
        let snapshot = self.snapshot();
        let mut letters = Vec::new();
        let mut items = Vec::new();
        for (number, candidate) in (1..).zip(candidates) {
            let (secret, digest) = self.new_secret();
            letters.push(letter(&snapshot, &terms, number, &candidate, &secret));
            items.push((candidate, digest));
        }
        let intent = Intent::OpenWave { terms, items };
        let receipt = self.carry(Order { actor, intent, repetition, reports: Vec::new(), usage: Vec::new() }).await?;
        // A repetition made nothing, so its secrets open nothing.
        Ok((if receipt.repeated { Vec::new() } else { letters }, receipt))
    }

    /// Gives the holder of an item another link, and the letter with it.
    pub async fn ask_again(
        &self,
        actor: Actor,
        (wave, item): (WaveId, u64),
        repetition: Option<Repetition>,
    ) -> Result<(Option<Letter>, Receipt), Failure> {
        let (secret, link) = self.new_secret();
        let intent = Intent::AskHolderAgain { wave, item, link };
        let receipt = self.carry(Order { actor, intent, repetition, reports: Vec::new(), usage: Vec::new() }).await?;
        let known = receipt.snapshot.state.waves.get(&wave).filter(|_| !receipt.repeated);
        let found = known.and_then(|known| Some((known, known.items.get(usize::try_from(item).ok()?)?)));
        let letter = found.map(|(known, found)| {
            letter(&receipt.snapshot, &known.terms, item.saturating_add(1), &found.candidate, &secret)
        });
        Ok((letter, receipt))
    }

    /// Records what the holder of a link answers.
    pub async fn answer_reclaim(
        &self,
        secret: &str,
        answer: HolderAnswer,
        reason: Option<String>,
    ) -> Result<Receipt, Failure> {
        let link = Digest::of(secret.as_bytes());
        let intent = Intent::AnswerReclaim { link, answer, reason: reason.map(Text::from) };
        self.carry(Order::new(Actor::Program, intent)).await
    }

    /// The wave and item of a link; `None` where it opens nothing.
    pub fn asked_by(&self, snapshot: &Snapshot, secret: &str) -> Option<(WaveId, u64)> {
        snapshot.state.reclaim_links.get(&Digest::of(secret.as_bytes())).copied()
    }
}

/// The number of the wave that a receipt tells of.
pub fn wave_of(receipt: &Receipt) -> Option<WaveId> {
    receipt.recorded.iter().find_map(|recorded| match recorded.event {
        Event::WaveOpened { wave, .. } => Some(wave),
        _ => None,
    })
}

/// What all waves together would save and have saved, by currency.
pub fn all_worth(snapshot: &Snapshot) -> (Vec<Money>, Vec<Money>) {
    let worth: Vec<Worth> = snapshot.state.waves.values().map(|wave| snapshot.worth(wave)).collect();
    let nothing = |money: &Money| money.amount != Decimal::ZERO;
    (
        sums(worth.iter().flat_map(|worth| worth.potential.iter().copied()).filter(nothing)),
        sums(worth.iter().flat_map(|worth| worth.measured.iter().copied()).filter(nothing)),
    )
}
