//! Reading values in the one form in which they are written, so that no entry can be written in two ways.
//!
//! What people type is read by `FromStr`, which forgives; this is for stored bytes and for programs.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

struct Exactly<F> {
    read: F,
    expected: &'static str,
}

impl<T, F: FnOnce(&str) -> Option<T>> Visitor<'_> for Exactly<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        let expected = self.expected;
        (self.read)(text).ok_or_else(|| E::custom(format_args!("\u{201c}{text:.80}\u{201d} is not {expected}")))
    }
}

/// Reads a string by `read`, without copying it first.
pub(crate) fn from_str<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    read: impl FnOnce(&str) -> Option<T>,
    expected: &'static str,
) -> Result<T, D::Error> {
    deserializer.deserialize_str(Exactly { read, expected })
}

fn printed<T: FromStr + fmt::Display>(text: &str) -> Option<T> {
    text.parse().ok().filter(|value: &T| value.to_string() == text)
}

/// A value that must stand exactly as it is printed.
pub(crate) fn deserialize<'de, D: Deserializer<'de>, T: FromStr + fmt::Display>(
    deserializer: D,
) -> Result<T, D::Error> {
    from_str(deserializer, printed, "written as it is printed")
}

struct EachKeyOnce<V>(PhantomData<V>);

impl<'de, V: Deserialize<'de>> Visitor<'de> for EachKeyOnce<V> {
    type Value = BTreeMap<String, V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with each key once")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut map = BTreeMap::new();
        while let Some((key, value)) = members.next_entry::<String, V>()? {
            if map.contains_key(&key) {
                return Err(A::Error::custom(format_args!("the key {key:.80} stands there twice")));
            }
            map.insert(key, value);
        }
        Ok(map)
    }
}

/// A map in which no key stands twice; the last one would win silently otherwise.
pub(crate) fn map<'de, D: Deserializer<'de>, V: Deserialize<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, V>, D::Error> {
    deserializer.deserialize_map(EachKeyOnce(PhantomData))
}

/// A value as it is printed, or nothing.
pub(crate) mod option {
    use super::{Deserialize, Deserializer, FromStr, fmt};

    struct Printed<T>(T);

    impl<'de, T: FromStr + fmt::Display> Deserialize<'de> for Printed<T> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            super::deserialize(deserializer).map(Self)
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>, T: FromStr + fmt::Display>(
        deserializer: D,
    ) -> Result<Option<T>, D::Error> {
        Ok(Option::<Printed<T>>::deserialize(deserializer)?.map(|printed| printed.0))
    }
}
