//! What an act does to the position: the numbers without it and with it, side by side.

use domain::entitlement::Quantity;
use domain::money::Money;
use maud::{Markup, html};

use crate::design::bars::{self, Coverage};
use crate::design::numbers::{self, count};
use crate::design::tables;

/// The words for the product where the page is about one.
pub const THE_PRODUCT: &str = "the product";

/// A product's numbers at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Units that valid rights give.
    pub entitled: Quantity,
    /// Units used.
    pub used: u64,
    /// Used units that exceptions cover.
    pub by_exception: u64,
    /// Used units that nothing covers.
    pub short: u64,
    /// Units owned and not used; absent where there is no limit.
    pub surplus: Option<u64>,
    /// What the shortage costs; absent where no price is known.
    pub exposure: Option<Money>,
}

impl Standing {
    fn coverage(&self) -> Coverage {
        Coverage { entitled: self.entitled.units(), excepted: self.by_exception, used: self.used, short: self.short }
    }

    fn exposure(&self) -> String {
        match (&self.exposure, self.short) {
            (Some(exposure), _) => numbers::money(exposure),
            (None, 0) => numbers::NONE.to_owned(),
            (None, _) => "no price known".to_owned(),
        }
    }
}

/// The position without an act and with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// What the second line is: `If approved, until 31 Dec 2025`.
    pub act: String,
    /// Without it.
    pub before: Standing,
    /// With it.
    pub after: Standing,
    /// What follows after it has ended, as a sentence; absent where nothing does.
    pub afterwards: Option<String>,
}

/// The two lines, each with its bar. `id` is unique on the page, and so is `whose`, the product in words.
pub fn table(id: &str, whose: &str, effect: &Effect) -> Markup {
    let row = |words: &str, standing: &Standing| {
        html! {
            tr {
                th scope="row" { (words) (bars::small(standing.coverage())) }
                td.n { (numbers::quantity(standing.entitled)) }
                td.n { (count(standing.used)) }
                td.n { (count(standing.by_exception)) }
                td.n { (count(standing.short)) }
                td.n { (standing.surplus.map_or_else(|| "no limit".to_owned(), count)) }
                td.n { (standing.exposure()) }
            }
        }
    };
    html! {
        (tables::region(id, &html! { "The position of " (whose) " without and with it" }, &html! {
            (tables::heads(&["When", "#Entitled", "#Used", "#By exception", "#Short", "#Surplus", "#Exposure"]))
            tbody { (row("Today", &effect.before)) (row(&effect.act, &effect.after)) }
        }))
        @if let Some(afterwards) = &effect.afterwards { p { (afterwards) } }
    }
}
