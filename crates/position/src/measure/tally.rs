//! Adding up: what every bearer adds to those before it, with the roundings where the definition has them.

use std::collections::BTreeMap;

use domain::metric::{Definition, FACTOR_UNITS, Factor, Rounding};

use super::Part;

/// A running sum. What is added never makes it less.
#[derive(Debug, Clone)]
pub(crate) struct Tally<'a> {
    definition: &'a Definition,
    /// Capacity by factor, where it is rounded later.
    by_factor: BTreeMap<Factor, u128>,
    /// Capacity that was rounded for each device.
    rounded: u128,
    /// Virtual machines that share units.
    sharing: u128,
    /// Persons.
    users: u128,
}

impl<'a> Tally<'a> {
    pub(crate) fn of(definition: &'a Definition) -> Self {
        Self { definition, by_factor: BTreeMap::new(), rounded: 0, sharing: 0, users: 0 }
    }

    /// Adds the most of a bearer and says how many units it adds.
    pub(crate) fn add_high(&mut self, parts: &[Part], users: u64) -> u64 {
        self.add_beyond(&[], parts, users)
    }

    /// Adds the most of a bearer of which `before` was added already, part beside part.
    pub(crate) fn add_beyond(&mut self, before: &[Option<Part>], parts: &[Part], users: u64) -> u64 {
        let total = self.total();
        for (place, part) in parts.iter().enumerate() {
            if let Some(before) = before.get(place).copied().flatten() {
                self.take(before.high, before.factor_high, before.shares);
            }
            self.add(part.high, part.factor_high, part.shares);
        }
        self.users += u128::from(users);
        self.total().saturating_sub(total)
    }

    /// Adds the least of a bearer.
    pub(crate) fn add_low(&mut self, parts: &[Part], users: u64) {
        for part in parts {
            self.add(part.low, part.factor_low, part.shares);
        }
        self.users += u128::from(users);
    }

    fn add(&mut self, amount: u64, factor: Factor, shares: bool) {
        let amount = u128::from(amount);
        if shares {
            self.sharing += amount;
        } else if self.definition.rounding == Rounding::Device {
            self.rounded += self.units_of(amount, factor);
        } else {
            *self.by_factor.entry(factor).or_default() += amount;
        }
    }

    /// Takes away what was added.
    fn take(&mut self, amount: u64, factor: Factor, shares: bool) {
        let amount = u128::from(amount);
        if shares {
            self.sharing = self.sharing.saturating_sub(amount);
        } else if self.definition.rounding == Rounding::Device {
            self.rounded = self.rounded.saturating_sub(self.units_of(amount, factor));
        } else if let Some(sum) = self.by_factor.get_mut(&factor) {
            *sum = sum.saturating_sub(amount);
        }
    }

    /// `amount × factor / counted per unit`, rounded up.
    fn units_of(&self, amount: u128, factor: Factor) -> u128 {
        (amount * u128::from(factor.0)).div_ceil(self.divisor())
    }

    fn divisor(&self) -> u128 {
        u128::from(FACTOR_UNITS) * u128::from(self.definition.counted_per_unit.max(1))
    }

    /// The units of capacity by factor, each rounded up where each is.
    pub(crate) fn by_factor(&self) -> impl Iterator<Item = (Factor, u128, u128)> + '_ {
        self.by_factor.iter().map(|(factor, amount)| (*factor, *amount, self.units_of(*amount, *factor)))
    }

    /// Virtual machines that share units, and the units that they share.
    pub(crate) fn shared(&self) -> (u128, u128) {
        (self.sharing, self.sharing.div_ceil(u128::from(self.definition.virtual_machines_per_unit.max(1))))
    }

    /// The units of capacity.
    pub(crate) fn capacity(&self) -> u128 {
        let rounded = match self.definition.rounding {
            Rounding::Device => self.rounded,
            Rounding::Factor => self.by_factor().map(|(_, _, units)| units).sum(),
            Rounding::Sum => {
                let sum: u128 = self.by_factor.iter().map(|(factor, amount)| amount * u128::from(factor.0)).sum();
                sum.div_ceil(self.divisor())
            }
        };
        rounded + self.shared().1
    }

    /// Units before tiers: capacity, or users and no fewer than capacity stands for.
    pub(crate) fn before_tiers(&self) -> u128 {
        match self.definition.users_per_unit {
            0 => self.capacity(),
            per_unit => self.users.max(self.capacity() * u128::from(per_unit)),
        }
    }

    /// How the units fall into the tiers: units within each, and its factor.
    pub(crate) fn tiers(&self) -> Vec<(u128, Factor)> {
        let mut left = self.before_tiers();
        let mut before = 0;
        let mut tiers = Vec::new();
        for tier in &self.definition.tiers {
            let within = tier.up_to.map_or(left, |up_to| left.min(u128::from(up_to - before)));
            if within > 0 {
                tiers.push((within, tier.factor));
            }
            left -= within;
            before = tier.up_to.unwrap_or(before);
        }
        tiers
    }

    /// The units.
    pub(crate) fn total(&self) -> u64 {
        let total = if self.definition.tiers.is_empty() {
            self.before_tiers()
        } else {
            let sum: u128 = self.tiers().iter().map(|(units, factor)| units * u128::from(factor.0)).sum();
            sum.div_ceil(u128::from(FACTOR_UNITS))
        };
        u64::try_from(total).unwrap_or(u64::MAX)
    }
}
