//! Bars drawn as SVG by the server: what may be used against what is used.
//!
//! Colour and hatching come from the style sheet by class; a table beside the drawing has the same numbers.
//! All arithmetic is in whole drawing units, so that the same position gives the same bytes.

use maud::{Markup, html};

use crate::design::numbers::count;

/// The numbers of a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coverage {
    /// Units that rights give; `None` is without limit.
    pub entitled: Option<u64>,
    /// Units that exceptions add.
    pub excepted: u64,
    /// Units used.
    pub used: u64,
    /// Units that nothing covers.
    pub short: u64,
}

impl Coverage {
    /// The largest number drawn; at least 1.
    fn longest(self) -> u64 {
        self.entitled.unwrap_or(0).saturating_add(self.excepted).max(self.used).max(1)
    }

    fn words(self) -> String {
        let entitled = self
            .entitled
            .map_or_else(|| "Entitled without limit".to_owned(), |entitled| format!("{} entitled", count(entitled)));
        format!(
            "{entitled}, {} covered by exceptions, {} used, {} short.",
            count(self.excepted),
            count(self.used),
            count(self.short)
        )
    }
}

/// Where `value` lies on a line of `width` on which `longest` is the end. A visible amount is never drawn as nothing.
fn place(value: u64, longest: u64, width: u64) -> u64 {
    let place = u128::from(value) * u128::from(width) / u128::from(longest.max(1));
    u64::try_from(place).unwrap_or(width).min(width).max(u64::from(value > 0))
}

const WIDTH: u64 = 960;

/// The full bar: rights above, use below, and where the one ends in the other. `id` is unique on the page.
pub fn coverage(id: &str, bar: Coverage) -> Markup {
    let longest = bar.longest();
    let at = |value: u64| place(value, longest, WIDTH);
    let entitled = bar.entitled.map_or(WIDTH, at);
    let allowed = bar.entitled.map_or(WIDTH, |entitled| at(entitled.saturating_add(bar.excepted)));
    let covered = at(bar.used.saturating_sub(bar.short));
    let used = at(bar.used);
    let title = format!("{id}-title");
    let (dots, hatch) = (format!("{id}-dots"), format!("{id}-hatch"));
    html! {
        svg.coverage viewBox={ "0 0 " (WIDTH) " 92" } preserveAspectRatio="none" role="img" aria-labelledby=(title) {
            title id=(title) { (bar.words()) }
            defs {
                pattern id=(dots) width="8" height="8" patternUnits="userSpaceOnUse" {
                    rect.granted-ground width="8" height="8" {}
                    path.granted-line d="M-2 2l4-4M0 8l8-8M6 10l4-4" {}
                }
                pattern id=(hatch) width="8" height="8" patternUnits="userSpaceOnUse" {
                    rect.short-ground width="8" height="8" {}
                    path.short-line d="M-2 6l4 4M0 0l8 8M6-2l4 4" {}
                }
            }
            rect.track x="0" y="4" width=(WIDTH) height="34" {}
            rect.entitled x="0" y="4" width=(entitled) height="34" {}
            @if allowed > entitled {
                rect x=(entitled) y="4" width=(allowed - entitled) height="34" fill={ "url(#" (dots) ")" } {}
            }
            rect.track x="0" y="54" width=(WIDTH) height="34" {}
            rect.used x="0" y="54" width=(covered) height="34" {}
            @if used > covered && bar.short > 0 {
                rect x=(covered) y="54" width=(used - covered) height="34" fill={ "url(#" (hatch) ")" } {}
                path.edge d={ "M" (covered) " 0V92" } {}
            }
        }
    }
}

const SMALL_WIDTH: u64 = 64;

/// The small bar of a table row; the numbers stand in the row, so it is only for the eye.
pub fn small(bar: Coverage) -> Markup {
    let longest = bar.longest();
    let at = |value: u64| place(value, longest, SMALL_WIDTH);
    let allowed = bar.entitled.map_or(SMALL_WIDTH, |entitled| at(entitled.saturating_add(bar.excepted)));
    let covered = at(bar.used.saturating_sub(bar.short));
    let used = at(bar.used);
    html! {
        svg.small-bar viewBox={ "0 0 " (SMALL_WIDTH) " 12" } width=(SMALL_WIDTH) height="12" aria-hidden="true" {
            rect.track x="0" y="3" width=(allowed) height="6" {}
            rect.used x="0" y="3" width=(covered) height="6" {}
            @if used > covered && bar.short > 0 {
                rect.short x=(covered) y="0" width=(used - covered) height="12" {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_amount_is_drawn_and_a_large_one_stays_inside() {
        assert_eq!(place(0, 500, 960), 0);
        assert_eq!(place(1, 1_000_000, 960), 1);
        assert_eq!(place(500, 500, 960), 960);
        assert_eq!(place(u64::MAX, 1, 960), 960);
    }

    #[test]
    fn the_drawing_says_its_numbers_in_words() {
        let bar = Coverage { entitled: Some(500), excepted: 30, used: 550, short: 20 };
        let drawing = coverage("bar", bar).into_string();
        assert!(drawing.contains("500 entitled, 30 covered by exceptions, 550 used, 20 short."), "{drawing}");
    }
}
