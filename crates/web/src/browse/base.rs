//! The address under which a browser reached the program, for links and commands that are carried elsewhere.

use axum::http::{HeaderMap, header};

use crate::browse::visitor::Visitor;

/// Scheme, host and port without a final slash: as the operator set it, else as the browser names it when it sends a
/// form. Empty where neither says it; a path alone is still right on the same machine.
pub fn address(visitor: &Visitor, headers: &HeaderMap) -> String {
    let set = visitor.site.options.base_url.as_deref();
    let sent =
        || headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok()).filter(|origin| *origin != "null");
    set.or_else(sent).unwrap_or_default().trim_end_matches('/').to_owned()
}
