//! Who decides: no authority over oneself, each person once, and only on what was seen.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use domain::case::{Ballot, CaseTerms, CaseWords, Stage};
use domain::command::{Command, Intent};
use domain::entitlement::Metric;
use domain::event::Event;
use domain::id::{CaseId, PersonId, ProductId};
use domain::person::Role;
use domain::{Recorded, State};

use crate::scenario::check;
use crate::world::World;

/// What most scenarios begin with: `ben` approves, `cyd` finance, `dee` asks.
const PEOPLE: &str = "
ana adds ben approver -> ok, account-opened
ana adds cyd finance -> ok, account-opened
ana adds dee requester -> ok, account-opened
ana adds product \"Vectra\" -> ok
";

fn check_with_people(text: &str) {
    check(&format!("{PEOPLE}{text}"));
}

#[test]
fn a_request_needs_one_person_of_each_role() {
    check_with_people(
        "
        dee opens EXC-1 exceed-entitlement PRD-1 x30 until 2026-12-31 -> ok
        ben approves EXC-1 -> EXC-1 is Draft. Votes are cast while it is being decided.
        dee submits EXC-1 -> ok
        dee submits EXC-1 -> EXC-1 is Deciding. It was submitted already; those who decide can see it.
        EXC-1 waits for -> 1 finance, 1 approver
        ben approves EXC-1 -> ok
        EXC-1 waits for -> 1 finance
        ben approves EXC-1 -> ok
        EXC-1 waits for -> 1 finance
        cyd approves EXC-1 \"Buy by June\" -> ok, case-decided, grant-issued
        EXC-1 is -> Active
        EXC-1 votes -> PER-2 approve as approver; PER-3 approve as finance
        ",
    );
}

#[test]
fn the_requester_and_the_beneficiary_decide_nothing() {
    check_with_people(
        "
        ana gives dee requester, approver, finance -> ok
        ana gives ben approver, finance -> ok
        dee opens EXC-1 one-approver PRD-1 x30 until 2026-12-31 for ben -> ok
        dee submits EXC-1 -> ok
        dee approves EXC-1 -> You asked for EXC-1 yourself, so somebody else decides.
        dee denies EXC-1 -> You asked for EXC-1 yourself, so somebody else decides.
        ben approves EXC-1 -> EXC-1 is for your benefit, so somebody else decides.
        ben as operator approves EXC-1 -> EXC-1 is for your benefit, so somebody else decides.
        cyd approves EXC-1 -> EXC-1 is decided by approver. You are finance.
        ",
    );
}

#[test]
fn a_voter_who_becomes_the_beneficiary_has_no_vote_any_more() {
    check_with_people(
        "
        dee opens EXC-1 exceed-entitlement PRD-1 x30 until 2026-12-31 -> ok
        dee submits EXC-1 -> ok
        ben approves EXC-1 -> ok
        dee revises EXC-1 exceed-entitlement PRD-1 x30 until 2026-12-31 for ben -> ok
        dee submits EXC-1 -> ok
        EXC-1 waits for -> 1 finance, 1 approver
        ben approves EXC-1 -> EXC-1 is for your benefit, so somebody else decides.
        cyd approves EXC-1 -> ok
        EXC-1 is -> Deciding
        ",
    );
}

#[test]
fn a_second_account_is_the_same_person() {
    check_with_people(
        "
        ana gives ben approver, legal -> ok
        ana opens-account ben \"ben.second\" -> ok
        dee opens EXC-1 two-legal PRD-1 x1 until 2026-12-31 -> ok
        dee submits EXC-1 -> ok
        ben approves EXC-1 -> ok
        EXC-1 waits for -> 1 legal
        ben through ACC-5 approves EXC-1 -> ok
        EXC-1 waits for -> 1 legal
        cyd through ACC-5 approves EXC-1 -> ACC-5 is not an account of PER-3.
        ana opens-account dee \"dee.second\" -> ok
        dee through ACC-6 approves EXC-1 -> You asked for EXC-1 yourself, so somebody else decides.
        ",
    );
}

#[test]
fn one_no_ends_a_request_for_good() {
    check_with_people(
        "
        dee opens EXC-1 exceed-entitlement PRD-1 x30 until 2026-12-31 -> ok
        dee submits EXC-1 -> ok
        ben approves EXC-1 -> ok
        cyd denies EXC-1 -> ok, case-decided
        EXC-1 is -> Denied
        ben approves EXC-1 -> EXC-1 is Denied. Votes are cast while it is being decided.
        dee revises EXC-1 one-approver PRD-1 x1 until 2026-12-31 -> EXC-1 is Denied. What is final stays so; open a new request.
        dee attaches EXC-1 \"quote.pdf\" -> EXC-1 is Denied. What is final stays so; open a new request.
        dee submits EXC-1 -> EXC-1 is Denied. What is final stays so; open a new request.
        dee withdraws EXC-1 -> EXC-1 is Denied. What is final stays so; open a new request.
        dee comments on EXC-1 \"A pity.\" -> ok
        ",
    );
}

#[test]
fn what_is_granted_or_withdrawn_stays_so() {
    check_with_people(
        "
        dee opens EXC-1 one-approver PRD-1 x30 until 2026-12-31 -> ok
        dee submits EXC-1 -> ok
        ben approves EXC-1 -> ok, case-decided, grant-issued
        ben denies EXC-1 -> EXC-1 is Approved. Votes are cast while it is being decided.
        dee revises EXC-1 one-approver PRD-1 x300 until 2026-12-31 -> EXC-1 is Approved. What is final stays so; open a new request.
        dee opens EXC-2 one-approver PRD-1 x30 until 2026-12-31 -> ok
        dee withdraws EXC-2 -> ok
        dee submits EXC-2 -> EXC-2 is Withdrawn. What is final stays so; open a new request.
        dee withdraws EXC-2 -> EXC-2 is Withdrawn. What is final stays so; open a new request.
        ",
    );
}

#[test]
fn a_question_sends_a_request_back_and_voids_its_votes() {
    check_with_people(
        "
        dee opens EXC-1 exceed-entitlement PRD-1 x30 until 2026-12-31 -> ok
        dee submits EXC-1 -> ok
        ben approves EXC-1 -> ok
        cyd requests-changes EXC-1 -> ok, case-returned
        EXC-1 is -> Needs information
        ben approves EXC-1 -> EXC-1 is Needs information. Votes are cast while it is being decided.
        dee revises EXC-1 exceed-entitlement PRD-1 x20 until 2026-11-30 -> ok
        dee submits EXC-1 -> ok
        EXC-1 waits for -> 1 finance, 1 approver
        cyd approves EXC-1 -> ok
        ben approves EXC-1 -> ok, case-decided, grant-issued
        ",
    );
}

#[test]
fn a_vote_on_a_changed_request_is_told_what_changed_since_it_was_seen() {
    check_with_people(
        "
        dee opens EXC-1 exceed-entitlement PRD-1 x10 until 2026-12-31 -> ok
        dee submits EXC-1 -> ok
        dee revises EXC-1 exceed-entitlement PRD-1 x20 until 2026-12-31 -> ok
        dee submits EXC-1 -> ok
        dee revises EXC-1 exceed-entitlement PRD-1 x30 until 2026-11-30 in test -> ok
        dee submits EXC-1 -> ok
        ben approves EXC-1 round 1 -> EXC-1 changed after you looked at it: quantity 10 \u{2192} 30, environment everywhere \u{2192} test, until 2026-12-31 \u{2192} 2026-11-30. Look at it again, then vote on what it says now.
        ben approves EXC-1 round 2 -> EXC-1 changed after you looked at it: quantity 20 \u{2192} 30, environment everywhere \u{2192} test, until 2026-12-31 \u{2192} 2026-11-30. Look at it again, then vote on what it says now.
        dee attaches EXC-1 \"quote.pdf\" -> ok
        dee submits EXC-1 -> ok
        ben approves EXC-1 round 3 -> EXC-1 changed after you looked at it: its words or its evidence. Look at it again, then vote on what it says now.
        ben approves EXC-1 round 4 -> ok
        EXC-1 votes -> PER-2 approve as approver
        ",
    );
}

#[test]
fn a_digest_that_was_never_voted_on_is_refused() {
    check_with_people(
        "
        dee opens EXC-1 one-approver PRD-1 x10 until 2026-12-31 -> ok
        dee submits EXC-1 -> ok
        dee opens EXC-2 one-approver PRD-1 x10 until 2026-12-31 -> ok
        ben approves EXC-2 -> EXC-2 is Draft. Votes are cast while it is being decided.
        dee submits EXC-2 -> ok
        ben approves EXC-2 round 7 -> EXC-2 changed after you looked at it: what you looked at was never put to a vote. Look at it again, then vote on what it says now.
        ",
    );
}

#[test]
fn an_abstention_leaves_the_seat_open() {
    check_with_people(
        "
        ana adds eve approver -> ok, account-opened
        dee opens EXC-1 one-approver PRD-1 x30 until 2026-12-31 -> ok
        dee submits EXC-1 -> ok
        ben abstains on EXC-1 -> ok
        EXC-1 waits for -> 1 approver
        eve approves EXC-1 -> ok, case-decided, grant-issued
        EXC-1 votes -> PER-2 abstain as approver; PER-5 approve as approver
        ",
    );
}

#[test]
fn a_later_vote_takes_the_place_of_the_same_persons_earlier_one() {
    check_with_people(
        "
        dee opens EXC-1 exceed-entitlement PRD-1 x30 until 2026-12-31 -> ok
        dee submits EXC-1 -> ok
        ben approves EXC-1 \"Only in test\" -> ok
        ben abstains on EXC-1 -> ok
        EXC-1 waits for -> 1 finance, 1 approver
        cyd approves EXC-1 -> ok
        ben approves EXC-1 -> ok, case-decided, grant-issued
        EXC-1 votes -> PER-3 approve as finance; PER-2 approve as approver
        ",
    );
}

#[test]
fn a_vote_counts_only_while_its_voter_may_still_vote() {
    check_with_people(
        "
        ana adds eve approver -> ok, account-opened
        dee opens EXC-1 exceed-entitlement PRD-1 x30 until 2026-12-31 -> ok
        dee submits EXC-1 -> ok
        ben approves EXC-1 -> ok
        ana gives ben requester -> ok
        EXC-1 waits for -> 1 finance, 1 approver
        cyd approves EXC-1 -> ok
        EXC-1 is -> Deciding
        ben approves EXC-1 -> EXC-1 is decided by finance and approver. You are requester.
        ana deactivates cyd -> ok
        EXC-1 waits for -> 1 finance, 1 approver
        cyd approves EXC-1 -> PER-3 was deactivated and cannot act.
        eve approves EXC-1 -> ok
        EXC-1 waits for -> 1 finance
        # Whose vote counts again has a say again; anybody who votes once more completes it.
        ana reactivates cyd -> ok
        EXC-1 waits for -> nobody
        EXC-1 is -> Deciding
        cyd approves EXC-1 -> ok, case-decided, grant-issued
        ",
    );
}

#[test]
fn a_person_of_two_roles_fills_one_seat_and_moves_when_another_needs_it() {
    check_with_people(
        "
        ana gives ben approver, finance -> ok
        dee opens EXC-1 exceed-entitlement PRD-1 x30 until 2026-12-31 -> ok
        dee submits EXC-1 -> ok
        ben approves EXC-1 -> ok
        EXC-1 votes -> PER-2 approve as finance
        ben approves EXC-1 -> ok
        EXC-1 waits for -> 1 approver
        cyd approves EXC-1 -> ok, case-decided, grant-issued
        EXC-1 votes -> PER-2 approve as approver; PER-3 approve as finance
        ",
    );
}

#[test]
fn a_third_voter_finds_no_seat_for_a_yes_but_is_heard_with_a_no() {
    check_with_people(
        "
        ana adds eve finance -> ok, account-opened
        ana adds fay approver -> ok, account-opened
        dee opens EXC-1 exceed-entitlement PRD-1 x30 until 2026-12-31 -> ok
        dee submits EXC-1 -> ok
        cyd approves EXC-1 -> ok
        eve approves EXC-1 -> Every seat for finance on EXC-1 has a vote already.
        eve denies EXC-1 -> ok, case-decided
        ",
    );
}

#[test]
fn a_delegate_of_an_approver_votes_in_their_place() {
    check_with_people(
        "
        ana adds eve requester -> ok, account-opened
        dee opens EXC-1 exceed-entitlement PRD-1 x30 until 2026-12-31 -> ok
        dee submits EXC-1 -> ok
        eve approves EXC-1 for ben -> PER-2 has not asked you to decide in their place today.
        ben delegates to eve 2026-11-03..2026-11-10 -> ok
        eve approves EXC-1 for ben -> PER-2 has not asked you to decide in their place today.
        clock 2026-11-03T09:00:00Z -> ok
        eve approves EXC-1 -> EXC-1 is decided by finance and approver. You are requester.
        eve approves EXC-1 for ben -> ok
        EXC-1 votes -> PER-5 for PER-2 approve as approver
        EXC-1 waits for -> 1 finance
        eve approves EXC-1 for cyd -> PER-3 has not asked you to decide in their place today.
        cyd delegates to eve 2026-11-03..2026-11-10 -> ok
        eve approves EXC-1 for cyd -> PER-5 fills another seat on EXC-1 in this round already. One person fills one seat.
        cyd approves EXC-1 -> ok, case-decided, grant-issued
        ",
    );
}

#[test]
fn a_principal_votes_over_their_delegate_and_never_the_other_way() {
    check_with_people(
        "
        ana adds eve approver -> ok, account-opened
        ben delegates to eve 2026-11-01..2026-11-10 -> ok
        dee opens EXC-1 exceed-entitlement PRD-1 x30 until 2026-12-31 -> ok
        dee submits EXC-1 -> ok
        eve approves EXC-1 for ben -> ok
        ben approves EXC-1 \"Until June\" -> ok
        EXC-1 votes -> PER-2 approve as approver
        eve approves EXC-1 for ben -> PER-2 has voted on EXC-1 in person, so nobody votes in their place.
        eve denies EXC-1 for ben -> PER-2 has voted on EXC-1 in person, so nobody votes in their place.
        ",
    );
}

#[test]
fn two_delegations_that_cross_make_no_two_persons() {
    check_with_people(
        "
        ana gives ben legal -> ok
        ana gives cyd legal -> ok
        ben delegates to cyd 2026-11-01..2026-11-10 -> ok
        cyd delegates to ben 2026-11-01..2026-11-10 -> ok
        dee opens EXC-1 two-legal PRD-1 x30 until 2026-12-31 -> ok
        dee submits EXC-1 -> ok
        cyd approves EXC-1 for ben -> ok
        ben approves EXC-1 for cyd -> PER-3 fills another seat on EXC-1 in this round already. One person fills one seat.
        cyd approves EXC-1 -> PER-3 fills another seat on EXC-1 in this round already. One person fills one seat.
        EXC-1 waits for -> 1 legal
        ben approves EXC-1 -> ok
        cyd approves EXC-1 -> ok, case-decided, grant-issued
        ",
    );
}

#[test]
fn a_delegation_does_not_reach_over_two_steps() {
    check_with_people(
        "
        ana adds eve requester -> ok, account-opened
        ben delegates to cyd 2026-11-01..2026-11-10 -> ok
        cyd delegates to eve 2026-11-01..2026-11-10 -> ok
        dee opens EXC-1 one-approver PRD-1 x30 until 2026-12-31 -> ok
        dee submits EXC-1 -> ok
        eve approves EXC-1 for ben -> PER-2 has not asked you to decide in their place today.
        eve approves EXC-1 for cyd -> EXC-1 is decided by approver. You are finance.
        ben delegates to ben 2026-11-01..2026-11-10 -> Choose somebody else; a delegation to yourself changes nothing.
        ",
    );
}

#[test]
fn a_delegate_of_a_party_decides_nothing_in_that_round() {
    check_with_people(
        "
        ana gives dee requester, approver -> ok
        dee delegates to ben 2026-11-01..2026-11-02 -> ok
        dee opens EXC-1 one-approver PRD-1 x30 until 2026-12-31 -> ok
        dee submits EXC-1 -> ok
        ben approves EXC-1 -> You stand in for PER-4, who is a party to EXC-1, so somebody else decides.
        ben approves EXC-1 for dee -> You stand in for PER-4, who is a party to EXC-1, so somebody else decides.
        dee ends DEL-1 -> ok
        ben approves EXC-1 -> You stand in for PER-4, who is a party to EXC-1, so somebody else decides.
        clock 2026-11-05T09:00:00Z -> ok
        ben approves EXC-1 -> You stand in for PER-4, who is a party to EXC-1, so somebody else decides.
        # A round that begins after the end of the delegation is another matter.
        dee revises EXC-1 one-approver PRD-1 x29 until 2026-12-31 -> ok
        dee submits EXC-1 -> ok
        ben approves EXC-1 -> ok, case-decided, grant-issued
        ",
    );
}

#[test]
fn a_delegate_of_a_delegate_of_a_party_is_refused_as_well() {
    check_with_people(
        "
        ana adds eve requester -> ok, account-opened
        dee delegates to ben 2026-11-01..2026-11-10 -> ok
        ben delegates to eve 2026-11-01..2026-11-10 -> ok
        dee opens EXC-1 one-approver PRD-1 x30 until 2026-12-31 -> ok
        dee submits EXC-1 -> ok
        eve approves EXC-1 for ben -> PER-2 is a party to EXC-1, so nobody can decide it in their place.
        dee delegates to eve 2026-11-01..2026-11-10 -> ok
        eve approves EXC-1 for ben -> You stand in for PER-4, who is a party to EXC-1, so somebody else decides.
        ",
    );
}

#[test]
fn a_vote_for_somebody_counts_only_while_the_delegation_holds() {
    check_with_people(
        "
        ana adds eve requester -> ok, account-opened
        ben delegates to eve 2026-11-01..2026-11-02 -> ok
        dee opens EXC-1 exceed-entitlement PRD-1 x30 until 2026-12-31 -> ok
        dee submits EXC-1 -> ok
        eve approves EXC-1 for ben -> ok
        EXC-1 waits for -> 1 finance
        clock 2026-11-03T09:00:00Z -> ok
        EXC-1 waits for -> 1 finance, 1 approver
        cyd approves EXC-1 -> ok
        EXC-1 is -> Deciding
        ",
    );
}

#[test]
fn a_deactivated_principal_has_no_delegate() {
    check_with_people(
        "
        ana adds eve requester -> ok, account-opened
        ben delegates to eve 2026-11-01..2026-11-10 -> ok
        dee opens EXC-1 one-approver PRD-1 x30 until 2026-12-31 -> ok
        dee submits EXC-1 -> ok
        ana deactivates ben -> ok
        eve approves EXC-1 for ben -> PER-2 was deactivated and cannot act.
        ",
    );
}

#[test]
fn a_token_cannot_decide() {
    check_with_people(
        "
        ben makes-token write -> ok
        dee opens EXC-1 one-approver PRD-1 x30 until 2026-12-31 -> ok
        dee submits EXC-1 -> ok
        ben through TOK-1 approves EXC-1 -> A person signs in for this; a token cannot decide.
        ben through TOK-1 denies EXC-1 -> A person signs in for this; a token cannot decide.
        ben through TOK-1 delegates to dee 2026-11-01..2026-11-10 -> A person signs in for this; a token cannot decide.
        cyd through TOK-1 comments on EXC-1 \"As somebody else.\" -> This token has ended or was revoked.
        ben through TOK-1 comments on EXC-1 \"Looks well.\" -> ok
        ",
    );
}

#[test]
fn whoever_asks_cannot_make_their_own_judges() {
    check_with_people(
        "
        ana opens EXC-1 one-approver PRD-1 x30 until 2026-12-31 -> ok
        ana adds eve approver -> ok, account-opened
        ana submits EXC-1 -> ok
        eve approves EXC-1 -> PER-1 is a party to EXC-1 and made PER-5 approver after it was begun, so that does not count here. Another administrator can confirm the role.
        ana gives dee requester, approver -> ok
        dee approves EXC-1 -> PER-1 is a party to EXC-1 and made PER-4 approver after it was begun, so that does not count here. Another administrator can confirm the role.
        # A role that was held before and is kept stays as it was.
        ana gives ben approver, finance -> ok
        EXC-1 waits for -> 1 approver
        ana adds zoe administrator -> ok, account-opened
        zoe gives eve approver -> ok
        zoe gives eve approver -> nothing
        eve approves EXC-1 -> ok, case-decided, grant-issued
        ",
    );
}

#[test]
fn a_role_that_was_kept_keeps_its_giver() {
    check_with_people(
        "
        ana opens EXC-1 one-approver PRD-1 x30 until 2026-12-31 -> ok
        ana gives ben approver, finance -> ok
        ana submits EXC-1 -> ok
        ben approves EXC-1 -> ok, case-decided, grant-issued
        ",
    );
}

#[test]
fn whoever_asks_cannot_sign_in_as_their_judge() {
    check_with_people(
        "
        ana adds zoe administrator -> ok, account-opened
        ana opens EXC-1 one-approver PRD-1 x30 until 2026-12-31 -> ok
        ana submits EXC-1 -> ok
        ana issues-link ACC-2 -> ok
        ben by-link ACC-2 signs-in ACC-2 -> ok
        ben approves EXC-1 -> PER-1 is a party to EXC-1 and issued the last sign-in link of your account after it was begun. Ask another administrator for a link and sign in by it, then vote.
        zoe issues-link ACC-2 -> ok
        ben by-link ACC-2 signs-in ACC-2 -> ok
        ben approves EXC-1 -> ok, case-decided, grant-issued
        ",
    );
}

#[test]
fn a_party_is_not_judged_by_rules_of_its_own() {
    check_with_people(
        "
        ana adds eve legal -> ok, account-opened
        ana adds fay finance -> ok, account-opened
        eve publishes 2 one-approver-by finance with easy-way -> ok
        eve opens EXC-1 easy-way PRD-1 x1 until 2026-12-31 -> A party to this request published the rules in force, so it follows the version before, which has no easy-way.
        eve opens EXC-1 one-approver PRD-1 x1 until 2026-12-31 -> ok
        eve submits EXC-1 -> ok
        EXC-1 waits for -> 1 approver
        cyd approves EXC-1 -> EXC-1 is decided by approver. You are finance.
        dee opens EXC-2 one-approver PRD-1 x1 until 2026-12-31 for eve -> ok
        dee submits EXC-2 -> ok
        EXC-2 waits for -> 1 approver
        dee opens EXC-3 one-approver PRD-1 x1 until 2026-12-31 -> ok
        dee submits EXC-3 -> ok
        EXC-3 waits for -> 1 finance
        # A second person stands for the same version.
        eve publishes 2 one-approver-by finance with easy-way -> nothing
        ana adds gus legal -> ok, account-opened
        gus publishes 2 one-approver-by finance with easy-way -> ok
        eve opens EXC-4 easy-way PRD-1 x1 until 2026-12-31 -> ok
        ",
    );
}

#[test]
fn a_round_keeps_the_rules_under_which_it_began() {
    check_with_people(
        "
        ana adds eve legal -> ok, account-opened
        dee opens EXC-1 one-approver PRD-1 x1 until 2026-12-31 -> ok
        dee submits EXC-1 -> ok
        eve publishes 2 without one-approver -> ok
        EXC-1 waits for -> 1 approver
        dee opens EXC-2 one-approver PRD-1 x1 until 2026-12-31 -> Choose a category: exceed-entitlement, two-legal.
        ben requests-changes EXC-1 -> ok, case-returned
        dee submits EXC-1 -> Choose a category: exceed-entitlement, two-legal.
        eve publishes 3 one-approver-by finance -> ok
        dee submits EXC-1 -> ok
        ben approves EXC-1 round 1 -> EXC-1 is decided by finance. You are approver.
        cyd approves EXC-1 round 1 -> EXC-1 changed after you looked at it: the rules by which it is decided. Look at it again, then vote on what it says now.
        cyd approves EXC-1 -> ok, case-decided, grant-issued
        ",
    );
}

#[test]
fn only_the_requester_changes_or_withdraws_a_request() {
    check_with_people(
        "
        dee opens EXC-1 one-approver PRD-1 x1 until 2026-12-31 -> ok
        ben revises EXC-1 one-approver PRD-1 x9 until 2026-12-31 -> Only the requester can do this; EXC-1 was asked for by PER-4.
        ana submits EXC-1 -> Only the requester can do this; EXC-1 was asked for by PER-4.
        ana withdraws EXC-1 -> Only the requester can do this; EXC-1 was asked for by PER-4.
        ben attaches EXC-1 \"mine.pdf\" -> Only the requester can do this; EXC-1 was asked for by PER-4.
        dee attaches EXC-1 \"quote.pdf\" -> ok
        dee attaches EXC-1 \"quote.pdf\" -> This file is attached already.
        dee submits EXC-9 -> There is no request EXC-9.
        ",
    );
}

#[test]
fn a_request_past_its_last_day_is_not_approved() {
    check_with_people(
        "
        dee opens EXC-1 one-approver PRD-1 x1 until 2026-11-05 -> ok
        dee submits EXC-1 -> ok
        clock 2026-11-06T09:00:00Z -> ok
        ben approves EXC-1 -> Until must not be before today, 2026-11-06.
        ben denies EXC-1 -> ok, case-decided
        ",
    );
}

/// A request that waits for `ben` and `cyd`, who look at it at the same time.
fn world_with_two_voters() -> (World, CaseId) {
    let mut world = World::founded("2026-11-02T09:00:00Z", "UTC");
    let ana = world.session_of(PersonId(1));
    for (name, role) in [("ben", Role::Approver), ("cyd", Role::Finance)] {
        let intent = Intent::AddPerson {
            name: name.into(),
            email: format!("{name}@acme.example").into(),
            roles: [role].into(),
            login: Some(name.into()),
        };
        world.carry(ana, intent).unwrap();
    }
    world
        .carry(ana, Intent::AddProduct { name: "Vectra".to_owned(), publisher: None, metric: Metric::Device })
        .unwrap();
    let terms = CaseTerms {
        category: "exceed-entitlement".to_owned(),
        product: ProductId(1),
        quantity: 3,
        environment: None,
        until: "2026-12-31".parse().unwrap(),
        beneficiary: None,
    };
    let words = CaseWords { title: "Three".into(), justification: "We grow.".into(), answers: [].into() };
    world.carry(ana, Intent::OpenCase { terms, words }).unwrap();
    world.carry(ana, Intent::SubmitCase { case: CaseId(1) }).unwrap();
    (world, CaseId(1))
}

fn approval(world: &World, voter: u64) -> Command {
    let Stage::Deciding(round) = &world.state.cases[&CaseId(1)].stage else { panic!("it is not being decided") };
    Command {
        id: format!("vote of {voter}"),
        at: world.now,
        actor: world.session_of(PersonId(voter)),
        intent: Intent::CastVote {
            case: CaseId(1),
            digest: round.digest,
            on_behalf_of: None,
            ballot: Ballot::Approve,
            reason: "Considered.".into(),
            conditions: Vec::new(),
        },
    }
}

fn grants(events: &[Event]) -> usize {
    events.iter().filter(|event| matches!(event, Event::GrantIssued { .. })).count()
}

#[test]
fn two_votes_at_once_count_once_each_and_grant_once() {
    let (world, case) = world_with_two_voters();
    let (ben, cyd) = (approval(&world, 2), approval(&world, 3));
    // Decided on the same state neither completes the request, and neither knows of the other.
    assert_eq!(grants(&domain::decide(&world.state, &ben).unwrap()), 0);
    assert_eq!(grants(&domain::decide(&world.state, &cyd).unwrap()), 0);
    // The sequencer decides the second on the state after the first, in either order.
    for [first, second] in [[&ben, &cyd], [&cyd, &ben]] {
        let mut world = world.clone();
        assert_eq!(grants(&world.carry_command(first.clone()).unwrap()), 0);
        // The same command again, as from a second click: it takes the place of the first.
        assert_eq!(grants(&world.carry_command(first.clone()).unwrap()), 0);
        assert_eq!(grants(&world.carry_command(second.clone()).unwrap()), 1);
        let refusal = world.carry_command(second.clone()).unwrap_err().to_string();
        assert_eq!(refusal, "EXC-1 is Approved. Votes are cast while it is being decided.");
        let Stage::Decided(decision) = &world.state.cases[&case].stage else { panic!("it is decided") };
        assert_eq!(decision.round.votes.len(), 2);
    }
}

#[test]
fn votes_that_were_wrongly_decided_on_one_state_still_grant_nothing_twice() {
    // A sequencer that skipped the second decision would leave the request open, never grant it twice or too early.
    let (world, case) = world_with_two_voters();
    let mut state: State = world.state.clone();
    for command in [approval(&world, 2), approval(&world, 3)] {
        for event in domain::decide(&world.state, &command).unwrap() {
            state.evolve(&Recorded { seq: state.size, at: world.now, actor: command.actor, event });
        }
    }
    assert!(state.grants.is_empty());
    assert!(matches!(state.cases[&case].stage, Stage::Deciding(_)));
}
