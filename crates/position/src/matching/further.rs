//! Further units: how many more would be covered, for the question whether they may be used.
//!
//! Where one count decides, or a flow over classes, the answer is in the [`Room`] that spending leaves. Where which units
//! are covered decides, a further unit may take the place of another one, so it is asked what would be covered if they
//! were there: the whole of spending once more, with them. What is equal is taken in order of name, and their names are
//! not known; so they are tried before all others and after all others, and the worse of both is what they would find.

use std::collections::BTreeMap;

use domain::observation::Environment;

use super::by_rows::{self, By, Unit};
use super::{Outcome, Room, Use, spend_grants, which_units_decide};
use crate::demand::{Demand, Version};
use crate::metrics::{Kind, Plain};
use crate::supply::Selected;

/// So many further units are tried one by one at most. More of them are covered only by what covers whatever there is.
const TRIED_MAX: u64 = 10_000;

/// What further units in an environment would find.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Further {
    /// How many can be used before the shortage grows; `None` where there is no limit.
    pub(crate) free: Option<u64>,
    /// How many before more rests on exceptions, too.
    pub(crate) by_rights: u64,
    /// Beside [`Selected::grants`], the units that would be used with as many as were asked for.
    pub(crate) grants: Vec<u64>,
}

impl Further {
    /// What `asked` further units in `environment` would find beside `demand`, on which `selected` was spent with `outcome`.
    pub(crate) fn of(
        demand: &Demand<'_>,
        selected: &Selected<'_>,
        outcome: &Outcome,
        environment: Environment,
        asked: u64,
    ) -> Self {
        let room = &outcome.room;
        if room.unlimited {
            return Self::default();
        }
        match selected.kind {
            Kind::Plain(plain) if which_units_decide(selected) => {
                Trials::of(demand, selected, plain, environment).answer(outcome, asked)
            }
            Kind::Plain(_) | Kind::Measured(_) => Self {
                free: room.free(environment),
                by_rights: room.free_by_rights(environment),
                grants: grants_used(selected, room, environment, asked),
            },
        }
    }
}

/// How many units of each exception would be used with `further` units in `environment`.
fn grants_used(selected: &Selected<'_>, room: &Room, environment: Environment, further: u64) -> Vec<u64> {
    if let Some(limited) = &room.limited {
        return limited.grants_used(environment, further);
    }
    let mut room = room.clone();
    let here = &mut room.demand.by_environment[environment as usize];
    *here = here.saturating_add(further);
    let consumed = room.demand.total();
    let covered = room.own.min(consumed);
    let grants = vec![Use::default(); selected.grants.len()];
    let mut outcome = Outcome { consumed, rights: Vec::new(), grants, room };
    spend_grants(selected, &mut outcome, covered);
    outcome.grants.iter().map(|one| one.used).collect()
}

/// What a trial came to; the worse is the greater.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Trial {
    short: u64,
    /// Units of all exceptions.
    exceptions: u64,
    grants: Vec<u64>,
}

/// Spending with different numbers of further units.
struct Trials<'a, 'b> {
    demand: &'a Demand<'b>,
    selected: &'a Selected<'a>,
    plain: Plain,
    environment: Environment,
    units: Vec<Unit>,
    versions: Vec<Version<'b>>,
    known: BTreeMap<u64, Trial>,
}

impl<'a, 'b> Trials<'a, 'b> {
    fn of(demand: &'a Demand<'b>, selected: &'a Selected<'a>, plain: Plain, environment: Environment) -> Self {
        let versions = demand.versions();
        let units = by_rows::units(demand, plain, &versions, demand.liable());
        Self { demand, selected, plain, environment, units, versions, known: BTreeMap::new() }
    }

    /// What so many further units come to, no more than [`TRIED_MAX`].
    fn trial(&mut self, further: u64) -> Trial {
        if let Some(known) = self.known.get(&further) {
            return known.clone();
        }
        let worst = self.tried(further, false).max(self.tried(further, true));
        self.known.insert(further, worst.clone());
        worst
    }

    fn tried(&self, further: u64, are_last: bool) -> Trial {
        let asked = (self.environment, u32::try_from(further).unwrap_or(u32::MAX), are_last);
        let units = (self.units.as_slice(), self.versions.as_slice());
        let mut trial = Trial { grants: vec![0; self.selected.grants.len()], ..Trial::default() };
        for by in by_rows::spend_with_further(self.demand, self.selected, self.plain, units, asked) {
            match by {
                Some(By::Grant(place)) => {
                    trial.exceptions += 1;
                    trial.grants[place] += 1;
                }
                Some(By::Right(_)) => {}
                None => trial.short += 1,
            }
        }
        trial
    }

    fn answer(mut self, outcome: &Outcome, asked: u64) -> Further {
        let (short, exceptions) = (outcome.short(), outcome.covered_by_grants());
        let covers = |trial: &Trial| trial.short <= short;
        let by_rights = |trial: &Trial| covers(trial) && trial.exceptions <= exceptions;
        let rights = self.selected.rights.iter().zip(&outcome.rights);
        let others = rights.filter(|(right, _)| right.kind != self.selected.kind);
        let idle = others.fold(0u64, |sum, (right, spent)| sum.saturating_add(right.available() - spent.used));
        let room = &outcome.room;
        let open = room.demand.total();
        let guess = room.free(self.environment).unwrap_or_default().saturating_add(idle);
        let free = self.most(guess, asked, covers);
        let guess = room.free_by_rights(self.environment).saturating_add(idle).min(free);
        let by_rights = self.most(guess, asked, by_rights);
        // Whatever other units they take the place of, there is as much for these.
        let beyond = |tried: u64, units: u64| if tried == TRIED_MAX { tried.max(units) } else { tried };
        let everywhere = if room.limited.is_some() { 0 } else { room.own };
        Further {
            free: Some(beyond(free, everywhere.saturating_add(room.anywhere).saturating_sub(open))),
            by_rights: beyond(by_rights, everywhere.saturating_sub(open)),
            grants: if asked <= TRIED_MAX {
                self.trial(asked).grants
            } else {
                grants_used(self.selected, room, self.environment, asked)
            },
        }
    }

    /// The most further units that are `covered`, sought from a guess on: with twice the step each time, then by halves.
    /// What was asked for is tried itself.
    fn most(&mut self, guess: u64, asked: u64, covered: impl Fn(&Trial) -> bool) -> u64 {
        let (mut low, mut high) = (0, TRIED_MAX + 1);
        let (mut next, mut step) = (guess.min(TRIED_MAX), 1);
        while low + 1 < high {
            if covered(&self.trial(next)) {
                low = next;
                next = low.saturating_add(step);
            } else {
                high = next;
                next = high.saturating_sub(step);
            }
            step *= 2;
            if next <= low || high <= next {
                next = u64::midpoint(low, high);
            }
        }
        if asked <= TRIED_MAX && (asked <= low) != covered(&self.trial(asked)) {
            return if asked <= low { asked.saturating_sub(1) } else { asked };
        }
        low
    }
}
