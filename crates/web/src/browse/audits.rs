//! The ledger as pages: entries with their filter, one entry, the checkpoint and the proof of an entry as files.

use app::ledgers::{AuditEntry, EntryFilter};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use domain::command::{Actor, Via};
use domain::digest::Digest;
use jiff::civil::Date;

use crate::browse::history;
use crate::browse::visitor::Visitor;
use crate::caller::Readers;
use crate::given::At;
use crate::pages::addresses;
use crate::pages::audit::{self, AuditPage, Checkpoint, Commitment, EntryPage, EntryRow, Filter, Proof, Witnessing};
use crate::pages::layout::CopyAs;
use crate::problem::Problem;

/// Entries on a page.
const ENTRIES_SHOWN: usize = 50;

/// The types of event, for the form of the filter.
const ACTIONS: [&str; 16] = [
    "account",
    "agreement",
    "case",
    "catalogue-published",
    "data-erased",
    "entitlement",
    "estate-sealed",
    "grant",
    "imported",
    "import-undone",
    "person",
    "product",
    "session",
    "statement-made",
    "title",
    "vote-cast",
];

/// Reads `actor:PER-3 action:vote object:EXC-142 created:2025-07-01..2025-07-31` and the fields of the form.
fn filter(visitor: &Visitor) -> (Filter, EntryFilter) {
    let mut shown = Filter {
        text: visitor.asked("q").to_owned(),
        actor: visitor.asked("actor").to_owned(),
        action: visitor.asked("action").to_owned(),
        object: visitor.asked("object").to_owned(),
        from: visitor.asked("from").to_owned(),
        to: visitor.asked("to").to_owned(),
        problem: None,
    };
    let (mut actor, mut action, mut object) = (shown.actor.clone(), shown.action.clone(), shown.object.clone());
    let (mut from, mut to) = (shown.from.clone(), shown.to.clone());
    for word in shown.text.split_whitespace() {
        match word.split_once(':') {
            Some(("actor", value)) => value.clone_into(&mut actor),
            Some(("action", value)) => value.clone_into(&mut action),
            Some(("object", value)) => value.clone_into(&mut object),
            Some(("created", value)) => {
                let (first, last) = value.split_once("..").unwrap_or((value, value));
                first.clone_into(&mut from);
                last.clone_into(&mut to);
            }
            _ => {
                shown.problem = Some(format!(
                    "\u{201c}{word}\u{201d} is not understood. Write actor:PER-3, action:vote, object:EXC-142 or created:2025-07-01..2025-07-31."
                ));
            }
        }
    }
    let mut day = |text: &str| -> Option<Date> {
        if text.is_empty() {
            return None;
        }
        let read = text.parse().ok();
        if read.is_none() {
            shown.problem = Some(format!("\u{201c}{text}\u{201d} is not a day. Write it as 2025-07-31."));
        }
        read
    };
    let some = |text: String| Some(text).filter(|text| !text.is_empty());
    let wanted = EntryFilter {
        from: day(&from),
        to: day(&to),
        actor: some(actor).map(|actor| known_person(visitor, &actor)),
        action: some(action),
        object: some(object),
    };
    (shown, wanted)
}

/// A person's name stands for their number.
fn known_person(visitor: &Visitor, actor: &str) -> String {
    let wanted = domain::product::folded(actor);
    let found = visitor.state().persons.values().find(|person| {
        person.name.open().is_some_and(|name| {
            let name = domain::product::folded(name);
            name == wanted || name.split(' ').next() == Some(wanted.as_str())
        })
    });
    found.map_or_else(|| actor.to_owned(), |person| person.id.to_string())
}

fn row(visitor: &Visitor, entry: &AuditEntry) -> EntryRow {
    let stream = entry.recorded.event.stream();
    let (kind, number) = stream.split_once('/').unwrap_or((stream.as_str(), ""));
    let address = match kind {
        "case" | "exception" => number.parse().ok().map(addresses::case),
        "product" => number.parse().ok().map(addresses::product),
        "import" => number.parse().ok().map(addresses::import),
        "entitlement" => number.parse().ok().map(addresses::entitlement),
        "agreement" => number.parse().ok().map(addresses::agreement),
        "person" => number.parse().ok().map(addresses::person),
        "catalogue" => Some(addresses::POLICIES.to_owned()),
        "estate" => Some(addresses::SEALS.to_owned()),
        "statement" => Some(addresses::STATEMENTS.to_owned()),
        _ => None,
    };
    EntryRow {
        entry: entry.recorded.seq,
        at: entry.header.at,
        who: history::who(visitor, entry.header.actor),
        via: match entry.header.actor {
            Actor::Program => "itself".to_owned(),
            Actor::Person(_, Via::Session(_)) => "browser".to_owned(),
            Actor::Person(_, Via::Link(_)) => "one-time link".to_owned(),
            Actor::Person(_, Via::Token(token)) => format!("token {token}"),
            Actor::Person(_, Via::Operator) => "command line".to_owned(),
        },
        action: app::ledgers::kind_of(&entry.recorded.event),
        object: if number.is_empty() { kind.to_owned() } else { number.to_owned() },
        address,
        what: history::what(&entry.recorded.event),
    }
}

fn proof(visitor: &Visitor) -> Result<Proof, Problem> {
    let state = visitor.app.proof_state()?;
    let witnessing = match (&state.witnessed, visitor.state().witnesses.values().next()) {
        (Some((size, name, at)), _) => Witnessing::Seen { name: name.clone(), size: *size, at: *at },
        (None, Some(witness)) => Witnessing::Silent { name: witness.name.clone(), since: None },
        (None, None) => Witnessing::None,
    };
    let signed_at = visitor.signed().map(|(_, at)| at);
    let checkpoint = state.checkpoint.map(|stored| Checkpoint {
        size: stored.head.size,
        root: stored.head.root.to_string(),
        signed_at: signed_at.unwrap_or(visitor.now),
        note: stored.note.to_string(),
    });
    let command = |command: &str, does: &str| (command.to_owned(), does.to_owned());
    Ok(Proof {
        origin: visitor.app.origin().to_owned(),
        verifier_key: visitor.app.ledger().verifier().to_string(),
        checkpoint,
        unsigned: state.unsigned,
        witnessing,
        commands: vec![
            command("indult ledger checkpoint > kept.checkpoint", "keeps what is signed today, outside"),
            command("indult ledger export DIR", "writes every entry and the tree, for any verifier"),
            command("indult verify DIR --log-key KEY --against kept.checkpoint", "checks an export without the server"),
            command("judges/ledger/run.sh DIR", "checks it with three verifiers that we did not write"),
        ],
    })
}

/// The ledger.
pub async fn list(visitor: Visitor) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let (shown, wanted) = filter(&visitor);
    let before = visitor.asked("before").parse::<u64>().ok();
    let app = visitor.app.clone();
    let page = crate::reading::off_thread(move || app.entries(&wanted, before, ENTRIES_SHOWN)).await?;
    let query = [("actor", shown.actor.as_str()), ("action", &shown.action), ("object", &shown.object)];
    let view = AuditPage {
        entries: page.entries.iter().map(|entry| row(&visitor, entry)).collect(),
        actions: ACTIONS.iter().map(|action| (*action).to_owned()).collect(),
        older: page.next,
        is_later_part: before.is_some(),
        size: page.size,
        proof: proof(&visitor)?,
        copy: CopyAs {
            command: "indult ledger list".to_owned(),
            request: format!("GET {}", addresses::with_query("/v1/ledger/entries", &query)),
            csv: None,
            json: Some(addresses::with_query("/v1/ledger/entries", &query)),
        },
        filter: shown,
    };
    Ok(visitor.page(audit::page(&visitor.frame(), &view)))
}

/// An entry.
pub async fn show(visitor: Visitor, At(seq): At<u64>) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let (entry, bytes) = visitor.app.entry(seq)?;
    let json: serde_json::Value = serde_json::from_slice(&bytes).map_err(|error| Problem::internal(&error))?;
    let sides = visitor.app.ledger().sides(seq).map_err(app::Failure::from)?;
    let erased_by = erasure_of(&visitor, seq)?;
    let mut commitments = Vec::new();
    let mut places = Vec::new();
    texts(json.get("body").unwrap_or(&serde_json::Value::Null), "", &mut places);
    for (index, _) in json.get("pd").and_then(serde_json::Value::as_array).into_iter().flatten().enumerate() {
        let place = places.iter().find(|(at, _)| *at == index).map_or_else(String::new, |(_, place)| place.clone());
        let kept = sides.iter().find(|side| usize::try_from(side.index) == Ok(index));
        let is_secret = place == "verifier";
        let verdict = match (kept, erased_by) {
            (Some(_), _) if is_secret => Commitment::Opened("(a password verifier, not shown)".to_owned()),
            (Some(side), _) => Commitment::Opened(String::from_utf8_lossy(&side.payload).into_owned()),
            (None, Some(by)) => Commitment::ErasedBy(by),
            (None, None) => Commitment::Missing,
        };
        commitments.push((place, verdict));
    }
    let signed = visitor.signed().map_or(0, |(size, _)| size);
    let header = &entry.header;
    let view = EntryPage {
        row: row(&visitor, &entry),
        stream: (entry.recorded.event.stream(), header.version),
        command: (header.command.clone(), u64::from(header.part.0) + 1, u64::from(header.part.1)),
        policy: header.policy,
        leaf: Digest(app::leaf_hash(&bytes)),
        json: serde_json::to_string_pretty(&json).unwrap_or_default(),
        commitments,
        is_signed: seq < signed,
        size: visitor.snapshot.size(),
        copy: CopyAs {
            command: format!("indult ledger show {seq}"),
            request: format!("GET /v1/ledger/entries/{seq}"),
            csv: None,
            json: Some(format!("/v1/ledger/entries/{seq}")),
        },
    };
    Ok(visitor.page(audit::entry_page(&visitor.frame(), &view)))
}

/// The entry that says that the texts of `seq` were erased.
fn erasure_of(visitor: &Visitor, seq: u64) -> Result<Option<u64>, Problem> {
    let wanted = EntryFilter { action: Some("data-erased".to_owned()), ..EntryFilter::default() };
    if let domain::event::Event::LeaverRecorded { leaver, .. } = visitor.app.entry(seq)?.0.recorded.event {
        let removal = EntryFilter {
            action: Some("leaver-removed".to_owned()),
            object: Some(format!("leaver/{leaver}")),
            ..EntryFilter::default()
        };
        return Ok(visitor.app.entries(&removal, None, 1)?.entries.first().map(|entry| entry.recorded.seq));
    }
    let erasures = visitor.app.entries(&wanted, None, 200)?.entries;
    Ok(erasures.into_iter().find_map(|entry| match entry.recorded.event {
        domain::event::Event::DataErased { entries, .. } if entries.contains(&seq) => Some(entry.recorded.seq),
        _ => None,
    }))
}

/// Where in a body each text stands, by its index among the commitments.
fn texts(value: &serde_json::Value, path: &str, places: &mut Vec<(usize, String)>) {
    let under = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    if let Some(map) = value.as_object() {
        if let Some(index) = map.get("$pd").and_then(serde_json::Value::as_u64) {
            places.push((usize::try_from(index).unwrap_or(usize::MAX), path.to_owned()));
            return;
        }
        for (key, inner) in map {
            texts(inner, &under(key), places);
        }
    }
    for (index, inner) in value.as_array().into_iter().flatten().enumerate() {
        texts(inner, &under(&index.to_string()), places);
    }
}

/// The last signed checkpoint as a file.
pub async fn checkpoint(visitor: Visitor) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let note = visitor.app.checkpoint().await?;
    Ok(file("indult.checkpoint", note.to_string()))
}

/// The proof that an entry is in the ledger, as a file.
pub async fn entry_proof(visitor: Visitor, At(seq): At<u64>) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let proof = visitor.app.proof(seq).await?;
    Ok(file(&format!("indult-entry-{seq}.tlog-proof"), proof.to_string()))
}

/// A text to be kept.
pub fn file(name: &str, text: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    (headers, text).into_response()
}
