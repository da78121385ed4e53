//! JSON from strangers: one pass that checks limits and duplicate keys, and lenient values for the formats' own pass.
//!
//! The formats read only what they know and never fail on a value of another kind: it counts as absent.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;

use crate::limits::{JSON_DEPTH, JSON_KEYS, JSON_OBJECTS, JSON_VALUES, Limit};
use crate::name::shorten;
use crate::unreadable::Unreadable;

/// How many keys of the outermost object are remembered to recognise the format.
const OUTLINE_KEYS: usize = 64;

/// What a JSON text looks like from outside.
#[derive(Debug, Default)]
pub(crate) struct Outline {
    /// Keys of the first object at the top, or of the first object of a list at the top.
    pub keys: BTreeSet<String>,
}

impl Outline {
    /// Whether the key is there.
    pub fn has(&self, key: &str) -> bool {
        self.keys.contains(key)
    }
}

/// Walks the whole text: the outline as far as it could be read, and whether everything is in order.
/// Several values may follow one another (one report per line).
pub(crate) fn outline(text: &str) -> (Outline, Result<(), Unreadable>) {
    let mut state = State { outline: Outline::default(), objects: 0, values: 0, refusal: None };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let outcome = loop {
        if let Err(error) = (Walk { state: &mut state, depth: 0 }).deserialize(&mut deserializer) {
            let place = format!("line {}", error.line());
            break Err(match state.refusal.take() {
                Some(Refusal::Limit(limit)) => Unreadable::OverLimit { limit, place },
                Some(Refusal::DuplicateKey(key)) => Unreadable::DuplicateKey { key, line: error.line() },
                None => unreadable(&error),
            });
        }
        if deserializer.end().is_ok() {
            break Ok(());
        }
    };
    (state.outline, outcome)
}

/// What a parser's error means for the file.
pub(crate) fn unreadable(error: &serde_json::Error) -> Unreadable {
    match error.classify() {
        Category::Eof => Unreadable::Truncated { format: "JSON" },
        Category::Io | Category::Syntax | Category::Data => {
            Unreadable::NotWellFormed { format: "JSON", line: error.line(), column: error.column() }
        }
    }
}

enum Refusal {
    Limit(Limit),
    DuplicateKey(String),
}

struct State {
    outline: Outline,
    /// Objects begun so far; the first one gives the outline.
    objects: usize,
    values: usize,
    refusal: Option<Refusal>,
}

struct Walk<'s> {
    state: &'s mut State,
    depth: usize,
}

impl Walk<'_> {
    fn refuse<T, E: serde::de::Error>(&mut self, refusal: Refusal) -> Result<T, E> {
        self.state.refusal = Some(refusal);
        Err(E::custom("refused"))
    }

    fn count<E: serde::de::Error>(&mut self) -> Result<(), E> {
        self.state.values += 1;
        if JSON_VALUES.is_exceeded_by(self.state.values) { self.refuse(Refusal::Limit(JSON_VALUES)) } else { Ok(()) }
    }

    fn descend<E: serde::de::Error>(&mut self) -> Result<(), E> {
        self.depth += 1;
        if JSON_DEPTH.is_exceeded_by(self.depth) { self.refuse(Refusal::Limit(JSON_DEPTH)) } else { self.count() }
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_bool<E: serde::de::Error>(mut self, _: bool) -> Result<(), E> {
        self.count()
    }

    fn visit_i64<E: serde::de::Error>(mut self, _: i64) -> Result<(), E> {
        self.count()
    }

    fn visit_u64<E: serde::de::Error>(mut self, _: u64) -> Result<(), E> {
        self.count()
    }

    fn visit_f64<E: serde::de::Error>(mut self, _: f64) -> Result<(), E> {
        self.count()
    }

    fn visit_str<E: serde::de::Error>(mut self, _: &str) -> Result<(), E> {
        self.count()
    }

    fn visit_unit<E: serde::de::Error>(mut self) -> Result<(), E> {
        self.count()
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut values: A) -> Result<(), A::Error> {
        self.descend()?;
        while values.next_element_seed(Walk { state: &mut *self.state, depth: self.depth })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut entries: A) -> Result<(), A::Error> {
        self.descend()?;
        self.state.objects += 1;
        if JSON_OBJECTS.is_exceeded_by(self.state.objects) {
            return self.refuse(Refusal::Limit(JSON_OBJECTS));
        }
        let gives_outline = self.state.objects == 1 && self.depth <= 2;
        let mut keys: BTreeSet<Cow<'de, str>> = BTreeSet::new();
        while let Some(Key(key)) = entries.next_key()? {
            if keys.contains(&key) {
                return self.refuse(Refusal::DuplicateKey(shorten(&key)));
            }
            if gives_outline && self.state.outline.keys.len() < OUTLINE_KEYS {
                self.state.outline.keys.insert(key.clone().into_owned());
            }
            keys.insert(key);
            if JSON_KEYS.is_exceeded_by(keys.len()) {
                return self.refuse(Refusal::Limit(JSON_KEYS));
            }
            entries.next_value_seed(Walk { state: &mut *self.state, depth: self.depth })?;
        }
        Ok(())
    }
}

/// A key, borrowed from the text where it holds no escapes.
#[derive(Deserialize)]
#[serde(transparent)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// A text, number or truth value as text; anything else is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Scalar<'a>(pub Option<Cow<'a, str>>);

impl<'a> Scalar<'a> {
    /// The text where it is not blank.
    pub fn filled(self) -> Option<Cow<'a, str>> {
        self.0.filter(|text| !text.trim().is_empty())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Scalar<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Scalar<'de>, E> {
        Ok(Scalar(Some(Cow::Borrowed(text))))
    }

    fn visit_str<E>(self, text: &str) -> Result<Scalar<'de>, E> {
        Ok(Scalar(Some(Cow::Owned(text.to_owned()))))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Scalar<'de>, E> {
        Ok(Scalar(Some(value.to_string().into())))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Scalar<'de>, E> {
        Ok(Scalar(Some(value.to_string().into())))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Scalar<'de>, E> {
        Ok(Scalar(Some(value.to_string().into())))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Scalar<'de>, E> {
        Ok(Scalar(Some(value.to_string().into())))
    }

    fn visit_unit<E>(self) -> Result<Scalar<'de>, E> {
        Ok(Scalar(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Scalar<'de>, A::Error> {
        while values.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Scalar<'de>, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar(None))
    }
}

/// An object read as `T`; any other value is absent.
#[derive(Debug)]
pub(crate) struct Object<T>(pub Option<T>);

impl<T> Default for Object<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Object<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(entries)).map(|value| Object(Some(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Object<T>, A::Error> {
        while values.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Object(None))
    }

    fn visit_str<E>(self, _: &str) -> Result<Object<T>, E> {
        Ok(Object(None))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Object<T>, E> {
        Ok(Object(None))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Object<T>, E> {
        Ok(Object(None))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Object<T>, E> {
        Ok(Object(None))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Object<T>, E> {
        Ok(Object(None))
    }

    fn visit_unit<E>(self) -> Result<Object<T>, E> {
        Ok(Object(None))
    }
}

/// A list of objects; an object alone counts as a list of one. At most `MAX` and one more are kept, so that memory
/// stays bounded while it still shows that there were too many.
#[derive(Debug)]
pub(crate) struct List<T, const MAX: usize>(pub Option<Vec<Object<T>>>);

impl<T, const MAX: usize> Default for List<T, MAX> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: Deserialize<'de>, const MAX: usize> Deserialize<'de> for List<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ListVisitor(PhantomData))
    }
}

struct ListVisitor<T, const MAX: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const MAX: usize> Visitor<'de> for ListVisitor<T, MAX> {
    type Value = List<T, MAX>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<List<T, MAX>, A::Error> {
        let mut list = Vec::new();
        while list.len() <= MAX
            && let Some(value) = values.next_element()?
        {
            list.push(value);
        }
        while values.next_element::<IgnoredAny>()?.is_some() {}
        Ok(List(Some(list)))
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<List<T, MAX>, A::Error> {
        let value = T::deserialize(MapAccessDeserializer::new(entries))?;
        Ok(List(Some(vec![Object(Some(value))])))
    }

    fn visit_str<E>(self, _: &str) -> Result<List<T, MAX>, E> {
        Ok(List(None))
    }

    fn visit_bool<E>(self, _: bool) -> Result<List<T, MAX>, E> {
        Ok(List(None))
    }

    fn visit_i64<E>(self, _: i64) -> Result<List<T, MAX>, E> {
        Ok(List(None))
    }

    fn visit_u64<E>(self, _: u64) -> Result<List<T, MAX>, E> {
        Ok(List(None))
    }

    fn visit_f64<E>(self, _: f64) -> Result<List<T, MAX>, E> {
        Ok(List(None))
    }

    fn visit_unit<E>(self) -> Result<List<T, MAX>, E> {
        Ok(List(None))
    }
}

/// A text, or a list of texts; values of other kinds count as absent.
#[derive(Debug, Default)]
pub(crate) struct Texts<'a>(pub Vec<Cow<'a, str>>);

impl<'de: 'a, 'a> Deserialize<'de> for Texts<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextsVisitor)
    }
}

struct TextsVisitor;

impl<'de> Visitor<'de> for TextsVisitor {
    type Value = Texts<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Texts<'de>, E> {
        Ok(Texts(vec![Cow::Borrowed(text)]))
    }

    fn visit_str<E>(self, text: &str) -> Result<Texts<'de>, E> {
        Ok(Texts(vec![Cow::Owned(text.to_owned())]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Texts<'de>, A::Error> {
        let mut texts = Vec::new();
        while let Some(value) = values.next_element::<Scalar<'de>>()? {
            texts.extend(value.0);
        }
        Ok(Texts(texts))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Texts<'de>, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Texts::default())
    }

    fn visit_bool<E>(self, _: bool) -> Result<Texts<'de>, E> {
        Ok(Texts::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Texts<'de>, E> {
        Ok(Texts::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Texts<'de>, E> {
        Ok(Texts::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Texts<'de>, E> {
        Ok(Texts::default())
    }

    fn visit_unit<E>(self) -> Result<Texts<'de>, E> {
        Ok(Texts::default())
    }
}

/// Hands every object at the top of the text to `take`: objects one after the other, or in lists.
/// `take` gets `None` for a value that is no object.
pub(crate) fn for_each_object<'a, T: Deserialize<'a>>(
    text: &'a str,
    mut take: impl FnMut(Option<T>) -> Result<(), Unreadable>,
) -> Result<(), Unreadable> {
    let mut refusal = None;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    loop {
        let each = Each { take: &mut take, refusal: &mut refusal, kind: PhantomData };
        if let Err(error) = each.deserialize(&mut deserializer) {
            return Err(refusal.unwrap_or_else(|| unreadable(&error)));
        }
        if deserializer.end().is_ok() {
            return Ok(());
        }
    }
}

struct Each<'s, T, F> {
    take: &'s mut F,
    refusal: &'s mut Option<Unreadable>,
    kind: PhantomData<T>,
}

impl<T, F: FnMut(Option<T>) -> Result<(), Unreadable>> Each<'_, T, F> {
    fn give<E: serde::de::Error>(&mut self, object: Option<T>) -> Result<(), E> {
        (self.take)(object).map_err(|refusal| {
            *self.refusal = Some(refusal);
            E::custom("refused")
        })
    }
}

impl<'de, T: Deserialize<'de>, F: FnMut(Option<T>) -> Result<(), Unreadable>> DeserializeSeed<'de> for Each<'_, T, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Deserialize<'de>, F: FnMut(Option<T>) -> Result<(), Unreadable>> Visitor<'de> for Each<'_, T, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a list of objects")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, entries: A) -> Result<(), A::Error> {
        let object = T::deserialize(MapAccessDeserializer::new(entries))?;
        self.give(Some(object))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut values: A) -> Result<(), A::Error> {
        while let Some(Object(object)) = values.next_element::<Object<T>>()? {
            self.give(object)?;
        }
        Ok(())
    }

    fn visit_str<E: serde::de::Error>(mut self, _: &str) -> Result<(), E> {
        self.give(None)
    }

    fn visit_bool<E: serde::de::Error>(mut self, _: bool) -> Result<(), E> {
        self.give(None)
    }

    fn visit_i64<E: serde::de::Error>(mut self, _: i64) -> Result<(), E> {
        self.give(None)
    }

    fn visit_u64<E: serde::de::Error>(mut self, _: u64) -> Result<(), E> {
        self.give(None)
    }

    fn visit_f64<E: serde::de::Error>(mut self, _: f64) -> Result<(), E> {
        self.give(None)
    }

    fn visit_unit<E: serde::de::Error>(mut self) -> Result<(), E> {
        self.give(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> String {
        match outline(text).1 {
            Ok(()) => "ok".to_owned(),
            Err(refusal) => refusal.to_string(),
        }
    }

    #[test]
    fn a_second_key_is_found_at_any_depth_and_behind_escapes() {
        assert_eq!(check(r#"{"a":{"b":1},"b":1}"#), "ok");
        assert!(check("{\"a\":[{\"b\":1,\n\"\\u0062\":2}]}").contains("“b” stands twice in one JSON object (line 2)"));
    }

    #[test]
    fn depth_values_and_keys_are_limited() {
        assert_eq!(check(&format!("{}{}", "[".repeat(64), "]".repeat(64))), "ok");
        assert!(check(&format!("{}{}", "[".repeat(65), "]".repeat(65))).contains("64 levels"));
        assert!(check(&"[".repeat(100_000)).contains("64 levels"));
        let keys: Vec<String> = (0..10_001).map(|number| format!("\"{number}\":0")).collect();
        assert!(check(&format!("{{{}}}", keys.join(","))).contains("10,000"));
        assert!(check(&format!("[{}0]", "0,".repeat(5_000_000))).contains("5,000,000"));
        assert!(check(&format!("[{}0]", "{},".repeat(500_001))).contains("500,000"));
    }

    #[test]
    fn what_is_no_json_is_told_apart() {
        assert!(check("{\"a\":").contains("ends before it is complete"));
        assert!(check("{\"a\":1e400}").contains("not well-formed JSON"));
        assert!(check("{\"a\":1,}").contains("line 1, column 8"));
        assert_eq!(check("{}\n{}\n"), "ok");
    }

    #[test]
    fn the_outline_holds_the_keys_of_the_first_object() {
        let keys = |text: &str| outline(text).0.keys.into_iter().collect::<Vec<_>>().join(" ");
        assert_eq!(keys(r#"{"b":{"c":1},"a":2}"#), "a b");
        assert_eq!(keys(r#"[{"a":1},{"b":2}]"#), "a");
        assert_eq!(keys(r#"{"a":1}{"b":2}"#), "a");
    }
}
