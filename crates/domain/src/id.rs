//! Identifiers: one type for each numbered kind, its spoken form (`EXC-142`) and its parser.
//!
//! Numbers are given by `decide` from the state's own counters, so that replay needs no randomness.
//! What a number refers to is not known here.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A text that is no id of the kind that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\u{201c}{given}\u{201d} is not {article} number; it looks like {prefix}-7")]
pub struct NotAnId {
    given: String,
    article: &'static str,
    prefix: &'static str,
}

macro_rules! numbered {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $article:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u64);

        impl $name {
            /// What stands before the dash.
            pub const PREFIX: &'static str = $prefix;

            /// Reads the number in the one form in which it is printed; files and entries know no other.
            pub fn from_exact(text: &str) -> Option<Self> {
                let digits = text.strip_prefix(concat!($prefix, "-"))?;
                if digits.is_empty() || digits.len() > 15 || digits.starts_with('0') {
                    return None;
                }
                digits.bytes().try_fold(0, |number: u64, digit| {
                    digit.is_ascii_digit().then(|| number * 10 + u64::from(digit - b'0'))
                }).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "-{}"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            /// Accepts `EXC-142` in any letter case; nothing else, so that an id of another kind never passes.
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                let refused = || NotAnId {
                    given: text.chars().take(40).collect(),
                    article: $article,
                    prefix: $prefix,
                };
                let (prefix, number) = text.trim().split_once('-').ok_or_else(refused)?;
                let plain = !number.is_empty()
                    && number.len() <= 15
                    && number.bytes().all(|b| b.is_ascii_digit())
                    && !number.starts_with('0');
                if !prefix.eq_ignore_ascii_case($prefix) || !plain {
                    return Err(refused());
                }
                number.parse().map(Self).map_err(|_| refused())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::exact::from_str(deserializer, Self::from_exact, concat!("a number such as ", $prefix, "-7"))
            }
        }
    };
}

numbered!(/** A person, whatever accounts they hold. */ PersonId, "PER", "a person");
numbered!(/** A way to sign in; belongs to one person. */ AccountId, "ACC", "an account");
numbered!(/** An API token. */ TokenId, "TOK", "a token");
numbered!(/** A vendor or a customer. */ PartyId, "PTY", "a party");
numbered!(/** An agreement with a party. */ AgreementId, "AGR", "an agreement");
numbered!(/** A product that can be licensed. */ ProductId, "PRD", "a product");
numbered!(/** A right to use a product. */ EntitlementId, "ENT", "an entitlement");
numbered!(/** One import of one or more files. */ ImportId, "IMP", "an import");
numbered!(/** A request and, once granted, the exception of the same number. */ CaseId, "EXC", "an exception");
numbered!(/** A delegation of somebody's decisions. */ DelegationId, "DEL", "a delegation");
numbered!(/** A source whose inventory agents report by themselves. */ SourceId, "SRC", "an agent source");
numbered!(/** A metric that the organisation defined. */ MetricId, "MET", "a metric");
numbered!(/** A rule that recognises raw titles. */ TitleMatchId, "MAT", "a title match");
numbered!(/** A statement of the position on a sealed day. */ StatementId, "STM", "a statement");
numbered!(/** A rule by which alerts are raised. */ AlertRuleId, "RUL", "an alert rule");
numbered!(/** An alert. */ AlertId, "ALT", "an alert");
numbered!(/** Days on which no alert is raised. */ QuietPeriodId, "QUI", "a quiet period");
numbered!(/** A purchase. */ PurchaseId, "BUY", "a purchase");
numbered!(/** A budget. */ BudgetId, "BUD", "a budget");
numbered!(/** A reclaim wave. */ WaveId, "WAV", "a reclaim wave");
numbered!(/** A legal hold. */ LegalHoldId, "HLD", "a legal hold");
numbered!(/** Somebody who has left. */ LeaverId, "LVR", "a leaver");
numbered!(/** A scenario. */ ScenarioId, "SCN", "a scenario");
numbered!(/** A webhook. */ WebhookId, "WHK", "a webhook");

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn an_id_reads_back_what_it_prints_and_nothing_else() {
        assert_eq!("EXC-142".parse::<CaseId>().unwrap(), CaseId(142));
        assert_eq!("exc-7".parse::<CaseId>().unwrap().to_string(), "EXC-7");
        for wrong in ["", "EXC", "EXC-", "EXC-0", "EXC-07", "EXC--1", "PRD-1", "EXC-1 2", "EXC-9999999999999999"] {
            assert!(wrong.parse::<CaseId>().is_err(), "{wrong}");
        }
    }
}
