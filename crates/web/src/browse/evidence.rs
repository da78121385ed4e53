//! Files attached to a request: bringing them, and reading them as downloads that no browser runs.

use axum::extract::Multipart;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use domain::digest::Digest;
use domain::id::CaseId;

use crate::browse::cases;
use crate::browse::decisions::{Again, show_again};
use crate::browse::form::{Form, error, refused};
use crate::browse::visitor::{Visitor, done};
use crate::csv::attachment;
use crate::given::{At, AtBoth};
use crate::pages::addresses;
use crate::pages::layout::Link;
use crate::problem::{Kind, Problem};

/// A file as the form sent it.
#[derive(Default)]
struct Sent {
    key: String,
    name: String,
    bytes: Vec<u8>,
}

async fn sent(mut multipart: Multipart) -> Result<Sent, Problem> {
    let unread = |error: axum::extract::multipart::MultipartError| match error.status() {
        axum::http::StatusCode::PAYLOAD_TOO_LARGE => crate::given::too_large(),
        _ => Problem::new(Kind::NotReadable, "The file did not arrive as a whole. Send it again."),
    };
    let mut sent = Sent::default();
    while let Some(field) = multipart.next_field().await.map_err(unread)? {
        match field.name() {
            Some("key") => sent.key = field.text().await.map_err(unread)?.trim().to_owned(),
            Some("file") => {
                field.file_name().unwrap_or_default().clone_into(&mut sent.name);
                sent.bytes = field.bytes().await.map_err(unread)?.to_vec();
            }
            _ => {}
        }
    }
    Ok(sent)
}

/// Attaches a file. Votes on the request without it no longer count, so it has to be sent again.
pub async fn attach(visitor: Visitor, At(number): At<CaseId>, multipart: Multipart) -> Result<Response, Problem> {
    let case = cases::own(&visitor, number)?;
    let Sent { key, name, bytes } = sent(multipart).await?;
    if bytes.is_empty() {
        let errors = error("file", "Choose a file that is not empty.");
        return show_again(&visitor, number, Again { errors, ..Again::default() });
    }
    let of = format!("{name}\n{}", Digest::of(&bytes));
    let form = Form::of(vec![("key".to_owned(), key)], Digest::of(of.as_bytes()));
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
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
        (header::CONTENT_DISPOSITION, attachment(file.name.shown())),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    Ok((headers, bytes).into_response())
}
