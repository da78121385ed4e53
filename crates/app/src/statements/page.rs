//! The page of a statement: one file that opens offline and prints well, in any browser, with nothing to load.

use std::fmt::Write as _;

use domain::digest::Digest;

use super::{Content, MoneyContent};

/// Plain and dense, black on white, with headings that repeat on every printed page.
const STYLE: &str = "\
:root{color-scheme:light}body{font:14px/1.45 system-ui,sans-serif;color:#111;background:#fff;max-width:72rem;margin:2rem auto;padding:0 1rem}\
h1{font-size:1.7rem;margin:0}h2{font-size:1.15rem;margin:2rem 0 .4rem}p{margin:.3rem 0}\
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}caption{text-align:left;padding:.2rem 0;color:#444}\
th,td{text-align:left;vertical-align:top;padding:.25rem .5rem;border-bottom:1px solid #bbb}thead th{border-bottom:2px solid #111}\
.n{text-align:right}.short{font-weight:700}dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;margin:.5rem 0}\
dt{color:#444}small{font-weight:400;color:#444}dd{margin:0;overflow-wrap:anywhere}code,pre{font:12px/1.4 ui-monospace,monospace;white-space:pre-wrap;overflow-wrap:anywhere}\
.scroll{overflow-x:auto}footer{margin-top:2rem;border-top:1px solid #bbb;padding-top:.5rem;color:#444}\
@media print{body{margin:0;max-width:none;font-size:9.5pt}thead{display:table-header-group}tr{break-inside:avoid}.scroll{overflow:visible}@page{margin:15mm}}";

/// Text that stands for itself in HTML.
fn text(raw: &str) -> String {
    let mut safe = String::with_capacity(raw.len());
    for character in raw.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

/// `12345` as `12,345`.
fn grouped(number: &str) -> String {
    let (whole, rest) = number.split_once('.').map_or((number, None), |(whole, rest)| (whole, Some(rest)));
    if !whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return text(number);
    }
    let mut shown = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    rest.map_or_else(|| shown.clone(), |rest| format!("{shown}.{rest}"))
}

fn money(money: &MoneyContent) -> String {
    format!("{} {}", text(&money.currency), grouped(&money.amount))
}

fn number(count: u64) -> String {
    grouped(&count.to_string())
}

fn table(page: &mut String, caption: &str, headings: &[&str], rows: &[String]) {
    let _ = write!(page, "<div class=\"scroll\"><table><caption>{}</caption><thead><tr>", text(caption));
    for heading in headings {
        let _ = match heading.strip_prefix('#') {
            Some(heading) => write!(page, "<th scope=\"col\" class=\"n\">{heading}</th>"),
            None => write!(page, "<th scope=\"col\">{heading}</th>"),
        };
    }
    let _ = writeln!(page, "</tr></thead><tbody>\n{}</tbody></table></div>", rows.concat());
}

pub(super) fn page(content: &Content, digest: Digest) -> String {
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Statement of the position on {day}: {name}</title>\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><style>{STYLE}</style></head><body><main>\
         <p>{name}</p><h1>Statement of the licence position on {day}</h1>\n",
        day = content.day,
        name = text(&content.organisation),
    );
    facts(&mut page, content);
    lines(&mut page, content);
    rights(&mut page, content);
    exceptions(&mut page, content);
    let _ = writeln!(
        page,
        "<h2>The checkpoint over the seal</h2><p>Signed by the ledger\u{2019}s key. Whoever holds this ledger can check that the seal is under it.</p><pre>{}</pre>\
         </main><footer><p>Every number here follows from the sealed estate and the entries before it. To check this statement: \
         <code>indult statement verify FILE</code>. Digest of the statement as JSON: <code>{digest}</code></p></footer></body></html>",
        text(&content.checkpoint)
    );
    page
}

fn facts(page: &mut String, content: &Content) {
    let exposure: Vec<String> = content.totals.exposure.iter().map(money).collect();
    let exposure = if exposure.is_empty() { "none".to_owned() } else { exposure.join(", ") };
    let unpriced = match content.totals.unpriced {
        0 => String::new(),
        lines => format!(", and {} short without a price", number(lines)),
    };
    let facts = [
        (
            "Products",
            format!("{}, of which {} short", number(content.totals.products), number(content.totals.products_short)),
        ),
        ("Exposure", format!("{exposure}{unpriced}")),
        (
            "Estate",
            format!("{} devices, {} installations", number(content.seal.devices), number(content.seal.installations)),
        ),
        ("As of", format!("{}, days in {}", text(&content.as_of), text(&content.zone))),
        ("Ledger", format!("{}, {} entries", text(&content.ledger), number(content.ledger_size))),
        ("Seal", format!("entry {}, root <code>{}</code>", content.seal.entry, content.seal.root)),
    ];
    page.push_str("<dl>");
    for (name, value) in facts {
        let _ = write!(page, "<dt>{name}</dt><dd>{value}</dd>");
    }
    page.push_str("</dl>\n");
}

fn lines(page: &mut String, content: &Content) {
    let rows: Vec<String> = content
        .lines
        .iter()
        .map(|line| {
            let used = match line.at_least {
                Some(least) if least != line.used => format!("{} (at least {})", number(line.used), number(least)),
                _ => number(line.used),
            };
            format!(
                "<tr><th scope=\"row\">{name}<br><small>{product}{publisher}</small></th><td>{metric}</td><td class=\"n\">{entitled}</td><td class=\"n\">{used}</td><td class=\"n\">{by_rights}</td><td class=\"n\">{by_exceptions}</td><td class=\"n{bold}\">{short}</td><td class=\"n\">{surplus}</td><td class=\"n\">{exposure}</td></tr>\n",
                name = text(&line.name),
                product = text(&line.product),
                publisher = line.publisher.as_deref().map(|name| format!(", {}", text(name))).unwrap_or_default(),
                metric = text(&line.metric),
                entitled = grouped(&line.entitled),
                by_rights = number(line.covered_by_rights),
                by_exceptions = number(line.covered_by_exceptions),
                bold = if line.short > 0 { " short" } else { "" },
                short = number(line.short),
                surplus = line.surplus.map_or_else(|| "no limit".to_owned(), number),
                exposure = match (&line.exposure, line.short) {
                    (Some(exposure), _) => money(exposure),
                    (None, 0) => String::new(),
                    (None, _) => "no price".to_owned(),
                },
            )
        })
        .collect();
    page.push_str("<h2>Position</h2>");
    let headings =
        ["Product", "Metric", "#Entitled", "#Used", "#By rights", "#By exceptions", "#Short", "#Surplus", "#Exposure"];
    table(page, "Used is covered by rights, by exceptions, or short.", &headings, &rows);
}

fn rights(page: &mut String, content: &Content) {
    let day = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string()).unwrap_or_default();
    let rows: Vec<String> = content
        .rights
        .iter()
        .map(|right| {
            format!(
                "<tr><th scope=\"row\">{}</th><td>{}</td><td class=\"n\">{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td class=\"n\">{}</td></tr>\n",
                text(&right.entitlement),
                text(&right.name),
                grouped(&right.quantity),
                text(&right.metric),
                day(right.starts_on),
                day(right.ends_on),
                if right.counts { "counts" } else { "does not count" },
                text(right.purchase_reference.as_deref().or(right.agreement.as_deref()).unwrap_or_default()),
                right.recorded_in,
            )
        })
        .collect();
    page.push_str("<h2>Rights</h2>");
    let headings = ["Right", "Product", "#Quantity", "Metric", "From", "Until", "On this day", "Reference", "#Entry"];
    table(page, "Every recorded right, whether or not it counts on this day.", &headings, &rows);
}

fn exceptions(page: &mut String, content: &Content) {
    let rows: Vec<String> = content
        .exceptions
        .iter()
        .map(|exception| {
            format!(
                "<tr><th scope=\"row\">{}</th><td>{}</td><td class=\"n\">{}</td><td>{}</td><td>{}</td><td>{}</td><td class=\"n\">{}</td></tr>\n",
                text(&exception.exception),
                text(&exception.name),
                number(exception.quantity),
                text(exception.environment.unwrap_or("everywhere")),
                exception.until,
                text(&exception.status.replace('_', " ")),
                exception.recorded_in,
            )
        })
        .collect();
    page.push_str("<h2>Exceptions</h2>");
    if rows.is_empty() {
        page.push_str("<p>No exception had been granted.</p>");
        return;
    }
    let headings = ["Exception", "Product", "#Quantity", "Where", "Until", "On this day", "#Entry"];
    table(page, "Every exception that had been granted by then.", &headings, &rows);
}
