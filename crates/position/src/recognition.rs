//! Which software a raw title is, by a catalogue of known software: publishers, names, editions, ids.
//!
//! A catalogue is data. It says what a title is and whether that needs a licence; it says nothing of what the
//! organisation has. Rules that people made, which come before it, are in `base`; how long a release is supported is
//! known here only as far as the catalogue's authors knew it.

mod file;
pub(crate) mod id;
mod index;
mod pattern;
mod shipped;
mod words;

use std::collections::BTreeMap;
use std::fmt;

use domain::digest::Digest;
use domain::entitlement::Metric;
use domain::product::folded;
use jiff::civil::Date;
use serde::Serialize;

pub use file::Category;
pub use shipped::shipped;

use file::{File, PublisherRow, SoftwareRow};
use index::{Index, Room};
use pattern::{Element, Sequence};
use words::{Class, Classes, Map, publisher_words, words};

/// The place of a piece of software in its catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct SoftwareIndex(pub(crate) u32);

/// The rule of a catalogue by which a title was recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleIndex(u32);

/// A piece of known software.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Software {
    /// What names it for good, as `publisher/product` or `publisher/product/edition`.
    pub key: String,
    /// Its name, the edition included.
    pub name: String,
    /// Who publishes it; `None` where it stands under all sorts of publishers.
    pub publisher: Option<String>,
    /// The edition, where editions are licensed apart.
    pub edition: Option<String>,
    /// What kind of software it is.
    pub category: Category,
    /// What it is usually licensed by; `None` where it needs no licence.
    pub metric: Option<Metric>,
    /// The last day of support by release.
    pub end_of_life: BTreeMap<String, Date>,
}

/// What a title says beyond what software it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Reading {
    /// The rule, as it is written.
    pub rule: String,
    /// The version that the name states.
    pub version: Option<String>,
    /// The edition, from the catalogue or the name.
    pub edition: Option<String>,
    /// The processor that the name states.
    pub architecture: Option<String>,
    /// The language that the name states.
    pub language: Option<String>,
}

/// The end of a release's support.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EndOfLife {
    /// The release as the catalogue names it.
    pub release: String,
    /// The last day of support.
    pub on: Date,
}

/// Which publishers a rule takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Anyone,
    /// This one, or none stated.
    UnlessOther(u32),
    Stated(u32),
}

#[derive(Debug, Clone)]
struct Rule {
    software: u32,
    text: Box<str>,
    /// Empty where the rule is about ids.
    sequence: Sequence,
    precision: i32,
    wanted: Wanted,
}

/// A catalogue of known software, with its patterns ready to be followed.
#[derive(Debug, Clone)]
pub struct SoftwareCatalogue {
    digest: Digest,
    software: Vec<Software>,
    by_key: BTreeMap<String, u32>,
    rules: Vec<Rule>,
    publishers: Map<Box<str>, u32>,
    index: Index,
    ids: Map<Box<str>, u32>,
    /// Longest first.
    id_beginnings: Vec<(Box<str>, u32)>,
}

impl Default for SoftwareCatalogue {
    fn default() -> Self {
        Self {
            digest: Digest::of(b""),
            software: Vec::new(),
            by_key: BTreeMap::new(),
            rules: Vec::new(),
            publishers: Map::default(),
            index: Index::new(),
            ids: Map::default(),
            id_beginnings: Vec::new(),
        }
    }
}

/// Why files are no catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueFault {
    /// The file.
    pub file: String,
    /// Which entry, by key; empty where the file as a whole is meant.
    pub entry: String,
    /// What is wrong, as a sentence.
    pub problem: String,
}

impl fmt::Display for CatalogueFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.entry.as_str() {
            "" => write!(f, "{}: {}", self.file, self.problem),
            entry => write!(f, "{}, {entry}: {}", self.file, self.problem),
        }
    }
}

impl std::error::Error for CatalogueFault {}

/// Recognises one title after the other, with what is worth keeping between them.
#[derive(Debug, Default)]
pub struct Recogniser {
    room: Room,
    /// Publishers seen so far: there are few, written the same way each time.
    publishers: Map<Box<str>, u32>,
}

/// A publisher that the catalogue does not know.
const STRANGER: u32 = u32::MAX;
/// More publishers than this are forgotten at once and looked up again.
const PUBLISHERS_KEPT_MAX: usize = 10_000;

impl SoftwareCatalogue {
    /// Reads a catalogue from files, each with its name.
    pub fn read(files: &[(&str, &str)]) -> Result<Self, CatalogueFault> {
        let mut catalogue = Self::default();
        let mut bytes = Vec::new();
        for (name, text) in files {
            // Name and text with their lengths, so that nothing can move from one file into the next unseen.
            for part in [name, text] {
                bytes.extend_from_slice(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
                bytes.extend_from_slice(part.as_bytes());
            }
            let file: File = toml::from_str(text).map_err(|fault| CatalogueFault {
                file: (*name).to_owned(),
                entry: String::new(),
                problem: fault.to_string().trim_end().to_owned(),
            })?;
            for publisher in file.publisher {
                catalogue.add_publisher(publisher).map_err(|(entry, problem)| CatalogueFault {
                    file: (*name).to_owned(),
                    entry,
                    problem,
                })?;
            }
        }
        catalogue.id_beginnings.sort_by(|(one, _), (other, _)| other.len().cmp(&one.len()).then(one.cmp(other)));
        catalogue.digest = Digest::of(&bytes);
        Ok(catalogue)
    }

    fn add_publisher(&mut self, row: PublisherRow) -> Result<(), (String, String)> {
        let number = u32::try_from(self.publishers.len()).unwrap_or(STRANGER);
        if !row.any_publisher {
            for name in row.also.iter().chain([&row.name]) {
                let words = publisher_words(&folded(name));
                match self.publishers.entry(words.into()) {
                    std::collections::hash_map::Entry::Vacant(vacant) => {
                        vacant.insert(number);
                    }
                    std::collections::hash_map::Entry::Occupied(taken) if *taken.get() == number => {}
                    std::collections::hash_map::Entry::Occupied(_) => {
                        return Err((row.key, format!("\u{201c}{name}\u{201d} is another publisher already.")));
                    }
                }
            }
        }
        let PublisherRow { key, name, also, any_publisher, software } = row;
        let own_words: Vec<String> = also.iter().chain([&name]).map(|name| publisher_words(&folded(name))).collect();
        for software in software {
            let key = format!("{key}/{}", software.key);
            let publisher = (!any_publisher).then_some((name.as_str(), number));
            self.add(key.clone(), publisher, &own_words, software).map_err(|problem| (key, problem))?;
        }
        Ok(())
    }

    fn add(
        &mut self,
        key: String,
        publisher: Option<(&str, u32)>,
        own_words: &[String],
        row: SoftwareRow,
    ) -> Result<(), String> {
        let software = u32::try_from(self.software.len()).unwrap_or(STRANGER);
        if !domain::product::is_software_key(&key) {
            return Err("A key has small letters, digits and - + . only, parted by slashes.".to_owned());
        }
        if self.by_key.insert(key.clone(), software).is_some() {
            return Err("The key stands twice.".to_owned());
        }
        let titles = row.titles.unwrap_or_else(|| vec![plain_pattern(&row.name)]);
        for text in &titles {
            for sequence in pattern::sequences(text)? {
                let wanted = match publisher {
                    None => Wanted::Anyone,
                    Some((_, number)) if row.publisher_stated => Wanted::Stated(number),
                    Some(_) if names_publisher(&sequence, own_words) => Wanted::Anyone,
                    Some((_, number)) => Wanted::UnlessOther(number),
                };
                let says_nothing = sequence.iter().all(|element| matches!(element, Element::Any | Element::Kind(_)));
                if says_nothing && !matches!(wanted, Wanted::Stated(_)) {
                    return Err(format!("\u{201c}{text}\u{201d} fits everything; it needs publisher_stated."));
                }
                let rule = self.next_rule();
                self.index.add(&sequence, rule);
                let precision = pattern::precision(&sequence);
                self.rules.push(Rule { software, text: text.as_str().into(), sequence, precision, wanted });
            }
        }
        for text in &row.ids {
            let rule = self.next_rule();
            let id = text.to_lowercase();
            match id.strip_suffix('*') {
                Some(beginning) => self.id_beginnings.push((beginning.into(), rule)),
                None if self.ids.insert(id.as_str().into(), rule).is_some() => {
                    return Err(format!("The id {text} stands twice."));
                }
                None => {}
            }
            let text = text.as_str().into();
            self.rules.push(Rule { software, text, sequence: Vec::new(), precision: 0, wanted: Wanted::Anyone });
        }
        self.software.push(Software {
            key,
            name: row.name,
            publisher: publisher.map(|(name, _)| name.to_owned()),
            edition: row.edition,
            category: row.category,
            metric: row.metric,
            end_of_life: row.end_of_life,
        });
        Ok(())
    }

    fn next_rule(&self) -> u32 {
        u32::try_from(self.rules.len()).unwrap_or(STRANGER)
    }

    /// The digest of the files, by which a version of the catalogue is named.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// All software, in the order of the files.
    pub fn software(&self) -> &[Software] {
        &self.software
    }

    /// The software with this key.
    pub fn with_key(&self, key: &str) -> Option<&Software> {
        self.software.get(self.index_of(key)?.0 as usize)
    }

    pub(crate) fn index_of(&self, key: &str) -> Option<SoftwareIndex> {
        self.by_key.get(key).copied().map(SoftwareIndex)
    }

    /// What a rule recognises.
    pub fn software_of(&self, rule: RuleIndex) -> &Software {
        self.at(self.software_index(rule))
    }

    pub(crate) fn software_index(&self, rule: RuleIndex) -> SoftwareIndex {
        SoftwareIndex(self.rules[rule.0 as usize].software)
    }

    /// The software at a place of this catalogue.
    pub fn at(&self, index: SoftwareIndex) -> &Software {
        &self.software[index.0 as usize]
    }

    /// Which rule recognises a title, by the folded publisher and name and by ids as `id::plain` gives them.
    /// Ids decide before names, a whole id before a beginning; of several names the most precise pattern, a stated
    /// publisher before none, between equals the later.
    pub fn recognise<'i>(
        &self,
        publisher: Option<&str>,
        name: &str,
        ids: impl Iterator<Item = &'i str>,
        recogniser: &mut Recogniser,
    ) -> Option<RuleIndex> {
        self.by_ids(ids).or_else(|| self.by_name(publisher, name, recogniser))
    }

    fn by_ids<'i>(&self, ids: impl Iterator<Item = &'i str>) -> Option<RuleIndex> {
        let mut by_beginning = None;
        for id in ids {
            let package = id::package(id).map(|name| format!("package:{name}"));
            let whole = self.ids.get(id).or_else(|| self.ids.get(package.as_deref()?));
            if let Some(rule) = whole {
                return Some(RuleIndex(*rule));
            }
            let beginning = || self.id_beginnings.iter().find(|(beginning, _)| id.starts_with(&**beginning));
            by_beginning = by_beginning.or_else(|| beginning().map(|(_, rule)| RuleIndex(*rule)));
        }
        by_beginning
    }

    fn by_name(&self, publisher: Option<&str>, name: &str, recogniser: &mut Recogniser) -> Option<RuleIndex> {
        let publisher = publisher.map(|publisher| self.publisher(publisher, &mut recogniser.publishers));
        let mut best: Option<(i32, u32)> = None;
        self.index.ends(name, &mut recogniser.room, |rule| {
            let Rule { precision, wanted, .. } = &self.rules[rule as usize];
            let certain = match (wanted, publisher) {
                (Wanted::Anyone, _) => 1,
                (Wanted::UnlessOther(_), None) => 0,
                (Wanted::UnlessOther(wanted) | Wanted::Stated(wanted), Some(stated)) if *wanted == stated => 2,
                (Wanted::UnlessOther(_), Some(_)) | (Wanted::Stated(_), _) => return,
            };
            best = best.max(Some((precision * 4 + certain, rule)));
        });
        best.map(|(_, rule)| RuleIndex(rule))
    }

    fn publisher(&self, publisher: &str, seen: &mut Map<Box<str>, u32>) -> u32 {
        if let Some(known) = seen.get(publisher) {
            return *known;
        }
        if seen.len() >= PUBLISHERS_KEPT_MAX {
            seen.clear();
        }
        let number = self.publishers.get(publisher_words(publisher).as_str()).copied().unwrap_or(STRANGER);
        seen.insert(publisher.into(), number);
        number
    }

    /// What a title of this folded name says beyond its software.
    pub fn reading(&self, rule: RuleIndex, name: &str) -> Reading {
        let rule = &self.rules[rule.0 as usize];
        let name: Vec<(&str, Classes)> =
            words(name).map(|word| (word, self.index.classes_of(word))).take(words::WORDS_MAX).collect();
        let captures = pattern::captures(&rule.sequence, &name);
        let first =
            |class: Class| captures.iter().find(|(captured, _)| *captured == class).map(|(_, word)| (*word).to_owned());
        Reading {
            rule: rule.text.to_string(),
            version: captures
                .iter()
                .find(|(class, _)| matches!(class, Class::Year | Class::Version))
                .map(|(_, word)| (*word).to_owned()),
            edition: self.software[rule.software as usize].edition.clone().or_else(|| first(Class::Edition)),
            architecture: first(Class::Architecture),
            language: first(Class::Language),
        }
    }
}

impl Software {
    /// Until when a release is supported, as far as the catalogue knows: the release that the folded name states first
    /// decides, the longer before the shorter, and where it states none the version.
    pub fn end_of_life(&self, name: &str, version: Option<&str>) -> Option<EndOfLife> {
        let name: Vec<&str> = words(name).collect();
        let stated = (0..name.len()).find_map(|place| {
            let here = self.end_of_life.iter().filter(|(release, _)| begins_with(&name[place..], release));
            here.max_by_key(|(release, _)| release.len())
        });
        let by_version = || {
            let version = folded(version?);
            let fits = self.end_of_life.iter().filter(|(release, _)| is_release(&version, release));
            fits.max_by_key(|(release, _)| release.len())
        };
        let (release, on) = stated.or_else(by_version)?;
        Some(EndOfLife { release: release.clone(), on: *on })
    }
}

/// Whether a name goes on with the words of a release; its last word may be longer, as 9.1.3 is 9.1.
fn begins_with(name: &[&str], release: &str) -> bool {
    let release: Vec<&str> = release.split(' ').collect();
    let Some((last, before)) = release.split_last() else { return false };
    name.starts_with(before) && name.get(before.len()).is_some_and(|word| is_release(word, last))
}

fn is_release(version: &str, release: &str) -> bool {
    let rest = version.strip_prefix(release);
    rest.is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_digit() || next.is_alphabetic()))
}

/// A name as a pattern for itself.
fn plain_pattern(name: &str) -> String {
    words(&folded(name)).collect::<Vec<_>>().join(" ")
}

/// Whether a sequence names its publisher first, so that the title's publisher adds nothing.
fn names_publisher(sequence: &[Element], own_words: &[String]) -> bool {
    /// Shorter words are no names of their own (`HP` is one, but so is a size).
    const LETTERS_MIN: usize = 3;
    let Some(Element::Word(first)) = sequence.first() else { return false };
    let fixed = sequence.iter().filter(|element| matches!(element, Element::Word(_) | Element::Beginning(_))).count();
    let is_name = |own: &String| own.split(' ').next() == Some(&**first);
    fixed > 1 && first.chars().count() >= LETTERS_MIN && own_words.iter().any(is_name)
}
