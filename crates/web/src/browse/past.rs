//! Links on a page about a sealed day: those that can be read as of a day lead to the same day.
//!
//! A page names its links where it draws them, without knowing of which day it is; here the day is carried over.

use jiff::civil::Date;

/// Addresses that can be read as of a sealed day. What is not among them leads to the present, and says so by having
/// no banner.
const CARRIED: [&str; 32] = [
    "/position",
    "/position.csv",
    "/software",
    "/titles",
    "/requests",
    "/exceptions",
    "/renewals",
    "/renewals.csv",
    "/entitlements",
    "/agreements",
    "/devices",
    "/devices.csv",
    "/facets",
    "/facets.csv",
    "/gaps",
    "/gaps/titles",
    "/gaps/conflicts",
    "/gaps/duplicates",
    "/v1/positions",
    "/v1/titles",
    "/v1/products",
    "/v1/devices",
    "/v1/facets",
    "/v1/gaps",
    "/v1/incomplete_titles",
    "/v1/device_conflicts",
    "/v1/device_duplicates",
    "/v1/entitlements",
    "/v1/cases",
    "/v1/exceptions",
    "/v1/renewals",
    "/v1/agreements",
];
/// Beginnings of such addresses.
const CARRIED_BELOW: [&str; 6] =
    ["/devices/", "/products/", "/v1/positions/", "/v1/products/", "/v1/devices/", "/v1/entitlements/"];
/// Beginnings of addresses of one object: what goes on after its number changes it, or is a file of it.
const CARRIED_OBJECTS: [&str; 7] = [
    "/requests/EXC-",
    "/entitlements/ENT-",
    "/agreements/AGR-",
    "/v1/cases/EXC-",
    "/v1/exceptions/EXC-",
    "/v1/renewals/AGR-",
    "/v1/agreements/AGR-",
];
/// The page that a renewal has below its agreement.
const RENEWAL: &str = "/renewal";
/// Pages below them that are about all days, or about none.
const NOT_CARRIED: [&str; 2] = ["/trend", "/known"];
/// Commands that take a day.
const COMMANDS: [&str; 12] = [
    "indult device ",
    "indult position list",
    "indult position show",
    "indult position explain",
    "indult case list",
    "indult case show",
    "indult exception list",
    "indult exception show",
    "indult renewal list",
    "indult renewal show",
    "indult entitlement list",
    "indult entitlement show",
];

fn is_carried(address: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let is_object = |beginning: &str| {
        path.strip_prefix(beginning).is_some_and(|rest| !rest.strip_suffix(RENEWAL).unwrap_or(rest).contains('/'))
    };
    let known = CARRIED.contains(&path)
        || CARRIED_BELOW.iter().any(|beginning| path.starts_with(beginning))
        || CARRIED_OBJECTS.into_iter().any(is_object);
    known && !NOT_CARRIED.iter().any(|end| path.ends_with(end)) && !address.contains("as_of=")
}

/// An address inside markup, with the day.
fn with_day(address: &str, day: Date) -> String {
    let (address, fragment) = address.split_once('#').map_or((address, None), |(one, other)| (one, Some(other)));
    let joint = if address.contains('?') { "&amp;" } else { "?" };
    let fragment = fragment.map(|fragment| format!("#{fragment}")).unwrap_or_default();
    format!("{address}{joint}as_of={day}{fragment}")
}

/// The page with the day in every link, form and command that can carry it.
pub fn carried(page: &str, day: Date) -> String {
    let mut carried = String::with_capacity(page.len() + page.len() / 16);
    let mut rest = page;
    while let Some((before, after)) = rest.split_once('<') {
        carried.push_str(before);
        let (tag, behind) = after.split_once('>').unwrap_or((after, ""));
        carried.push('<');
        carried.push_str(&tag_with_day(tag, day));
        carried.push('>');
        // Back to now is the one link that leaves the day.
        rest = behind;
        if tag.starts_with("form ")
            && attribute(tag, "method") == Some("get")
            && attribute(tag, "action").is_some_and(is_carried)
            && !behind_asks(behind)
        {
            carried.push_str(&format!("<input type=\"hidden\" name=\"as_of\" value=\"{day}\">"));
        }
        if tag == "code class=\"copyable\"" {
            let (words, end) = rest.split_once('<').unwrap_or((rest, ""));
            carried.push_str(&command_with_day(words, day));
            carried.push('<');
            rest = end;
            let (tag, behind) = rest.split_once('>').unwrap_or((rest, ""));
            carried.push_str(tag);
            carried.push('>');
            rest = behind;
        }
    }
    carried.push_str(rest);
    carried
}

/// Whether a form asks for the day itself.
fn behind_asks(behind: &str) -> bool {
    behind.split("</form>").next().is_some_and(|form| form.contains("name=\"as_of\""))
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, after) = tag.split_once(&format!(" {name}=\""))?;
    after.split_once('"').map(|(value, _)| value)
}

fn tag_with_day(tag: &str, day: Date) -> String {
    let Some(address) = attribute(tag, "href").filter(|address| tag.starts_with("a ") && is_carried(address)) else {
        return tag.to_owned();
    };
    if tag.contains(" data-now") {
        return tag.to_owned();
    }
    tag.replacen(&format!(" href=\"{address}\""), &format!(" href=\"{}\"", with_day(address, day)), 1)
}

/// `indult position list` and `GET /v1/positions` for the day.
fn command_with_day(words: &str, day: Date) -> String {
    if let Some(address) = words.strip_prefix("GET ").filter(|address| is_carried(address)) {
        return format!("GET {}", with_day(address, day));
    }
    if COMMANDS.iter().any(|command| words.starts_with(command)) {
        return format!("{words} --as-of {day}");
    }
    words.to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn links_forms_and_commands_carry_the_day_where_they_can() {
        let day: Date = "2026-10-31".parse().unwrap();
        let check = |before: &str, after: &str| assert_eq!(carried(before, day), after);
        check(
            r#"<a href="/position?view=short">x</a>"#,
            r#"<a href="/position?view=short&amp;as_of=2026-10-31">x</a>"#,
        );
        check(
            r#"<a class="n" href="/products/PRD-1/rows/short">1</a>"#,
            r#"<a class="n" href="/products/PRD-1/rows/short?as_of=2026-10-31">1</a>"#,
        );
        check(
            r#"<a href="/products/PRD-1#supplies">1</a>"#,
            r#"<a href="/products/PRD-1?as_of=2026-10-31#supplies">1</a>"#,
        );
        check(r#"<a href="/requests/EXC-1">x</a>"#, r#"<a href="/requests/EXC-1?as_of=2026-10-31">x</a>"#);
        check(
            r#"<a href="/agreements/AGR-1/renewal">x</a>"#,
            r#"<a href="/agreements/AGR-1/renewal?as_of=2026-10-31">x</a>"#,
        );
        for same in [
            r#"<a href="/requests/EXC-1/edit">x</a>"#,
            r#"<a href="/requests/new">x</a>"#,
            r#"<a href="/v1/cases/EXC-1/evidence/00">x</a>"#,
            r#"<a href="/products/PRD-1/trend">x</a>"#,
            r#"<a data-now href="/position">Back to now</a>"#,
            r#"<a href="/position?as_of=2026-09-30">x</a>"#,
            r#"<link rel="stylesheet" href="/assets/x.css"><p>a &lt; b</p>"#,
            "no tags at all",
        ] {
            check(same, same);
        }
        check(
            r#"<form method="get" action="/position"><input name="q"></form>"#,
            r#"<form method="get" action="/position"><input type="hidden" name="as_of" value="2026-10-31"><input name="q"></form>"#,
        );
        let asks = r#"<form method="get" action="/position"><select name="as_of"></select></form>"#;
        check(asks, asks);
        check(
            r#"<code class="copyable">GET /v1/positions?view=short</code>"#,
            r#"<code class="copyable">GET /v1/positions?view=short&amp;as_of=2026-10-31</code>"#,
        );
        check(
            r#"<code class="copyable">indult position explain PRD-1</code> <b>x</b>"#,
            r#"<code class="copyable">indult position explain PRD-1 --as-of 2026-10-31</code> <b>x</b>"#,
        );
    }
}
