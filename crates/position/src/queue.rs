//! The queue of titles that no rule recognises yet, with products that they might be.
//!
//! A suggestion rests on shared words alone: a word counts the more, the fewer products have it.
//! Nothing is recognised here; that is a rule which somebody makes.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use domain::State;
use domain::id::ProductId;
use domain::product::folded;
use serde::Serialize;

use crate::base::{Base, by_devices};
use crate::demand::holding;
use crate::estate::{TitleFacts, TitleIndex};
use crate::recognition::SoftwareIndex;

/// More suggestions than this are no help.
const SUGGESTIONS_MAX: usize = 3;
/// A product that shares fewer of its own words with a title is not suggested: "Office" alone is no "Office 365 Backup".
const SHARED_PERCENT_MIN: usize = 40;

/// A title that waits for recognition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QueueEntry {
    /// Publisher as a source wrote it.
    pub publisher: Option<String>,
    /// Name as a source wrote it.
    pub name: String,
    /// Distinct devices that hold it.
    pub devices: u64,
    /// The versions that are installed, in order of text.
    pub versions: Vec<String>,
    /// Products with similar names, the most similar first.
    pub suggestions: Vec<Suggestion>,
}

/// A product that a title might be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    /// The product.
    pub product: ProductId,
    /// Its name.
    pub name: String,
    /// The words that title and product share, in order of text.
    pub shared_words: Vec<String>,
}

/// Known software that is installed and no product of the organisation yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KnownEntry {
    /// The software.
    pub software: SoftwareIndex,
    /// Distinct devices that hold any of its titles.
    pub devices: u64,
    /// Its titles as sources wrote them, most devices first.
    pub titles: Vec<TitleFacts>,
    /// Products of similar name, to which the software may be linked instead.
    pub suggestions: Vec<Suggestion>,
}

/// Known software without a product, on most devices first, then by name.
pub fn known(state: &State, base: &Base) -> Vec<KnownEntry> {
    let vocabulary = Vocabulary::of(state);
    let mut titles: BTreeMap<SoftwareIndex, Vec<TitleIndex>> = BTreeMap::new();
    for (title, software) in base.known_titles() {
        titles.entry(software).or_default().push(title);
    }
    let entry = |(software, titles): (SoftwareIndex, Vec<TitleIndex>)| {
        let known = base.catalogue().at(software);
        let mut facts: Vec<TitleFacts> = titles.iter().filter_map(|title| base.estate().title_facts(*title)).collect();
        facts.sort_by(by_devices);
        let mut suggestions = vocabulary.suggestions(&known.name, known.publisher.as_deref());
        suggestions.retain(|suggestion| !state.catalogue_keys.contains_key(&suggestion.product));
        let devices = holding(base.estate(), &titles).len();
        KnownEntry { software, devices, titles: facts, suggestions }
    };
    let mut entries: Vec<KnownEntry> = titles.into_iter().map(entry).collect();
    entries.sort_by(|one, other| {
        let name = |entry: &KnownEntry| &base.catalogue().at(entry.software).name;
        other.devices.cmp(&one.devices).then_with(|| name(one).cmp(name(other)))
    });
    entries
}

/// The titles that no rule recognises, most devices first, then by name and publisher.
pub fn unrecognised(state: &State, base: &Base) -> Vec<QueueEntry> {
    let vocabulary = Vocabulary::of(state);
    let mut titles: Vec<_> = base.unrecognised_titles().collect();
    titles.sort_by(by_devices);
    titles
        .into_iter()
        .map(|title| QueueEntry {
            suggestions: vocabulary.suggestions(&title.name, title.publisher.as_deref()),
            publisher: title.publisher,
            name: title.name,
            devices: title.devices,
            versions: title.versions,
        })
        .collect()
}

/// Which products have which words.
struct Vocabulary<'a> {
    products: Vec<(ProductId, &'a str, BTreeSet<String>)>,
    /// Places in `products` of those that have the word in their name, and of all that have it.
    by_word: BTreeMap<String, (Vec<usize>, Vec<usize>)>,
}

/// The words of a name that say something: not numbers, which are versions mostly, and not single letters.
fn words(name: &str) -> BTreeSet<String> {
    let name = folded(name);
    let words = name.split(|letter: char| !letter.is_alphanumeric());
    let telling = |word: &&str| word.chars().count() > 1 && !word.chars().all(char::is_numeric);
    words.filter(telling).map(str::to_owned).collect()
}

impl<'a> Vocabulary<'a> {
    fn of(state: &'a State) -> Self {
        let mut vocabulary = Self { products: Vec::new(), by_word: BTreeMap::new() };
        for (place, product) in state.products.values().enumerate() {
            let in_name = words(&product.name);
            let in_publisher = words(state.publisher_name(product).unwrap_or_default());
            for word in in_name.union(&in_publisher) {
                let (named, all) = vocabulary.by_word.entry(word.clone()).or_default();
                all.push(place);
                if in_name.contains(word) {
                    named.push(place);
                }
            }
            vocabulary.products.push((product.id, &product.name, in_name));
        }
        vocabulary
    }

    fn suggestions(&self, name: &str, publisher: Option<&str>) -> Vec<Suggestion> {
        let title = &words(name) | &words(publisher.unwrap_or_default());
        let mut scores: BTreeMap<usize, usize> = BTreeMap::new();
        let mut with_shared_name: BTreeSet<usize> = BTreeSet::new();
        for (named, all) in title.iter().filter_map(|word| self.by_word.get(word)) {
            with_shared_name.extend(named);
            let weight = 1 + self.products.len() / all.len();
            for place in all {
                *scores.entry(*place).or_default() += weight;
            }
        }
        // A publisher's name alone would suggest everything that it sells.
        // Nor does a word that half of a long name shares with it.
        let shares_enough = |place: &usize| {
            let in_name = &self.products[*place].2;
            in_name.intersection(&title).count() * 100 >= in_name.len() * SHARED_PERCENT_MIN
        };
        let mut found: Vec<usize> = with_shared_name.into_iter().filter(shares_enough).collect();
        let strange = |place: &usize| self.products[*place].2.difference(&title).count();
        found.sort_by_key(|place| (Reverse(scores[place]), strange(place), self.products[*place].0));
        found.truncate(SUGGESTIONS_MAX);
        let suggestion = |place: usize| {
            let (product, name, in_name) = &self.products[place];
            let shared_words = in_name.intersection(&title).cloned().collect();
            Suggestion { product: *product, name: (*name).to_owned(), shared_words }
        };
        found.into_iter().map(suggestion).collect()
    }
}
