//! Use over time: the products that are counted by it, one with its peaks by day, and the features that sources tell of.
//!
//! What counts, and the sentence, come from the position engine; here is only how they look.

use domain::entitlement::{Metric, Quantity};
use domain::id::ProductId;
use domain::usage::Feature;
use jiff::civil::Date;
use maud::{Markup, html};

use crate::design::bars::{self, Coverage};
use crate::design::days::{self, Day, Days};
use crate::design::forms::{Choice, Errors, Field, Input, hidden};
use crate::design::moments;
use crate::design::numbers::{self, NONE, count};
use crate::design::states::{self, Tone};
use crate::design::tables::{self, Paging};
use crate::pages::addresses;
use crate::pages::layout::{CopyAs, Frame, Head, Heading, Link, Place, copy_as, facts, page as whole_page};

/// A product that is counted by its use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedRow {
    /// Its number.
    pub product: ProductId,
    /// Its name.
    pub name: String,
    /// Its metric.
    pub metric: Metric,
    /// Features that are linked to it and known.
    pub features: u64,
    /// Units of rights.
    pub entitled: Quantity,
    /// Units used.
    pub used: u64,
    /// Units that exceptions cover.
    pub by_exception: u64,
    /// Units that nothing covers.
    pub short: u64,
    /// Units that nothing uses.
    pub surplus: Option<u64>,
}

/// The products that are counted by their use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsagesPage {
    /// Which part is shown.
    pub paging: Paging,
    /// That part, in order of name.
    pub rows: Vec<UsedRow>,
    /// Features that are no product's yet.
    pub unlinked: u64,
    /// The same elsewhere.
    pub copy: CopyAs,
}

/// The list.
pub fn page(frame: &Frame, view: &UsagesPage) -> Markup {
    let heading = Heading {
        words: "Use over time",
        lede: Some(html! { "Products that are licensed by how many are at work at once, or by what a meter reads." }),
        ..Heading::default()
    };
    let main = html! {
        (heading.render())
        @if view.unlinked > 0 {
            p { (states::mark(Tone::Attention, "Not counted")) " "
                a href=(addresses::FEATURES) { (numbers::counted(view.unlinked, "feature", "features")) }
                " of licence managers " (if view.unlinked == 1 { "is" } else { "are" }) " no product\u{2019}s yet." }
        }
        @if view.rows.is_empty() {
            (tables::empty(
                "No product is counted by its use yet",
                "Give a product a metric that counts concurrent sessions or readings, bring in what your licence servers tell, and say which feature is which product.",
                frame.shows(Place::Imports).then_some((addresses::IMPORT_NEW, "Import usage")),
                Some("indult import usage FILE --source NAME"),
            ))
        } @else {
            (list(view))
            (tables::pages(view.paging, |number| addresses::with_query(addresses::USAGE, &[("page", &number.to_string())])))
        }
        (copy_as(&view.copy))
    };
    let title = format!("Use over time{}", view.paging.title_suffix());
    whole_page(frame, Head::new(&title, Place::Usage), &main)
}

fn list(view: &UsagesPage) -> Markup {
    let caption = html! { (view.paging.words()) " " (if view.paging.total == 1 { "product" } else { "products" }) };
    tables::region(
        "usages",
        &caption,
        &html! {
            (tables::heads(&["Product", "Metric", "#Features", "#Entitled", "#Used", "#Short", "#Surplus"]))
            tbody { @for row in &view.rows { tr {
                th scope="row" { a href=(addresses::usage(row.product)) { (row.name) } span.under { (row.product) } }
                td { a href=(addresses::metric(row.metric)) { (numbers::metric(row.metric)) } }
                td.n { (count(row.features)) }
                td.n { (numbers::quantity(row.entitled)) }
                td.n { (count(row.used)) (bars::small(Coverage {
                    entitled: row.entitled.units(), excepted: row.by_exception, used: row.used, short: row.short,
                })) }
                td.n { @if row.short > 0 { (states::mark(Tone::Bad, &count(row.short))) } @else { "0" } }
                td.n { (row.surplus.map_or_else(|| "no limit".to_owned(), count)) }
            } } }
        },
    )
}

/// The most of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayRow {
    /// The day.
    pub day: Date,
    /// The most in use.
    pub peak: u64,
    /// When that was first reached, as a time of the day.
    pub at: Option<String>,
    /// Denials.
    pub denials: u64,
}

/// Who held licences at the peak.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolderRow {
    /// Who.
    pub user: String,
    /// Where.
    pub host: String,
    /// The features.
    pub features: Vec<String>,
    /// Licences.
    pub licences: u64,
    /// Since when.
    pub since: Option<String>,
}

/// Denials of one user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeniedRow {
    /// Who.
    pub user: String,
    /// How often.
    pub denials: u64,
    /// When last.
    pub last: Option<String>,
}

/// A product's use over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsagePage {
    /// Its number.
    pub product: ProductId,
    /// Its name.
    pub name: String,
    /// Its metric.
    pub metric: Metric,
    /// Whether meters are read, rather than sessions counted.
    pub metered: bool,
    /// Whether what they read adds up, so that no day can be held against the rights.
    pub adds_up: bool,
    /// What they read in the period of the commitment.
    pub used: Option<u64>,
    /// The sentence.
    pub sentence: String,
    /// The zone of times.
    pub zone: String,
    /// How many days are shown.
    pub days_shown: u32,
    /// The days, oldest first.
    pub days: Vec<DayRow>,
    /// Units of rights.
    pub entitled: Quantity,
    /// The peak.
    pub peak: u64,
    /// When it was first reached.
    pub peak_at: Option<String>,
    /// What would have been enough for 95 per cent of the time.
    pub enough: Option<u64>,
    /// The time above the rights, in words.
    pub above: Option<String>,
    /// Units that the source says there are.
    pub available: Option<u64>,
    /// Persons who were active.
    pub active: Option<u64>,
    /// Who held the licences at the peak.
    pub holders: Vec<HolderRow>,
    /// Holders beyond those listed.
    pub holders_more: u64,
    /// Denials by user.
    pub denied: Vec<DeniedRow>,
    /// Denials.
    pub denials: u64,
    /// The features that are linked to it.
    pub features: Vec<String>,
    /// The same elsewhere.
    pub copy: CopyAs,
}

/// Spans of days that can be chosen.
const SPANS: [u32; 4] = [7, 30, 90, 365];

/// The page.
pub fn usage_page(frame: &Frame, view: &UsagePage) -> Markup {
    let title = format!("Use of {} ({})", view.name, view.product);
    let words = format!("Use of {}", view.name);
    let heading = Heading {
        above: Some(Link::new(addresses::USAGE, "Use over time")),
        words: &words,
        acts: Some(html! { a.button.second href=(addresses::product(view.product)) { "Position and working" } }),
        ..Heading::default()
    };
    let main = html! {
        (heading.render())
        p.byline { "counted by " a href=(addresses::metric(view.metric)) { (view.metric.unit(1)) } " \u{b7} " (view.product) }
        p.sentence { (view.sentence) }
        @if view.features.is_empty() {
            p { (states::mark(Tone::Attention, "Nothing is counted")) " No feature is linked to this product. "
                a href=(addresses::FEATURES) { "Say which feature it is" } }
        }
        nav.views aria-label="Days that are shown" { ul { @for days in SPANS {
            @let shown = days.to_string();
            li { a href=(addresses::with_query(&addresses::usage(view.product), &[("days", &shown)]))
                aria-current=[(days == view.days_shown).then_some("true")] { (shown) " days" } }
        } } }
        (drawing(view))
        (figures(view))
        (holders(view))
        (denied(view))
        @if !view.features.is_empty() {
            section aria-labelledby="features-title" {
                h2 #features-title { "Counted features" }
                ul { @for feature in &view.features { li.verbatim { (feature) } } }
                p { a href=(addresses::FEATURES) { "All features, and which product each is" } }
            }
        }
        (copy_as(&view.copy))
    };
    whole_page(frame, Head::new(&title, Place::Usage), &main)
}

fn drawing(view: &UsagePage) -> Markup {
    let drawn = Days {
        days: view.days.iter().map(|day| Day { peak: day.peak, denials: day.denials }).collect(),
        entitled: view.entitled.units().filter(|_| !view.adds_up),
        enough: view.enough,
        words: view.sentence.clone(),
    };
    let what = if view.metered { "Read on each day" } else { "The most at once on each day" };
    html! {
        figure.days-figure {
            (days::chart("peaks", &drawn))
            figcaption {
                @if let (Some(first), Some(last)) = (view.days.first(), view.days.last()) {
                    (what) ", " (moments::day(first.day)) " \u{2013} " (moments::day(last.day))
                    ". The top of the drawing is " (days::scale(&drawn)) ". "
                }
                span.key.used {} "in use"
                @if drawn.entitled.is_some() { " " span.key.short {} "above the rights" " " span.key.entitled {} "rights" }
                @if view.enough.is_some() { " " span.key.enough {} "enough for 95 per cent of the time" }
                @if view.denials > 0 { " " span.key.denied {} "days with denials" }
            }
        }
        details {
            summary { "The same as a table" }
            (tables::region("days", &html! { (what) ", newest first; times in " (view.zone) }, &html! {
                (tables::heads(if view.metered { &["Day", "#Units"] } else { &["Day", "#Peak", "First at", "#Denials"] }))
                tbody { @for day in view.days.iter().rev() { tr {
                    th scope="row" { (moments::day(day.day)) }
                    td.n { (count(day.peak)) }
                    @if !view.metered {
                        td { @match &day.at { Some(at) => (at), None => span.none { (NONE) } } }
                        td.n { (count(day.denials)) }
                    }
                } } }
            }))
        }
    }
}

fn figures(view: &UsagePage) -> Markup {
    let none = || html! { span.none { (NONE) } };
    let mut rows = vec![
        ("Rights give", html! { (numbers::quantity(view.entitled)) }),
        (
            if view.metered { "Most on a day" } else { "Peak" },
            html! { (count(view.peak)) @if let Some(at) = &view.peak_at { " on " (if view.metered { at.split(' ').next().unwrap_or_default() } else { at }) } },
        ),
    ];
    if let Some(used) = view.used {
        rows.insert(1, ("Used in the period", html! { (count(used)) }));
    }
    if !view.metered {
        rows.push((
            "Enough for 95 per cent of the time",
            view.enough.map_or_else(none, |enough| html! { (count(enough)) }),
        ));
        rows.push(("Time above the rights", html! { (view.above.as_deref().unwrap_or("none")) }));
        rows.push(("Denials", html! { (count(view.denials)) }));
    }
    if let Some(available) = view.available {
        rows.push(("The source says there are", html! { (count(available)) }));
    }
    if let Some(active) = view.active {
        rows.push(("Active persons", html! { (count(active)) }));
    }
    html! { div.strip { (facts(&rows)) } }
}

fn holders(view: &UsagePage) -> Markup {
    html! {
        @if !view.holders.is_empty() {
            section aria-labelledby="holders-title" {
                h2 #holders-title { "Who held licences at the peak" }
                (tables::region("holders", &html! { (numbers::counted(view.peak, "licence", "licences")) " at once; times in " (view.zone) }, &html! {
                    (tables::heads(&["Person", "Host", "Features", "#Licences", "Since"]))
                    tbody { @for holder in &view.holders { tr {
                        th scope="row" { @if holder.user.is_empty() { span.none { "not named" } } @else { (holder.user) } }
                        td { (holder.host) }
                        td.verbatim { (holder.features.join(", ")) }
                        td.n { (count(holder.licences)) }
                        td { @match &holder.since { Some(since) => (since), None => span.none { (NONE) } } }
                    } } }
                }))
                @if view.holders_more > 0 { p { "And " (count(view.holders_more)) " more; the file below has them all." } }
            }
        }
    }
}

fn denied(view: &UsagePage) -> Markup {
    html! {
        @if !view.metered {
            section aria-labelledby="denied-title" {
                h2 #denied-title { "Who was turned away" }
                @if view.denied.is_empty() { p { "Nobody was denied a licence in these days." } }
                @else {
                    (tables::region("denied", &html! { "Denials by person, most first; a package and the features in it are denied together" }, &html! {
                        (tables::heads(&["Person", "#Denials", "Last"]))
                        tbody { @for row in &view.denied { tr {
                            th scope="row" { @if row.user.is_empty() { span.none { "not named" } } @else { (row.user) } }
                            td.n { (count(row.denials)) }
                            td { @match &row.last { Some(last) => (last), None => span.none { (NONE) } } }
                        } } }
                    }))
                }
            }
        }
    }
}

/// A feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeatureRow {
    /// What the form sends for it.
    pub key: String,
    /// The feature as the source writes it.
    pub feature: Feature,
    /// What the source calls it for people.
    pub label: Option<String>,
    /// The product that its use is.
    pub product: Option<(ProductId, String)>,
    /// Sessions.
    pub sessions: u64,
    /// Denials.
    pub denials: u64,
    /// Readings.
    pub readings: u64,
    /// The last day that any of them tells of.
    pub last: Option<Date>,
}

/// The features.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeaturesPage {
    /// Words that were looked for.
    pub text: String,
    /// Which part is shown.
    pub paging: Paging,
    /// That part: those without a product first.
    pub rows: Vec<FeatureRow>,
    /// The products that can be chosen.
    pub products: Vec<Choice>,
    /// The product that was chosen.
    pub product: String,
    /// The keys that are ticked.
    pub chosen: Vec<String>,
    /// Whether the viewer may link.
    pub may_link: bool,
    /// What was refused.
    pub errors: Errors,
    /// The key that makes sending it twice one act.
    pub key: String,
    /// The same elsewhere.
    pub copy: CopyAs,
}

/// The page of features.
pub fn features_page(frame: &Frame, view: &FeaturesPage) -> Markup {
    let heading = Heading {
        above: Some(Link::new(addresses::USAGE, "Use over time")),
        words: "Features",
        lede: Some(
            html! { "What licence managers and services count under names of their own, and which product each is. Features of one product that a person has open together, such as a package and what is in it, take one licence." },
        ),
        ..Heading::default()
    };
    let none = Errors::default();
    let main = html! {
        (view.errors.summary())
        (heading.render())
        form.filter method="get" role="search" action=(addresses::FEATURES) {
            (Field { name: "q", label: "Feature, label or vendor", hint: "", value: &view.text, errors: &none }.line(Input::Search, "off"))
            button type="submit" { "Find" }
        }
        @if view.rows.is_empty() {
            (tables::empty(
                "No feature is known",
                "Features appear here when a log, a status list or a table of usage is imported.",
                frame.shows(Place::Imports).then_some((addresses::IMPORT_NEW, "Import usage")),
                Some("indult import usage FILE --source NAME"),
            ))
        } @else if view.may_link {
            form method="post" action=(addresses::FEATURES) {
                (hidden("key", &view.key)) (hidden("q", &view.text))
                (table(view))
                @if let Some(error) = view.errors.of("feature") { p.error { span.aside { "Error: " } (error) } }
                (Field { name: "product", label: "Their use is that of", hint: "", value: &view.product, errors: &view.errors }.choice(&view.products))
                div.buttons { button type="submit" { "Link the chosen features" } }
            }
        } @else { (table(view)) }
        (tables::pages(view.paging, |number| {
            addresses::with_query(addresses::FEATURES, &[("q", &view.text), ("page", &number.to_string())])
        }))
        (copy_as(&view.copy))
    };
    let title = format!("Features{}", view.paging.title_suffix());
    whole_page(frame, Head { title: &title, place: Place::Features, errors: view.errors.any() }, &main)
}

fn table(view: &FeaturesPage) -> Markup {
    let caption = html! { (view.paging.words()) " " (if view.paging.total == 1 { "feature" } else { "features" }) ", those without a product first" };
    tables::region(
        "features",
        &caption,
        &html! {
            (tables::heads(&["Feature", "Vendor", "Product", "#Sessions", "#Denials", "#Readings", "Last told of"]))
            tbody { @for (place, row) in view.rows.iter().enumerate() { tr {
                th.verbatim scope="row" {
                    @if view.may_link { div.choice {
                        @let id = if place == 0 { "feature".to_owned() } else { format!("feature-{place}") };
                        input type="checkbox" id=(id) name="feature" value=(row.key) checked[view.chosen.contains(&row.key)];
                        label for=(id) { (row.feature.name) }
                    } } @else { (row.feature.name) }
                    @if let Some(label) = &row.label { span.under { (label) } }
                }
                td { (row.feature.vendor.as_deref().unwrap_or(NONE)) }
                td { @match &row.product {
                    Some((product, name)) => { a href=(addresses::usage(*product)) { (name) } }
                    None => { (states::mark(Tone::Attention, "None yet")) }
                } }
                td.n { (count(row.sessions)) }
                td.n { (count(row.denials)) }
                td.n { (count(row.readings)) }
                td { @match row.last { Some(day) => (moments::day(day)), None => span.none { (NONE) } } }
            } } }
        },
    )
}
