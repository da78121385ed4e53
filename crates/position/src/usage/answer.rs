//! "May I?" for products whose metric counts usage, from the same numbers as the line.
//!
//! What was in use is in `measured`; how it is set against rights and exceptions is in `line`.

use domain::State;
use domain::entitlement::Quantity;
use domain::grant::end_of_day;
use domain::id::CaseId;
use domain::product::Product;
use jiff::civil::Date;

use super::line::{Giving, Reckoned, reckon};
use crate::base::Base;
use crate::check::{Action, Answer, Facts, Question, Reason, Remedy};
use crate::supply::{Moment, SupplySource};
use crate::working::{Counted, Grouped, list};

/// Whether more of a product may be used whose metric counts usage; `None` where it counts what is installed.
pub(crate) fn answer(state: &State, base: &Base, product: &Product, question: &Question) -> Option<Answer> {
    let moment = Moment::of(state, question.at);
    let held = base.held(state, product.id);
    let reckoned = reckon(state, base, &held, product, &moment)?;
    Some(Answering { state, product, question, reckoned: &reckoned }.answer())
}

struct Answering<'a> {
    state: &'a State,
    product: &'a Product,
    question: &'a Question,
    reckoned: &'a Reckoned<'a>,
}

impl Answering<'_> {
    fn unlimited(&self) -> bool {
        self.reckoned.entitled == Quantity::Unlimited
    }

    /// Units that nothing uses yet, of rights alone or of exceptions too.
    fn free(&self, rights_only: bool) -> u64 {
        let of_kind = self.reckoned.giving.iter().filter(|giving| !rights_only || giving.entitlement.is_some());
        of_kind.fold(0, |sum, giving| sum.saturating_add(giving.units - giving.supply.used))
    }

    /// The units that would be in use beside those that are.
    fn further(&self) -> u64 {
        let asked = self.question.quantity.max(1);
        match self.question.action {
            Action::Deploy | Action::Provision => asked,
            Action::Use => asked.saturating_sub(self.reckoned.consumed()),
        }
    }

    fn missing(&self) -> u64 {
        if self.unlimited() {
            return 0;
        }
        let short = match self.question.action {
            Action::Deploy | Action::Provision => 0,
            Action::Use => self.reckoned.short(),
        };
        self.further().saturating_sub(self.free(false)).saturating_add(short)
    }

    fn answer(&self) -> Answer {
        match self.missing() {
            0 => self.yes(),
            missing => self.no(missing),
        }
    }

    fn yes(&self) -> Answer {
        let name = &self.product.name;
        if self.unlimited() {
            let sentence = format!("Yes: a right to {name} sets no limit.");
            return self.with(true, Reason::Entitled, sentence, self.first_end(true));
        }
        let free = self.free(true);
        if free >= self.further() && self.reckoned.covered(false) == 0 {
            let (free, asked) = (Counted(free, self.product.metric), Grouped(self.further()));
            let sentence = format!("Yes: {free} of {name} free by right, {asked} asked for.");
            return self.with(true, Reason::Entitled, sentence, self.first_end(true));
        }
        let case = |giving: &Giving<'_>| match giving.supply.source {
            SupplySource::Grant(case) => Some(case),
            SupplySource::Entitlement(_) => None,
        };
        let grants: Vec<CaseId> = self.reckoned.giving.iter().filter_map(case).collect();
        let sentence = format!("Yes, by exception: {} covers what rights to {name} do not.", list(grants.iter(), ", "));
        Answer { grants, ..self.with(true, Reason::CoveredByException, sentence, self.first_end(false)) }
    }

    fn no(&self, missing: u64) -> Answer {
        let (reckoned, name) = (self.reckoned, &self.product.name);
        let (reason, sentence) = if reckoned.giving.is_empty() && reckoned.has_ended {
            let reasons = reckoned.left_out.iter().filter_map(|supply| supply.why_not.as_deref());
            (Reason::Expired, format!("No: what there was for {name} has ended. {}", list(reasons, " ")))
        } else if reckoned.giving.is_empty() {
            (Reason::NeedsException, format!("No: there is no right and no exception that covers {name}."))
        } else {
            let covered = match reckoned.short() {
                0 => "all covered".to_owned(),
                short => format!("{} short already", Grouped(short)),
            };
            let used = Counted(reckoned.consumed(), self.product.metric);
            let (free, missing) = (Grouped(self.free(false)), Grouped(missing));
            let sentence = format!("No: {used} of {name} in use and {covered}; {free} free, {missing} missing.");
            (Reason::Exhausted, sentence)
        };
        let remedy = Remedy::RequestException {
            product: self.product.id,
            quantity: missing,
            environment: self.question.environment,
        };
        Answer { remedies: vec![remedy], ..self.with(false, reason, sentence, None) }
    }

    fn first_end(&self, rights_only: bool) -> Option<Date> {
        let of_kind = self.reckoned.giving.iter().filter(|giving| !rights_only || giving.entitlement.is_some());
        of_kind.filter_map(|giving| giving.supply.ends_on).min()
    }

    fn with(&self, decision: bool, reason: Reason, sentence: String, ends: Option<Date>) -> Answer {
        let facts = Facts {
            metric: self.product.metric,
            entitled: self.reckoned.entitled,
            consumed: self.reckoned.consumed(),
            covered_by_grants: self.reckoned.covered(false),
            short: self.reckoned.short(),
            free: (!self.unlimited()).then(|| self.free(false)),
        };
        Answer {
            decision,
            reason,
            sentence,
            facts: Some(facts),
            grants: Vec::new(),
            valid_until: ends.and_then(|day| end_of_day(day, &self.state.zone())),
            remedies: Vec::new(),
        }
    }
}
