//! The ledger as an auditor reads it: entries, what is signed and witnessed, and how to check it without us.
//!
//! Without a witness outside the administrators' control the promise is weaker, and the page says so plainly.

use domain::digest::Digest;
use jiff::Timestamp;
use maud::{Markup, html};

use crate::design::moments;
use crate::design::numbers::{self, count};
use crate::design::states::{self, Tone};
use crate::design::tables;
use crate::pages::addresses;
use crate::pages::layout::{CopyAs, Frame, Head, Heading, Link, Place, copy_as, facts, page as whole_page};

/// Which entries are asked for; what is empty does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Qualifiers as typed: `actor:PER-3 action:vote object:EXC-142 created:2025-07-01..2025-07-31`.
    pub text: String,
    /// The acting person's number, `operator` or `program`.
    pub actor: String,
    /// The kind of event, or its beginning.
    pub action: String,
    /// The object.
    pub object: String,
    /// From this day on.
    pub from: String,
    /// Up to this day.
    pub to: String,
    /// What could not be read in it, as a sentence.
    pub problem: Option<String>,
}

impl Filter {
    fn is_empty(&self) -> bool {
        [&self.text, &self.actor, &self.action, &self.object, &self.from, &self.to].into_iter().all(String::is_empty)
    }

    fn address(&self, before: Option<u64>) -> String {
        let before = before.map(|before| before.to_string()).unwrap_or_default();
        addresses::with_query(
            addresses::AUDIT,
            &[
                ("q", &self.text),
                ("actor", &self.actor),
                ("action", &self.action),
                ("object", &self.object),
                ("from", &self.from),
                ("to", &self.to),
                ("before", &before),
            ],
        )
    }
}

/// An entry in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryRow {
    /// Its place.
    pub entry: u64,
    /// When.
    pub at: Timestamp,
    /// Who: a name, `the program` or `the operator for` a name.
    pub who: String,
    /// Through what: `browser`, `token TOK-3`, `command line`.
    pub via: String,
    /// The kind of event.
    pub action: String,
    /// The object, with its page where it has one.
    pub object: String,
    /// Where the object is.
    pub address: Option<String>,
    /// What happened, as a short sentence.
    pub what: String,
}

/// Whether somebody outside has seen the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Witnessing {
    /// No witness is set up.
    None,
    /// A witness is set up and has not answered for so long.
    Silent {
        /// Its name.
        name: String,
        /// Since when, or never.
        since: Option<Timestamp>,
    },
    /// A witness cosigned.
    Seen {
        /// Its name.
        name: String,
        /// The size that it cosigned.
        size: u64,
        /// When.
        at: Timestamp,
    },
}

/// What is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Entries that it covers.
    pub size: u64,
    /// The root.
    pub root: String,
    /// When it was signed.
    pub signed_at: Timestamp,
    /// The signed note, to keep.
    pub note: String,
}

/// The state of the proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The log's name, which is also its key's.
    pub origin: String,
    /// The key by which signatures are checked.
    pub verifier_key: String,
    /// The last checkpoint; absent before the first.
    pub checkpoint: Option<Checkpoint>,
    /// Entries after it.
    pub unsigned: u64,
    /// Who outside has seen it.
    pub witnessing: Witnessing,
    /// Commands by which anybody can check the ledger, each with what it does.
    pub commands: Vec<(String, String)>,
}

/// The ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditPage {
    /// What is asked for.
    pub filter: Filter,
    /// The kinds of event there are, for the form.
    pub actions: Vec<String>,
    /// The entries, newest first.
    pub entries: Vec<EntryRow>,
    /// Where older ones begin.
    pub older: Option<u64>,
    /// Whether this is not the newest part.
    pub is_later_part: bool,
    /// Entries in the whole ledger.
    pub size: u64,
    /// What is signed.
    pub proof: Proof,
    /// The same elsewhere.
    pub copy: CopyAs,
}

/// The page.
pub fn page(frame: &Frame, view: &AuditPage) -> Markup {
    let title = match (view.filter.is_empty(), view.entries.first()) {
        (true, _) if !view.is_later_part => "Audit".to_owned(),
        (true, Some(first)) => format!("Audit from entry {}", count(first.entry)),
        (false, Some(first)) if view.is_later_part => format!("Audit: found entries from {}", count(first.entry)),
        (true, None) | (false, _) => "Audit: found entries".to_owned(),
    };
    let heading = Heading {
        words: "Audit",
        lede: Some(html! {
            "Every change is an entry, in order, from the first day. " (count(view.size)) " entries; nothing can be changed afterwards without showing."
        }),
        ..Heading::default()
    };
    let main = html! {
        (heading.render())
        (proof_panel(frame, &view.proof))
        section aria-labelledby="entries-title" {
            h2 #entries-title { "Entries" }
            (filter_form(view))
            @if view.entries.is_empty() {
                div.empty { h2 { "No entries found" } p { "No entry fits what you asked for." }
                    p { a href=(addresses::AUDIT) { "Show every entry" } } }
            } @else {
                (table(view))
                nav.pages aria-label="Parts of the ledger" {
                    @if view.is_later_part { a href=(view.filter.address(None)) { "Newest" } }
                    @if let Some(older) = view.older { a rel="next" href=(view.filter.address(Some(older))) { "Older" } }
                }
            }
        }
        (copy_as(&view.copy))
    };
    whole_page(frame, Head { title: &title, place: Place::Audit, errors: view.filter.problem.is_some() }, &main)
}

fn proof_panel(frame: &Frame, proof: &Proof) -> Markup {
    html! {
        section.proof aria-labelledby="proof-title" {
            h2 #proof-title { "What is proven" }
            ul.rules {
                @match &proof.checkpoint {
                    Some(checkpoint) => {
                        li { (states::mark(Tone::Good, "Signed")) span {
                            "Entries 0 to " (count(checkpoint.size.saturating_sub(1))) ", at "
                            (moments::recent_text(checkpoint.signed_at, frame.now)) "."
                            @if proof.unsigned > 0 {
                                " " (numbers::counted(proof.unsigned, "entry is", "entries are")) " newer and signed within seconds."
                            }
                        } }
                    }
                    None => { li { (states::mark(Tone::Attention, "Not signed yet")) span { "The first checkpoint is signed within seconds." } } }
                }
                li { (witness_line(frame, &proof.witnessing)) }
            }
            (verify_yourself(proof))
        }
    }
}

fn witness_line(frame: &Frame, witnessing: &Witnessing) -> Markup {
    match witnessing {
        Witnessing::None => html! {
            (states::mark(Tone::Attention, "Unwitnessed"))
            span { "Nobody outside has seen this ledger. Whoever holds the key and the machine could replace it as a whole "
                "and nobody could tell, except with a checkpoint that was kept elsewhere." }
        },
        Witnessing::Silent { name, since } => html! {
            (states::mark(Tone::Attention, "Unwitnessed"))
            span {
                @match since {
                    Some(since) => { (name) " last cosigned at " (moments::recent_text(*since, frame.now)) "; what came after is unwitnessed." }
                    None => { (name) " is set up as a witness and has not cosigned anything yet." }
                }
            }
        },
        Witnessing::Seen { name, size, at } => html! {
            (states::mark(Tone::Good, "Witnessed"))
            span { (name) " cosigned " (count(*size)) " entries at " (moments::recent_text(*at, frame.now)) "." }
        },
    }
}

fn verify_yourself(proof: &Proof) -> Markup {
    html! {
        details.verify {
            summary { "Check it yourself" }
            p { "Keep this checkpoint outside this machine. Later, with any tool that reads it, it shows whether the ledger still contains what it did." }
            @if let Some(checkpoint) = &proof.checkpoint {
                pre tabindex="0" role="region" aria-label="Signed checkpoint" { code { (checkpoint.note) } }
                p { a.button.second href=(addresses::CHECKPOINT) { "Download the checkpoint" } }
            }
            (facts(&[
                ("Log", html! { code { (proof.origin) } }),
                ("Key", html! { code.digest { (proof.verifier_key) } }),
                ("Root", html! { @if let Some(checkpoint) = &proof.checkpoint { code.digest { (checkpoint.root) } } }),
            ]))
            dl.commands { @for (command, does) in &proof.commands { div { dt { code.copyable { (command) } } dd { (does) } } } }
        }
    }
}

fn filter_form(view: &AuditPage) -> Markup {
    let filter = &view.filter;
    let line = |name: &str, label: &str, kind: &str, value: &str| {
        html! {
            div.field { label for=(name) { (label) } input id=(name) name=(name) type=(kind) value=(value) autocomplete="off"; }
        }
    };
    html! {
        form.filter method="get" action=(addresses::AUDIT) role="search" aria-label="Entries" {
            (line("q", "Qualifiers", "search", &filter.text))
            (line("actor", "Who", "text", &filter.actor))
            div.field {
                label for="action" { "What" }
                select id="action" name="action" {
                    option value="" { "Everything" }
                    @for action in &view.actions { option value=(action) selected[*action == filter.action] { (action) } }
                }
            }
            (line("object", "On what", "text", &filter.object))
            (line("from", "From", "date", &filter.from))
            (line("to", "To", "date", &filter.to))
            button type="submit" { "Show" }
            @if !filter.is_empty() { a href=(addresses::AUDIT) { "Clear" } }
        }
        p.hint { "Qualifiers say the same in one line: " code { "actor:PER-3 action:vote-cast object:EXC-142 created:2025-07-01..2025-07-31" } }
        @if let Some(problem) = &filter.problem { p.error role="alert" { (problem) } }
    }
}

fn table(view: &AuditPage) -> Markup {
    let caption = html! { "Entries, newest first" span.provenance { "Times are UTC" } };
    tables::region(
        "entries",
        &caption,
        &html! {
            (tables::heads(&["#Entry", "When", "Who", "What", "On", "In words"]))
            tbody { @for row in &view.entries { tr {
                th.n scope="row" { a href=(addresses::entry(row.entry)) { (count(row.entry)) } }
                td.time { (moments::exact(row.at)) }
                td { (row.who) span.under { (row.via) } }
                td.kind { (row.action) }
                td { @match &row.address { Some(address) => a href=(address) { (row.object) }, None => (row.object) } }
                td.prose { (row.what) }
            } } }
        },
    )
}

/// What became of a text that an entry commits to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Commitment {
    /// It is there and fits.
    Opened(String),
    /// It was erased on request, by this entry.
    ErasedBy(u64),
    /// It is gone without an entry that says so: tampering.
    Missing,
}

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryPage {
    /// As in the list.
    pub row: EntryRow,
    /// The object's stream and the entry's place in it.
    pub stream: (String, u64),
    /// The command, and which of how many entries of it this is, the first being 1.
    pub command: (String, u64, u64),
    /// The catalogue in force.
    pub policy: Option<Digest>,
    /// The leaf hash.
    pub leaf: Digest,
    /// The stored bytes, laid out for reading.
    pub json: String,
    /// Texts that it commits to: where in the body, and what became of them.
    pub commitments: Vec<(String, Commitment)>,
    /// Whether a signed checkpoint covers it.
    pub is_signed: bool,
    /// Entries in the whole ledger.
    pub size: u64,
    /// The same elsewhere.
    pub copy: CopyAs,
}

/// The page of one entry.
pub fn entry_page(frame: &Frame, view: &EntryPage) -> Markup {
    let row = &view.row;
    let title = format!("Entry {}", count(row.entry));
    let heading = Heading {
        above: Some(Link::new(addresses::AUDIT, "Audit")),
        words: &title,
        lede: Some(html! { (row.who) " " (row.what) }),
        acts: view
            .is_signed
            .then(|| html! { a.button href=(addresses::entry_proof(row.entry)) { "Download the proof" } }),
        ..Heading::default()
    };
    let (command, part, parts) = &view.command;
    let main = html! {
        (heading.render())
        (facts(&[
            ("When", html! { (moments::exact(row.at)) " UTC" }),
            ("Who", html! { (row.who) ", " (row.via) }),
            ("What", html! { code { (row.action) } }),
            ("On", html! {
                @match &row.address { Some(address) => a href=(address) { (row.object) }, None => (row.object) }
                ", change " (count(view.stream.1)) " "
                a href=(addresses::history(&view.stream.0)) { "its history" }
            }),
            ("Command", html! { code.digest { (command) } @if *parts > 1 { ", part " (count(*part)) " of " (count(*parts)) } }),
            ("Policies in force", html! { @match view.policy { Some(policy) => code { (policy.short()) }, None => span.none { "none yet" } } }),
            ("Leaf hash", html! { code.digest { (view.leaf) } }),
            ("Signed", html! { @if view.is_signed { (states::mark(Tone::Good, "Covered by a checkpoint")) }
                @else { (states::mark(Tone::Open, "Within seconds")) } }),
        ]))
        @if !view.commitments.is_empty() { (commitments(view)) }
        h2 { "As it is stored" }
        pre tabindex="0" role="region" aria-label="Entry as JSON" { code { (view.json) } }
        nav.pages aria-label="Neighbouring entries" {
            @if row.entry > 0 { a rel="prev" href=(addresses::entry(row.entry - 1)) { "Entry " (count(row.entry - 1)) } }
            @if row.entry + 1 < view.size { a rel="next" href=(addresses::entry(row.entry + 1)) { "Entry " (count(row.entry + 1)) } }
        }
        (copy_as(&view.copy))
    };
    whole_page(frame, Head::new(&title, Place::Audit), &main)
}

fn commitments(view: &EntryPage) -> Markup {
    html! {
        h2 { "Texts it commits to" }
        p.hint { "Names and free texts are kept beside the ledger, so that they can be erased; the entry holds a salted digest of each." }
        (tables::region("commitments", &html! { "What became of them" }, &html! {
            (tables::heads(&["Field", "State", "Text"]))
            tbody { @for (field, commitment) in &view.commitments { tr {
                th.verbatim scope="row" { (field) }
                @match commitment {
                    Commitment::Opened(text) => { td { (states::mark(Tone::Good, "Opened")) } td.prose { span.words { (text) } } }
                    Commitment::ErasedBy(entry) => {
                        td { (states::mark(Tone::Quiet, "Erased")) }
                        td { "by entry " a href=(addresses::entry(*entry)) { (count(*entry)) } }
                    }
                    Commitment::Missing => {
                        td { (states::mark(Tone::Bad, "MISSING")) }
                        td { strong { "No entry says that it was erased: somebody removed it." } }
                    }
                }
            } } }
        }))
    }
}
