//! Products, their releases, and the rules by which raw titles are recognised as one of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::entitlement::Metric;
use crate::id::{ImportId, PartyId, ProductId, TitleMatchId};
use crate::observation::RawTitle;

/// A product that can be licensed. A release is a product with the version that a raw title states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Its number.
    pub id: ProductId,
    /// Its name.
    pub name: String,
    /// Who publishes it.
    pub publisher: Option<PartyId>,
    /// The metric in which its shortage is stated.
    pub metric: Metric,
    /// The import that brought it, where one did.
    pub import: Option<ImportId>,
    /// What it is made of, where it is a suite.
    pub suite: Option<Suite>,
}

/// What a suite is made of: one unit of it licenses all its components on one device, or for one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suite {
    /// The components; one may be a suite itself.
    pub components: BTreeMap<ProductId, Necessity>,
    /// A device (or person) has the suite from so many of its components on, even where the suite itself is not found;
    /// 0 never says so.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub inferred_from: u32,
}

/// Whether a suite is inferred without a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Necessity {
    /// The suite is only inferred where the component is.
    Mandatory,
    /// The component counts for the suite and is not needed.
    Optional,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// A name as people compare it: letter case and the amount of white space do not matter.
pub fn folded(name: &str) -> String {
    folded_letters(name).collect()
}

/// Whether `name` is `wanted` once it is [`folded`]; tells most names apart by their first letter.
pub fn folds_to(name: &str, wanted: &str) -> bool {
    folded_letters(name).eq(wanted.chars())
}

fn folded_letters(name: &str) -> impl Iterator<Item = char> {
    name.split_whitespace().enumerate().flat_map(|(place, word)| {
        (place > 0).then_some(' ').into_iter().chain(word.chars().flat_map(char::to_lowercase))
    })
}

/// Letters of a key of known software.
pub const SOFTWARE_KEY_CHARS_MAX: usize = 120;

/// Whether `key` can name a piece of known software, as in `publisher/product/edition`. Which keys there are is for the
/// software catalogue to say, which is no part of what is recorded.
pub fn is_software_key(key: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.');
    key.len() <= SOFTWARE_KEY_CHARS_MAX
        && key.contains('/')
        && key.split('/').all(|part| !part.is_empty() && part.bytes().all(letter))
}

/// Known software that becomes a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownSoftware {
    /// Its key in the software catalogue.
    pub catalogue_key: String,
    /// The product's name.
    pub name: String,
    /// Who publishes it; found by name or added.
    pub publisher: Option<String>,
    /// The metric in which its shortage is stated.
    pub metric: Metric,
}

/// What a rule says of a raw title.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TitlePattern {
    /// The title's name, compared [`folded`]; a final `*` stands for any ending.
    pub name: String,
    /// The title's publisher, compared [`folded`]; `None` is any or none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
}

impl TitlePattern {
    /// Whether the pattern speaks of `title`.
    pub fn fits(&self, title: &RawTitle) -> bool {
        let pattern = folded(&self.name);
        let name_fits = match pattern.strip_suffix('*') {
            Some(beginning) => folded(&title.name).starts_with(beginning),
            None => folds_to(&title.name, &pattern),
        };
        let publisher_fits = self
            .publisher
            .as_ref()
            .is_none_or(|wanted| title.publisher.as_ref().is_some_and(|given| folds_to(given, &folded(wanted))));
        name_fits && publisher_fits
    }

    /// How precise the pattern is. Of several patterns that fit a title the most precise decides:
    /// a whole name before a beginning, a longer beginning before a shorter, one with a publisher before one without;
    /// between equals the rule that was made later.
    pub fn precision(&self) -> (bool, usize, bool) {
        let name = folded(&self.name);
        (!name.ends_with('*'), name.len(), self.publisher.is_some())
    }
}

/// A rule that recognises raw titles as a product, made by a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TitleMatch {
    /// Its number.
    pub id: TitleMatchId,
    /// Which titles.
    pub pattern: TitlePattern,
    /// The product that they are; `None` says that they need no licence.
    pub product: Option<ProductId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_as_people_do() {
        for (name, wanted) in [
            ("  Vectra   PRO\t9 ", "vectra pro 9"),
            ("\u{130}stanbul", "i\u{307}stanbul"),
            ("STRA\u{df}E", "stra\u{df}e"),
            ("", ""),
            (" ", ""),
        ] {
            assert_eq!(folded(name), wanted);
            assert!(folds_to(name, wanted));
            assert!(!folds_to(name, &format!("{wanted}x")));
        }
        assert!(!folds_to("Vectra Pro", "vectrapro"));
    }
}
