//! `evolve`: what an event changes in the state. It never refuses, and it never looks inside an erasable text.

use std::sync::Arc;

use imbl::OrdMap;
use jiff::Timestamp;

use crate::agreement::Agreement;
use crate::case::{Case, Comment, Decision, Round, Stage, Vote};
use crate::catalogue::Catalogue;
use crate::command::Actor;
use crate::entitlement::Entitlement;
use crate::event::Event;
use crate::grant::{Grant, Revocation};
use crate::id::{CaseId, ImportId, PersonId};
use crate::import::Import;
use crate::party::Party;
use crate::person::{Account, Delegation, Person, Session, Token};
use crate::product::{Product, TitleMatch};
use crate::state::State;
use crate::text::Text;

/// An event as it was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Its place in the ledger, the first being 0.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// What.
    pub event: Event,
}

/// Changes a value that is shared with older states.
fn change<K: Ord + Clone, V: Clone>(map: &mut OrdMap<K, Arc<V>>, key: &K, change: impl FnOnce(&mut V)) {
    if let Some(value) = map.get_mut(key) {
        change(Arc::make_mut(value));
    }
}

impl State {
    /// The state after `recorded`.
    /// INVARIANT: `recorded` came from `decide` on this state, so that what it names exists.
    pub fn evolve(&mut self, recorded: &Recorded) {
        let stream: Arc<str> = recorded.event.stream().into();
        *self.streams.entry(stream).or_insert(0) += 1;
        self.size = recorded.seq + 1;
        self.last_at = Some(recorded.at);
        let by = recorded.actor.person().unwrap_or(PersonId(0));
        match &recorded.event {
            Event::OrganisationFounded { organisation } => self.organisation = Some(Arc::new(organisation.clone())),
            Event::PersonAdded { .. }
            | Event::RolesSet { .. }
            | Event::PersonDeactivated { .. }
            | Event::PersonReactivated { .. }
            | Event::DataErased { .. } => self.evolve_person(recorded),
            Event::AccountOpened { .. }
            | Event::SetUpLinkIssued { .. }
            | Event::PasswordSet { .. }
            | Event::SessionOpened { .. }
            | Event::SessionClosed { .. }
            | Event::TokenIssued { .. }
            | Event::TokenRevoked { .. }
            | Event::Delegated { .. }
            | Event::DelegationEnded { .. } => self.evolve_access(recorded),
            Event::PartyAdded { .. }
            | Event::AgreementRecorded { .. }
            | Event::AgreementAmended { .. }
            | Event::ProductAdded { .. }
            | Event::ProductMetricSet { .. }
            | Event::TitleMatched { .. }
            | Event::TitleUnmatched { .. }
            | Event::EntitlementRecorded { .. }
            | Event::EntitlementRetired { .. } => self.evolve_software(recorded),
            Event::Imported { import, source, files, brought } => {
                self.last_numbers.import = self.last_numbers.import.max(import.0);
                self.imports.insert(
                    *import,
                    Arc::new(Import {
                        id: *import,
                        source: source.clone(),
                        files: files.clone(),
                        brought: *brought,
                        by,
                        at: recorded.at,
                        recorded_in: recorded.seq,
                        undone: None,
                    }),
                );
            }
            Event::ImportUndone { import } => {
                change(&mut self.imports, import, |known| known.undone = Some((by, recorded.at)));
                self.forget_what_came_with(*import);
            }
            Event::WitnessAdded { witness } => {
                self.witnesses.insert(witness.name.clone(), Arc::new(witness.clone()));
            }
            Event::WitnessRemoved { name } => {
                self.witnesses.remove(name);
            }
            Event::CataloguePublished { digest, categories } => {
                let categories = categories.iter().map(|category| (category.key.clone(), category.clone())).collect();
                self.catalogues
                    .insert(*digest, Arc::new(Catalogue { digest: *digest, published_at: recorded.at, categories }));
                self.catalogue = Some(*digest);
            }
            Event::CaseOpened { case, requester, terms, words } => {
                self.last_numbers.case = self.last_numbers.case.max(case.0);
                self.cases.insert(
                    *case,
                    Arc::new(Case {
                        id: *case,
                        requester: *requester,
                        opened_at: recorded.at,
                        revision: 1,
                        terms: terms.clone(),
                        words: words.clone(),
                        evidence: Vec::new(),
                        stage: Stage::Draft,
                        past_rounds: Vec::new(),
                        terms_voted_on: None,
                        comments: Vec::new(),
                        entries: vec![recorded.seq],
                    }),
                );
            }
            Event::CaseRevised { case, .. }
            | Event::EvidenceAttached { case, .. }
            | Event::CaseSubmitted { case, .. }
            | Event::CommentMade { case, .. }
            | Event::VoteCast { case, .. }
            | Event::CaseReturned { case, .. }
            | Event::CaseWithdrawn { case }
            | Event::CaseDecided { case, .. } => {
                change(&mut self.cases, case, |known| evolve_case(known, recorded, by));
            }
            Event::GrantIssued { case, terms, metric, conditions } => {
                note_entry(&mut self.cases, *case, recorded.seq);
                self.grants.insert(
                    *case,
                    Arc::new(Grant {
                        case: *case,
                        terms: terms.clone(),
                        metric: *metric,
                        conditions: conditions.clone(),
                        granted_at: recorded.at,
                        recorded_in: recorded.seq,
                        revocation: None,
                    }),
                );
            }
            Event::GrantRevoked { case, reason } => {
                note_entry(&mut self.cases, *case, recorded.seq);
                change(&mut self.grants, case, |grant| {
                    grant.revocation = Some(Revocation { by, at: recorded.at, reason: reason.clone() });
                });
            }
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "`evolve` has sorted the events, exhaustively")]
    fn evolve_person(&mut self, recorded: &Recorded) {
        match &recorded.event {
            Event::PersonAdded { person, name, email, roles } => {
                self.last_numbers.person = self.last_numbers.person.max(person.0);
                self.persons.insert(
                    *person,
                    Arc::new(Person {
                        id: *person,
                        name: name.clone(),
                        email: email.clone(),
                        roles: roles.clone(),
                        active: true,
                        entries: vec![recorded.seq],
                    }),
                );
            }
            Event::RolesSet { person, roles } => {
                change(&mut self.persons, person, |known| known.roles.clone_from(roles));
            }
            Event::PersonDeactivated { person } => {
                change(&mut self.persons, person, |known| known.active = false);
                self.end_sessions_of(*person);
            }
            Event::PersonReactivated { person } => change(&mut self.persons, person, |known| known.active = true),
            Event::DataErased { person, .. } => {
                change(&mut self.persons, person, |known| {
                    known.name = Text::Erased;
                    known.email = Text::Erased;
                    known.active = false;
                    known.entries.clear();
                });
                self.end_sessions_of(*person);
                let accounts: Vec<_> = self
                    .accounts
                    .values()
                    .filter(|account| account.person == *person)
                    .map(|account| account.id)
                    .collect();
                for account in accounts {
                    change(&mut self.accounts, &account, |known| {
                        known.login = Text::Erased;
                        known.verifier = known.verifier.as_ref().map(|_| Text::Erased);
                        known.link = None;
                    });
                }
            }
            _ => {}
        }
    }

    fn end_sessions_of(&mut self, person: PersonId) {
        let accounts: Vec<_> =
            self.accounts.values().filter(|account| account.person == person).map(|account| account.id).collect();
        self.forget_sessions(|session| accounts.contains(&session.account));
    }

    fn forget_sessions(&mut self, ended: impl Fn(&Session) -> bool) {
        let gone: Vec<_> =
            self.sessions.iter().filter(|(_, session)| ended(session)).map(|(digest, _)| *digest).collect();
        for digest in gone {
            self.sessions.remove(&digest);
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "`evolve` has sorted the events, exhaustively")]
    fn evolve_access(&mut self, recorded: &Recorded) {
        match &recorded.event {
            Event::AccountOpened { account, person, login } => {
                self.last_numbers.account = self.last_numbers.account.max(account.0);
                change(&mut self.persons, person, |known| known.entries.push(recorded.seq));
                self.accounts.insert(
                    *account,
                    Arc::new(Account {
                        id: *account,
                        person: *person,
                        login: login.clone(),
                        verifier: None,
                        link: None,
                    }),
                );
            }
            Event::SetUpLinkIssued { account, link } => {
                change(&mut self.accounts, account, |known| known.link = Some(*link));
            }
            Event::PasswordSet { account, verifier } => {
                change(&mut self.accounts, account, |known| {
                    known.verifier = Some(verifier.clone());
                    known.link = None;
                });
                if let Some(person) = self.accounts.get(account).map(|known| known.person) {
                    change(&mut self.persons, &person, |known| known.entries.push(recorded.seq));
                }
            }
            Event::SessionOpened { account, digest, expires_at, by_link } => {
                self.forget_sessions(|session| session.expires_at <= recorded.at);
                self.sessions
                    .insert(*digest, Session { account: *account, opened_at: recorded.at, expires_at: *expires_at });
                if *by_link {
                    change(&mut self.accounts, account, |known| known.link = None);
                }
            }
            Event::SessionClosed { digest, .. } => {
                self.sessions.remove(digest);
            }
            Event::TokenIssued { token, person, label, scopes, digest, expires_at } => {
                self.last_numbers.token = self.last_numbers.token.max(token.0);
                self.tokens.insert(
                    *token,
                    Arc::new(Token {
                        id: *token,
                        person: *person,
                        label: label.clone(),
                        scopes: scopes.clone(),
                        digest: *digest,
                        expires_at: *expires_at,
                        revoked: false,
                    }),
                );
            }
            Event::TokenRevoked { token } => change(&mut self.tokens, token, |known| known.revoked = true),
            Event::Delegated { delegation, from, to, starts_on, ends_on } => {
                self.last_numbers.delegation = self.last_numbers.delegation.max(delegation.0);
                self.delegations.insert(
                    *delegation,
                    Arc::new(Delegation {
                        id: *delegation,
                        from: *from,
                        to: *to,
                        starts_on: *starts_on,
                        ends_on: *ends_on,
                        ended: false,
                    }),
                );
            }
            Event::DelegationEnded { delegation } => {
                change(&mut self.delegations, delegation, |known| known.ended = true);
            }
            _ => {}
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "`evolve` has sorted the events, exhaustively")]
    fn evolve_software(&mut self, recorded: &Recorded) {
        match &recorded.event {
            Event::PartyAdded { party, name, import } => {
                self.last_numbers.party = self.last_numbers.party.max(party.0);
                self.parties.insert(*party, Arc::new(Party { id: *party, name: name.clone(), import: *import }));
            }
            Event::AgreementRecorded { agreement, party, terms, import } => {
                self.last_numbers.agreement = self.last_numbers.agreement.max(agreement.0);
                self.agreements.insert(
                    *agreement,
                    Arc::new(Agreement {
                        id: *agreement,
                        party: *party,
                        terms: terms.clone(),
                        revision: 1,
                        import: *import,
                    }),
                );
            }
            Event::AgreementAmended { agreement, terms } => change(&mut self.agreements, agreement, |known| {
                known.terms = terms.clone();
                known.revision += 1;
                known.import = None;
            }),
            Event::ProductAdded { product, name, publisher, metric, import } => {
                self.last_numbers.product = self.last_numbers.product.max(product.0);
                self.products.insert(
                    *product,
                    Arc::new(Product {
                        id: *product,
                        name: name.clone(),
                        publisher: *publisher,
                        metric: *metric,
                        import: *import,
                    }),
                );
            }
            Event::ProductMetricSet { product, metric } => {
                change(&mut self.products, product, |known| known.metric = *metric);
            }
            Event::TitleMatched { title_match, pattern, product } => {
                self.last_numbers.title_match = self.last_numbers.title_match.max(title_match.0);
                self.title_matches.insert(
                    *title_match,
                    Arc::new(TitleMatch { id: *title_match, pattern: pattern.clone(), product: *product }),
                );
            }
            Event::TitleUnmatched { title_match } => {
                self.title_matches.remove(title_match);
            }
            Event::EntitlementRecorded { entitlement, product, right, agreement, purchase_reference, import } => {
                self.last_numbers.entitlement = self.last_numbers.entitlement.max(entitlement.0);
                self.entitlements.insert(
                    *entitlement,
                    Arc::new(Entitlement {
                        id: *entitlement,
                        product: *product,
                        right: right.clone(),
                        agreement: *agreement,
                        purchase_reference: purchase_reference.clone(),
                        import: *import,
                        recorded_in: recorded.seq,
                        retired_on: None,
                    }),
                );
            }
            Event::EntitlementRetired { entitlement, retired_on, .. } => {
                change(&mut self.entitlements, entitlement, |known| known.retired_on = Some(*retired_on));
            }
            _ => {}
        }
    }

    /// Removes what an undone import brought, as far as nothing else has come to depend on it.
    /// Numbers stay used, so that what was removed is never confused with something new.
    fn forget_what_came_with(&mut self, import: ImportId) {
        let entitlements: Vec<_> = self
            .entitlements
            .values()
            .filter(|entitlement| entitlement.import == Some(import))
            .map(|entitlement| entitlement.id)
            .collect();
        for entitlement in entitlements {
            self.entitlements.remove(&entitlement);
        }
        let products: Vec<_> = self
            .products
            .values()
            .filter(|product| product.import == Some(import) && !self.product_is_referred_to(product.id))
            .map(|product| product.id)
            .collect();
        for product in products {
            self.products.remove(&product);
        }
        let agreements: Vec<_> = self
            .agreements
            .values()
            .filter(|agreement| {
                agreement.import == Some(import)
                    && !self.entitlements.values().any(|other| other.agreement == Some(agreement.id))
            })
            .map(|agreement| agreement.id)
            .collect();
        for agreement in agreements {
            self.agreements.remove(&agreement);
        }
        let parties: Vec<_> = self
            .parties
            .values()
            .filter(|party| {
                party.import == Some(import)
                    && !self.agreements.values().any(|agreement| agreement.party == party.id)
                    && !self.products.values().any(|product| product.publisher == Some(party.id))
            })
            .map(|party| party.id)
            .collect();
        for party in parties {
            self.parties.remove(&party);
        }
    }

    /// Whether rights, rules or requests refer to a product.
    pub fn product_is_referred_to(&self, product: crate::id::ProductId) -> bool {
        self.entitlements.values().any(|entitlement| entitlement.product == product)
            || self.title_matches.values().any(|rule| rule.product == Some(product))
            || self.cases.values().any(|case| case.terms.product == product)
    }
}

fn note_entry(cases: &mut OrdMap<CaseId, Arc<Case>>, case: CaseId, seq: u64) {
    change(cases, &case, |known| known.entries.push(seq));
}

/// A vote binds to a round; a change of the case ends the round.
fn end_round(case: &mut Case, next: Stage) {
    if let Stage::Deciding(round) = std::mem::replace(&mut case.stage, next) {
        case.terms_voted_on = Some(case.terms.clone());
        case.past_rounds.push(round);
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "`evolve` has sorted the events, exhaustively")]
fn evolve_case(case: &mut Case, recorded: &Recorded, by: PersonId) {
    case.entries.push(recorded.seq);
    match &recorded.event {
        Event::CaseRevised { revision, terms, words, .. } => {
            end_round(case, Stage::Draft);
            case.revision = *revision;
            case.terms = terms.clone();
            case.words = words.clone();
        }
        Event::EvidenceAttached { revision, evidence, .. } => {
            end_round(case, Stage::Draft);
            case.revision = *revision;
            case.evidence.push(evidence.clone());
        }
        Event::CaseSubmitted { digest, catalogue, .. } => {
            case.stage = Stage::Deciding(Round {
                opened_at: recorded.at,
                digest: *digest,
                catalogue: *catalogue,
                votes: Vec::new(),
            });
        }
        Event::CommentMade { wording, .. } => {
            case.comments.push(Comment { by, at: recorded.at, wording: wording.clone() });
        }
        Event::VoteCast { on_behalf_of, role, ballot, reason, conditions, .. } => {
            if let Stage::Deciding(round) = &mut case.stage {
                let vote = Vote {
                    by,
                    on_behalf_of: *on_behalf_of,
                    role: *role,
                    ballot: *ballot,
                    reason: reason.clone(),
                    conditions: conditions.clone(),
                    at: recorded.at,
                    recorded_in: recorded.seq,
                };
                round.votes.retain(|earlier| earlier.seat_of() != vote.seat_of());
                round.votes.push(vote);
            }
        }
        Event::CaseReturned { reason, .. } => {
            end_round(case, Stage::Returned { by, reason: reason.clone() });
        }
        Event::CaseWithdrawn { .. } => end_round(case, Stage::Withdrawn),
        Event::CaseDecided { outcome, .. } => {
            if let Stage::Deciding(round) = &case.stage {
                case.stage = Stage::Decided(Decision {
                    outcome: *outcome,
                    at: recorded.at,
                    round: round.clone(),
                    recorded_in: recorded.seq,
                });
            }
        }
        _ => {}
    }
}
