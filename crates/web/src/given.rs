//! What is given with a request: numbers in the path, parameters of the query, bodies. Each is read into a type that
//! cannot be wrong, or refused with a sentence and its place.
//!
//! What the values mean is decided in `domain`.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::{DeserializeOwned, Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::problem::{Kind, Problem, sentence};

/// A value in the path.
pub struct At<T>(pub T);

impl<T: FromStr, S: Send + Sync> FromRequestParts<S> for At<T>
where
    T::Err: fmt::Display,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path(text) = Path::<String>::from_request_parts(parts, state).await.map_err(|_| no_such_path())?;
        read(&text).map(Self)
    }
}

/// Two values in the path.
pub struct AtBoth<A, B>(pub A, pub B);

impl<A: FromStr, B: FromStr, S: Send + Sync> FromRequestParts<S> for AtBoth<A, B>
where
    A::Err: fmt::Display,
    B::Err: fmt::Display,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<(String, String)>::from_request_parts(parts, state).await;
        let Path((first, second)) = path.map_err(|_| no_such_path())?;
        Ok(Self(read(&first)?, read(&second)?))
    }
}

fn no_such_path() -> Problem {
    Problem::new(Kind::NotFound, "There is nothing at this address.")
}

/// A text in the path that names nothing is answered as what is not there.
fn read<T: FromStr>(text: &str) -> Result<T, Problem>
where
    T::Err: fmt::Display,
{
    text.parse().map_err(|error: T::Err| Problem::new(Kind::NotFound, sentence(&error.to_string())))
}

/// The parameters of the query. One that is not known is refused, and so is one that stands twice.
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query: Query<T> = Query::try_from_uri(&parts.uri).map_err(|rejection| {
            let mut source: &dyn std::error::Error = &rejection;
            while let Some(inner) = source.source() {
                source = inner;
            }
            let message = source.to_string();
            // What does not fit its parameter is told with the parameter in front: `limit: …`.
            let (parameter, message) = match message.split_once(": ") {
                Some((name, rest)) if is_plain(name) => (name.to_owned(), rest),
                _ => (String::new(), message.as_str()),
            };
            let (name, detail) = said(message, &parameter);
            Problem::parameter(name.as_deref().unwrap_or(&parameter), detail)
        })?;
        Ok(Self(query.0))
    }
}

/// Reads a JSON body. An empty one is an empty object, for acts that need no words.
pub fn json<T: DeserializeOwned>(headers: &HeaderMap, bytes: &[u8]) -> Result<T, Problem> {
    let bytes = if bytes.is_empty() {
        b"{}"
    } else {
        must_be_json(headers)?;
        bytes
    };
    // A list would be read as the fields in their order, which nobody can mean.
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
        return Err(Problem::at("", "Here stands a list, and an object is needed."));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value: T = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = pointer(error.path());
        let error = error.into_inner();
        malformed(&error).unwrap_or_else(|| {
            let (name, detail) = said(&error.to_string(), path.rsplit('/').next().unwrap_or_default());
            let place = match (path.is_empty(), name) {
                (true, Some(name)) => name,
                // The path of a field that is missing or not known is that of its object or its own.
                (false, Some(name)) if path.rsplit('/').next() != Some(&name) => format!("{path}/{name}"),
                _ => path,
            };
            Problem::at(&place, detail)
        })
    })?;
    reader.end().map_err(|error| malformed(&error).unwrap_or_else(|| Problem::new(Kind::NotReadable, NOT_JSON)))?;
    Ok(value)
}

const NOT_JSON: &str = "The body is not well-formed JSON.";

fn malformed(error: &serde_json::Error) -> Option<Problem> {
    use serde_json::error::Category;
    match error.classify() {
        Category::Data => None,
        Category::Eof => Some(Problem::new(Kind::NotReadable, "The JSON in the body ends before it is complete.")),
        Category::Syntax | Category::Io => {
            let place = format!("line {}, column {}", error.line(), error.column());
            Some(Problem::new(Kind::NotReadable, format!("The body is not well-formed JSON at {place}.")))
        }
    }
}

fn must_be_json(headers: &HeaderMap) -> Result<(), Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if essence == "application/json" || essence.ends_with("+json") {
        return Ok(());
    }
    Err(Problem::new(Kind::ContentType, "Send JSON, with Content-Type: application/json."))
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut text = String::new();
    for segment in path {
        let step = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => key.clone(),
            Segment::Enum { variant } => variant.clone(),
            Segment::Unknown => continue,
        };
        if !text.is_empty() {
            text.push('/');
        }
        // RFC 6901, 3.
        text.push_str(&step.replace('~', "~0").replace('/', "~1"));
    }
    text
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// A message of serde about the field `about` in words for people, and the name of a field where it says one itself.
fn said(message: &str, about: &str) -> (Option<String>, String) {
    let message = message.split(" at line ").next().unwrap_or(message);
    let quoted = |text: &str| text.split('`').nth(1).map(str::to_owned);
    let listed = |text: &str| {
        let names: Vec<&str> = text.split('`').skip(1).step_by(2).collect();
        names.join(", ")
    };
    if let Some(rest) = message.strip_prefix("unknown field ") {
        let name = quoted(rest).unwrap_or_default();
        let known = rest.split_once("expected").map(|(_, known)| listed(known)).filter(|known| !known.is_empty());
        let known =
            known.map_or_else(|| "Nothing is read here.".to_owned(), |known| format!("These are read: {known}."));
        return (Some(name.clone()), format!("There is no field {name} here. {known}"));
    }
    if let Some(rest) = message.strip_prefix("missing field ") {
        let name = quoted(rest).unwrap_or_default();
        return (Some(name.clone()), format!("Give {name}."));
    }
    if let Some(rest) = message.strip_prefix("duplicate field ") {
        let name = quoted(rest).unwrap_or_default();
        return (Some(name.clone()), format!("{name} stands twice, and nobody can tell which one counts."));
    }
    if let Some(rest) = message.strip_prefix("unknown variant ") {
        let name = quoted(rest).unwrap_or_default();
        let known = rest.split_once("expected").map(|(_, known)| listed(known)).unwrap_or_default();
        return (None, format!("\u{201c}{name}\u{201d} is not known here; use one of: {known}."));
    }
    for beginning in ["invalid type: ", "invalid value: ", "invalid length "] {
        if let Some((found, wanted)) = message.strip_prefix(beginning).and_then(|rest| rest.split_once(", expected ")) {
            return (None, format!("Here stands {}, and {} is needed.", in_words(found), in_words(wanted)));
        }
    }
    if message.starts_with("invalid digit") || message.starts_with("number too") || message.starts_with("cannot parse")
    {
        return (None, "Enter a whole number.".to_owned());
    }
    if message.starts_with("provided string was not") {
        return (None, "Enter true or false.".to_owned());
    }
    // It begins with a key, which is shown as it was sent.
    if message.contains(" stands twice, ") {
        return (None, message.to_owned());
    }
    // What is left comes from a value's own reader. The names of days and instants say which they are.
    if ["_on", "_by"].iter().any(|end| about.ends_with(end)) || matches!(about, "until" | "from" | "to") {
        return (None, "Write a day as year, month and day, such as 2025-12-31.".to_owned());
    }
    if about.ends_with("_at") {
        return (None, "Write an instant as day and time in UTC, such as 2025-12-31T09:00:00Z.".to_owned());
    }
    (None, sentence(message))
}

/// The names that serde has for shapes, as people say them.
fn in_words(shape: &str) -> String {
    let shape = shape.trim_start_matches("of type ");
    let known = [
        ("a sequence", "a list"),
        ("sequence", "a list"),
        ("a map", "an object"),
        ("map", "an object"),
        ("null", "nothing (null)"),
        ("a string", "a text"),
        ("a borrowed string", "a text"),
        ("a boolean", "true or false"),
        ("u64", "a whole number"),
        ("u32", "a whole number"),
        ("usize", "a whole number"),
    ];
    if let Some((_, words)) = known.iter().find(|(name, _)| *name == shape) {
        return (*words).to_owned();
    }
    if let Some(text) = shape.strip_prefix("string ") {
        return format!("the text {text}");
    }
    if let Some(number) = shape.strip_prefix("integer ").or_else(|| shape.strip_prefix("floating point ")) {
        return format!("the number {}", number.trim_matches('`'));
    }
    if let Some(truth) = shape.strip_prefix("boolean ") {
        return truth.trim_matches('`').to_owned();
    }
    if shape.starts_with("struct ") {
        return "an object".to_owned();
    }
    shape.to_owned()
}

/// The whole body, under the limit of its address.
pub async fn body(request: Request) -> Result<Bytes, Problem> {
    Bytes::from_request(request, &()).await.map_err(|rejection| not_read(&rejection))
}

fn not_read(rejection: &BytesRejection) -> Problem {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return too_large();
    }
    Problem::new(Kind::NotReadable, "The body did not arrive as a whole.")
}

/// A body is longer than is read at its address.
pub fn too_large() -> Problem {
    let detail = format!(
        "The body is longer than is read here: {} MiB for files, {} MiB for everything else.",
        crate::FILE_BODY_BYTES_MAX >> 20,
        crate::BODY_BYTES_MAX >> 20
    );
    Problem::new(Kind::TooLarge, detail)
}

/// Answers by key, each key once: a map that says a key twice is refused.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers(pub BTreeMap<String, String>);

impl<'de> Deserialize<'de> for Answers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Unique;
        impl<'de> Visitor<'de> for Unique {
            type Value = Answers;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of texts")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Answers, M::Error> {
                let mut answers = BTreeMap::new();
                while let Some((key, answer)) = map.next_entry::<String, String>()? {
                    if answers.contains_key(&key) {
                        let message = format!("{key} stands twice, and nobody can tell which one counts.");
                        return Err(M::Error::custom(message));
                    }
                    answers.insert(key, answer);
                }
                Ok(Answers(answers))
            }
        }
        deserializer.deserialize_map(Unique)
    }
}

/// No parameters at all.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::unwrap_in_result, reason = "tests")]
    use axum::http::HeaderValue;
    use domain::id::ProductId;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read")]
    struct Sample {
        product: ProductId,
        quantity: u64,
        #[serde(default)]
        answers: Answers,
        #[serde(default)]
        inner: Option<Box<Sample>>,
    }

    fn check(body: &str) -> String {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        match json::<Sample>(&headers, body.as_bytes()) {
            Ok(_) => "read".to_owned(),
            Err(problem) => {
                let place = problem.errors().first().and_then(|fault| fault.pointer.clone()).unwrap_or_default();
                format!("{place} {}", problem.detail()).trim().to_owned()
            }
        }
    }

    #[test]
    fn a_body_is_read_whole_or_refused_with_its_place() {
        assert_eq!(check(r#"{"product":"PRD-1","quantity":2}"#), "read");
        assert_eq!(check(r#"{"product":"PRD-1"}"#), "#/quantity Give quantity.");
        assert_eq!(
            check(r#"{"product":"PRD-1","quantity":2,"status":"approved"}"#),
            "#/status There is no field status here. These are read: product, quantity, answers, inner."
        );
        assert_eq!(
            check(r#"{"product":"PRD-1","quantity":2,"quantity":3}"#),
            "#/quantity quantity stands twice, and nobody can tell which one counts."
        );
        assert_eq!(
            check(r#"{"product":"PRD-1","quantity":"2"}"#),
            "#/quantity Here stands the text \"2\", and a whole number is needed."
        );
        assert_eq!(
            check(r#"{"product":"ENT-1","quantity":2}"#),
            "#/product \u{201c}ENT-1\u{201d} is not a number such as PRD-7."
        );
        assert_eq!(
            check(r#"{"product":"PRD-1","quantity":2,"answers":{"a":"1","a":"2"}}"#),
            "#/answers a stands twice, and nobody can tell which one counts."
        );
        assert_eq!(
            check(r#"{"product":"PRD-1","quantity":2,"inner":{"product":"PRD-1","quantity":2,"x":1}}"#),
            "#/inner/x There is no field x here. These are read: product, quantity, answers, inner."
        );
    }

    #[test]
    fn what_is_no_json_is_told_so() {
        assert_eq!(check(r#"{"product":"#), "The JSON in the body ends before it is complete.");
        assert_eq!(check("{]"), "The body is not well-formed JSON at line 1, column 2.");
        assert_eq!(
            check(r#"{"product":"PRD-1","quantity":2} x"#),
            "The body is not well-formed JSON at line 1, column 34."
        );
    }

    #[test]
    fn words_for_people_never_repeat_the_libraries_own() {
        for message in [
            "invalid type: null, expected u64",
            "invalid value: integer `-1`, expected u64",
            "invalid digit found in string",
        ] {
            assert!(!said(message, "quantity").1.contains("invalid"), "{message}");
        }
    }
}
