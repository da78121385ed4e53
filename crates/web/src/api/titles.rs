//! Titles as sources write them, and the rules by which they are recognised.

use app::positions::{Layer, QueueEntry, Recognition};
use axum::response::Response;
use domain::State;
use domain::command::Intent;
use domain::id::{ProductId, TitleMatchId};
use domain::observation::RawTitle;
use domain::product::{TitleMatch, TitlePattern, folded};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::values::{DateText, ProductNumber, ProductRef, TitleMatchNumber};
use crate::Site;
use crate::given::{Asked, At, Nothing};
use crate::problem::Problem;
use crate::reading::{Page, Paging, Reading, off_thread};
use crate::writing::{Act, Written};

pub(super) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::default()
        .routes(routes!(list))
        .routes(routes!(matches, recognise))
        .routes(routes!(recognise_several))
        .routes(routes!(remove))
}

/// What a title is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum RecognitionWord {
    /// Not yet known.
    Unrecognised,
    /// A product.
    Product,
    /// Something that needs no licence.
    NeedsNoLicence,
    /// Known software that needs a licence, and no product yet.
    Known,
}

/// A product that a title might be.
#[derive(Debug, Serialize, ToSchema)]
struct SuggestionObject {
    /// The product's number.
    #[schema(value_type = ProductNumber)]
    id: ProductId,
    /// The product's name.
    name: String,
    /// The words that title and product share.
    shared_words: Vec<String>,
}

/// What the software catalogue knows of a title.
#[derive(Debug, Serialize, ToSchema)]
struct KnownAs {
    /// The key of the software.
    catalogue_key: String,
    /// Its name.
    name: String,
    /// Its publisher; null where it stands under all sorts.
    publisher: Option<String>,
    /// The edition.
    edition: Option<String>,
    /// What kind of software it is.
    category: String,
    /// Whether it needs a licence.
    needs_licence: bool,
    /// The version that the name states.
    version: Option<String>,
    /// The last day of support of the first version whose end is known.
    supported_until: Option<String>,
    /// The rule of the catalogue.
    rule: String,
    /// The title match of a person that decides instead.
    overruled_by: Option<String>,
    /// The digest of the catalogue.
    catalogue: Option<String>,
}

fn known_as(snapshot: &app::Snapshot, raw: &RawTitle, versions: &[String]) -> Option<KnownAs> {
    let explanation = snapshot.base.explanation_of(raw)?;
    let software = snapshot.base.catalogue().at(explanation.software?);
    let name = folded(&raw.name);
    let versions = versions.iter().map(|version| Some(version.as_str())).chain([None]);
    let end = versions.filter_map(|version| software.end_of_life(&name, version)).map(|end| end.on).min();
    Some(KnownAs {
        catalogue_key: software.key.clone(),
        name: software.name.clone(),
        publisher: software.publisher.clone(),
        edition: explanation.reading.edition,
        category: software.category.words().to_owned(),
        needs_licence: software.metric.is_some(),
        version: explanation.reading.version,
        supported_until: end.map(|day| day.to_string()),
        rule: explanation.reading.rule,
        overruled_by: match explanation.layer {
            Layer::People(rule) => Some(rule.to_string()),
            Layer::Shipped => None,
        },
        catalogue: explanation.catalogue.map(|digest| digest.to_string()),
    })
}

/// A title that stands on at least one device.
#[derive(Debug, Serialize, ToSchema)]
struct TitleObject {
    /// Publisher as a source wrote it.
    publisher: Option<String>,
    /// Name as a source wrote it.
    name: String,
    /// The versions that are installed.
    versions: Vec<String>,
    /// Distinct devices that hold it.
    devices: u64,
    /// What it is.
    recognition: RecognitionWord,
    /// The product that it is.
    product: Option<ProductRef>,
    /// What the software catalogue knows of it.
    known_as: Option<KnownAs>,
    /// Products that it might be, the most similar first; only where it is not recognised.
    suggestions: Vec<SuggestionObject>,
}

fn unrecognised(entry: QueueEntry) -> TitleObject {
    let suggestions = entry.suggestions.into_iter().map(|suggestion| SuggestionObject {
        id: suggestion.product,
        name: suggestion.name,
        shared_words: suggestion.shared_words,
    });
    TitleObject {
        known_as: None,
        publisher: entry.publisher,
        name: entry.name,
        versions: entry.versions,
        devices: entry.devices,
        recognition: RecognitionWord::Unrecognised,
        product: None,
        suggestions: suggestions.collect(),
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Only titles of this kind; absent, all.
    #[param(inline)]
    recognition: Option<RecognitionWord>,
    /// Words in the title's name or publisher.
    q: Option<String>,
    /// As they were on this sealed day.
    #[param(value_type = Option<DateText>)]
    as_of: Option<Date>,
    /// Items of a page, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The page, as the one before named it.
    cursor: Option<String>,
}

/// The titles that are installed, most devices first.
#[utoipa::path(get, path = "/v1/titles", tag = "titles", params(ListQuery),
    responses((status = 200, body = Page<TitleObject>)))]
async fn list(reading: Reading, Asked(query): Asked<ListQuery>) -> Result<Response, Problem> {
    let paging = Paging::of(query.limit, query.cursor.as_deref())?;
    let reading = reading.as_of(query.as_of).await?;
    let snapshot = reading.snapshot.clone();
    let mut titles = off_thread(move || {
        let words = query.q.as_deref().map(folded).unwrap_or_default();
        let mut titles = match query.recognition {
            Some(RecognitionWord::Unrecognised) => snapshot.unrecognised().into_iter().map(unrecognised).collect(),
            wanted => all(&snapshot, wanted),
        };
        titles.retain(|title| {
            let publisher = title.publisher.as_deref().map(folded).unwrap_or_default();
            folded(&title.name).contains(&words) || publisher.contains(&words)
        });
        Ok(titles)
    })
    .await?;
    let total = titles.len();
    let next = paging.start.saturating_add(paging.limit);
    let page: Vec<TitleObject> = titles.drain(paging.start.min(total)..next.min(total)).collect();
    Ok(reading.list(page, (next < total).then(|| Paging::cursor(next)), total))
}

fn all(snapshot: &app::Snapshot, wanted: Option<RecognitionWord>) -> Vec<TitleObject> {
    let mut open: std::collections::BTreeMap<(String, Option<String>), QueueEntry> = std::collections::BTreeMap::new();
    if wanted.is_none() {
        open.extend(
            snapshot.unrecognised().into_iter().map(|entry| ((entry.name.clone(), entry.publisher.clone()), entry)),
        );
    }
    let draw = |title: app::positions::TitleFacts| {
        let raw = RawTitle { publisher: title.publisher.clone(), name: title.name.clone(), version: None };
        let (recognition, product) = match snapshot.base.recognition_of(&raw) {
            Recognition::Product(product) => (RecognitionWord::Product, Some(product)),
            Recognition::NeedsNoLicence => (RecognitionWord::NeedsNoLicence, None),
            Recognition::Known(_) => (RecognitionWord::Known, None),
            Recognition::Unrecognised => (RecognitionWord::Unrecognised, None),
        };
        if let Some(entry) = open.remove(&(title.name.clone(), title.publisher.clone())) {
            return unrecognised(entry);
        }
        TitleObject {
            known_as: known_as(snapshot, &raw, &title.versions),
            publisher: title.publisher,
            name: title.name,
            versions: title.versions,
            devices: title.devices,
            recognition,
            product: product.map(|product| ProductRef::of(&snapshot.state, product)),
            suggestions: Vec::new(),
        }
    };
    let mut titles: Vec<TitleObject> = snapshot.base.estate().titles().map(draw).collect();
    titles.retain(|title| wanted.is_none_or(|wanted| title.recognition == wanted));
    titles.sort_by(|one, other| {
        (other.devices, &one.name, &one.publisher).cmp(&(one.devices, &other.name, &other.publisher))
    });
    titles
}

/// A rule by which titles are recognised.
#[derive(Debug, Serialize, ToSchema)]
struct TitleMatchObject {
    /// Number.
    #[schema(value_type = TitleMatchNumber)]
    id: TitleMatchId,
    /// The title's name; a final `*` stands for any ending.
    title: String,
    /// The title's publisher; null is any or none.
    publisher: Option<String>,
    /// The product that they are; null says that they need no licence.
    product: Option<ProductRef>,
}

fn object(state: &State, title_match: &TitleMatch) -> TitleMatchObject {
    TitleMatchObject {
        id: title_match.id,
        title: title_match.pattern.name.clone(),
        publisher: title_match.pattern.publisher.clone(),
        product: title_match.product.map(|product| ProductRef::of(state, product)),
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct MatchesQuery {
    /// Only rules for this product.
    #[param(value_type = Option<ProductNumber>)]
    product: Option<ProductId>,
    /// Items of a page, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The page, as the one before named it.
    cursor: Option<String>,
}

/// The rules by which people recognised titles.
#[utoipa::path(get, path = "/v1/title_matches", tag = "titles", params(MatchesQuery),
    responses((status = 200, body = Page<TitleMatchObject>)))]
async fn matches(reading: Reading, Asked(query): Asked<MatchesQuery>) -> Result<Response, Problem> {
    let paging = Paging::of(query.limit, query.cursor.as_deref())?;
    let state = &reading.snapshot.state;
    let fits = |title_match: &&TitleMatch| query.product.is_none_or(|product| title_match.product == Some(product));
    let fitting: Vec<&TitleMatch> = state.title_matches.values().map(AsRef::as_ref).filter(fits).collect();
    Ok(reading.page(&fitting, &paging, |title_match| object(state, title_match)))
}

/// Which titles are which product.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewTitleMatch {
    /// The title's name as the source writes it; a final `*` stands for any ending.
    title: String,
    /// The title's publisher as the source writes it; absent is any or none.
    publisher: Option<String>,
    /// The product that they are; null says that they need no licence.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(value_type = Option<ProductNumber>, required = true)]
    product: Option<ProductId>,
}

/// Recognise titles as a product, or as needing no licence.
#[utoipa::path(post, path = "/v1/title_matches", tag = "titles", request_body = NewTitleMatch,
    responses((status = 200, body = Written)))]
async fn recognise(act: Act<NewTitleMatch>) -> Result<Response, Problem> {
    let (act, NewTitleMatch { title, publisher, product }) = act.take();
    act.carry(Intent::MatchTitle { pattern: TitlePattern { name: title, publisher }, product }).await
}

/// Several rules.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewTitleMatches {
    /// The rules; all are made, or none. What is said already is left out.
    matches: Vec<NewTitleMatch>,
}

/// Recognise titles by several rules at once, all or none.
#[utoipa::path(post, path = "/v1/titles/matches", tag = "titles", request_body = NewTitleMatches,
    responses((status = 200, body = Written)))]
async fn recognise_several(act: Act<NewTitleMatches>) -> Result<Response, Problem> {
    let (act, NewTitleMatches { matches }) = act.take();
    let rule = |NewTitleMatch { title, publisher, product }| (TitlePattern { name: title, publisher }, product);
    act.carry(Intent::MatchTitles { matches: matches.into_iter().map(rule).collect() }).await
}

/// Take a recognition back.
#[utoipa::path(post, path = "/v1/title_matches/{title_match}/removals", tag = "titles",
    params(("title_match" = TitleMatchNumber, Path)), responses((status = 200, body = Written)))]
async fn remove(At(title_match): At<TitleMatchId>, act: Act<Nothing>) -> Result<Response, Problem> {
    act.carry(Intent::UnmatchTitle { title_match }).await
}
