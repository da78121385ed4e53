//! Days drawn as SVG by the server: the most that was in use on each, against what may be used.
//!
//! Colour and hatching come from the style sheet by class; a table beside the drawing has the same numbers.
//! All arithmetic is in whole drawing units, so that the same numbers give the same bytes.

use maud::{Markup, html};

use crate::design::numbers::count;

/// A day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// The most that was in use.
    pub peak: u64,
    /// How often somebody was turned away.
    pub denials: u64,
}

/// What is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Days {
    /// The days, oldest first.
    pub days: Vec<Day>,
    /// Units that rights give; `None` is without limit.
    pub entitled: Option<u64>,
    /// What would have been enough nearly always.
    pub enough: Option<u64>,
    /// The drawing in words, without its numbers by day.
    pub words: String,
}

const WIDTH: u64 = 960;
const HEIGHT: u64 = 240;
/// Room above the bars for marks of denials.
const HEAD: u64 = 16;

impl Days {
    fn highest(&self) -> u64 {
        let peak = self.days.iter().map(|day| day.peak).max().unwrap_or(0);
        peak.max(self.entitled.unwrap_or(0)).max(1)
    }

    /// From the top, where a number of units lies.
    fn top(&self, units: u64) -> u64 {
        let room = HEIGHT - HEAD;
        let height = u128::from(units) * u128::from(room) / u128::from(self.highest());
        // What was used is never drawn as nothing.
        let height = u64::try_from(height).unwrap_or(room).min(room).max(u64::from(units > 0));
        HEIGHT - height
    }

    /// From where to where a day lies.
    fn span(&self, place: usize) -> (u64, u64) {
        let days = u64::try_from(self.days.len()).unwrap_or(1).max(1);
        let place = u64::try_from(place).unwrap_or(0);
        let (left, right) = (place * WIDTH / days, (place + 1) * WIDTH / days);
        // A gap between days that are wide enough for one.
        let gap = if right - left > 6 { 2 } else { u64::from(right - left > 2) };
        (left, right - left - gap)
    }
}

/// The drawing. `id` is unique on the page.
pub fn chart(id: &str, drawn: &Days) -> Markup {
    let title = format!("{id}-title");
    let hatch = format!("{id}-hatch");
    html! {
        svg.days viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } preserveAspectRatio="none" role="img" aria-labelledby=(title) {
            title id=(title) { (drawn.words) }
            defs {
                pattern id=(hatch) width="8" height="8" patternUnits="userSpaceOnUse" {
                    rect.short-ground width="8" height="8" {}
                    path.short-line d="M-2 6l4 4M0 0l8 8M6-2l4 4" {}
                }
            }
            @for (place, day) in drawn.days.iter().enumerate() {
                @let (left, width) = drawn.span(place);
                @let covered = drawn.entitled.map_or(day.peak, |entitled| day.peak.min(entitled));
                @if covered > 0 {
                    rect.used x=(left) y=(drawn.top(covered)) width=(width) height=(HEIGHT - drawn.top(covered)) {}
                }
                @if day.peak > covered {
                    rect x=(left) y=(drawn.top(day.peak)) width=(width)
                        height=((if covered > 0 { drawn.top(covered) } else { HEIGHT }) - drawn.top(day.peak))
                        fill={ "url(#" (hatch) ")" } {}
                }
                @if day.denials > 0 { rect.denied x=(left) y="0" width=(width) height="8" {} }
            }
            @if let Some(entitled) = drawn.entitled { path.entitled-line d={ "M0 " (drawn.top(entitled)) "H" (WIDTH) } {} }
            @if let Some(enough) = drawn.enough { path.enough-line d={ "M0 " (drawn.top(enough)) "H" (WIDTH) } {} }
        }
    }
}

/// What the highest line of the drawing stands for.
pub fn scale(drawn: &Days) -> String {
    count(drawn.highest())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(peaks: &[u64], entitled: Option<u64>) -> Days {
        let day = |peak: &u64| Day { peak: *peak, denials: 0 };
        Days { days: peaks.iter().map(day).collect(), entitled, enough: None, words: "Peaks".to_owned() }
    }

    #[test]
    fn every_day_stays_inside_and_a_small_peak_is_drawn() {
        for days in [1usize, 7, 30, 90, 366] {
            let peaks: Vec<u64> = (0..days).map(|day| if day == 0 { 1 } else { 1_000_000 }).collect();
            let drawn = drawn(&peaks, Some(500));
            for place in 0..days {
                let (left, width) = drawn.span(place);
                assert!(width > 0 && left + width <= WIDTH, "{days} {place}");
            }
            assert_eq!(drawn.top(1), HEIGHT - 1);
            assert_eq!(drawn.top(u64::MAX), HEAD);
        }
    }

    #[test]
    fn what_is_above_the_rights_is_hatched() {
        let markup = chart("peaks", &drawn(&[3, 8], Some(5))).into_string();
        assert_eq!(markup.matches("class=\"used\"").count(), 2);
        assert_eq!(markup.matches("url(#peaks-hatch)").count(), 1);
        assert!(markup.contains("<title id=\"peaks-title\">Peaks</title>"));
    }
}
