//! What a browser sends with a form, and what becomes of a refusal on the way back.

use app::Failure;
use axum::extract::{FromRequest, Request};
use domain::Refusal;
use domain::digest::Digest;

use crate::Site;
use crate::design::forms::{Errors, FieldError};
use crate::given;
use crate::problem::Problem;

/// The fields of a form, as often as each was sent.
#[derive(Debug, Clone, Default)]
pub struct Form {
    fields: Vec<(String, String)>,
    /// Digest of everything that was sent.
    pub fingerprint: Option<Digest>,
}

impl FromRequest<Site> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, _site: &Site) -> Result<Self, Problem> {
        let raw = given::body(request).await?;
        let fields = form_urlencoded::parse(&raw).map(|(key, value)| (key.into_owned(), value.into_owned())).collect();
        Ok(Self { fields, fingerprint: Some(Digest::of(&raw)) })
    }
}

impl Form {
    /// Fields that came another way than as a form of names and values, such as beside a file.
    pub fn of(fields: Vec<(String, String)>, fingerprint: Digest) -> Self {
        Self { fields, fingerprint: Some(fingerprint) }
    }

    /// What a field holds, white space at its ends apart; empty where it was not sent.
    pub fn get(&self, name: &str) -> &str {
        self.fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.trim())
    }

    /// What a field holds, exactly.
    pub fn exact(&self, name: &str) -> &str {
        self.fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    }

    /// What a field of several lines holds. Browsers send lines with two characters between them; one is kept,
    /// so that the same words are the same whatever way they came.
    pub fn words(&self, name: &str) -> String {
        self.get(name).replace("\r\n", "\n")
    }

    /// What a field holds, where it is not empty.
    pub fn some(&self, name: &str) -> Option<String> {
        Some(self.get(name)).filter(|value| !value.is_empty()).map(str::to_owned)
    }

    /// Everything that was sent under one name.
    pub fn all(&self, name: &str) -> Vec<String> {
        self.fields.iter().filter(|(key, _)| key == name).map(|(_, value)| value.trim().to_owned()).collect()
    }

    /// The fields whose names begin with `prefix`, without it.
    pub fn beginning(&self, prefix: &str) -> Vec<(String, String)> {
        self.fields
            .iter()
            .filter_map(|(key, value)| Some((key.strip_prefix(prefix)?.to_owned(), value.trim().to_owned())))
            .collect()
    }
}

/// One thing to change.
pub fn error(field: &str, sentence: impl Into<String>) -> Errors {
    Errors(vec![FieldError { field: field.to_owned(), sentence: sentence.into() }])
}

/// What a form shows of a refusal: at its field, or at `otherwise`. What is no refusal stays a problem.
pub fn refused(failure: Failure, otherwise: &str) -> Result<Errors, Problem> {
    match failure {
        Failure::Refused(Refusal::Field { field, message }) => Ok(error(field, message)),
        Failure::Refused(refusal) => Ok(error(otherwise, refusal.to_string())),
        Failure::TooLarge(large) => Ok(error(otherwise, large.to_string())),
        Failure::Password(sentence) => Ok(error("password", sentence)),
        // Whoever goes back, changes something and sends again means another act, and gets a form with a new key.
        Failure::KeyReused => Ok(error(
            otherwise,
            "This form was sent before with other words, and that was recorded. Send it again only if you mean both.",
        )),
        Failure::UnusableMapping(sentence) => Ok(error(otherwise, sentence)),
        Failure::Unreadable(unreadable) => Ok(error(otherwise, unreadable.to_string())),
        other => Err(other.into()),
    }
}
