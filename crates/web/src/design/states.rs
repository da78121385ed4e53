//! Marks for states: always a word, with a shape and a colour beside it, so that none of the three is needed alone.

use domain::case::{Ballot, CaseStatus, Outcome};
use domain::grant::GrantStatus;
use maud::{Markup, html};

/// What a state means to the reader; each tone has a shape and a colour of its own in the style sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// As it should be: a filled circle.
    Good,
    /// Needs attention before long: a triangle.
    Attention,
    /// Stands against something: a square on its corner.
    Bad,
    /// More than needed: an upright bar.
    Surplus,
    /// Under way: a half-filled circle.
    Open,
    /// Over and done, or not begun: an empty circle.
    Quiet,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Self::Good => "mark good",
            Self::Attention => "mark attention",
            Self::Bad => "mark bad",
            Self::Surplus => "mark surplus",
            Self::Open => "mark open",
            Self::Quiet => "mark quiet",
        }
    }
}

/// A state in a word or two.
pub fn mark(tone: Tone, words: &str) -> Markup {
    html! { span class=(tone.class()) { (words) } }
}

/// The state of a request.
pub fn case(status: CaseStatus) -> Markup {
    let tone = match status {
        CaseStatus::Draft | CaseStatus::Withdrawn => Tone::Quiet,
        CaseStatus::NeedsInformation => Tone::Attention,
        CaseStatus::Deciding => Tone::Open,
        CaseStatus::Approved => Tone::Good,
        CaseStatus::Denied => Tone::Bad,
    };
    mark(tone, status.title())
}

/// The state of an exception; `ending` says that its last day is near.
pub fn exception(status: GrantStatus, ending: bool) -> Markup {
    match (status, ending) {
        (GrantStatus::Active, true) => mark(Tone::Attention, "Ending soon"),
        (GrantStatus::Active, false) => mark(Tone::Good, status.title()),
        (GrantStatus::NotYet | GrantStatus::Expired, _) => mark(Tone::Quiet, status.title()),
        (GrantStatus::Revoked, _) => mark(Tone::Bad, status.title()),
    }
}

/// A vote as people say it.
pub fn ballot_words(ballot: Ballot, conditional: bool) -> &'static str {
    match (ballot, conditional) {
        (Ballot::Approve, false) => "Approve",
        (Ballot::Approve, true) => "Approve with conditions",
        (Ballot::Deny, _) => "Deny",
        (Ballot::Abstain, _) => "Abstain",
        (Ballot::RequestChanges, _) => "Ask for changes",
    }
}

/// A vote.
pub fn ballot(ballot: Ballot, conditional: bool) -> Markup {
    let tone = match ballot {
        Ballot::Approve => Tone::Good,
        Ballot::Deny => Tone::Bad,
        Ballot::Abstain => Tone::Quiet,
        Ballot::RequestChanges => Tone::Attention,
    };
    mark(tone, ballot_words(ballot, conditional))
}

/// An outcome as people say it.
pub fn outcome_words(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Approved => "Approved",
        Outcome::ApprovedWithConditions => "Approved with conditions",
        Outcome::Denied => "Denied",
    }
}

/// An outcome.
pub fn outcome(outcome: Outcome) -> Markup {
    let tone = match outcome {
        Outcome::Approved | Outcome::ApprovedWithConditions => Tone::Good,
        Outcome::Denied => Tone::Bad,
    };
    mark(tone, outcome_words(outcome))
}
