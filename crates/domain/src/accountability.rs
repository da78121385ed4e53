//! Accountability: who answers for a product, by itself or by its category.
//!
//! Whoever answers is asked first; what they may do is still a matter of their roles.

use serde::{Deserialize, Serialize};

use crate::id::{PersonId, ProductId};
use crate::person::Role;
use crate::state::State;

/// Who answers for something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// A person.
    Person(PersonId),
    /// Everybody of a role.
    Role(Role),
}

/// What a product is accounted for under.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Accountability {
    /// Who answers for it; `None` leaves it to its category.
    pub owner: Option<Owner>,
    /// Its category, such as `engineering`.
    pub category: Option<String>,
}

impl State {
    /// Who answers for a product: its owner, else the owner of its category, else the SAM managers.
    pub fn owner_of(&self, product: ProductId) -> Owner {
        let known = self.accountabilities.get(&product);
        let of_category = || {
            let category = known?.category.as_ref()?;
            self.category_owners.get(category.as_str()).copied()
        };
        known.and_then(|known| known.owner).or_else(of_category).unwrap_or(Owner::Role(Role::SamManager))
    }

    /// Whether `person` is the owner, or one of them. A person who may no longer act owns nothing.
    pub fn is_owner(&self, person: PersonId, owner: Owner) -> bool {
        self.persons.get(&person).is_some_and(|known| {
            known.active
                && match owner {
                    Owner::Person(owner) => owner == person,
                    Owner::Role(role) => known.roles.contains(&role),
                }
        })
    }
}
