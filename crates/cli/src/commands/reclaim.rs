//! `indult reclaim`: candidates, waves and their letters, decisions, and legal holds.

use std::process::ExitCode;

use serde_json::{Value, json};

use super::Asked;
use super::product::said;
use crate::arguments::{Reclaim, ReclaimBasis};
use crate::client::escaped;
use crate::exit::Exit;
use crate::print::{self, at, words};

pub async fn run(asked: &Asked, reclaim: Reclaim) -> Result<ExitCode, Exit> {
    match reclaim {
        Reclaim::Candidates { product, basis } => candidates(asked, &product, &basis).await?,
        Reclaim::Open { product, basis, answer_by, device } => {
            let (basis, days) = basis_of(&basis);
            let devices = (!device.is_empty()).then_some(device);
            let body = json!({
                "product": product, "basis": basis, "days": days, "answer_by": answer_by, "devices": devices,
            });
            let answer = asked.client.post("/v1/reclaim_waves", body).await?;
            letters(asked, &answer);
        }
        Reclaim::List => {
            let items = asked.client.list("/v1/reclaim_waves").await?;
            let columns = [
                ("WAVE", "id", false),
                ("PRODUCT", "product", false),
                ("ANSWERS BY", "answer_by", false),
                ("ITEMS", "items", true),
                ("ASKED", "asked", true),
                ("TO BE REMOVED", "to_be_removed", true),
                ("REMOVED", "removed", true),
                ("WOULD SAVE", "potential", true),
                ("SAVED", "measured", true),
            ];
            print::table(asked.output, &items, &columns, "No waves yet.");
        }
        Reclaim::Show { wave } => show(asked, &wave).await?,
        Reclaim::Again { wave, item } => {
            let path = format!("/v1/reclaim_waves/{}/items/{item}/links", escaped(&wave));
            let answer = asked.client.post(&path, json!({})).await?;
            letters(asked, &answer);
        }
        Reclaim::Decide { wave, choice, items, reason } => {
            let body = json!({ "items": items, "choice": choice, "reason": reason });
            let answer = asked.client.post(&format!("/v1/reclaim_waves/{}/decisions", escaped(&wave)), body).await?;
            let number = items.len();
            let sentence = if choice == "keep" {
                format!("{number} items are kept.")
            } else {
                format!("{number} items are to be removed. They count as saved once they are gone.")
            };
            said(asked, &answer, &sentence);
        }
        Reclaim::Close { wave } => {
            let answer =
                asked.client.post(&format!("/v1/reclaim_waves/{}/closings", escaped(&wave)), json!({})).await?;
            said(asked, &answer, &format!("{wave} is closed."));
        }
        holding => hold(asked, holding).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// What must not be touched.
async fn hold(asked: &Asked, holding: Reclaim) -> Result<(), Exit> {
    match holding {
        Reclaim::Holds => {
            let items = asked.client.list("/v1/legal_holds").await?;
            let columns = [
                ("HOLD", "id", false),
                ("ON", "about", false),
                ("NAME", "name", false),
                ("WHY", "reason", false),
                ("LIFTED", "lifted_at", false),
            ];
            print::table(asked.output, &items, &columns, "No legal holds.");
        }
        Reclaim::Hold { device, holder, reason } => {
            let body = json!({ "device": device, "holder": holder, "reason": reason });
            let answer = asked.client.post("/v1/legal_holds", body).await?;
            said(asked, &answer, &format!("{} is set: nothing of it is reclaimed.", words(at(&answer, "object"))));
        }
        Reclaim::Lift { hold, reason } => {
            let path = format!("/v1/legal_holds/{}/lifts", escaped(&hold));
            let answer = asked.client.post(&path, json!({ "reason": reason })).await?;
            said(asked, &answer, &format!("{hold} is lifted."));
        }
        _ => {}
    }
    Ok(())
}

fn basis_of(basis: &ReclaimBasis) -> (&'static str, Option<u32>) {
    match basis.dormant {
        Some(days) => ("dormant", Some(days)),
        None if basis.uncovered => ("uncovered", None),
        None => ("leavers", None),
    }
}

async fn candidates(asked: &Asked, product: &str, basis: &ReclaimBasis) -> Result<(), Exit> {
    let (basis, days) = basis_of(basis);
    let days = days.map_or_else(String::new, |days| format!("&days={days}"));
    let path = format!("/v1/reclaim_candidates?product={}&basis={basis}{days}", escaped(product));
    let items = asked.client.list(&path).await?;
    let columns = [
        ("DEVICE", "device", false),
        ("HOLDER", "holder", false),
        ("LAST USED", "last_used_on", false),
        ("UNITS", "units", true),
        ("WOULD SAVE", "saving", true),
        ("HOLD", "legal_hold", false),
        ("WAVE", "wave", false),
    ];
    print::table(asked.output, &items, &columns, "No installation of it is like this.");
    Ok(())
}

async fn show(asked: &Asked, wave: &str) -> Result<(), Exit> {
    let path = format!("/v1/reclaim_waves/{}", escaped(wave));
    let found = asked.client.get(&path).await?;
    let items = asked.client.list(&format!("{path}/items")).await?;
    if asked.output.json {
        let mut whole = found;
        if let Some(fields) = whole.as_object_mut() {
            fields.insert("item_list".to_owned(), Value::Array(items));
        }
        print::json(&whole);
        return Ok(());
    }
    let labels = [
        ("Wave", "id"),
        ("Product", "product"),
        ("Answers by", "answer_by"),
        ("Would save", "potential"),
        ("Saved", "measured"),
        ("Closed", "closed"),
    ];
    print::fields(&found, &labels);
    let columns = [
        ("ITEM", "number", true),
        ("DEVICE", "device", false),
        ("HOLDER", "holder", false),
        ("LAST USED", "last_used_on", false),
        ("STATE", "status", false),
        ("SAID", "answer_reason", false),
        ("DECIDED", "decision_reason", false),
    ];
    print::table(asked.output, &items, &columns, "It has no items.");
    Ok(())
}

/// The letters, one after the other, each with the path of its answer.
fn letters(asked: &Asked, answer: &Value) {
    if asked.output.json {
        print::json(answer);
        return;
    }
    for letter in at(answer, "letters").as_array().into_iter().flatten() {
        print::line(words(at(letter, "text")));
        print::line(format!("{}\n", words(at(letter, "path"))));
    }
    print::note(format!(
        "{}: the links are told this once; only digests of them are kept.",
        words(at(answer, "object"))
    ));
}
