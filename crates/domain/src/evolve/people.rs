//! Persons: what changes when they join, change roles, stop, return or are erased.

use std::sync::Arc;

use super::{Recorded, change, given_by};
use crate::event::Event;
use crate::person::Person;
use crate::state::State;
use crate::text::Text;

impl State {
    #[expect(clippy::wildcard_enum_match_arm, reason = "`evolve` has sorted the events, exhaustively")]
    pub(super) fn evolve_person(&mut self, recorded: &Recorded) {
        let given = given_by(recorded);
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
                        given: roles.iter().map(|role| (*role, given)).collect(),
                        active: true,
                        erased: false,
                        entries: vec![recorded.seq],
                    }),
                );
            }
            Event::RolesSet { person, roles } => {
                change(&mut self.persons, person, |known| {
                    if known.roles == *roles {
                        // The same roles again: a second person stands for them.
                        known.given.clear();
                    }
                    known.given.retain(|role, _| roles.contains(role));
                    for role in roles {
                        known.given.entry(*role).or_insert(given);
                    }
                    known.roles.clone_from(roles);
                });
            }
            Event::PersonDeactivated { person } => {
                change(&mut self.persons, person, |known| known.active = false);
                self.end_access_of(*person);
            }
            Event::PersonReactivated { person } => change(&mut self.persons, person, |known| known.active = true),
            Event::DataErased { person, entries, .. } => {
                change(&mut self.persons, person, |known| {
                    known.name = Text::Erased;
                    known.email = Text::Erased;
                    known.active = false;
                    known.erased = true;
                    known.entries.retain(|entry| entries.binary_search(entry).is_err());
                });
                for account in self.end_access_of(*person) {
                    change(&mut self.accounts, &account, |known| {
                        known.login = Text::Erased;
                        known.verifier = known.verifier.as_ref().map(|_| Text::Erased);
                    });
                }
                for token in self.tokens_of(*person) {
                    change(&mut self.tokens, &token, |known| known.label = Text::Erased);
                }
            }
            _ => {}
        }
    }
}
