//! Files attached to a request: bringing them, and reading them as downloads that no browser runs.

use axum::extract::Multipart;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use domain::digest::Digest;
use domain::id::CaseId;

use crate::browse::cases;
use crate::browse::decisions::{Again, show_again};
use crate::browse::form::{FormWithFile, error, refused};
use crate::browse::visitor::{Visitor, done};
use crate::csv::attachment;
use crate::given::{At, AtBoth};
use crate::pages::addresses;
use crate::pages::layout::Link;
use crate::problem::Problem;

/// Attaches a file. Votes on the request without it no longer count, so it has to be sent again.
pub async fn attach(visitor: Visitor, At(number): At<CaseId>, multipart: Multipart) -> Result<Response, Problem> {
    let case = cases::own(&visitor, number)?;
    let FormWithFile { form, name, bytes } = FormWithFile::of(multipart).await?;
    if bytes.is_empty() {
        let errors = error("file", "Choose a file that is not empty.");
        return show_again(&visitor, number, Again { errors, ..Again::default() });
    }
    let repetition = visitor.repetition(&addresses::case_evidence(number), &form);
    match visitor.app.attach_evidence(visitor.caller.actor, number, &name, bytes, repetition).await {
        Ok(_) => {
            let was_sent = cases::round(&case).is_some();
            let again = if was_sent { " The request is a draft again; send it once more." } else { "" };
            let link = Link::new(addresses::case_check(number), "Check and send");
            Ok(done(&addresses::case(number), format!("{name} is attached.{again}"), Some(link)))
        }
        Err(failure) => {
            let errors = refused(failure, "file")?;
            show_again(&visitor, number, Again { errors, ..Again::default() })
        }
    }
}

/// A file, for whoever may see the request.
pub async fn download(visitor: Visitor, AtBoth(number, digest): AtBoth<CaseId, Digest>) -> Result<Response, Problem> {
    cases::seen(&visitor, number)?;
    let (file, bytes) = visitor.app.evidence(number, digest).await?;
    Ok(as_download(file.name.shown(), bytes))
}

/// A file from outside as a download that no browser runs.
pub fn as_download(name: &str, bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
        (header::CONTENT_DISPOSITION, attachment(name)),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    (headers, bytes).into_response()
}
