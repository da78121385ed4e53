//! Tables as CSV (RFC 4180), so that a spreadsheet shows every cell as text and runs none of them.

use axum::http::HeaderValue;
use axum::http::header;
use axum::response::{IntoResponse, Response};

/// A table that grows row by row.
#[derive(Debug, Default)]
pub struct Csv {
    text: String,
}

impl Csv {
    /// A table with its heading.
    pub fn headed(columns: &[&str]) -> Self {
        let mut table = Self::default();
        table.row(columns);
        table
    }

    /// Adds a row.
    pub fn row(&mut self, cells: &[impl AsRef<str>]) {
        for (place, cell) in cells.iter().enumerate() {
            if place > 0 {
                self.text.push(',');
            }
            write_cell(cell.as_ref(), &mut self.text);
        }
        self.text.push_str("\r\n");
    }

    /// The table as a download.
    pub fn download(self, file_name: &str) -> Response {
        let mut response = self.text.into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8; header=present"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
        headers.insert(header::CONTENT_DISPOSITION, attachment(file_name));
        response
    }
}

/// A cell that begins like a formula gets an apostrophe in front (ASVS 1.2.10).
fn write_cell(cell: &str, into: &mut String) {
    let runs =
        cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\0', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}']);
    if !runs && !cell.contains(['"', ',', '\r', '\n', '\0']) {
        into.push_str(cell);
        return;
    }
    into.push('"');
    if runs {
        into.push('\'');
    }
    for letter in cell.chars().filter(|letter| *letter != '\0') {
        if letter == '"' {
            into.push('"');
        }
        into.push(letter);
    }
    into.push('"');
}

/// A header that has a browser save the answer, under a name of plain letters and, beside it, the name as it is
/// (RFC 6266, RFC 8187).
pub fn attachment(file_name: &str) -> HeaderValue {
    use std::fmt::Write as _;
    let plain: String = file_name
        .chars()
        .map(
            |letter| {
                if letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_' | ' ') { letter } else { '_' }
            },
        )
        .collect();
    let mut exact = String::new();
    for byte in file_name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
            exact.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(exact, "%{byte:02X}");
        }
    }
    HeaderValue::try_from(format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}"))
        .unwrap_or(HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_begins_like_a_formula() {
        let mut table = Csv::headed(&["a", "b"]);
        table.row(&["=1+1", "plain"]);
        table.row(&["-2", "say \"hi\", now"]);
        table.row(&["\t@x", "l\r\nm\0"]);
        assert_eq!(table.text, "a,b\r\n\"'=1+1\",plain\r\n\"'-2\",\"say \"\"hi\"\", now\"\r\n\"'\t@x\",\"l\r\nm\"\r\n");
    }

    #[test]
    fn a_file_name_cannot_leave_its_header() {
        let header = attachment("quote\"; x=y\r\nSet-Cookie: a.pdf");
        assert_eq!(
            header.to_str().unwrap_or_default(),
            "attachment; filename=\"quote__ x_y__Set-Cookie_ a.pdf\"; filename*=UTF-8''quote%22%3B%20x%3Dy%0D%0ASet-Cookie%3A%20a.pdf"
        );
    }
}
