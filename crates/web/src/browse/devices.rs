//! Devices: the list, as a table and as a file, and one device.

use app::devices::{Choices, DeviceGap, Selection};
use app::positions::{DeviceFacts, DeviceIndex, Recognition};
use axum::response::Response;
use domain::observation::{DeviceKind, Environment};

use crate::browse::conflicts::conflict_row;
use crate::browse::entitlement_form::product_named;
use crate::browse::products::count;
use crate::browse::visitor::Visitor;
use crate::caller::Readers;
use crate::csv::Csv;
use crate::design::forms::{Choice, Errors, FieldError};
use crate::given::At;
use crate::pages::addresses;
use crate::pages::devices::{
    self, CHOICES_MAX, DeviceFilter, DevicePage, DeviceRow, DevicesPage, FilterChoices, InstalledRow, ReportRow,
};
use crate::pages::gaps::device_gap_words;
use crate::pages::layout::{CopyAs, Link};
use crate::problem::Problem;
use crate::reading::{off_thread, tell_seal};

/// The columns of the file.
const COLUMNS: [&str; 18] = [
    "key",
    "name",
    "serial",
    "uuid",
    "kind",
    "environment",
    "operating_system",
    "primary_user",
    "region",
    "business_unit",
    "cost_centre",
    "processors",
    "cores",
    "virtual_processors",
    "host",
    "cluster",
    "last_seen_on",
    "sources",
];

fn asked(visitor: &Visitor) -> DeviceFilter {
    let of = |name: &str| visitor.asked(name).to_owned();
    DeviceFilter {
        words: of("q"),
        region: of("region"),
        business_unit: of("business_unit"),
        cost_centre: of("cost_centre"),
        environment: of("environment"),
        product: of("product"),
        source: of("source"),
        lacking: of("lacking"),
    }
}

/// What the address asks for, and what it cannot.
fn selection(visitor: &Visitor, filter: &DeviceFilter) -> (Selection, Errors) {
    let mut errors = Errors::default();
    let mut wrong = |field: &str, sentence: String| errors.0.push(FieldError { field: field.to_owned(), sentence });
    let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let environment = Environment::ALL.into_iter().find(|environment| environment.name() == filter.environment);
    if environment.is_none() && !filter.environment.is_empty() {
        wrong("environment", format!("There is no environment \u{201c}{}\u{201d}.", filter.environment));
    }
    let lacking = DeviceGap::from_name(&filter.lacking);
    if lacking.is_none() && !filter.lacking.is_empty() {
        wrong("lacking", format!("\u{201c}{}\u{201d} is nothing that devices may lack.", filter.lacking));
    }
    let product = text(&filter.product).and_then(|words| match product_named(visitor.state(), &words) {
        Ok(product) => Some(product),
        Err(sentence) => {
            wrong("product", sentence);
            None
        }
    });
    let selection = Selection {
        words: filter.words.clone(),
        region: text(&filter.region),
        business_unit: text(&filter.business_unit),
        cost_centre: text(&filter.cost_centre),
        environment,
        product,
        source: text(&filter.source),
        lacking,
    };
    (selection, errors)
}

async fn selected(visitor: &Visitor, selection: &Selection) -> Result<Vec<DeviceIndex>, Problem> {
    let (snapshot, selection) = (visitor.snapshot.clone(), selection.clone());
    off_thread(move || Ok(snapshot.selected(&selection))).await
}

/// The devices.
pub async fn list(visitor: Visitor) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let visitor = visitor.as_of().await?;
    let filter = asked(&visitor);
    let (selection, errors) = selection(&visitor, &filter);
    let found = if errors.any() { Vec::new() } else { selected(&visitor, &selection).await? };
    let paging = visitor.paging(found.len());
    let estate = visitor.snapshot.base.estate();
    let facts = visitor.part(&found, paging).iter().filter_map(|device| estate.device(*device));
    let failed = errors.any();
    let view = DevicesPage {
        choices: choices(&visitor),
        errors,
        paging,
        rows: facts.map(|facts| row(&visitor, facts)).collect(),
        nothing_imported: estate.device_count() == 0,
        copy: copy(&filter, &selection),
        filter,
    };
    let page = devices::page(&visitor.frame(), &view);
    Ok(if failed { visitor.page_with_errors(page) } else { visitor.page(page) })
}

fn choices(visitor: &Visitor) -> FilterChoices {
    let Choices { regions, business_units, cost_centres, sources } = Choices::of(visitor.snapshot.base.estate());
    // One more than are shown says that there are too many to show.
    let few = |names: std::collections::BTreeSet<String>| names.into_iter().take(CHOICES_MAX + 1).collect();
    FilterChoices {
        regions: few(regions),
        business_units: few(business_units),
        cost_centres: few(cost_centres),
        sources: few(sources),
        environments: Environment::ALL.map(|one| Choice::plain(one.name(), words(one))).to_vec(),
        gaps: DeviceGap::ALL.map(|gap| Choice::plain(gap.name(), device_gap_words(gap).0)).to_vec(),
    }
}

fn words(environment: Environment) -> String {
    environment.name().replace('_', " ")
}

fn row(visitor: &Visitor, facts: DeviceFacts) -> DeviceRow {
    let installed = visitor.snapshot.base.estate().installed_on(facts.index);
    let attributes = facts.attributes;
    DeviceRow {
        key: facts.key,
        name: facts.name,
        primary_user: attributes.primary_user,
        places: [attributes.region, attributes.business_unit, attributes.cost_centre],
        environment: attributes.environment.map(words),
        installations: count(installed.len()),
        sources: facts.reports.into_iter().map(|report| report.source).collect(),
    }
}

/// The same list elsewhere. There a product is named by its number.
fn copy(filter: &DeviceFilter, selection: &Selection) -> CopyAs {
    let product = selection.product.map(|product| product.to_string()).unwrap_or_default();
    let filter = DeviceFilter { product, ..filter.clone() };
    let mut command = "indult device list".to_owned();
    for (name, value) in filter.parts().into_iter().filter(|(_, value)| !value.is_empty()) {
        let option = if name == "q" { "query".to_owned() } else { name.replace('_', "-") };
        command.push_str(&format!(" --{option} '{}'", value.replace('\'', "'\\''")));
    }
    CopyAs {
        command,
        request: format!("GET {}", addresses::with_query("/v1/devices", &filter.parts())),
        csv: Some(addresses::with_query(addresses::DEVICES_CSV, &filter.parts())),
        json: Some(addresses::with_query("/v1/devices", &filter.parts())),
    }
}

/// The same devices as a CSV file, with everything that is known of each.
pub async fn csv(visitor: Visitor) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let visitor = visitor.as_of().await?;
    let (selection, errors) = selection(&visitor, &asked(&visitor));
    if let Some(error) = errors.0.into_iter().next() {
        return Err(Problem::parameter(&error.field, error.sentence));
    }
    let found = selected(&visitor, &selection).await?;
    let estate = visitor.snapshot.base.estate();
    let mut file = Csv::headed(&COLUMNS);
    for facts in found.iter().filter_map(|device| estate.device(*device)) {
        file.row(&cells(facts));
    }
    let mut response = file.download("devices.csv");
    if let Some(seal) = &visitor.past {
        tell_seal(response.headers_mut(), seal);
    }
    Ok(response)
}

fn cells(facts: DeviceFacts) -> [String; 18] {
    let attributes = facts.attributes;
    let number = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
    let mut sources: Vec<String> = facts.reports.into_iter().map(|report| report.source).collect();
    sources.dedup();
    [
        facts.key,
        facts.name,
        facts.serial.unwrap_or_default(),
        facts.uuid.unwrap_or_default(),
        kind_words(attributes.kind).unwrap_or_default().to_lowercase(),
        attributes.environment.map(|environment| environment.name().to_owned()).unwrap_or_default(),
        attributes.operating_system.unwrap_or_default(),
        attributes.primary_user.unwrap_or_default(),
        attributes.region.unwrap_or_default(),
        attributes.business_unit.unwrap_or_default(),
        attributes.cost_centre.unwrap_or_default(),
        number(attributes.processors),
        number(attributes.cores),
        number(attributes.virtual_processors),
        attributes.host.unwrap_or_default(),
        attributes.cluster.unwrap_or_default(),
        attributes.last_seen_on.map(|day| day.to_string()).unwrap_or_default(),
        sources.join("; "),
    ]
}

fn kind_words(kind: DeviceKind) -> Option<&'static str> {
    match kind {
        DeviceKind::Unknown => None,
        DeviceKind::Physical => Some("Physical"),
        DeviceKind::Virtual => Some("Virtual"),
        DeviceKind::Container => Some("Container"),
        DeviceKind::Application => Some("Application"),
    }
}

/// One device.
pub async fn show(visitor: Visitor, At(key): At<String>) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let visitor = visitor.as_of().await?;
    let base = &visitor.snapshot.base;
    let found = base.estate().device_with_key(&key).and_then(|index| base.estate().device(index));
    let facts = found.ok_or_else(|| Problem::none("device", &key))?;
    let installed = base.estate().installed_on(facts.index);
    let paging = visitor.paging(installed.len());
    let title = |installed: &app::positions::InstalledTitle| InstalledRow {
        name: installed.title.name.clone(),
        version: installed.title.version.clone(),
        publisher: installed.title.publisher.clone(),
        product: match base.recognition_of(&installed.title) {
            Recognition::Product(product) => Some((product, visitor.state().product_name(product))),
            Recognition::Known(_) | Recognition::NeedsNoLicence | Recognition::Unrecognised => None,
        },
        last_used_on: installed.last_used_on,
        sources: installed.sources.clone(),
    };
    let report = |report: &app::positions::SourceReport| ReportRow {
        source: report.source.clone(),
        import: Link::new(addresses::import(report.import), report.import.to_string()),
        reported_at: report.reported_at,
        installations: report.installations,
    };
    let request = addresses::below("/v1/devices", &facts.key);
    let view = DevicePage {
        reports: facts.reports.iter().map(report).collect(),
        conflicts: base
            .estate()
            .conflicts_on(facts.index)
            .iter()
            .filter_map(|conflict| conflict_row(&facts, conflict))
            .collect(),
        paging,
        installed: visitor.part(&installed, paging).iter().map(title).collect(),
        copy: CopyAs {
            command: format!("indult device show '{}'", facts.key.replace('\'', "'\\''")),
            request: format!("GET {request}"),
            csv: None,
            json: Some(request),
        },
        facts: shown_facts(&facts),
        key: facts.key,
        name: facts.name,
    };
    Ok(visitor.page(devices::device_page(&visitor.frame(), &view)))
}

fn shown_facts(facts: &DeviceFacts) -> Vec<(&'static str, Option<String>)> {
    let attributes = &facts.attributes;
    let number = |number: Option<u32>| number.map(|number| number.to_string());
    vec![
        ("Key", Some(facts.key.clone())),
        ("Serial number", facts.serial.clone()),
        ("Kind", kind_words(attributes.kind).map(str::to_owned)),
        ("Environment", attributes.environment.map(words)),
        ("Operating system", attributes.operating_system.clone()),
        ("Primary user", attributes.primary_user.clone()),
        ("Region", attributes.region.clone()),
        ("Business unit", attributes.business_unit.clone()),
        ("Cost centre", attributes.cost_centre.clone()),
        ("Processors", number(attributes.processors)),
        ("Cores", number(attributes.cores)),
        ("Processor model", attributes.processor_model.clone()),
        ("Virtual processors", number(attributes.virtual_processors)),
        ("Host", attributes.host.clone()),
        ("Cluster", attributes.cluster.clone()),
        ("Last seen on", attributes.last_seen_on.map(|day| day.to_string())),
    ]
}
