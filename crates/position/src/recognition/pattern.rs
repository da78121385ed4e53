//! Patterns over the words of a title's name.
//!
//! ```text
//! microsoft [office] visio (professional|standard) {year}
//! ```
//!
//! A word stands for itself, `word*` for every word that begins so, `*` for any words or none, `{version}`, `{year}`,
//! `{arch}`, `{language}` and `{edition}` for one word of that kind, `[…]` for what may be missing, `(a|b)` for one of
//! several. Versions, processors and languages may follow every pattern. There is no way back while a name is read:
//! a pattern is multiplied out when it is loaded, and all patterns are followed at once, so time is linear.

use super::words::{Class, words};
use domain::product::folded;

/// Letters of a pattern.
const CHARS_MAX: usize = 2_000;
/// A pattern that stands for more sequences would fill the index.
const SEQUENCES_MAX: usize = 256;
/// Brackets within brackets.
const DEPTH_MAX: usize = 4;

/// What must stand at one place of a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Element {
    Word(Box<str>),
    Beginning(Box<str>),
    Kind(Class),
    /// Any words, or none.
    Any,
}

/// One sequence that a pattern stands for.
pub(super) type Sequence = Vec<Element>;

/// The sequences that `pattern` stands for, or what is wrong with it, as a sentence.
pub(super) fn sequences(pattern: &str) -> Result<Vec<Sequence>, String> {
    if pattern.chars().count() > CHARS_MAX {
        return Err(format!("A pattern has at most {CHARS_MAX} letters."));
    }
    let pattern = folded(pattern);
    let mut reader = Reader { rest: &pattern, depth: 0 };
    let sequences = reader.alternatives()?;
    if !reader.rest.is_empty() {
        return Err(format!("Nothing opens what \u{201c}{}\u{201d} closes.", reader.rest));
    }
    if sequences.iter().any(Vec::is_empty) {
        return Err("A pattern needs at least one word that may not be missing.".to_owned());
    }
    Ok(sequences)
}

struct Reader<'a> {
    rest: &'a str,
    depth: usize,
}

impl Reader<'_> {
    fn alternatives(&mut self) -> Result<Vec<Sequence>, String> {
        let mut all = self.sequence()?;
        while let Some(rest) = self.rest.strip_prefix('|') {
            self.rest = rest;
            all.extend(self.sequence()?);
            check_count(all.len())?;
        }
        Ok(all)
    }

    fn sequence(&mut self) -> Result<Vec<Sequence>, String> {
        let mut all: Vec<Sequence> = vec![Vec::new()];
        loop {
            self.rest = self.rest.trim_start();
            let next = match self.rest.chars().next() {
                None | Some('|' | ')' | ']') => return Ok(all),
                Some('(') => self.bracket(')')?,
                Some('[') => {
                    let mut inner = self.bracket(']')?;
                    inner.push(Vec::new());
                    inner
                }
                Some('{') => vec![vec![Element::Kind(self.class()?)]],
                Some(_) => vec![self.word()?],
            };
            check_count(all.len() * next.len())?;
            all = all.iter().flat_map(|head| next.iter().map(move |tail| [&head[..], &tail[..]].concat())).collect();
        }
    }

    fn bracket(&mut self, closing: char) -> Result<Vec<Sequence>, String> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(format!("Brackets stand at most {DEPTH_MAX} deep."));
        }
        self.rest = self.rest.get(1..).unwrap_or_default();
        let inner = self.alternatives()?;
        self.rest = self.rest.strip_prefix(closing).ok_or_else(|| format!("A {closing} is missing."))?;
        self.depth -= 1;
        Ok(inner)
    }

    fn class(&mut self) -> Result<Class, String> {
        let (name, rest) = self
            .rest
            .strip_prefix('{')
            .and_then(|rest| rest.split_once('}'))
            .ok_or_else(|| "A } is missing.".to_owned())?;
        self.rest = rest;
        Class::named(name).ok_or_else(|| {
            format!(
                "{{{name}}} is no kind of word; there are {{version}}, {{year}}, {{arch}}, {{language}}, {{edition}}."
            )
        })
    }

    fn word(&mut self) -> Result<Sequence, String> {
        let is_mark =
            |letter: char| matches!(letter, '(' | ')' | '[' | ']' | '{' | '}' | '|') || letter.is_whitespace();
        let end = self.rest.find(is_mark).unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        if text == "*" {
            return Ok(vec![Element::Any]);
        }
        let (text, open) = match text.strip_suffix('*') {
            Some(text) => (text, true),
            None => (text, false),
        };
        if text.contains('*') {
            return Err(format!("In \u{201c}{text}\u{201d} a * stands inside a word; it may only end one."));
        }
        let mut elements: Sequence = words(text).map(|word| Element::Word(word.into())).collect();
        if open {
            let last = match elements.pop() {
                Some(Element::Word(word)) if word.chars().count() > 1 => word,
                _ => return Err("Give at least two letters of a word before its *.".to_owned()),
            };
            // A dot at the end parts nothing here: `microsoft.*` is the beginning of one word.
            let last = if text.ends_with('.') { format!("{last}.").into() } else { last };
            elements.push(Element::Beginning(last));
        }
        Ok(elements)
    }
}

fn check_count(count: usize) -> Result<(), String> {
    if count > SEQUENCES_MAX {
        return Err(format!("A pattern stands for at most {SEQUENCES_MAX} sequences of words; this one for more."));
    }
    Ok(())
}

/// How precise a sequence is: of several that fit a name the one with the most fixed words decides.
pub(super) fn precision(sequence: &[Element]) -> i32 {
    let weight = |element: &Element| match element {
        Element::Word(_) => 8,
        Element::Beginning(_) => 6,
        Element::Kind(_) => 3,
        Element::Any => -1,
    };
    sequence.iter().map(weight).sum()
}

/// What each kind of word of a sequence is in `name`, in order, the words behind the sequence included.
/// The shortest reading decides, as in a file name pattern: time is at most words times elements.
pub(super) fn captures<'n>(sequence: &[Element], name: &[(&'n str, super::words::Classes)]) -> Vec<(Class, &'n str)> {
    let (mut element, mut word) = (0, 0);
    let mut resume: Option<(usize, usize)> = None;
    let mut at: Vec<Option<usize>> = vec![None; sequence.len()];
    loop {
        if element == sequence.len() {
            if name[word..].iter().all(|(_, classes)| classes.is_tail()) {
                break;
            }
        } else if sequence[element] == Element::Any {
            resume = Some((element, word));
            element += 1;
            continue;
        } else if word < name.len() && fits(&sequence[element], name[word]) {
            at[element] = Some(word);
            (element, word) = (element + 1, word + 1);
            continue;
        }
        // The last `*` takes one word more.
        match resume {
            Some((any, taken)) if taken < name.len() => {
                resume = Some((any, taken + 1));
                (element, word) = (any + 1, taken + 1);
            }
            _ => return Vec::new(),
        }
    }
    let inside = sequence.iter().zip(&at).filter_map(|(element, at)| match (element, at) {
        (Element::Kind(class), Some(at)) => Some((*class, name[*at].0)),
        _ => None,
    });
    let behind = name[word..].iter().filter_map(|(word, classes)| {
        Class::ALL.into_iter().rev().find(|class| classes.has(*class)).map(|class| (class, *word))
    });
    inside.chain(behind).collect()
}

fn fits(element: &Element, (word, classes): (&str, super::words::Classes)) -> bool {
    match element {
        Element::Word(wanted) => **wanted == *word,
        Element::Beginning(wanted) => word.starts_with(&**wanted),
        Element::Kind(class) => classes.has(*class),
        Element::Any => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(pattern: &str) -> String {
        let element = |element: &Element| match element {
            Element::Word(word) => word.to_string(),
            Element::Beginning(word) => format!("{word}*"),
            Element::Kind(class) => format!("{class:?}"),
            Element::Any => "*".to_owned(),
        };
        let sequence = |sequence: &Sequence| sequence.iter().map(element).collect::<Vec<_>>().join(" ");
        match sequences(pattern) {
            Ok(all) => all.iter().map(sequence).collect::<Vec<_>>().join(" / "),
            Err(problem) => format!("! {problem}"),
        }
    }

    #[test]
    fn patterns_are_multiplied_out() {
        for (pattern, expected) in [
            ("Vectra Draw", "vectra draw"),
            ("7-Zip", "7 zip"),
            ("vectra [suite] draw", "vectra suite draw / vectra draw"),
            ("draw (pro|lite plus)", "draw pro / draw lite plus"),
            ("draw {year} *", "draw Year *"),
            ("kb* {version}", "kb* Version"),
            ("example.maps*", "example.maps*"),
            ("example.*", "example.*"),
            ("[a|b] c", "a c / b c / c"),
        ] {
            assert_eq!(shown(pattern), expected);
        }
    }

    #[test]
    fn what_is_no_pattern_is_said() {
        for (pattern, expected) in [
            ("draw (pro", "! A ) is missing."),
            ("draw pro)", "! Nothing opens what “)” closes."),
            (
                "draw {colour}",
                "! {colour} is no kind of word; there are {version}, {year}, {arch}, {language}, {edition}.",
            ),
            ("dr*w", "! In “dr*w” a * stands inside a word; it may only end one."),
            ("d*", "! Give at least two letters of a word before its *."),
            ("[draw]", "! A pattern needs at least one word that may not be missing."),
            ("", "! A pattern needs at least one word that may not be missing."),
            ("((((((a))))))", "! Brackets stand at most 4 deep."),
            (
                "[a][b][c][d][e][f][g][h][i] j",
                "! A pattern stands for at most 256 sequences of words; this one for more.",
            ),
        ] {
            assert_eq!(shown(pattern), expected, "{pattern}");
        }
    }
}
