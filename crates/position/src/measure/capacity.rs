//! The capacity of one machine, with its minimums, and the factor of its processors.

use domain::metric::{Counts, Definition, Factor};

use super::Machine;

/// A capacity between two numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Amount {
    pub(super) low: u64,
    pub(super) high: u64,
    /// How it was worked out, beginning with the machine's name.
    pub(super) text: String,
    /// What is missing.
    pub(super) missing: Vec<String>,
}

impl Amount {
    pub(super) fn exactly(number: u64) -> Self {
        Self { low: number, high: number, ..Self::default() }
    }
}

/// The whole capacity of a machine of its own.
pub(super) fn capacity(definition: &Definition, machine: &Machine) -> Amount {
    let name = &machine.name;
    let assumed = definition.assumed;
    let processors = range(machine.processors, 1, assumed.processors);
    let cores = machine.cores.map_or_else(
        || {
            // A processor has at least one core.
            let most = processors.1.saturating_mul(u64::from(assumed.cores_per_processor));
            (processors.0, most)
        },
        |cores| (u64::from(cores.max(1)), u64::from(cores.max(1))),
    );
    let (low, high, text, needs_cores) = match definition.counts {
        Counts::Device | Counts::Installation | Counts::NamedUser | Counts::ConcurrentSession | Counts::Reading => {
            (1, 1, format!("{name}: 1"), false)
        }
        Counts::Processor => of_processors(definition, name, processors, cores),
        Counts::Core => of_cores(definition, name, processors, cores),
    };
    let least = u64::from(definition.minimum_per_server);
    let text = if least > high { format!("{text}, at least {least}") } else { text };
    let (low, high) = (low.max(least), high.max(least));
    let mut missing = Vec::new();
    if low != high {
        let no_cores = machine.cores.is_none() && needs_cores;
        let what = match (machine.processors.is_none(), no_cores) {
            (true, true) => "processors and cores",
            (true, false) => "processors",
            (false, _) => "cores",
        };
        missing.push(format!("the {what} of {name} are not known"));
    }
    Amount { low, high, text, missing }
}

type Worked = (u64, u64, String, bool);

fn of_processors(definition: &Definition, name: &str, processors: (u64, u64), cores: (u64, u64)) -> Worked {
    let (low, high) = processors;
    let cap = u64::from(definition.cores_per_unit);
    if cap == 0 {
        return (low, high, format!("{name}: {high} processors"), false);
    }
    let of = |processors: u64, cores: u64| processors.saturating_mul(cores.div_ceil(processors).div_ceil(cap));
    let units = of(high, cores.1);
    let each = cores.1.div_ceil(high);
    let text = format!(
        "{name}: {high} processors × {each} cores / {cap}, rounded up to {} for each = {units}",
        each.div_ceil(cap)
    );
    (of(low, cores.0).min(units), units, text, true)
}

fn of_cores(definition: &Definition, name: &str, processors: (u64, u64), cores: (u64, u64)) -> Worked {
    let least = u64::from(definition.minimum_per_processor);
    let of = |processors: u64, cores: u64| cores.max(processors.saturating_mul(least));
    let high = of(processors.1, cores.1);
    let text = if high > cores.1 {
        format!("{name}: {} cores, at least {} processors × {least} = {high}", cores.1, processors.1)
    } else {
        format!("{name}: {high} cores")
    };
    (of(processors.0, cores.0), high, text, true)
}

/// The most and least of a host of which nothing is known.
pub(super) fn unknown_host(definition: &Definition, name: &str) -> Amount {
    capacity(definition, &Machine { name: name.to_owned(), ..Machine::default() })
}

/// What a virtual machine counts for itself: its virtual processors, or the cores that it sees.
pub(super) fn own(definition: &Definition, guest: &Machine) -> Amount {
    let name = &guest.name;
    let stated = match definition.counts {
        Counts::Device | Counts::Installation | Counts::NamedUser | Counts::ConcurrentSession | Counts::Reading => {
            Some(1)
        }
        Counts::Processor => guest.processors.or(guest.virtual_processors),
        Counts::Core => guest.virtual_processors.or(guest.cores),
    };
    let per_core = u64::from(definition.virtual_processors_per_core.max(1));
    let (low, high) = range(stated, 1, definition.assumed.virtual_processors);
    let (low, high) = (low.div_ceil(per_core), high.div_ceil(per_core));
    let least = u64::from(definition.minimum_per_virtual_machine);
    let what = match definition.counts {
        Counts::Device | Counts::Installation | Counts::NamedUser | Counts::ConcurrentSession | Counts::Reading => "",
        Counts::Processor => " processors",
        Counts::Core if per_core > 1 => " cores",
        Counts::Core => " virtual processors",
    };
    let mut text = format!("{name}: {high}{what}");
    if per_core > 1 {
        text.push_str(&format!(" of {per_core} virtual processors each"));
    }
    if least > high {
        text.push_str(&format!(", at least {least}"));
    }
    let (low, high) = (low.max(least), high.max(least));
    let missing =
        if low == high { Vec::new() } else { vec![format!("the virtual processors of {name} are not known")] };
    Amount { low, high, text, missing }
}

fn range(stated: Option<u32>, least: u32, most: u32) -> (u64, u64) {
    match stated {
        // A source that says 0 does not know.
        Some(number) if number > 0 => (u64::from(number), u64::from(number)),
        _ => (u64::from(least), u64::from(most.max(least))),
    }
}

/// The factor of a model, between two where the model is not known.
pub(super) fn factor(definition: &Definition, model: Option<&str>, processors: Option<u32>) -> (Factor, Factor) {
    let Some(table) = &definition.factors else { return (Factor::ONE, Factor::ONE) };
    let processors = processors.unwrap_or(definition.assumed.processors);
    let allows = |most: u32| most == 0 || processors <= most;
    let Some(model) = model.map(domain::product::folded).filter(|model| !model.is_empty()) else {
        let factors = || table.rows.iter().map(|row| row.factor).chain([table.default]);
        let (low, high) = (factors().min(), factors().max());
        return (low.unwrap_or(table.default), high.unwrap_or(table.default));
    };
    let names = |words: &String| model.contains(&domain::product::folded(words));
    let row = table.rows.iter().find(|row| allows(row.processors_at_most) && row.models.iter().any(names));
    let factor = row.map_or(table.default, |row| row.factor);
    (factor, factor)
}
