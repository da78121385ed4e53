//! Authority: which roles and which tokens may ask for what. One table, and no exemption for anybody.
//!
//! Whether a person may decide a particular case is in `decide/cases.rs`, because it depends on the case.

use jiff::Timestamp;

use crate::command::{Actor, Intent, Via};
use crate::id::{AccountId, PersonId, TokenId};
use crate::person::{Role, Scope};
use crate::refusal::Refusal;
use crate::state::State;

/// Roles of which one is needed; empty means that any active person will do.
#[expect(clippy::too_many_lines, reason = "a table, one line for each")]
fn roles_for(intent: &Intent) -> &'static [Role] {
    match intent {
        Intent::AddPerson { .. }
        | Intent::SetRoles { .. }
        | Intent::DeactivatePerson { .. }
        | Intent::ReactivatePerson { .. }
        | Intent::ErasePerson { .. }
        | Intent::OpenAccount { .. }
        | Intent::IssueSetUpLink { .. }
        | Intent::AddWitness { .. }
        | Intent::RemoveWitness { .. }
        | Intent::RecordWebhook { .. }
        | Intent::ChangeWebhook { .. }
        | Intent::PauseWebhook { .. }
        | Intent::ResumeWebhook { .. }
        | Intent::RemoveWebhook { .. } => &[Role::Administrator],
        Intent::RecordAgreement { .. } | Intent::AmendAgreement { .. } | Intent::PlanRenewal { .. } => {
            &[Role::SamManager, Role::Procurement, Role::Legal]
        }
        Intent::AddProduct { .. }
        | Intent::SetProductMetric { .. }
        | Intent::DefineMetric { .. }
        | Intent::DefineSuite { .. }
        | Intent::RecordEntitlement { .. }
        | Intent::RetireEntitlement { .. }
        | Intent::ImportEntitlements { .. }
        | Intent::RememberMapping { .. }
        | Intent::UndoImport { .. }
        | Intent::ReceivePurchase { .. } => &[Role::SamManager, Role::Procurement],
        Intent::MatchTitle { .. }
        | Intent::MatchTitles { .. }
        | Intent::UnmatchTitle { .. }
        | Intent::AdoptSoftware { .. }
        | Intent::LinkProduct { .. }
        | Intent::ImportInventory { .. }
        | Intent::ImportLeavers { .. }
        | Intent::OpenSource { .. }
        | Intent::ChangeSource { .. }
        | Intent::RenewSourceToken { .. }
        | Intent::CloseSource { .. }
        | Intent::ApproveDevice { .. }
        | Intent::RejectDevice { .. }
        | Intent::ReceiveReports { .. }
        | Intent::ImportUsage { .. }
        | Intent::LinkFeatures { .. }
        | Intent::AddAlertRules { .. }
        | Intent::ChangeAlertRule { .. }
        | Intent::EndAlertRule { .. }
        | Intent::RecordFindings { .. }
        | Intent::SetPlaybook { .. }
        | Intent::KeepQuiet { .. }
        | Intent::EndQuiet { .. }
        | Intent::AssignProduct { .. }
        | Intent::AssignCategory { .. }
        | Intent::RecordLeavers { .. }
        | Intent::RemoveLeaver { .. }
        | Intent::OpenWave { .. }
        | Intent::AskHolderAgain { .. }
        | Intent::DecideReclaim { .. }
        | Intent::CloseWave { .. } => &[Role::SamManager],
        Intent::PublishCatalogue { .. } | Intent::SetLegalHold { .. } | Intent::LiftLegalHold { .. } => &[Role::Legal],
        Intent::OpenCase { .. } | Intent::Comment { .. } | Intent::RequestPurchase { .. } => &[
            Role::Requester,
            Role::Approver,
            Role::SamManager,
            Role::Procurement,
            Role::Finance,
            Role::Legal,
            Role::Administrator,
        ],
        Intent::RevokeGrant { .. } => &[Role::Approver, Role::Legal, Role::Finance],
        Intent::SealEstate { .. } | Intent::MakeStatement { .. } => {
            &[Role::SamManager, Role::Finance, Role::Auditor, Role::Administrator]
        }
        // Who approves how much is for the spend limits to say.
        Intent::ApprovePurchase { .. } | Intent::RefusePurchase { .. } => {
            &[Role::Approver, Role::SamManager, Role::Procurement, Role::Finance, Role::Legal]
        }
        Intent::OrderPurchase { .. } => &[Role::Procurement],
        Intent::SetSpendLimits { .. } | Intent::SetBudget { .. } => &[Role::Finance],
        Intent::SetSurcharge { .. } => &[Role::Finance, Role::SamManager],
        Intent::RecordScenario { .. } | Intent::ChangeScenario { .. } | Intent::RetireScenario { .. } => {
            &[Role::SamManager, Role::Procurement, Role::Finance]
        }
        // Everybody who keeps or decides something may handle alerts; whose an alert is says whom it waits for.
        Intent::AcknowledgeAlert { .. }
        | Intent::SnoozeAlert { .. }
        | Intent::ResolveAlert { .. }
        | Intent::CompleteAlertTask { .. } => {
            &[Role::Approver, Role::SamManager, Role::Procurement, Role::Finance, Role::Legal, Role::Administrator]
        }
        Intent::FoundOrganisation { .. }
        | Intent::SetPassword { .. }
        | Intent::OpenSession { .. }
        | Intent::CloseSession { .. }
        | Intent::IssueToken { .. }
        | Intent::RevokeToken { .. }
        | Intent::Delegate { .. }
        | Intent::EndDelegation { .. }
        | Intent::ReviseCase { .. }
        | Intent::AttachEvidence { .. }
        | Intent::SubmitCase { .. }
        | Intent::WithdrawCase { .. }
        | Intent::AnswerReclaim { .. }
        | Intent::WithdrawPurchase { .. }
        | Intent::CastVote { .. } => &[],
    }
}

/// What a token's scope must allow; `None` is what no token may do.
#[expect(clippy::too_many_lines, reason = "a table, one line for each")]
fn scope_for(intent: &Intent) -> Option<Scope> {
    match intent {
        Intent::ImportInventory { .. } | Intent::ReceiveReports { .. } | Intent::ImportUsage { .. } => {
            Some(Scope::Report)
        }
        Intent::CastVote { .. }
        | Intent::OpenSource { .. }
        | Intent::RenewSourceToken { .. }
        | Intent::IssueToken { .. }
        | Intent::IssueSetUpLink { .. }
        | Intent::SetPassword { .. }
        | Intent::OpenSession { .. }
        | Intent::CloseSession { .. }
        | Intent::Delegate { .. }
        | Intent::SetRoles { .. }
        | Intent::ErasePerson { .. }
        | Intent::AddWitness { .. }
        | Intent::RemoveWitness { .. }
        | Intent::RecordWebhook { .. }
        | Intent::ChangeWebhook { .. }
        | Intent::PauseWebhook { .. }
        | Intent::ResumeWebhook { .. }
        | Intent::RemoveWebhook { .. }
        | Intent::AnswerReclaim { .. }
        | Intent::ApprovePurchase { .. }
        | Intent::RefusePurchase { .. }
        | Intent::SetSpendLimits { .. }
        | Intent::FoundOrganisation { .. } => None,
        Intent::AddPerson { .. }
        | Intent::DeactivatePerson { .. }
        | Intent::ReactivatePerson { .. }
        | Intent::OpenAccount { .. }
        | Intent::RecordAgreement { .. }
        | Intent::AmendAgreement { .. }
        | Intent::PlanRenewal { .. }
        | Intent::AddProduct { .. }
        | Intent::SetProductMetric { .. }
        | Intent::DefineMetric { .. }
        | Intent::DefineSuite { .. }
        | Intent::RecordEntitlement { .. }
        | Intent::RetireEntitlement { .. }
        | Intent::ImportEntitlements { .. }
        | Intent::ImportLeavers { .. }
        | Intent::RememberMapping { .. }
        | Intent::MatchTitle { .. }
        | Intent::UnmatchTitle { .. }
        | Intent::UndoImport { .. }
        | Intent::ChangeSource { .. }
        | Intent::CloseSource { .. }
        | Intent::ApproveDevice { .. }
        | Intent::RejectDevice { .. }
        | Intent::PublishCatalogue { .. }
        | Intent::OpenCase { .. }
        | Intent::Comment { .. }
        | Intent::RevokeGrant { .. }
        | Intent::RevokeToken { .. }
        | Intent::EndDelegation { .. }
        | Intent::ReviseCase { .. }
        | Intent::AttachEvidence { .. }
        | Intent::SubmitCase { .. }
        | Intent::WithdrawCase { .. }
        | Intent::MatchTitles { .. }
        | Intent::AdoptSoftware { .. }
        | Intent::LinkProduct { .. }
        | Intent::LinkFeatures { .. }
        | Intent::SealEstate { .. }
        | Intent::MakeStatement { .. }
        | Intent::AddAlertRules { .. }
        | Intent::ChangeAlertRule { .. }
        | Intent::EndAlertRule { .. }
        | Intent::RecordFindings { .. }
        | Intent::AcknowledgeAlert { .. }
        | Intent::SnoozeAlert { .. }
        | Intent::ResolveAlert { .. }
        | Intent::CompleteAlertTask { .. }
        | Intent::SetPlaybook { .. }
        | Intent::KeepQuiet { .. }
        | Intent::EndQuiet { .. }
        | Intent::AssignProduct { .. }
        | Intent::AssignCategory { .. }
        | Intent::RecordLeavers { .. }
        | Intent::RemoveLeaver { .. }
        | Intent::OpenWave { .. }
        | Intent::AskHolderAgain { .. }
        | Intent::DecideReclaim { .. }
        | Intent::CloseWave { .. }
        | Intent::SetLegalHold { .. }
        | Intent::LiftLegalHold { .. }
        | Intent::RequestPurchase { .. }
        | Intent::OrderPurchase { .. }
        | Intent::ReceivePurchase { .. }
        | Intent::WithdrawPurchase { .. }
        | Intent::SetBudget { .. }
        | Intent::SetSurcharge { .. }
        | Intent::RecordScenario { .. }
        | Intent::ChangeScenario { .. }
        | Intent::RetireScenario { .. } => Some(Scope::Write),
    }
}

/// Whether `actor` may ask for `intent` at all.
pub(crate) fn authorise(state: &State, actor: Actor, intent: &Intent, at: Timestamp) -> Result<(), Refusal> {
    let (person, via) = match (actor, intent) {
        (Actor::Program, Intent::FoundOrganisation { .. }) => return Ok(()),
        // What the program does by itself, day after day, changes nothing that anybody is entitled to: it seals, records
        // what it found, and pauses webhooks whose receivers do not answer.
        (
            Actor::Program,
            Intent::SealEstate { .. }
            | Intent::MakeStatement { .. }
            | Intent::RecordFindings { .. }
            | Intent::PauseWebhook { .. },
        ) if state.organisation.is_some() => return Ok(()),
        // Holders need no account: whoever has the link of an item answers for it, and for nothing else.
        (Actor::Program, Intent::AnswerReclaim { link, .. }) if state.reclaim_links.contains_key(link) => return Ok(()),
        (Actor::Program, Intent::AnswerReclaim { .. }) => {
            let message = "This link does not work. Ask whoever sent it for a new one.".to_owned();
            return Err(Refusal::Gone { message });
        }
        (Actor::Program, _) => return Err(Refusal::NotFounded),
        (Actor::Person(person, via), _) => (person, via),
    };
    let known =
        state.persons.get(&person).ok_or_else(|| Refusal::NotFound { what: "person", number: person.to_string() })?;
    if !known.active {
        return Err(Refusal::Deactivated { person });
    }
    match via {
        Via::Operator => {}
        Via::Session(account) => owns_account(state, person, account)?,
        Via::Link(account) => {
            owns_account(state, person, account)?;
            may_use_link(state, account, intent, at)?;
        }
        Via::Token(token) => may_use_token(state, person, token, intent, at)?,
    }
    let needed = roles_for(intent);
    if needed.is_empty() || needed.iter().any(|role| known.roles.contains(role)) {
        return Ok(());
    }
    Err(Refusal::RoleNeeded { needed: needed.to_vec(), held: known.roles.iter().copied().collect() })
}

/// Whoever acts through an account is its owner: what is recorded under a name comes from that person.
fn owns_account(state: &State, person: PersonId, account: AccountId) -> Result<(), Refusal> {
    if state.accounts.get(&account).is_some_and(|known| known.person == person) {
        return Ok(());
    }
    Err(Refusal::Gone { message: format!("{account} is not an account of {person}.") })
}

/// A one-time link opens the door and nothing else, once, and only while it works.
fn may_use_link(state: &State, account: AccountId, intent: &Intent, at: Timestamp) -> Result<(), Refusal> {
    let works = state.accounts.get(&account).and_then(|known| known.link).is_some_and(|link| at < link.expires_at);
    if !works {
        return Err(Refusal::Gone {
            message: "This link was used already or has ended. Ask for a new one.".to_owned(),
        });
    }
    if let Intent::SetPassword { account: of, .. } | Intent::OpenSession { account: of, .. } = intent
        && *of == account
    {
        return Ok(());
    }
    Err(Refusal::Gone { message: "A link is for signing in; sign in with it first.".to_owned() })
}

fn may_use_token(
    state: &State,
    person: PersonId,
    token: TokenId,
    intent: &Intent,
    at: Timestamp,
) -> Result<(), Refusal> {
    let token = state
        .tokens
        .get(&token)
        .filter(|token| token.person == person && token.works_at(at))
        .ok_or_else(|| Refusal::Gone { message: "This token has ended or was revoked.".to_owned() })?;
    let needed = scope_for(intent).ok_or(Refusal::TokenCannotDecide)?;
    if token.scopes.contains(&needed) || token.scopes.contains(&Scope::Write) {
        return Ok(());
    }
    let allowed: Vec<&str> = token.scopes.iter().map(|scope| scope.name()).collect();
    Err(Refusal::ScopeNeeded { allowed: allowed.join(", "), act: needed.name() })
}
