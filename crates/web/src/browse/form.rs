//! What a browser sends with a form, and what becomes of a refusal on the way back.

use app::Failure;
use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::StatusCode;
use domain::Refusal;
use domain::digest::Digest;

use crate::Site;
use crate::design::forms::{Errors, FieldError};
use crate::given;
use crate::problem::{Kind, Problem};

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

/// A form with a file beside its fields.
#[derive(Debug, Default)]
pub struct FormWithFile {
    /// The fields; the fingerprint is that of the file too.
    pub form: Form,
    /// The file's name; empty where none was chosen.
    pub name: String,
    /// The file; empty where none was chosen.
    pub bytes: Vec<u8>,
}

impl FormWithFile {
    /// Reads what was sent; the file is the field `file`.
    pub async fn of(mut multipart: Multipart) -> Result<Self, Problem> {
        let unread = |error: MultipartError| match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => given::too_large(),
            _ => Problem::new(Kind::NotReadable, "The file did not arrive as a whole. Send it again."),
        };
        let mut sent = Self::default();
        while let Some(field) = multipart.next_field().await.map_err(unread)? {
            match field.name().map(str::to_owned) {
                Some(name) if name == "file" => {
                    field.file_name().unwrap_or_default().clone_into(&mut sent.name);
                    sent.bytes = field.bytes().await.map_err(unread)?.to_vec();
                }
                Some(name) => sent.form.fields.push((name, field.text().await.map_err(unread)?)),
                None => {}
            }
        }
        let words: Vec<&str> = sent.form.fields.iter().filter(|(name, _)| name != "key").map(|(_, of)| &**of).collect();
        let of = format!("{}\n{}\n{}", words.join("\n"), sent.name, Digest::of(&sent.bytes));
        sent.form.fingerprint = Some(Digest::of(of.as_bytes()));
        Ok(sent)
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
