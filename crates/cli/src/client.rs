//! The one client path: requests to the HTTP API, in this process or over the network.

use std::path::Path;

use app::App;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, header};
use serde_json::Value;
use tower::ServiceExt as _;

use crate::arguments::Target;
use crate::exit::Exit;
use crate::local;

/// The longest answer that is read into memory; backups are streamed to a file instead.
const ANSWER_BYTES_MAX: usize = 512 * 1024 * 1024;

/// A way to the API.
pub enum Client {
    /// The folder, opened by this process.
    Local {
        /// The running organisation.
        app: App,
        /// Its router.
        router: axum::Router,
        /// Whom the operator acts for.
        actor: domain::command::Actor,
    },
    /// A running server.
    Remote {
        /// The HTTP client.
        http: reqwest::Client,
        /// The server's address without a final slash.
        server: String,
        /// The API token, where one was given.
        token: Option<String>,
    },
}

/// A body to send.
pub enum Sent {
    /// Nothing.
    Nothing,
    /// JSON.
    Json(Value),
    /// A file as it is.
    Bytes(Vec<u8>),
    /// A multipart form, with its content type.
    Form(String, Vec<u8>),
}

/// An answer.
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Result<Value, Exit> {
        serde_json::from_slice(&self.body)
            .map_err(|error| Exit::failure(format!("The answer is not JSON as expected: {error}")))
    }
}

impl Client {
    /// Opens the way that the arguments name.
    pub fn open(target: &Target) -> Result<Self, Exit> {
        match (&target.server, &target.data) {
            (Some(server), _) => {
                if target.act_as.is_some() {
                    return Err(Exit::usage("--as works with --data only: on a server everybody acts for themselves."));
                }
                Ok(Self::Remote {
                    http: reqwest::Client::new(),
                    server: server.trim_end_matches('/').to_owned(),
                    token: target.token()?,
                })
            }
            (None, Some(folder)) => {
                let app = local::open(folder)?;
                let actor = app.operator_for(target.act_as.as_deref())?;
                let router = web::router(app.clone(), web::Options::default());
                Ok(Self::Local { app, router, actor })
            }
            (None, None) => Err(Exit::usage(
                "Say where the organisation is: --data DIR for a folder on this machine, or --server URL for a server.",
            )),
        }
    }

    /// Sends a request; an answer that is not a success becomes an exit.
    pub async fn send(&self, method: Method, path: &str, body: Sent) -> Result<Answer, Exit> {
        let answer = self.send_raw(method, path, body).await?;
        if (200..300).contains(&answer.status) {
            Ok(answer)
        } else {
            Err(Exit::of_problem(answer.status, &answer.body))
        }
    }

    /// A GET that answers with JSON.
    pub async fn get(&self, path: &str) -> Result<Value, Exit> {
        self.send(Method::GET, path, Sent::Nothing).await?.json()
    }

    /// A POST of JSON that answers with JSON.
    pub async fn post(&self, path: &str, body: Value) -> Result<Value, Exit> {
        self.send(Method::POST, path, Sent::Json(body)).await?.json()
    }

    /// Every item of a list, page after page.
    pub async fn list(&self, path: &str) -> Result<Vec<Value>, Exit> {
        let mut items = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let joint = if path.contains('?') { '&' } else { '?' };
            let page = match &cursor {
                None => format!("{path}{joint}limit=200"),
                Some(cursor) => format!("{path}{joint}limit=200&cursor={cursor}"),
            };
            let answer = self.get(&page).await?;
            items.extend(answer.get("data").and_then(Value::as_array).cloned().unwrap_or_default());
            cursor = answer.get("next_cursor").and_then(Value::as_str).map(str::to_owned);
            if cursor.is_none() {
                return Ok(items);
            }
        }
    }

    /// Sends a request and gives the answer whatever its status.
    pub async fn send_raw(&self, method: Method, path: &str, body: Sent) -> Result<Answer, Exit> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        if method == Method::POST {
            let key: String = local::random().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
            if let Ok(key) = HeaderValue::from_str(&key) {
                headers.insert(HeaderName::from_static("idempotency-key"), key);
            }
        }
        let (kind, bytes) = match body {
            Sent::Nothing => (None, Vec::new()),
            Sent::Json(value) => (Some("application/json".to_owned()), value.to_string().into_bytes()),
            Sent::Bytes(bytes) => (Some("application/octet-stream".to_owned()), bytes),
            Sent::Form(kind, bytes) => (Some(kind), bytes),
        };
        if let Some(kind) = kind
            && let Ok(kind) = HeaderValue::from_str(&kind)
        {
            headers.insert(header::CONTENT_TYPE, kind);
        }
        match self {
            Self::Local { router, actor, .. } => {
                let mut request = Request::builder()
                    .method(method)
                    .uri(path)
                    .body(Body::from(bytes))
                    .map_err(|error| Exit::usage(format!("{path} is no path: {error}")))?;
                *request.headers_mut() = headers;
                request.extensions_mut().insert(web::LocalOperator(*actor));
                let response = match router.clone().oneshot(request).await {
                    Ok(response) => response,
                    Err(never) => match never {},
                };
                let status = response.status().as_u16();
                let body = to_bytes(response.into_body(), ANSWER_BYTES_MAX)
                    .await
                    .map_err(|error| Exit::failure(error.to_string()))?;
                Ok(Answer { status, body: body.to_vec() })
            }
            Self::Remote { http, server, token } => {
                let mut request = http.request(method, format!("{server}{path}")).headers(headers).body(bytes);
                if let Some(token) = token {
                    request = request.bearer_auth(token);
                }
                let unreachable =
                    |error: reqwest::Error| Exit::failure(format!("{server} could not be reached: {error}"));
                let response = request.send().await.map_err(unreachable)?;
                let status = response.status().as_u16();
                let body = response.bytes().await.map_err(unreachable)?;
                Ok(Answer { status, body: body.to_vec() })
            }
        }
    }

    /// Signs what is unsigned and gives the folder back.
    pub async fn close(&self) {
        if let Self::Local { app, .. } = self {
            app.close().await;
        }
    }
}

/// One part of a multipart form.
pub struct Part {
    /// The field.
    pub field: &'static str,
    /// The file name.
    pub file_name: String,
    /// The content.
    pub content: Vec<u8>,
}

impl Part {
    /// Reads a file; `-` is standard input.
    pub fn read(field: &'static str, path: &Path) -> Result<Self, Exit> {
        let content = read_file(path)?;
        let name =
            path.file_name().map_or_else(|| "standard-input".to_owned(), |name| name.to_string_lossy().into_owned());
        let file_name = if name == "-" { "standard-input".to_owned() } else { name };
        Ok(Self { field, file_name, content })
    }
}

/// Reads a file; `-` is standard input.
pub fn read_file(path: &Path) -> Result<Vec<u8>, Exit> {
    use std::io::Read as _;
    if path == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes)?;
        return Ok(bytes);
    }
    std::fs::read(path).map_err(|error| Exit::with_code(6, format!("{} could not be read: {error}", path.display())))
}

/// A multipart form of `parts`, under a boundary that stands in none of them.
pub fn form(parts: &[Part]) -> Sent {
    let boundary: String = local::random().iter().map(|byte| format!("{byte:02x}")).collect();
    let mut body = Vec::new();
    for part in parts {
        let name: String = part
            .file_name
            .chars()
            .map(|letter| if matches!(letter, '"' | '\\') || letter.is_control() { '_' } else { letter })
            .collect();
        body.extend_from_slice(
            format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n", part.field).as_bytes(),
        );
        body.extend_from_slice(&part.content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    Sent::Form(format!("multipart/form-data; boundary={boundary}"), body)
}

/// Escapes a value for a query or a path.
pub fn escaped(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}
