//! The line below a table by which everything behind it can be had as a file.

use app::exports::Subject;
use maud::{Markup, html};

/// Links to the whole of a subject in each of its formats.
pub fn links(subject: Subject) -> Markup {
    html! {
        p.hint {
            "All " (subject.name()) " as "
            @for (place, format) in subject.formats().iter().enumerate() {
                @if place > 0 { " \u{b7} " }
                a href=(format!("/v1/exports/{}?format={}", subject.name(), format.name())) download { (format.title()) }
            }
        }
    }
}
