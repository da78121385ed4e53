//! The words of a title's name, and what kinds of words there are: versions, years, processors, languages, editions.
//!
//! All of it works on folded names. What a sequence of words means is in `pattern` and `index`.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher};

/// No title that a person can read has more words; a longer one is not recognised by its name.
pub(super) const WORDS_MAX: usize = 64;

/// A map whose hasher has fixed keys, so that no randomness enters.
pub(super) type Map<K, V> = HashMap<K, V, BuildHasherDefault<DefaultHasher>>;

/// A kind of word that a pattern can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    Version,
    Year,
    Architecture,
    Language,
    Edition,
}

impl Class {
    pub(super) const ALL: [Self; 5] = [Self::Version, Self::Year, Self::Architecture, Self::Language, Self::Edition];

    /// The kind as a pattern names it.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "version" => Self::Version,
            "year" => Self::Year,
            "arch" => Self::Architecture,
            "language" => Self::Language,
            "edition" => Self::Edition,
            _ => return None,
        })
    }
}

/// The kinds that a word is of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Classes(u8);

/// A word that may follow any title without saying anything about the product.
const FILLER: u8 = 1 << 5;

impl Classes {
    pub(super) fn has(self, class: Class) -> bool {
        self.0 & (1 << class as u8) != 0
    }

    /// Whether the word may follow a title without changing what it is: a version, a processor, a language.
    pub(super) fn is_tail(self) -> bool {
        self.0 & !(1 << Class::Edition as u8) != 0
    }

    fn and(self, class: Class) -> Self {
        Self(self.0 | 1 << class as u8)
    }

    fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

const ARCHITECTURES: &str =
    "x64 x86 x86_64 amd64 arm64 arm aarch64 ia64 i386 i586 i686 64 32 win64 win32 64bit 32bit noarch";
const LANGUAGES: &str = "en us gb uk fr fra fre de deu ger es esp esn it ita ja jp jpn ko kr kor pt ptb ptg br zh cn tw \
    chs cht hans hant ru rus nl nld pl plk plc cs cz csy sv sve da dan nb nor fi fin hu hun tr trk el ell he heb ar ara \
    uk ukr ro ron bg bgr hr hrv sk sky sl slv sr lt lth lv lvi et th tha vi vit id ca enu \
    english french français francais german deutsch italian italiano spanish español espanol japanese portuguese \
    português russian русский korean chinese dutch nederlands polish polski czech čeština swedish svenska danish dansk \
    norwegian norsk finnish suomi hungarian magyar turkish türkçe greek hebrew arabic ukrainian multilingual";
const EDITIONS: &str = "professional pro standard enterprise ultimate premium home community express developer \
    evaluation trial datacenter business education student academic personal lite plus advanced starter workgroup web \
    basic essentials foundation core";
const FILLERS: &str = "version ver v release rel build edition bit update sp sp1 sp2 sp3 sp4 r2 rev beta rc \
    rc1 rc2 lts for windows setup installer install user system remove only default application";

/// The words that are known to be of some kind.
pub(super) fn known_classes() -> Map<&'static str, Classes> {
    let mut known: Map<&'static str, Classes> = Map::default();
    let lists = [
        (ARCHITECTURES, Classes::default().and(Class::Architecture)),
        (LANGUAGES, Classes::default().and(Class::Language)),
        (EDITIONS, Classes::default().and(Class::Edition)),
        (FILLERS, Classes(FILLER)),
    ];
    for (list, classes) in lists {
        for word in list.split_whitespace() {
            let entry = known.entry(word).or_default();
            *entry = entry.or(classes);
        }
    }
    known
}

/// The kinds that can be seen by a word's letters: versions (`22.01`, `v4.2`, `12c`, `r2023b`) and years.
pub(super) fn seen_classes(word: &str) -> Classes {
    /// More letters than this (`10.0.0beta2` has four) are a name that begins with a digit.
    const LETTERS_MAX: usize = 4;
    let bytes = word.as_bytes();
    let digits = match bytes {
        [b'v' | b'r', next, ..] if next.is_ascii_digit() => &bytes[1..],
        _ => bytes,
    };
    if !digits.first().is_some_and(u8::is_ascii_digit) {
        return Classes::default();
    }
    let mut letters = 0;
    for byte in digits {
        match byte {
            b'0'..=b'9' | b'.' | b'+' => {}
            b'a'..=b'z' if letters < LETTERS_MAX => letters += 1,
            _ => return Classes::default(),
        }
    }
    let version = Classes::default().and(Class::Version);
    let is_year = bytes.len() == 4 && letters == 0 && ("1990".."2060").contains(&word);
    if is_year { version.and(Class::Year) } else { version }
}

/// The words of a folded name, in order. Everything but letters, digits, `.`, `+` and `#` parts words; marks such as
/// `(R)` are no words.
pub(super) fn words(name: &str) -> Words<'_> {
    Words { rest: name }
}

/// See [`words`].
#[derive(Debug, Clone)]
pub(super) struct Words<'a> {
    rest: &'a str,
}

fn is_inside(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '.' | '+' | '#')
}

impl<'a> Iterator for Words<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        loop {
            let start = self.rest.find(is_inside)?;
            let (before, rest) = self.rest.split_at(start);
            let (word, after) = rest.split_at(rest.find(|letter| !is_inside(letter)).unwrap_or(rest.len()));
            self.rest = after;
            if matches!(word, "r" | "tm" | "c") && before.ends_with('(') && after.starts_with(')') {
                continue;
            }
            let word = word.trim_end_matches('.');
            // `.net` begins with its dot; a dot before digits or alone is punctuation.
            let word = match word.trim_start_matches('.') {
                "net" if word.starts_with('.') => word,
                trimmed => trimmed,
            };
            if !word.is_empty() {
                return Some(word);
            }
        }
    }
}

/// Forms of companies, which sources write or leave out as they like.
const COMPANY_FORMS: &str = "inc incorporated corp corporation co company ltd limited llc l.l.c gmbh ag sa s.a sas s.a.s \
    srl s.r.l spa s.p.a bv b.v nv n.v ab as a.s a/s oy oyj plc pty kg kgaa se lp llp s.r.o sro s.l sl aps the and pvt";

/// A publisher's name as compared: its words without the form of the company.
pub(super) fn publisher_words(publisher: &str) -> String {
    let kept = words(publisher).filter(|word| !COMPANY_FORMS.split_whitespace().any(|form| form == *word));
    kept.fold(String::with_capacity(publisher.len()), |mut text, word| {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(word);
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(name: &str) -> String {
        words(name).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn names_are_parted_into_words() {
        for (name, expected) in [
            (
                "microsoft visual c++ 2015-2022 redistributable (x64) - 14.32.31326",
                "microsoft|visual|c++|2015|2022|redistributable|x64|14.32.31326",
            ),
            ("7-zip 22.01 (x64)", "7|zip|22.01|x64"),
            ("intel(r) chipset device software", "intel|chipset|device|software"),
            ("r for windows 4.1.2", "r|for|windows|4.1.2"),
            ("microsoft .net framework 4.8", "microsoft|.net|framework|4.8"),
            ("node.js", "node.js"),
            ("adobe systems, inc.", "adobe|systems|inc"),
            ("... - ()", ""),
            ("кода “редактор” 3", "кода|редактор|3"),
        ] {
            assert_eq!(split(name), expected);
        }
    }

    #[test]
    fn versions_and_years_are_told_by_their_letters() {
        for (word, version, year) in [
            ("22.01", true, false),
            ("v4.2", true, false),
            ("2024", true, true),
            ("1899", true, false),
            ("12c", true, false),
            ("r2023b", true, false),
            ("10.0.0beta2", true, false),
            ("8u281", true, false),
            ("1password", false, false),
            ("vs", false, false),
            ("draw", false, false),
            ("", false, false),
        ] {
            let classes = seen_classes(word);
            assert_eq!((classes.has(Class::Version), classes.has(Class::Year)), (version, year), "{word}");
        }
    }

    #[test]
    fn the_form_of_a_company_does_not_matter() {
        for publisher in ["adobe inc.", "adobe, incorporated", "the adobe company", "adobe"] {
            assert_eq!(publisher_words(publisher), "adobe");
        }
        assert_eq!(publisher_words("igor pavlov"), "igor pavlov");
    }
}
