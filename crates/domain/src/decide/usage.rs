//! Decisions about usage: what licence managers report, and which feature is which product.

use std::collections::BTreeSet;

use super::imports::{check_brought, check_files};
use super::software::product_of;
use super::{Asking, check_name};
use crate::command::Intent;
use crate::digest::Digest;
use crate::event::Event;
use crate::id::{ImportId, ProductId};
use crate::import::{Brought, ImportedFile};
use crate::refusal::Refusal;
use crate::state::State;
use crate::usage::Feature;

/// Links of one act: each is an entry of the ledger, and one person looks through them on a page.
pub const LINKS_MAX: usize = 200;

#[expect(clippy::wildcard_enum_match_arm, reason = "the parent has sorted the intents, exhaustively")]
pub(super) fn decide(asking: Asking<'_>) -> Result<Vec<Event>, Refusal> {
    match &asking.command.intent {
        Intent::ImportUsage { source, files, brought } => import(asking.state, source, files, *brought),
        Intent::LinkFeatures { links } => link(asking.state, links),
        _ => Ok(Vec::new()),
    }
}

fn import(state: &State, source: &str, files: &[ImportedFile], brought: Brought) -> Result<Vec<Event>, Refusal> {
    check_name("source", "the name of the source", source)?;
    check_files(files)?;
    check_brought(&brought)?;
    let source = source.trim();
    if let Brought::Usage { sessions: 0, denials: 0, readings: 0, .. } = brought {
        return Err(Refusal::about("file", "Nothing in these files tells of use, so nothing was imported."));
    }
    if let Some(known) = same_files(state, source, files) {
        return Err(Refusal::SameFiles { import: known });
    }
    Ok(vec![Event::Imported {
        import: ImportId(state.last_numbers.import + 1),
        source: source.to_owned(),
        files: files.to_vec(),
        brought,
    }])
}

/// The latest import of usage of the same source, where its files were the same.
fn same_files(state: &State, source: &str, files: &[ImportedFile]) -> Option<ImportId> {
    let digests = |files: &[ImportedFile]| files.iter().map(|file| file.digest).collect::<BTreeSet<Digest>>();
    let mut earlier = state.imports.values().rev().filter(|known| {
        known.undone.is_none() && matches!(known.brought, Brought::Usage { .. }) && known.source == source
    });
    earlier.next().filter(|known| digests(&known.files) == digests(files)).map(|known| known.id)
}

fn link(state: &State, links: &[(Feature, Option<ProductId>)]) -> Result<Vec<Event>, Refusal> {
    if links.is_empty() || links.len() > LINKS_MAX {
        return Err(Refusal::about("links", format!("Link 1 to {LINKS_MAX} features at once.")));
    }
    let mut events = Vec::new();
    let mut seen = BTreeSet::new();
    for (feature, product) in links {
        check_name("feature", "the feature as the source writes it", &feature.name)?;
        if let Some(vendor) = &feature.vendor {
            check_name("vendor", "the vendor as the source writes it", vendor)?;
        }
        if !seen.insert(feature.folded()) {
            return Err(Refusal::about("feature", format!("\u{201c}{feature}\u{201d} stands twice; link it once.")));
        }
        if let Some(product) = product {
            product_of(state, *product)?;
        }
        let known = state.feature_links.get(&feature.folded());
        if known.map(|known| known.product) == *product {
            continue;
        }
        if let Some(known) = known {
            events.push(Event::FeatureUnlinked { feature: known.feature.clone(), product: known.product });
        }
        if let Some(product) = product {
            let vendor = feature.vendor.as_deref().map(|vendor| vendor.trim().to_owned());
            let feature = Feature { vendor, name: feature.name.trim().to_owned() };
            events.push(Event::FeatureLinked { feature, product: *product });
        }
    }
    Ok(events)
}
