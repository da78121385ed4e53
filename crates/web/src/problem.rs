//! Problems: every way in which a request is not answered as asked, with its status (RFC 9457).
//!
//! The only place that names a status other than success. The text of a refusal is exactly the core's sentence.
//! A problem is drawn as JSON or HTML by the outermost layer, which knows what was asked; see `crate::edge`.

use app::Failure;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::Refusal;
use domain::refusal::Kind as RefusalKind;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// After how many seconds it is worth trying again when too much is waiting.
const RETRY_AFTER_SECONDS: &str = "5";

/// What sort of problem it is. Each has an address of its own, `/problems/<slug>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Something that was given needs attention.
    Validation,
    /// The body is not what its content type says.
    NotReadable,
    /// A file cannot be read as a whole.
    UnreadableFile,
    /// A catalogue has findings.
    CatalogueFindings,
    /// A body is over its limit.
    TooLarge,
    /// What was given does not fit an entry of the ledger.
    EntryTooLarge,
    /// The body has another content type than is read here.
    ContentType,
    /// There is nothing there.
    NotFound,
    /// This address does not know the method.
    Method,
    /// Nobody is signed in.
    NotSignedIn,
    /// Name and password do not go together.
    SignInFailed,
    /// A one-time link does not work any more.
    LinkEnded,
    /// The one who asks may not do this.
    NotAllowed,
    /// Separation of duties stands in the way.
    SeparationOfDuties,
    /// Another site's page sent the request.
    CrossSite,
    /// It is no longer as it was, or no longer possible.
    Conflict,
    /// What is voted on changed.
    SubjectChanged,
    /// An act that must not happen twice came without a key.
    IdempotencyKeyMissing,
    /// A key came again with another request.
    IdempotencyKeyReused,
    /// Too much is waiting.
    Busy,
    /// It took too long.
    TimedOut,
    /// Nothing is recorded until a restart.
    ReadOnly,
    /// What is stored is not what the ledger says.
    Damaged,
    /// Something failed inside.
    Internal,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 24] = [
        Self::Validation,
        Self::NotReadable,
        Self::UnreadableFile,
        Self::CatalogueFindings,
        Self::TooLarge,
        Self::EntryTooLarge,
        Self::ContentType,
        Self::NotFound,
        Self::Method,
        Self::NotSignedIn,
        Self::SignInFailed,
        Self::LinkEnded,
        Self::NotAllowed,
        Self::SeparationOfDuties,
        Self::CrossSite,
        Self::Conflict,
        Self::SubjectChanged,
        Self::IdempotencyKeyMissing,
        Self::IdempotencyKeyReused,
        Self::Busy,
        Self::TimedOut,
        Self::ReadOnly,
        Self::Damaged,
        Self::Internal,
    ];

    /// The kind whose address ends in `slug`.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.slug() == slug)
    }

    /// Status, slug, title and explanation.
    #[expect(clippy::too_many_lines, reason = "a table, one line for each")]
    fn described(self) -> (StatusCode, &'static str, &'static str, &'static str) {
        use StatusCode as S;
        match self {
            Self::Validation => (
                S::UNPROCESSABLE_ENTITY,
                "validation",
                "Something needs attention",
                "Something that was given cannot be taken as it is. Nothing was recorded. Each error names its place and says what to enter.",
            ),
            Self::NotReadable => (
                S::BAD_REQUEST,
                "not-readable",
                "The request cannot be read",
                "The body is not what its content type says it is, such as JSON with a bracket missing. Nothing was recorded.",
            ),
            Self::UnreadableFile => (
                S::UNPROCESSABLE_ENTITY,
                "unreadable-file",
                "The file cannot be read",
                "A file that was to be imported, or the mapping of its columns, cannot be read as a whole. Nothing was recorded; the repair says what to do.",
            ),
            Self::CatalogueFindings => (
                S::UNPROCESSABLE_ENTITY,
                "catalogue-findings",
                "The catalogue has findings",
                "The files of the catalogue cannot be put in force before the findings are mended. Each error names its file and place.",
            ),
            Self::TooLarge => (
                S::PAYLOAD_TOO_LARGE,
                "too-large",
                "The request is too large",
                "The body is longer than is read at this address. Nothing was recorded. The sentence names the limit.",
            ),
            Self::EntryTooLarge => (
                S::UNPROCESSABLE_ENTITY,
                "entry-too-large",
                "It does not fit an entry",
                "An entry of the ledger holds at most 65,535 bytes. Make the text shorter, or attach the long part as a file.",
            ),
            Self::ContentType => (
                S::UNSUPPORTED_MEDIA_TYPE,
                "content-type",
                "Another content type is needed",
                "The body comes with a content type that is not read at this address. The sentence names the one to send.",
            ),
            Self::NotFound => (
                S::NOT_FOUND,
                "not-found",
                "There is nothing there",
                "No object has this number, or nothing answers at this address.",
            ),
            Self::Method => (
                S::METHOD_NOT_ALLOWED,
                "method",
                "This method is not known here",
                "Something answers at this address, but to another method. The Allow header names it.",
            ),
            Self::NotSignedIn => (
                S::UNAUTHORIZED,
                "not-signed-in",
                "Sign in first",
                "The request has neither a session nor a token that works. Sign in, or send an API token as a bearer token.",
            ),
            Self::SignInFailed => (
                S::UNAUTHORIZED,
                "sign-in-failed",
                "The sign-in did not work",
                "The name and the password do not go together.",
            ),
            Self::LinkEnded => (
                S::GONE,
                "link-ended",
                "The link does not work any more",
                "A one-time link was used already or has ended. An administrator can make a new one.",
            ),
            Self::NotAllowed => (
                S::FORBIDDEN,
                "not-allowed",
                "You may not do this",
                "Your roles, or the scopes of the token, do not reach that far. The sentence names what is needed.",
            ),
            Self::SeparationOfDuties => (
                S::FORBIDDEN,
                "separation-of-duties",
                "Somebody else has to do this",
                "Nobody has authority over their own request, benefit or roles, whatever accounts or delegations they act by.",
            ),
            Self::CrossSite => (
                S::FORBIDDEN,
                "cross-site",
                "The request came from another site",
                "A browser that is signed in here was sent by a page of another site. Nothing was done.",
            ),
            Self::Conflict => (
                S::CONFLICT,
                "conflict",
                "It is no longer as it was",
                "What was asked does not fit how things stand now. Look again, then decide.",
            ),
            Self::SubjectChanged => (
                S::CONFLICT,
                "subject-changed",
                "The request changed",
                "A vote names the digest of what the voter saw, and that is no longer what is voted on. The problem carries the difference and the current digest.",
            ),
            Self::IdempotencyKeyMissing => (
                S::BAD_REQUEST,
                "idempotency-key-missing",
                "An Idempotency-Key is needed",
                "This act must not happen twice by accident. Send a key of your own in the Idempotency-Key header; the same key with the same request gives the same answer for three days.",
            ),
            Self::IdempotencyKeyReused => (
                S::UNPROCESSABLE_ENTITY,
                "idempotency-key-reused",
                "The Idempotency-Key was used before",
                "The same key came earlier with a different request. Nothing was recorded; use a new key.",
            ),
            Self::Busy => (
                S::SERVICE_UNAVAILABLE,
                "busy",
                "Too much is waiting",
                "So many acts wait to be recorded that no more are taken in. Nothing was recorded; try again after the seconds in the Retry-After header.",
            ),
            Self::TimedOut => (
                S::SERVICE_UNAVAILABLE,
                "timed-out",
                "It took too long",
                "The answer was not ready within 30 seconds. An act may still take effect; ask again with the same Idempotency-Key to learn its outcome.",
            ),
            Self::ReadOnly => (
                S::SERVICE_UNAVAILABLE,
                "read-only",
                "Nothing is recorded at present",
                "The storage failed, and nothing more is accepted until the program is restarted. Reading goes on.",
            ),
            Self::Damaged => (
                S::INTERNAL_SERVER_ERROR,
                "damaged",
                "The ledger does not verify",
                "What is stored is not what the ledger says. Run a verification and keep the folder as it is.",
            ),
            Self::Internal => (
                S::INTERNAL_SERVER_ERROR,
                "internal",
                "Something failed inside",
                "The request could not be carried out because of a fault in the program or its surroundings. The log has the details under the request's id.",
            ),
        }
    }

    /// Its status.
    pub fn status(self) -> StatusCode {
        self.described().0
    }

    /// The last part of its address.
    pub fn slug(self) -> &'static str {
        self.described().1
    }

    /// Its heading.
    pub fn title(self) -> &'static str {
        self.described().2
    }

    /// What it means and what to do.
    pub fn explanation(self) -> &'static str {
        self.described().3
    }
}

/// One thing that needs attention.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Fault {
    /// Where in the body, as a JSON pointer in a fragment (`#/until`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// Which parameter of the query or header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// What is wrong and what to do.
    pub detail: String,
}

/// A problem on its way out.
#[derive(Debug, Clone)]
pub struct Problem {
    kind: Kind,
    detail: String,
    errors: Vec<Fault>,
    members: Map<String, Value>,
}

/// A problem as it is written (application/problem+json).
#[derive(Debug, Serialize, ToSchema)]
#[schema(title = "Problem")]
pub struct ProblemBody {
    /// Address of the explanation.
    #[serde(rename = "type")]
    #[schema(example = "/problems/validation")]
    pub address: String,
    /// Heading.
    pub title: &'static str,
    /// The status again.
    pub status: u16,
    /// What happened and what to do, as a sentence.
    pub detail: String,
    /// The path that was asked for.
    pub instance: String,
    /// The id under which the log has this request.
    pub request_id: String,
    /// What needs attention, one by one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Fault>,
    /// Further facts, by kind of problem: `repair`, `current_digest`, `seen_digest`, `difference`.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub members: Map<String, Value>,
}

impl Problem {
    /// A problem with a sentence of its own.
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), errors: Vec::new(), members: Map::new() }
    }

    /// Something in the body that needs attention; `place` is a path such as `terms/until`.
    pub fn at(place: &str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        let fault = Fault { pointer: Some(format!("#/{place}")), parameter: None, detail: detail.clone() };
        Self { errors: vec![fault], ..Self::new(Kind::Validation, detail) }
    }

    /// A parameter that needs attention.
    pub fn parameter(name: &str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        let fault = Fault { pointer: None, parameter: Some(name.to_owned()), detail: detail.clone() };
        Self { errors: vec![fault], ..Self::new(Kind::Validation, detail) }
    }

    /// There is no `what` of this number.
    pub fn none(what: &str, number: impl std::fmt::Display) -> Self {
        Self::new(Kind::NotFound, format!("There is no {what} {number}."))
    }

    /// Somebody has to sign in first.
    pub fn not_signed_in() -> Self {
        Self::new(
            Kind::NotSignedIn,
            "Sign in first, or send an API token that works as Authorization: Bearer indult_pat_…",
        )
    }

    /// A fault of the program; `error` goes to the log and not to the caller.
    pub fn internal(error: &(impl std::fmt::Display + ?Sized)) -> Self {
        tracing::error!(%error, "a request failed inside");
        Self::new(Kind::Internal, "Something failed inside. The log has the details under the request's id.")
    }

    fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.members.insert(member.to_owned(), value.into());
        self
    }

    /// Its kind.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Its sentence.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// What needs attention, one by one.
    pub fn errors(&self) -> &[Fault] {
        &self.errors
    }

    /// As it is written for a request.
    pub(crate) fn body(&self, instance: &str, request_id: &str) -> ProblemBody {
        ProblemBody {
            address: format!("/problems/{}", self.kind.slug()),
            title: self.kind.title(),
            status: self.kind.status().as_u16(),
            detail: self.detail.clone(),
            instance: instance.to_owned(),
            request_id: request_id.to_owned(),
            errors: self.errors.clone(),
            members: self.members.clone(),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let detail = refusal.to_string();
        if let Refusal::CaseChanged { seen, current, difference, .. } = &refusal {
            return Self::new(Kind::SubjectChanged, detail)
                .with("seen_digest", seen.to_string())
                .with("current_digest", current.to_string())
                .with("difference", difference.as_str());
        }
        match refusal.kind() {
            RefusalKind::NeedsAttention => Self::at(refusal.field().unwrap_or_default(), detail),
            RefusalKind::NotFound => Self::new(Kind::NotFound, detail),
            RefusalKind::NotAllowed => Self::new(Kind::NotAllowed, detail),
            RefusalKind::SeparationOfDuties => Self::new(Kind::SeparationOfDuties, detail),
            RefusalKind::Conflict => Self::new(Kind::Conflict, detail),
        }
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        let detail = failure.to_string();
        match failure {
            Failure::Refused(refusal) => Self::from(refusal),
            Failure::Unreadable(unreadable) => {
                Self::new(Kind::UnreadableFile, sentence(&detail)).with("repair", unreadable.repair())
            }
            Failure::UnusableMapping(_) => Self::new(Kind::UnreadableFile, sentence(&detail)),
            Failure::Catalogue(findings) => {
                let errors = findings.iter().map(|finding| Fault {
                    pointer: Some(format!("#/files/{}", finding.file)),
                    parameter: None,
                    detail: finding.to_string(),
                });
                Self { errors: errors.collect(), ..Self::new(Kind::CatalogueFindings, detail) }
            }
            Failure::TooLarge(_) => Self::new(Kind::EntryTooLarge, detail),
            Failure::NotFound(_) => Self::new(Kind::NotFound, detail),
            Failure::SignIn => Self::new(Kind::SignInFailed, detail),
            Failure::Link => Self::new(Kind::LinkEnded, detail),
            Failure::Password(_) => Self::at("password", detail),
            Failure::KeyReused => Self::new(Kind::IdempotencyKeyReused, detail),
            Failure::Busy => Self::new(Kind::Busy, detail),
            Failure::ReadOnly(_) => Self::new(Kind::ReadOnly, detail),
            Failure::Damaged(_) => {
                tracing::error!(error = detail, "the ledger does not verify");
                Self::new(Kind::Damaged, detail)
            }
            Failure::Store(error) => Self::internal(&error),
        }
    }
}

/// A library's message as a sentence: a capital at its beginning and a full stop at its end.
pub(crate) fn sentence(message: &str) -> String {
    let mut letters = message.trim().chars();
    let first: String = letters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    let end = if message.trim_end().ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.kind.status().into_response();
        let headers = response.headers_mut();
        match self.kind {
            Kind::NotSignedIn => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"indult\""));
            }
            Kind::Busy | Kind::TimedOut => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_SECONDS));
            }
            _ => {}
        }
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_an_address_of_its_own_and_speaks_plainly() {
        let slugs: std::collections::BTreeSet<&str> = Kind::ALL.into_iter().map(Kind::slug).collect();
        assert_eq!(slugs.len(), Kind::ALL.len());
        for kind in Kind::ALL {
            assert_eq!(Kind::from_slug(kind.slug()), Some(kind));
            assert!(kind.status().is_client_error() || kind.status().is_server_error());
            assert!(kind.explanation().ends_with('.') && !kind.title().ends_with('.'));
        }
    }

    #[test]
    fn a_librarys_message_becomes_a_sentence() {
        assert_eq!(sentence("the file is empty"), "The file is empty.");
        assert_eq!(sentence("Already one."), "Already one.");
        assert_eq!(sentence(""), ".");
    }
}
