//! Renewals as an iCalendar file (RFC 5545): one whole-day event for each day of notice and each end.
//!
//! Written here and not by a library, because the ones there are bring a second calendar of their own along.

use app::Snapshot;
use app::renewals::Renewal;
use jiff::Timestamp;
use jiff::civil::Date;

/// The content type of a calendar.
pub const CONTENT_TYPE: &str = "text/calendar; charset=utf-8";
/// How far ahead a calendar looks: agreements of several years are planned years ahead.
pub const HORIZON_DAYS: i64 = 3 * 366;
/// A line has at most 75 octets (RFC 5545, section 3.1).
const LINE_OCTETS_MAX: usize = 75;

/// The last day that a calendar made on `today` looks at.
pub fn horizon(today: Date) -> Date {
    today.checked_add(jiff::Span::new().days(HORIZON_DAYS)).unwrap_or(Date::MAX)
}

/// The calendar of what ends from now on. `origin` makes the events' names unlike any other organisation's.
pub fn renewals(snapshot: &Snapshot, origin: &str, at: Timestamp) -> String {
    let mut file = Lines::default();
    let name = snapshot.state.organisation.as_deref().map_or("", |organisation| organisation.name.as_str());
    file.line("BEGIN:VCALENDAR");
    file.line("VERSION:2.0");
    file.line("PRODID:-//Indult//Renewals//EN");
    file.line(&format!("X-WR-CALNAME:{}", escaped(&format!("Renewals of {name}"))));
    let until = horizon(snapshot.state.day(at));
    for renewal in snapshot.renewals(at, until) {
        let words = Words::of(snapshot, &renewal);
        if let Some(day) = renewal.notice_by {
            let event = Event { id: format!("{}-notice", renewal.agreement), day, title: words.notice(), remind: true };
            file.event(&event, &words.about, origin, at);
        }
        let event =
            Event { id: format!("{}-end", renewal.agreement), day: renewal.ends_on, title: words.end(), remind: false };
        file.event(&event, &words.about, origin, at);
    }
    for right in snapshot.ending_rights(at, until) {
        let Some(known) = snapshot.state.entitlements.get(&right.entitlement) else { continue };
        let title = format!("{} of {} ends", known.id, snapshot.state.product_name(known.product));
        let event = Event { id: format!("{}-end", known.id), day: right.ends_on, title, remind: true };
        file.event(&event, "A right that ends without an agreement that does.", origin, at);
    }
    file.line("END:VCALENDAR");
    file.text
}

struct Event {
    id: String,
    day: Date,
    title: String,
    remind: bool,
}

/// What is said of an agreement.
struct Words {
    reference: String,
    party: String,
    about: String,
}

impl Words {
    fn of(snapshot: &Snapshot, renewal: &Renewal) -> Self {
        let state = &snapshot.state;
        let known = state.agreements.get(&renewal.agreement);
        let party = known.and_then(|known| state.parties.get(&known.party));
        let plan = known.and_then(|known| known.plan()).map_or_else(
            || format!("Nothing is planned. {}", renewal.suggestion.why),
            |plan| format!("Planned: {}. {}", plan.choice.title(), plan.reason.shown()),
        );
        let products: Vec<String> =
            renewal.products.iter().map(|product| state.product_name(product.product)).collect();
        Self {
            reference: known.map_or_else(|| renewal.agreement.to_string(), |known| known.terms.reference.clone()),
            party: party.map(|party| party.name.clone()).unwrap_or_default(),
            about: format!("{}: {}\n{plan}", renewal.agreement, products.join(", ")),
        }
    }

    fn notice(&self) -> String {
        format!("Last day for notice: {} with {}", self.reference, self.party)
    }

    fn end(&self) -> String {
        format!("{} with {} ends", self.reference, self.party)
    }
}

#[derive(Default)]
struct Lines {
    text: String,
}

impl Lines {
    /// A content line, folded where it is longer than a line may be: a fold never cuts a letter.
    fn line(&mut self, content: &str) {
        let mut octets = 0;
        for letter in content.chars() {
            if octets + letter.len_utf8() > LINE_OCTETS_MAX {
                self.text.push_str("\r\n ");
                octets = 1;
            }
            self.text.push(letter);
            octets += letter.len_utf8();
        }
        self.text.push_str("\r\n");
    }

    fn event(&mut self, event: &Event, about: &str, origin: &str, at: Timestamp) {
        let day = |day: Date| day.strftime("%Y%m%d").to_string();
        let next = event.day.tomorrow().unwrap_or(event.day);
        self.line("BEGIN:VEVENT");
        self.line(&format!("UID:{}@{}", event.id, origin.replace('/', ".")));
        self.line(&format!("DTSTAMP:{}", at.strftime("%Y%m%dT%H%M%SZ")));
        self.line(&format!("DTSTART;VALUE=DATE:{}", day(event.day)));
        self.line(&format!("DTEND;VALUE=DATE:{}", day(next)));
        self.line(&format!("SUMMARY:{}", escaped(&event.title)));
        self.line(&format!("DESCRIPTION:{}", escaped(about)));
        self.line("TRANSP:TRANSPARENT");
        if event.remind {
            self.line("BEGIN:VALARM");
            self.line("ACTION:DISPLAY");
            self.line("TRIGGER:-P14D");
            self.line(&format!("DESCRIPTION:{}", escaped(&event.title)));
            self.line("END:VALARM");
        }
        self.line("END:VEVENT");
    }
}

/// A text as a value (RFC 5545, section 3.3.11); other control characters are left out, so that no text makes a line.
fn escaped(text: &str) -> String {
    let mut value = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' => value.push_str("\\\\"),
            ';' => value.push_str("\\;"),
            ',' => value.push_str("\\,"),
            '\n' => value.push_str("\\n"),
            other if other.is_control() => {}
            other => value.push(other),
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_folded_between_letters_and_unfolds_to_itself() {
        let mut lines = Lines::default();
        let content = format!("SUMMARY:{}", "ž".repeat(100));
        lines.line(&content);
        assert!(lines.text.split("\r\n").all(|line| line.len() <= LINE_OCTETS_MAX));
        assert_eq!(lines.text.replace("\r\n ", ""), format!("{content}\r\n"));
    }

    #[test]
    fn a_text_cannot_begin_a_line_of_its_own() {
        assert_eq!(escaped("a;b,c\\d\r\nEND:VEVENT"), "a\\;b\\,c\\\\d\\nEND:VEVENT");
    }
}
