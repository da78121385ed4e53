//! Refusals: the sentences with which a command is turned down. Nothing was recorded when one is returned.
//!
//! Which status or exit code a refusal becomes is decided by its [`Kind`] at the edge.

use crate::case::CaseTerms;
use crate::digest::Digest;
use crate::id::{CaseId, ImportId, PersonId, ProductId};
use crate::person::Role;

/// What sort of "no" a refusal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Something that was given needs attention.
    NeedsAttention,
    /// There is nothing under that number.
    NotFound,
    /// The one who asks may not do this.
    NotAllowed,
    /// Separation of duties stands in the way.
    SeparationOfDuties,
    /// It is no longer as it was, or no longer possible.
    Conflict,
}

/// Why a command was turned down.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each sentence says what its variant means")]
pub enum Refusal {
    #[error("There is no {what} {number}.")]
    NotFound { what: &'static str, number: String },
    #[error("{message}")]
    Field { field: &'static str, message: String },
    #[error("This organisation was founded already.")]
    AlreadyFounded,
    #[error("There is no organisation yet. Create one with indult init.")]
    NotFounded,
    #[error(
        "The clock says {now}, before the last entry of {last}. Nothing is decided until the clock is right again."
    )]
    ClockBehind { now: String, last: String },
    #[error("{person} was deactivated and cannot act.")]
    Deactivated { person: PersonId },
    #[error("To do this you need to be {}. You are {}.", list_roles(.needed, "or"), list_roles(.held, "and"))]
    RoleNeeded { needed: Vec<Role>, held: Vec<Role> },
    #[error("This token is for {allowed}; it cannot be used to {act}.")]
    ScopeNeeded { allowed: String, act: &'static str },
    #[error("A person signs in for this; a token cannot decide.")]
    TokenCannotDecide,
    #[error("Nobody can be auditor and administrator at once: the one who keeps access does not audit it.")]
    AuditorAndAdministrator,
    #[error("You cannot change your own roles. Ask another administrator.")]
    OwnRoles,
    #[error("This would leave the organisation without an active administrator.")]
    LastAdministrator,
    #[error("Somebody signs in as {login} already.")]
    LoginTaken { login: String },
    #[error("{message}")]
    Gone { message: String },
    #[error("{message}")]
    Duties { message: String },
    #[error("Only the requester can do this; {case} was asked for by {requester}.")]
    RequesterOnly { case: CaseId, requester: PersonId },
    #[error("{case} is {status}. {hint}")]
    WrongStage { case: CaseId, status: &'static str, hint: &'static str },
    #[error("You asked for {case} yourself, so somebody else decides.")]
    RequesterCannotVote { case: CaseId },
    #[error("{case} is for your benefit, so somebody else decides.")]
    BeneficiaryCannotVote { case: CaseId },
    #[error("You stand in for {principal}, who is a party to {case}, so somebody else decides.")]
    DelegateOfPartyCannotVote { case: CaseId, principal: PersonId },
    #[error("{principal} is a party to {case}, so nobody can decide it in their place.")]
    PrincipalIsParty { case: CaseId, principal: PersonId },
    #[error("{principal} has voted on {case} in person, so nobody votes in their place.")]
    PrincipalHasVoted { case: CaseId, principal: PersonId },
    #[error(
        "{by} is a party to {case} and made {person} {} after it was begun, so that does not count here. Another administrator can confirm the role.", .role.title()
    )]
    SeatGivenByParty { case: CaseId, person: PersonId, role: Role, by: PersonId },
    #[error(
        "{by} is a party to {case} and issued the last sign-in link of your account after it was begun. Ask another administrator for a link and sign in by it, then vote."
    )]
    LinkGivenByParty { case: CaseId, by: PersonId },
    #[error("{principal} has not asked you to decide in their place today.")]
    NoDelegation { principal: PersonId },
    #[error("{case} is decided by {}. You are {}.", list_roles(.needed, "and"), list_roles(.held, "and"))]
    NoSeat { case: CaseId, needed: Vec<Role>, held: Vec<Role> },
    #[error("Every seat for {} on {case} has a vote already.", .role.title())]
    SeatTaken { case: CaseId, role: Role },
    #[error("{person} fills another seat on {case} in this round already. One person fills one seat.")]
    VotedInAnotherSeat { case: CaseId, person: PersonId },
    #[error("{case} changed after you looked at it: {difference}. Look at it again, then vote on what it says now.")]
    CaseChanged { case: CaseId, seen: Digest, current: Digest, difference: String },
    #[error("{product} cannot be removed from the question: {reason}.")]
    ProductInUse { product: ProductId, reason: String },
    #[error("{import} was undone already.")]
    AlreadyUndone { import: ImportId },
    #[error("These files were imported already as {import}. Undo it first to import them again.")]
    SameFiles { import: ImportId },
}

impl Refusal {
    /// What sort of "no" it is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::NotFound { .. } => Kind::NotFound,
            Self::Field { .. } => Kind::NeedsAttention,
            Self::RoleNeeded { .. }
            | Self::ScopeNeeded { .. }
            | Self::TokenCannotDecide
            | Self::Deactivated { .. }
            | Self::RequesterOnly { .. }
            | Self::NoDelegation { .. }
            | Self::NoSeat { .. } => Kind::NotAllowed,
            Self::AuditorAndAdministrator
            | Self::OwnRoles
            | Self::LastAdministrator
            | Self::RequesterCannotVote { .. }
            | Self::BeneficiaryCannotVote { .. }
            | Self::DelegateOfPartyCannotVote { .. }
            | Self::PrincipalIsParty { .. }
            | Self::PrincipalHasVoted { .. }
            | Self::SeatGivenByParty { .. }
            | Self::LinkGivenByParty { .. }
            | Self::VotedInAnotherSeat { .. }
            | Self::Duties { .. } => Kind::SeparationOfDuties,
            Self::AlreadyFounded
            | Self::NotFounded
            | Self::ClockBehind { .. }
            | Self::LoginTaken { .. }
            | Self::Gone { .. }
            | Self::WrongStage { .. }
            | Self::SeatTaken { .. }
            | Self::CaseChanged { .. }
            | Self::ProductInUse { .. }
            | Self::AlreadyUndone { .. }
            | Self::SameFiles { .. } => Kind::Conflict,
        }
    }

    /// The field that needs attention, where it is one.
    pub fn field(&self) -> Option<&'static str> {
        if let Self::Field { field, .. } = self { Some(field) } else { None }
    }

    pub(crate) fn about(field: &'static str, message: impl Into<String>) -> Self {
        Self::Field { field, message: message.into() }
    }
}

/// `finance`, `finance and legal`, `finance, legal and approver`; `nothing yet` for none.
pub fn list_roles(roles: &[Role], joined_by: &str) -> String {
    let titles: Vec<&str> = roles.iter().map(|role| role.title()).collect();
    match titles.split_last() {
        None => "nothing yet".to_owned(),
        Some((only, [])) => (*only).to_owned(),
        Some((last, others)) => format!("{} {joined_by} {last}", others.join(", ")),
    }
}

/// What changed between two sets of terms, for the one who looked at the first: `quantity 200 → 250`.
pub fn difference(seen: &CaseTerms, current: &CaseTerms) -> String {
    let mut changes = Vec::new();
    if seen.category != current.category {
        changes.push(format!("category {} \u{2192} {}", seen.category, current.category));
    }
    if seen.product != current.product {
        changes.push(format!("product {} \u{2192} {}", seen.product, current.product));
    }
    if seen.quantity != current.quantity {
        changes.push(format!("quantity {} \u{2192} {}", seen.quantity, current.quantity));
    }
    if seen.environment != current.environment {
        let name = |terms: &CaseTerms| terms.environment.map_or("everywhere", |environment| environment.name());
        changes.push(format!("environment {} \u{2192} {}", name(seen), name(current)));
    }
    if seen.until != current.until {
        changes.push(format!("until {} \u{2192} {}", seen.until, current.until));
    }
    if seen.beneficiary != current.beneficiary {
        changes.push("for whom it is".to_owned());
    }
    if changes.is_empty() { "its words or its evidence".to_owned() } else { changes.join(", ") }
}
