//! What is looked for: rules, quiet periods, playbooks, who answers for what, and who has left.

use axum::response::Response;
use domain::State;
use domain::alert::{AlertRule, AlertTerms, Phase, PlaybookTask, QuietPeriod, QuietTerms, Trigger, TriggerKind};
use domain::command::Intent;
use domain::id::{AlertRuleId, LeaverId, PersonId, ProductId, QuietPeriodId};
use domain::leaver::Leaver;
use domain::text::Text;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::values::{
    AlertRuleNumber, DateText, InstantText, LeaverNumber, MoneyValue, OwnerGiven, OwnerValue, PersonNumber,
    ProductNumber, ProductRef, QuietPeriodNumber, TriggerWord,
};
use crate::Site;
use crate::caller::Readers;
use crate::given::{Asked, At, Nothing};
use crate::problem::Problem;
use crate::reading::{Page, Paging, Reading};
use crate::writing::{Act, Written};

pub(super) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::default()
        .routes(routes!(list, add))
        .routes(routes!(adopt))
        .routes(routes!(change))
        .routes(routes!(end))
        .routes(routes!(quiet_periods, keep_quiet))
        .routes(routes!(end_quiet))
        .routes(routes!(playbooks))
        .routes(routes!(set_playbook))
        .routes(routes!(accountabilities))
        .routes(routes!(assign_product))
        .routes(routes!(assign_category))
        .routes(routes!(leavers, record_leavers))
        .routes(routes!(remove_leaver))
}

/// What a rule looks for: its kind, and the numbers that the kind asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TriggerValue {
    /// The kind.
    #[schema(value_type = TriggerWord)]
    kind: String,
    /// Units: `short_over`, `surplus_over`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    units: Option<u64>,
    /// An amount in the organisation's currency: `exposure_over`, `surplus_worth`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    amount: Option<MoneyValue>,
    /// Per cent: `use_over`, `coverage_under`, `sudden_growth`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    percent: Option<u32>,
    /// Days: `exception_ends`, `right_ends`, `source_silent`, `coverage_under`, `dormant`, `sudden_growth`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    days: Option<u32>,
    /// Devices: `duplicate_activation`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    devices: Option<u32>,
}

impl From<&Trigger> for TriggerValue {
    fn from(trigger: &Trigger) -> Self {
        let kind = trigger.kind().name().to_owned();
        let value = Self { kind, ..Self::default() };
        match trigger {
            Trigger::ShortOver { units } | Trigger::SurplusOver { units } => Self { units: Some(*units), ..value },
            Trigger::ExposureOver { amount } | Trigger::SurplusWorth { amount } => {
                Self { amount: Some(MoneyValue::from(*amount)), ..value }
            }
            Trigger::UseOver { percent } => Self { percent: Some(*percent), ..value },
            Trigger::CoverageUnder { percent, days } | Trigger::SuddenGrowth { percent, days } => {
                Self { percent: Some(*percent), days: Some(*days), ..value }
            }
            Trigger::ExceptionEnds { days }
            | Trigger::RightEnds { days }
            | Trigger::SourceSilent { days }
            | Trigger::Dormant { days } => Self { days: Some(*days), ..value },
            Trigger::DuplicateActivation { devices } => Self { devices: Some(*devices), ..value },
            Trigger::UseAfterLeaving | Trigger::ExpiredWithUse | Trigger::UnauthorisedDeployment => value,
        }
    }
}

impl TriggerValue {
    fn trigger(&self) -> Result<Trigger, Problem> {
        let missing = |field: &str| {
            let sentence = format!("A rule of the kind {} needs a number here.", self.kind);
            Problem::at(&format!("trigger/{field}"), sentence)
        };
        let units = || self.units.ok_or_else(|| missing("units"));
        let percent = || self.percent.ok_or_else(|| missing("percent"));
        let days = || self.days.ok_or_else(|| missing("days"));
        let amount = || {
            let amount = self.amount.as_ref().ok_or_else(|| missing("amount"))?;
            amount.money().map_err(|sentence| Problem::at("trigger/amount", sentence))
        };
        let kind = TriggerKind::from_word(&self.kind).ok_or_else(|| {
            let kinds: Vec<&str> = TriggerKind::ALL.into_iter().map(TriggerKind::name).collect();
            Problem::at("trigger/kind", format!("Use one of these kinds: {}.", kinds.join(", ")))
        })?;
        let trigger = match kind {
            TriggerKind::ShortOver => Trigger::ShortOver { units: units()? },
            TriggerKind::ExposureOver => Trigger::ExposureOver { amount: amount()? },
            TriggerKind::SurplusOver => Trigger::SurplusOver { units: units()? },
            TriggerKind::SurplusWorth => Trigger::SurplusWorth { amount: amount()? },
            TriggerKind::UseOver => Trigger::UseOver { percent: percent()? },
            TriggerKind::ExceptionEnds => Trigger::ExceptionEnds { days: days()? },
            TriggerKind::RightEnds => Trigger::RightEnds { days: days()? },
            TriggerKind::SourceSilent => Trigger::SourceSilent { days: days()? },
            TriggerKind::CoverageUnder => Trigger::CoverageUnder { percent: percent()?, days: days()? },
            TriggerKind::DuplicateActivation => {
                Trigger::DuplicateActivation { devices: self.devices.ok_or_else(|| missing("devices"))? }
            }
            TriggerKind::Dormant => Trigger::Dormant { days: days()? },
            TriggerKind::UseAfterLeaving => Trigger::UseAfterLeaving,
            TriggerKind::ExpiredWithUse => Trigger::ExpiredWithUse,
            TriggerKind::UnauthorisedDeployment => Trigger::UnauthorisedDeployment,
            TriggerKind::SuddenGrowth => Trigger::SuddenGrowth { percent: percent()?, days: days()? },
        };
        let needed = Self::from(&trigger);
        let too_much = [
            ("units", self.units.is_some() && needed.units.is_none()),
            ("amount", self.amount.is_some() && needed.amount.is_none()),
            ("percent", self.percent.is_some() && needed.percent.is_none()),
            ("days", self.days.is_some() && needed.days.is_none()),
            ("devices", self.devices.is_some() && needed.devices.is_none()),
        ];
        match too_much.into_iter().find(|(_, given)| *given) {
            Some((field, _)) => {
                let sentence = format!("A rule of the kind {} asks for nothing here; leave it out.", self.kind);
                Err(Problem::at(&format!("trigger/{field}"), sentence))
            }
            None => Ok(trigger),
        }
    }
}

/// A rule.
#[derive(Debug, Serialize, ToSchema)]
struct RuleObject {
    /// Number.
    #[schema(value_type = AlertRuleNumber)]
    id: AlertRuleId,
    /// What it looks for.
    trigger: TriggerValue,
    /// The same as half a sentence.
    sentence: String,
    /// The only product that it is about; null is all.
    product: Option<ProductRef>,
    /// Whether it was ended.
    ended: bool,
    /// Since when it is like this.
    #[schema(value_type = InstantText)]
    set_at: Timestamp,
    /// Who set it.
    #[schema(value_type = Option<PersonNumber>)]
    by: Option<PersonId>,
    /// Alerts of it that hold.
    holding: u64,
}

fn rule(state: &State, rule: &AlertRule) -> RuleObject {
    let holding = state.alerts_holding.keys().filter(|(of, _)| *of == rule.id).count();
    RuleObject {
        id: rule.id,
        trigger: TriggerValue::from(&rule.terms.trigger),
        sentence: rule.terms.trigger.sentence(),
        product: rule.terms.product.map(|product| ProductRef::of(state, product)),
        ended: rule.ended,
        set_at: rule.set_at,
        by: rule.by,
        holding: u64::try_from(holding).unwrap_or(u64::MAX),
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PageQuery {
    /// Items of a page, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The page, as the one before named it.
    cursor: Option<String>,
}

/// The rules, those that were ended too.
#[utoipa::path(get, path = "/v1/alert_rules", tag = "alerts", params(PageQuery),
    responses((status = 200, body = Page<RuleObject>)))]
async fn list(reading: Reading, Asked(query): Asked<PageQuery>) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let paging = Paging::of(query.limit, query.cursor.as_deref())?;
    let state = &reading.snapshot.state;
    let rules: Vec<&AlertRule> = state.alert_rules.values().map(AsRef::as_ref).collect();
    Ok(reading.page(&rules, &paging, |known| rule(state, known)))
}

/// A rule to set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewRule {
    /// What it looks for.
    trigger: TriggerValue,
    /// The only product that it is about; absent is all.
    #[schema(value_type = Option<ProductNumber>)]
    product: Option<ProductId>,
}

impl NewRule {
    fn terms(&self) -> Result<AlertTerms, Problem> {
        Ok(AlertTerms { trigger: self.trigger.trigger()?, product: self.product })
    }
}

/// Set a rule.
#[utoipa::path(post, path = "/v1/alert_rules", tag = "alerts", request_body = NewRule,
    responses((status = 200, body = Written)))]
async fn add(act: Act<NewRule>) -> Result<Response, Problem> {
    let (act, new) = act.take();
    act.carry(Intent::AddAlertRules { rules: vec![new.terms()?] }).await
}

/// Set the rules that most organisations begin with; those that are there already stay as they are.
#[utoipa::path(post, path = "/v1/alert_rules/adoptions", tag = "alerts",
    responses((status = 200, body = Written)))]
async fn adopt(act: Act<Nothing>) -> Result<Response, Problem> {
    let (act, Nothing {}) = act.take();
    act.carry(Intent::AddAlertRules { rules: app::alerts::usual_rules().to_vec() }).await
}

/// Change the numbers or the product of a rule.
#[utoipa::path(post, path = "/v1/alert_rules/{rule}/changes", tag = "alerts",
    params(("rule" = AlertRuleNumber, Path)), request_body = NewRule, responses((status = 200, body = Written)))]
async fn change(At(rule): At<AlertRuleId>, act: Act<NewRule>) -> Result<Response, Problem> {
    let (act, new) = act.take();
    act.carry(Intent::ChangeAlertRule { rule, terms: new.terms()? }).await
}

/// End a rule; its alerts are over with the next evaluation.
#[utoipa::path(post, path = "/v1/alert_rules/{rule}/ends", tag = "alerts", params(("rule" = AlertRuleNumber, Path)),
    responses((status = 200, body = Written)))]
async fn end(At(rule): At<AlertRuleId>, act: Act<Nothing>) -> Result<Response, Problem> {
    let (act, Nothing {}) = act.take();
    act.carry(Intent::EndAlertRule { rule }).await
}

/// Days on which no alert is raised.
#[derive(Debug, Serialize, ToSchema)]
struct QuietObject {
    /// Number.
    #[schema(value_type = QuietPeriodNumber)]
    id: QuietPeriodId,
    /// First day.
    #[schema(value_type = DateText)]
    starts_on: Date,
    /// Last day, inclusive.
    #[schema(value_type = DateText)]
    ends_on: Date,
    /// The only product that it is about; null is everything.
    product: Option<ProductRef>,
    /// Why.
    reason: String,
    /// Who.
    #[schema(value_type = Option<PersonNumber>)]
    by: Option<PersonId>,
    /// Whether it was ended early.
    ended: bool,
}

/// The quiet periods, newest first.
#[utoipa::path(get, path = "/v1/quiet_periods", tag = "alerts", params(PageQuery),
    responses((status = 200, body = Page<QuietObject>)))]
async fn quiet_periods(reading: Reading, Asked(query): Asked<PageQuery>) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let paging = Paging::of(query.limit, query.cursor.as_deref())?;
    let state = &reading.snapshot.state;
    let periods: Vec<&QuietPeriod> = state.quiet_periods.values().rev().map(AsRef::as_ref).collect();
    Ok(reading.page(&periods, &paging, |quiet| QuietObject {
        id: quiet.id,
        starts_on: quiet.terms.starts_on,
        ends_on: quiet.terms.ends_on,
        product: quiet.terms.product.map(|product| ProductRef::of(state, product)),
        reason: quiet.reason.shown().to_owned(),
        by: quiet.by,
        ended: quiet.ended,
    }))
}

/// A quiet period to keep.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewQuiet {
    /// First day.
    #[schema(value_type = DateText)]
    starts_on: Date,
    /// Last day, inclusive.
    #[schema(value_type = DateText)]
    ends_on: Date,
    /// The only product that it is about; absent is everything.
    #[schema(value_type = Option<ProductNumber>)]
    product: Option<ProductId>,
    /// Why.
    reason: String,
}

/// Raise no alerts on some days. What still holds afterwards is raised then.
#[utoipa::path(post, path = "/v1/quiet_periods", tag = "alerts", request_body = NewQuiet,
    responses((status = 200, body = Written)))]
async fn keep_quiet(act: Act<NewQuiet>) -> Result<Response, Problem> {
    let (act, NewQuiet { starts_on, ends_on, product, reason }) = act.take();
    let terms = QuietTerms { starts_on, ends_on, product };
    act.carry(Intent::KeepQuiet { terms, reason: Text::from(reason) }).await
}

/// End a quiet period early.
#[utoipa::path(post, path = "/v1/quiet_periods/{quiet}/ends", tag = "alerts",
    params(("quiet" = QuietPeriodNumber, Path)), responses((status = 200, body = Written)))]
async fn end_quiet(At(quiet): At<QuietPeriodId>, act: Act<Nothing>) -> Result<Response, Problem> {
    let (act, Nothing {}) = act.take();
    act.carry(Intent::EndQuiet { quiet }).await
}

/// When a task is due.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum PhaseWord {
    /// Stop it from getting worse.
    Contain,
    /// Put it right.
    Remediate,
    /// Tell those who must know.
    Report,
}

impl From<Phase> for PhaseWord {
    fn from(phase: Phase) -> Self {
        match phase {
            Phase::Contain => Self::Contain,
            Phase::Remediate => Self::Remediate,
            Phase::Report => Self::Report,
        }
    }
}

impl From<PhaseWord> for Phase {
    fn from(word: PhaseWord) -> Self {
        match word {
            PhaseWord::Contain => Self::Contain,
            PhaseWord::Remediate => Self::Remediate,
            PhaseWord::Report => Self::Report,
        }
    }
}

/// A task of a playbook.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PlaybookTaskValue {
    /// When it is due.
    phase: PhaseWord,
    /// What is to be done.
    wording: String,
}

/// The playbook for a kind of alert.
#[derive(Debug, Serialize, ToSchema)]
struct PlaybookObject {
    /// The kind.
    #[schema(value_type = TriggerWord)]
    kind: &'static str,
    /// Whether it is the organisation's own.
    own: bool,
    /// Its tasks, in order.
    tasks: Vec<PlaybookTaskValue>,
}

/// The playbooks in force, one for every kind of alert.
#[utoipa::path(get, path = "/v1/playbooks", tag = "alerts", params(PageQuery),
    responses((status = 200, body = Page<PlaybookObject>)))]
async fn playbooks(reading: Reading, Asked(query): Asked<PageQuery>) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let paging = Paging::of(query.limit, query.cursor.as_deref())?;
    let state = &reading.snapshot.state;
    Ok(reading.page(&TriggerKind::ALL, &paging, |kind| {
        let task = |task: &PlaybookTask| PlaybookTaskValue { phase: task.phase.into(), wording: task.wording.clone() };
        PlaybookObject {
            kind: kind.name(),
            own: state.playbooks.contains_key(kind),
            tasks: app::alerts::playbook_of(state, *kind).iter().map(task).collect(),
        }
    }))
}

/// The tasks of a playbook.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPlaybook {
    /// In order: contain, then remediate, then report.
    tasks: Vec<PlaybookTaskValue>,
}

/// Set the organisation's own playbook for a kind of alert. Alerts that are there keep the tasks they have.
#[utoipa::path(post, path = "/v1/playbooks/{kind}", tag = "alerts", params(("kind" = TriggerWord, Path)),
    request_body = NewPlaybook, responses((status = 200, body = Written)))]
async fn set_playbook(At(kind): At<String>, act: Act<NewPlaybook>) -> Result<Response, Problem> {
    let (act, NewPlaybook { tasks }) = act.take();
    let kind = TriggerKind::from_word(&kind).ok_or_else(|| Problem::none("kind of alert", kind))?;
    let task = |task: PlaybookTaskValue| PlaybookTask { phase: task.phase.into(), wording: task.wording };
    act.carry(Intent::SetPlaybook { kind, tasks: tasks.into_iter().map(task).collect() }).await
}

/// Who answers for a product.
#[derive(Debug, Serialize, ToSchema)]
struct AccountabilityObject {
    /// The product.
    product: ProductRef,
    /// Its category.
    category: Option<String>,
    /// Its own owner; null leaves it to its category.
    own: Option<OwnerValue>,
    /// Who answers: its owner, else the owner of its category, else the SAM managers.
    owner: OwnerValue,
}

/// Who answers for every product.
#[utoipa::path(get, path = "/v1/accountabilities", tag = "alerts", params(PageQuery),
    responses((status = 200, body = Page<AccountabilityObject>)))]
async fn accountabilities(reading: Reading, Asked(query): Asked<PageQuery>) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let paging = Paging::of(query.limit, query.cursor.as_deref())?;
    let state = &reading.snapshot.state;
    let products: Vec<ProductId> = state.products.keys().copied().collect();
    Ok(reading.page(&products, &paging, |product| {
        let known = state.accountabilities.get(product);
        AccountabilityObject {
            product: ProductRef::of(state, *product),
            category: known.and_then(|known| known.category.clone()),
            own: known.and_then(|known| known.owner).map(|owner| OwnerValue::of(state, owner)),
            owner: OwnerValue::of(state, state.owner_of(*product)),
        }
    }))
}

/// Who shall answer for a product.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAccountability {
    /// A person or a role; null or absent leaves it to the category.
    owner: Option<OwnerGiven>,
    /// The category; null or absent is none.
    category: Option<String>,
}

/// Say who answers for a product, and under which category it stands.
#[utoipa::path(post, path = "/v1/products/{product}/accountability", tag = "alerts",
    params(("product" = ProductNumber, Path)), request_body = NewAccountability,
    responses((status = 200, body = Written)))]
async fn assign_product(At(product): At<ProductId>, act: Act<NewAccountability>) -> Result<Response, Problem> {
    let (act, NewAccountability { owner, category }) = act.take();
    let owner = owner.map(OwnerGiven::owner).transpose()?;
    act.carry(Intent::AssignProduct { product, owner, category }).await
}

/// Who shall answer for a category.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCategoryOwner {
    /// The category.
    category: String,
    /// A person or a role; null or absent is nobody.
    owner: Option<OwnerGiven>,
}

/// Say who answers for the products of a category.
#[utoipa::path(post, path = "/v1/product_categories", tag = "alerts", request_body = NewCategoryOwner,
    responses((status = 200, body = Written)))]
async fn assign_category(act: Act<NewCategoryOwner>) -> Result<Response, Problem> {
    let (act, NewCategoryOwner { category, owner }) = act.take();
    let owner = owner.map(OwnerGiven::owner).transpose()?;
    act.carry(Intent::AssignCategory { category, owner }).await
}

/// Somebody who has left.
#[derive(Debug, Serialize, ToSchema)]
struct LeaverObject {
    /// Number.
    #[schema(value_type = LeaverNumber)]
    id: LeaverId,
    /// The name as devices know their users; `[erased]` where it was erased.
    name: String,
    /// The last day.
    #[schema(value_type = DateText)]
    left_on: Date,
    /// The entry that recorded it.
    recorded_in: u64,
}

/// Those who have left, the latest record first.
#[utoipa::path(get, path = "/v1/leavers", tag = "alerts", params(PageQuery),
    responses((status = 200, body = Page<LeaverObject>)))]
async fn leavers(reading: Reading, Asked(query): Asked<PageQuery>) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let paging = Paging::of(query.limit, query.cursor.as_deref())?;
    let leavers: Vec<&Leaver> = reading.snapshot.state.leavers.values().rev().map(AsRef::as_ref).collect();
    Ok(reading.page(&leavers, &paging, |leaver| LeaverObject {
        id: leaver.id,
        name: leaver.name.shown().to_owned(),
        left_on: leaver.left_on,
        recorded_in: leaver.recorded_in,
    }))
}

/// Somebody who has left.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewLeaver {
    /// The name, log-in name or e-mail address, as devices name their users.
    name: String,
    /// The last day.
    #[schema(value_type = DateText)]
    left_on: Date,
}

/// Record who has left.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewLeavers {
    /// Who.
    leavers: Vec<NewLeaver>,
}

/// Record that people have left.
#[utoipa::path(post, path = "/v1/leavers", tag = "alerts", request_body = NewLeavers,
    responses((status = 200, body = Written)))]
async fn record_leavers(act: Act<NewLeavers>) -> Result<Response, Problem> {
    let (act, NewLeavers { leavers }) = act.take();
    let leavers = leavers.into_iter().map(|leaver| (Text::from(leaver.name), leaver.left_on)).collect();
    act.carry(Intent::RecordLeavers { leavers }).await
}

/// Take back that somebody has left; the name is erased.
#[utoipa::path(post, path = "/v1/leavers/{leaver}/removals", tag = "alerts", params(("leaver" = LeaverNumber, Path)),
    responses((status = 200, body = Written)))]
async fn remove_leaver(At(leaver): At<LeaverId>, act: Act<Nothing>) -> Result<Response, Problem> {
    let (act, Nothing {}) = act.take();
    act.carry(Intent::RemoveLeaver { leaver }).await
}
