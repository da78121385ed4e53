//! Values that many answers share: references with names, money, quantities; and the schemas of numbers and words.
//!
//! The words themselves come from `domain`, so that the described API cannot differ from the real one.

use std::borrow::Cow;

use domain::State;
use domain::accountability::Owner;
use domain::alert::{AlertStatus, TriggerKind};
use domain::case::{Ballot, CaseStatus, Outcome};
use domain::digest::Digest;
use domain::entitlement::{Metric, Quantity};
use domain::grant::GrantStatus;
use domain::id::{PersonId, ProductId};
use domain::money::{Currency, Money};
use domain::observation::Environment;
use domain::person::{Role, Scope};
use domain::webhook::ToldKind;
use domain::{Decimal, Recorded};
use serde::de::{Error as _, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, OneOfBuilder, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::problem::Problem;

/// A type that only describes: its schema is a text with a pattern, a format or a list of words.
macro_rules! described {
    ($(#[$doc:meta])* $name:ident, $build:expr) => {
        $(#[$doc])*
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let build: fn(ObjectBuilder) -> ObjectBuilder = $build;
                build(ObjectBuilder::new().schema_type(Type::String)).into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($name))
            }
        }
    };
}

macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident $prefix:literal;)*) => {
        $(described!($(#[$doc])* $name, |text| {
            text.pattern(Some(concat!("^", $prefix, "-[1-9][0-9]{0,14}$"))).examples([concat!($prefix, "-7")])
        });)*
    };
}

numbers! {
    /// A person's number.
    PersonNumber "PER";
    /// An account's number.
    AccountNumber "ACC";
    /// A token's number.
    TokenNumber "TOK";
    /// A party's number.
    PartyNumber "PTY";
    /// An agreement's number.
    AgreementNumber "AGR";
    /// A product's number.
    ProductNumber "PRD";
    /// An entitlement's number.
    EntitlementNumber "ENT";
    /// An import's number.
    ImportNumber "IMP";
    /// The number of a request and of the exception that it led to.
    CaseNumber "EXC";
    /// A delegation's number.
    DelegationNumber "DEL";
    /// An agent source's number.
    SourceNumber "SRC";
    /// A title match's number.
    TitleMatchNumber "MAT";
    /// The number of a metric of the organisation's own.
    MetricNumber "MET";
    /// A statement's number.
    StatementNumber "STM";
    /// An alert's number.
    AlertNumber "ALT";
    /// The number of a rule by which alerts are raised.
    AlertRuleNumber "RUL";
    /// A quiet period's number.
    QuietPeriodNumber "QUI";
    /// A leaver's number.
    LeaverNumber "LVR";
    /// A purchase's number.
    PurchaseNumber "BUY";
    /// A budget's number.
    BudgetNumber "BUD";
    /// A reclaim wave's number.
    WaveNumber "WAV";
    /// A legal hold's number.
    LegalHoldNumber "HLD";
    /// A scenario's number.
    ScenarioNumber "SCN";
    /// A webhook's number.
    WebhookNumber "WHK";
}

described!(
    /// What the ledger calls a device of an agent source.
    DeviceMarkText,
    |text| text.pattern(Some("^[0-9a-f]{32}$")).examples(["0f6e2d4c8b1a397550c3d2e1f4a5b697"])
);
described!(
    /// What a person may do.
    RoleWord,
    |text| text.enum_values(Some(Role::ALL.map(Role::name)))
);
described!(
    /// What a token may be used for.
    ScopeWord,
    |text| text.enum_values(Some(Scope::ALL.map(Scope::name)))
);
described!(
    /// Something that webhooks are told.
    ToldKindWord,
    |text| text.enum_values(Some(ToldKind::ALL.iter().map(|kind| kind.name())))
);
described!(
    /// What one unit licenses.
    MetricWord,
    |text| {
        let names = Metric::all().map(|metric| metric.name().into_owned()).collect::<Vec<_>>().join("|");
        text.pattern(Some(format!("^({names}|MET-[1-9][0-9]{{0,14}})$"))).examples(["device", "core", "MET-3"])
    }
);
described!(
    /// Where a device serves.
    EnvironmentWord,
    |text| text.enum_values(Some(Environment::ALL.map(Environment::name)))
);
described!(
    /// Where a request stands.
    CaseStatusWord,
    |text| text.enum_values(Some(CaseStatus::ALL.map(CaseStatus::name)))
);
described!(
    /// How an exception stands.
    GrantStatusWord,
    |text| text.enum_values(Some(GRANT_STATUSES.map(GrantStatus::name)))
);
described!(
    /// What a vote says.
    BallotWord,
    |text| text.enum_values(Some(BALLOTS.map(Ballot::name)))
);
described!(
    /// How a request was decided.
    OutcomeWord,
    |text| text.enum_values(Some(["approved", "approved_with_conditions", "denied"]))
);
described!(
    /// A calendar day of the organisation; where it ends something, it is the last day, inclusive.
    DateText,
    |text| text.format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)))
);
described!(
    /// An instant, RFC 3339 in UTC.
    InstantText,
    |text| text.format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
);
described!(
    /// A SHA-256 digest in lower-case hexadecimal.
    DigestText,
    |text| text.pattern(Some("^[0-9a-f]{64}$"))
);
described!(
    /// An ISO 4217 code.
    CurrencyText,
    |text| text.pattern(Some("^[A-Z]{3}$")).examples(["EUR"])
);

described!(
    /// How an alert stands.
    AlertStatusWord,
    |text| text.enum_values(Some(AlertStatus::ALL.map(AlertStatus::name)))
);
described!(
    /// What a rule looks for.
    TriggerWord,
    |text| text.enum_values(Some(TriggerKind::ALL.map(TriggerKind::name)))
);

/// Every ballot.
const BALLOTS: [Ballot; 4] = [Ballot::Approve, Ballot::Deny, Ballot::Abstain, Ballot::RequestChanges];
/// Every status of an exception.
pub const GRANT_STATUSES: [GrantStatus; 4] =
    [GrantStatus::NotYet, GrantStatus::Active, GrantStatus::Expired, GrantStatus::Revoked];

/// The name of an outcome in files and addresses.
pub fn outcome_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Approved => "approved",
        Outcome::ApprovedWithConditions => "approved_with_conditions",
        Outcome::Denied => "denied",
    }
}

/// A person, with the name as shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PersonRef {
    /// Number.
    #[schema(value_type = PersonNumber)]
    pub id: PersonId,
    /// Name; the number where it was erased.
    pub name: String,
}

impl PersonRef {
    /// The person of this number.
    pub fn of(state: &State, id: PersonId) -> Self {
        Self { id, name: state.person_name(id) }
    }
}

/// A product, with its name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProductRef {
    /// Number.
    #[schema(value_type = ProductNumber)]
    pub id: ProductId,
    /// Name; the number where the product went with an import that was undone.
    pub name: String,
}

impl ProductRef {
    /// The product of this number.
    pub fn of(state: &State, id: ProductId) -> Self {
        let name = state.products.get(&id).map_or_else(|| id.to_string(), |product| product.name.clone());
        Self { id, name }
    }
}

/// Who answers for something: a person, or everybody of a role.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OwnerValue {
    /// The person.
    pub person: Option<PersonRef>,
    /// The role.
    #[schema(value_type = Option<RoleWord>)]
    pub role: Option<&'static str>,
}

impl OwnerValue {
    /// This owner.
    pub fn of(state: &State, owner: Owner) -> Self {
        match owner {
            Owner::Person(person) => Self { person: Some(PersonRef::of(state, person)), role: None },
            Owner::Role(role) => Self { person: None, role: Some(role.name()) },
        }
    }
}

/// Who shall answer for something: one of the two.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnerGiven {
    /// A person.
    #[schema(value_type = Option<PersonNumber>)]
    pub person: Option<PersonId>,
    /// Everybody of a role.
    #[schema(value_type = Option<RoleWord>)]
    pub role: Option<String>,
}

impl OwnerGiven {
    /// The owner that was given.
    pub fn owner(self) -> Result<Owner, Problem> {
        match (self.person, self.role) {
            (Some(person), None) => Ok(Owner::Person(person)),
            (None, Some(word)) => {
                let role = Role::ALL.into_iter().find(|role| role.name() == word).map(Owner::Role);
                let roles = || Role::ALL.map(Role::name).join(", ");
                role.ok_or_else(|| Problem::at("owner/role", format!("Use one of these roles: {}.", roles())))
            }
            (Some(_), Some(_)) | (None, None) => Err(Problem::at("owner", "Name a person or a role, one of the two.")),
        }
    }
}

/// Why something is done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonGiven {
    /// Why.
    pub reason: String,
}

/// An amount of money: a decimal as text, exact, and its currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoneyValue {
    /// Major units, with at least two decimals.
    #[schema(example = "345.00", pattern = "^-?[0-9]{1,20}(\\.[0-9]{1,8})?$")]
    pub amount: String,
    /// The currency.
    #[schema(value_type = CurrencyText)]
    pub currency: Currency,
}

/// Digits before the point that an amount may have; sums of a million of them still fit.
const AMOUNT_DIGITS_MAX: usize = 15;
/// Digits after the point.
const AMOUNT_DECIMALS_MAX: usize = 8;

impl MoneyValue {
    /// The amount as a number.
    pub fn money(&self) -> Result<Money, String> {
        let wrong = || {
            "Write the amount in digits with a point, such as \"345.00\"; at most 15 digits before it and 8 after it."
                .to_owned()
        };
        let digits = |text: &str, most: usize| {
            !text.is_empty() && text.len() <= most && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        let unsigned = self.amount.strip_prefix('-').unwrap_or(&self.amount);
        let plain = match unsigned.split_once('.') {
            None => digits(unsigned, AMOUNT_DIGITS_MAX),
            Some((whole, decimals)) => digits(whole, AMOUNT_DIGITS_MAX) && digits(decimals, AMOUNT_DECIMALS_MAX),
        };
        let amount: Decimal = self.amount.parse().map_err(|_| wrong())?;
        if plain { Ok(Money { amount, currency: self.currency }) } else { Err(wrong()) }
    }
}

impl From<Money> for MoneyValue {
    fn from(money: Money) -> Self {
        let amount = money.amount.normalize();
        let amount = if amount.scale() < 2 { format!("{amount:.2}") } else { amount.to_string() };
        Self { amount, currency: money.currency }
    }
}

/// So many units, or `"unlimited"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuantityValue(pub Quantity);

const UNLIMITED: &str = "unlimited";

impl Serialize for QuantityValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Quantity::Units(units) => serializer.serialize_u64(units),
            Quantity::Unlimited => serializer.serialize_str(UNLIMITED),
        }
    }
}

impl<'de> Deserialize<'de> for QuantityValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Units;
        impl Visitor<'_> for Units {
            type Value = QuantityValue;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a whole number or the text \"unlimited\"")
            }

            fn visit_u64<E: serde::de::Error>(self, units: u64) -> Result<QuantityValue, E> {
                Ok(QuantityValue(Quantity::Units(units)))
            }

            fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<QuantityValue, E> {
                if word == UNLIMITED {
                    return Ok(QuantityValue(Quantity::Unlimited));
                }
                Err(E::custom("Write a whole number, or \"unlimited\"."))
            }
        }
        deserializer.deserialize_any(Units)
    }
}

impl PartialSchema for QuantityValue {
    fn schema() -> RefOr<Schema> {
        OneOfBuilder::new()
            .item(ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0)))
            .item(ObjectBuilder::new().schema_type(Type::String).enum_values(Some([UNLIMITED])))
            .into()
    }
}

impl ToSchema for QuantityValue {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Quantity")
    }
}

/// Reads a role by its name in files, and says which there are.
pub fn roles<'de, D: Deserializer<'de>>(deserializer: D) -> Result<std::collections::BTreeSet<Role>, D::Error> {
    let words = Vec::<String>::deserialize(deserializer)?;
    words
        .iter()
        .map(|word| {
            Role::ALL.into_iter().find(|role| role.name() == word).ok_or_else(|| {
                D::Error::custom(format!(
                    "\u{201c}{word}\u{201d} is not a role; use some of: {}.",
                    Role::ALL.map(Role::name).join(", ")
                ))
            })
        })
        .collect()
}

/// The digest that a text in a path or body names.
pub fn digest_of(text: &str) -> Option<Digest> {
    text.parse().ok()
}

/// The actor of an entry in words: `PER-3`, `PER-3 by the operator`, `the program`.
pub fn actor_words(recorded: &Recorded) -> String {
    use domain::command::{Actor, Via};
    match recorded.actor {
        Actor::Program => "the program".to_owned(),
        Actor::Person(person, Via::Operator) => format!("the operator for {person}"),
        Actor::Person(person, _) => person.to_string(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn money_is_written_with_two_decimals_or_as_many_as_it_has() {
        let written = |text: &str| {
            let money = Money { amount: text.parse().unwrap(), currency: "EUR".parse().unwrap() };
            MoneyValue::from(money).amount
        };
        assert_eq!(
            ["345", "345.5", "0.005", "1.10000", "-2"].map(written),
            ["345.00", "345.50", "0.005", "1.10", "-2.00"]
        );
    }

    #[test]
    fn an_amount_is_plain_digits() {
        let read = |text: &str| {
            MoneyValue { amount: text.to_owned(), currency: "EUR".parse().unwrap() }.money().map(|money| money.amount)
        };
        assert_eq!(read("345.00").unwrap(), "345.00".parse().unwrap());
        for wrong in ["", "1e5", "1_000", "1,5", ".5", "5.", "0x1", "1234567890123456", "+1", "1.123456789"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_quantity_is_a_number_or_the_one_word() {
        assert_eq!(serde_json::from_str::<QuantityValue>("5").unwrap().0, Quantity::Units(5));
        assert_eq!(serde_json::from_str::<QuantityValue>("\"unlimited\"").unwrap().0, Quantity::Unlimited);
        for wrong in ["-1", "1.5", "\"5\"", "null", "true"] {
            assert!(serde_json::from_str::<QuantityValue>(wrong).is_err(), "{wrong}");
        }
    }
}
