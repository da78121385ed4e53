//! How long it takes to recognise many different raw titles by the shipped catalogue, on one core.
//!
//! `cargo run --release -p position --example recognition_speed [TITLES]`
//! Titles are the catalogue's own names with versions, processors, languages and strange words around them, made from
//! a fixed seed; all differ. Prints the seconds of each of five rounds, the median last.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::indexing_slicing, reason = "a measurement")]

use std::time::Instant;

use domain::product::folded;
use position::recognition::{Recogniser, shipped};

/// Xorshift, so that every run measures the same titles.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

fn main() {
    let wanted: u64 = std::env::args().nth(1).map_or(1_000_000, |number| number.parse().unwrap());
    let catalogue = shipped();
    let software = catalogue.software();
    let mut dice = Dice(20_260_401);
    let titles: Vec<(Option<String>, String)> = (0..wanted)
        .map(|number| {
            let known = &software[usize::try_from(dice.below(software.len() as u64)).unwrap()];
            let before = if dice.below(5) == 0 { format!("Qorvix{number} ") } else { String::new() };
            let after = ["", " (64-bit)", " x64 en-US", " - Deutsch"][usize::try_from(dice.below(4)).unwrap()];
            let version = format!(" {}.{}.{number}", dice.below(30), dice.below(10));
            (known.publisher.clone(), format!("{before}{}{version}{after}", known.name))
        })
        .collect();
    let mut seconds = Vec::new();
    for _ in 0..5 {
        let mut recogniser = Recogniser::default();
        let start = Instant::now();
        let recognised = titles
            .iter()
            .filter(|(publisher, name)| {
                let publisher = publisher.as_deref().map(folded);
                let name = folded(name);
                catalogue.recognise(publisher.as_deref(), &name, std::iter::empty(), &mut recogniser).is_some()
            })
            .count();
        seconds.push(start.elapsed());
        println!("{wanted} titles, {recognised} recognised, {:.3?}", start.elapsed());
    }
    seconds.sort_unstable();
    println!("median {:.3?}", seconds[2]);
}
