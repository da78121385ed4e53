//! Use over time: products, peaks by day, and linking features to products.

use app::usages::{DAYS_SHOWN, KnownFeature, Overview, UsedProduct, sentence};
use axum::response::Response;
use domain::command::Intent;
use domain::id::ProductId;
use domain::person::Role;
use domain::product::folded;
use domain::usage::Feature;
use jiff::Timestamp;

use crate::api::usages::not_over_time;
use crate::browse::form::{Form, error, refused};
use crate::browse::products::count;
use crate::browse::visitor::{Visitor, done};
use crate::caller::Readers;
use crate::design::forms::{Choice, Errors};
use crate::design::numbers;
use crate::given::At;
use crate::pages::addresses;
use crate::pages::layout::{CopyAs, Link};
use crate::pages::usages::{
    self, DayRow, DeniedRow, FeatureRow, FeaturesPage, HolderRow, UsagePage, UsagesPage, UsedRow,
};
use crate::problem::{Kind, Problem};

/// Holders that are listed; the rest are counted.
const HOLDERS_SHOWN: usize = 60;
/// What parts vendor and name in the key of a feature: no name holds it.
const PARTED_BY: char = '\u{1f}';

/// The products.
pub async fn list(visitor: Visitor) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let used = visitor.snapshot.used_products(visitor.now);
    let paging = visitor.paging(used.len());
    let row = |used: &UsedProduct| UsedRow {
        product: used.product,
        name: visitor.state().product_name(used.product),
        metric: used.line.metric,
        features: used.features,
        entitled: used.line.entitled,
        used: used.line.consumed,
        by_exception: used.line.covered_by_grants,
        short: used.line.short,
        surplus: used.line.surplus,
    };
    let view = UsagesPage {
        paging,
        rows: visitor.part(&used, paging).iter().map(row).collect(),
        unlinked: count(visitor.snapshot.features().iter().filter(|known| known.product.is_none()).count()),
        copy: CopyAs {
            command: "indult usage list".to_owned(),
            request: "GET /v1/usage".to_owned(),
            csv: None,
            json: Some("/v1/usage".to_owned()),
        },
    };
    Ok(visitor.page(usages::page(&visitor.frame(), &view)))
}

/// A product's use over time.
pub async fn show(visitor: Visitor, At(product): At<ProductId>) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let known = visitor.state().products.get(&product);
    let known = known.ok_or_else(|| Problem::new(Kind::NotFound, format!("There is no product {product}.")))?;
    let days = visitor.asked("days").parse().unwrap_or(DAYS_SHOWN).clamp(1, 366);
    let overview = visitor.snapshot.usage_of(product, visitor.now, days);
    let overview = overview.ok_or_else(|| not_over_time(product))?;
    let view =
        UsagePage { name: known.name.clone(), metric: known.metric, ..usage_view(&visitor, product, &overview, days) };
    Ok(visitor.page(usages::usage_page(&visitor.frame(), &view)))
}

fn usage_view(visitor: &Visitor, product: ProductId, overview: &Overview, days: u32) -> UsagePage {
    let zone = visitor.state().zone();
    let shown = |at: Timestamp, pattern: &str| at.to_zoned(zone.clone()).strftime(pattern).to_string();
    let instant = |at: Option<Timestamp>| at.map(|at| shown(at, "%Y-%m-%d %H:%M"));
    let day = |day: &app::usages::DayPeak| DayRow {
        day: day.day,
        peak: day.peak,
        at: day.at.map(|at| shown(at, "%H:%M")),
        denials: day.denials,
    };
    let holder = |holder: &app::usages::Holder| HolderRow {
        user: holder.user.clone(),
        host: holder.host.clone(),
        features: holder.features.iter().map(|feature| feature.name.clone()).collect(),
        licences: holder.licences,
        since: instant(holder.since),
    };
    let denied = |denied: &app::usages::DeniedBy| DeniedRow {
        user: denied.user.clone(),
        denials: denied.denials,
        last: instant(denied.last),
    };
    UsagePage {
        product,
        name: String::new(),
        metric: domain::entitlement::Metric::Device,
        metered: overview.metered.is_some(),
        adds_up: overview.metered.is_some_and(|metered| metered.adds_up),
        used: overview.metered.map(|metered| metered.units),
        sentence: sentence(overview, days),
        zone: zone.iana_name().unwrap_or("UTC").to_owned(),
        days_shown: days,
        days: overview.days.iter().map(day).collect(),
        entitled: overview.entitled,
        peak: overview.peak,
        peak_at: instant(overview.peak_at),
        enough: overview.enough,
        above: (overview.seconds_above > 0).then(|| duration(overview.seconds_above)),
        available: overview.available,
        active: overview.active,
        holders: overview.holders.iter().take(HOLDERS_SHOWN).map(holder).collect(),
        holders_more: count(overview.holders.len().saturating_sub(HOLDERS_SHOWN)),
        denied: overview.denied.iter().map(denied).collect(),
        denials: overview.denials,
        features: overview.features.iter().map(ToString::to_string).collect(),
        copy: CopyAs {
            command: format!("indult usage show {product} --days {days}"),
            request: format!("GET /v1/usage/{product}?days={days}"),
            csv: Some(format!("/v1/usage/{product}?days={days}&format=csv")),
            json: Some(format!("/v1/usage/{product}?days={days}")),
        },
    }
}

/// `3 hours 20 minutes`; less than a minute in seconds.
fn duration(seconds: u64) -> String {
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    match (hours, minutes) {
        (0, 0) => numbers::counted(seconds, "second", "seconds"),
        (0, _) => numbers::counted(minutes, "minute", "minutes"),
        (_, 0) => numbers::counted(hours, "hour", "hours"),
        (_, _) => {
            format!("{} {}", numbers::counted(hours, "hour", "hours"), numbers::counted(minutes, "minute", "minutes"))
        }
    }
}

fn key_of(feature: &Feature) -> String {
    format!("{}{PARTED_BY}{}", feature.vendor.as_deref().unwrap_or_default(), feature.name)
}

fn feature_of(key: &str) -> Feature {
    let (vendor, name) = key.split_once(PARTED_BY).unwrap_or(("", key));
    Feature { vendor: (!vendor.is_empty()).then(|| vendor.to_owned()), name: name.to_owned() }
}

fn features_view(visitor: &Visitor, text: &str, errors: Errors) -> FeaturesPage {
    let words = folded(text);
    let mut known = visitor.snapshot.features();
    known.retain(|known| {
        let texts = [Some(&known.feature.name), known.label.as_ref(), known.feature.vendor.as_ref()];
        texts.into_iter().flatten().any(|text| folded(text).contains(&words))
    });
    let paging = visitor.paging(known.len());
    let state = visitor.state();
    let row = |known: &KnownFeature| FeatureRow {
        key: key_of(&known.feature),
        feature: known.feature.clone(),
        label: known.label.clone(),
        product: known.product.map(|product| (product, state.product_name(product))),
        sessions: known.sessions,
        denials: known.denials,
        readings: known.readings,
        last: known.seen.map(|(_, last)| state.day(last)).max(known.read_until),
    };
    let mut products: Vec<_> = state.products.values().collect();
    products.sort_by_key(|product| (!visitor.snapshot.counts_usage(product.id, visitor.now), folded(&product.name)));
    let mut choices = vec![Choice::plain("", "Choose a product"), Choice::plain("none", "No product (ends the link)")];
    choices.extend(products.iter().map(|product| Choice::plain(product.id.to_string(), &product.name)));
    FeaturesPage {
        text: text.to_owned(),
        paging,
        rows: visitor.part(&known, paging).iter().map(row).collect(),
        products: choices,
        product: String::new(),
        chosen: Vec::new(),
        may_link: visitor.has(&[Role::SamManager]),
        errors,
        key: visitor.key(),
        copy: CopyAs {
            command: "indult usage features".to_owned(),
            request: "GET /v1/features".to_owned(),
            csv: None,
            json: Some("/v1/features".to_owned()),
        },
    }
}

/// The features.
pub async fn features(visitor: Visitor) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let view = features_view(&visitor, visitor.asked("q"), Errors::default());
    Ok(visitor.page(usages::features_page(&visitor.frame(), &view)))
}

/// Links the features that were chosen to a product, all or none.
pub async fn link(visitor: Visitor, form: Form) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let chosen = form.all("feature");
    let again = |errors: Errors| {
        let view = features_view(&visitor, form.get("q"), errors);
        let view = FeaturesPage { chosen: chosen.clone(), product: form.get("product").to_owned(), ..view };
        Ok(visitor.page_with_errors(usages::features_page(&visitor.frame(), &view)))
    };
    if chosen.is_empty() {
        return again(error("feature", "Choose at least one feature."));
    }
    let product: Option<ProductId> = match form.get("product") {
        "none" => None,
        word => match word.parse() {
            Ok(product) => Some(product),
            Err(_) => return again(error("product", "Choose the product that they are.")),
        },
    };
    let links = chosen.iter().map(|key| (feature_of(key), product)).collect();
    match visitor.carry("usage/features", &form, Intent::LinkFeatures { links }).await {
        Ok(_) => {
            let features = numbers::counted(count(chosen.len()), "feature", "features");
            let sentence = match product {
                Some(product) => format!("{features} linked to {}.", visitor.state().product_name(product)),
                None => format!("{features} without a product now."),
            };
            let link = product.map(|product| Link::new(addresses::usage(product), "See its use over time"));
            Ok(done(addresses::FEATURES, sentence, link))
        }
        Err(failure) => {
            let mut errors = refused(failure, "feature")?;
            for error in &mut errors.0 {
                if error.field != "product" {
                    "feature".clone_into(&mut error.field);
                }
            }
            again(errors)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feature_comes_back_from_its_key() {
        for vendor in [None, Some("northd".to_owned())] {
            let feature = Feature { vendor, name: "draft/pro a".to_owned() };
            assert_eq!(feature_of(&key_of(&feature)), feature);
        }
    }

    #[test]
    fn durations_are_told_in_their_largest_units() {
        let told = [59, 60, 3_600, 12_000].map(duration);
        assert_eq!(told, ["59 seconds", "1 minute", "1 hour", "3 hours 20 minutes"]);
    }
}
