//! Rules, quiet periods, who answers for what, and who has left: their pages and forms.

use app::Failure;
use axum::response::Response;
use domain::Decimal;
use domain::accountability::Owner;
use domain::alert::{AlertTerms, QuietTerms, Trigger, TriggerKind};
use domain::command::Intent;
use domain::id::{AlertRuleId, LeaverId, ProductId, QuietPeriodId};
use domain::money::Money;
use domain::person::Role;
use domain::text::Text;
use jiff::civil::Date;

use crate::browse::form::{Form, error, refused};
use crate::browse::products::count;
use crate::browse::visitor::{Visitor, done};
use crate::caller::Readers;
use crate::design::forms::{Choice, Errors};
use crate::given::At;
use crate::pages::addresses;
use crate::pages::alert_rules::{
    self, LeaverItem, LeaversPage, OwnerItem, OwnerPage, OwnersPage, QuietForm, QuietItem, RuleForm, RuleItem,
    RulesPage,
};
use crate::pages::layout::CopyAs;
use crate::problem::Problem;

/// Who keeps rules.
const KEEPERS: [Role; 1] = [Role::SamManager];

fn named(visitor: &Visitor, product: ProductId) -> (ProductId, String) {
    (product, visitor.state().product_name(product))
}

fn rules_view(visitor: &Visitor, form: RuleForm, quiet_form: QuietForm, errors: Errors) -> RulesPage {
    let state = visitor.state();
    let today = state.day(visitor.now);
    let in_force = || state.alert_rules.values().filter(|rule| !rule.ended);
    let missing = app::alerts::usual_rules().iter().filter(|usual| !in_force().any(|rule| rule.terms == **usual));
    RulesPage {
        rules: in_force()
            .map(|rule| RuleItem {
                rule: rule.id,
                kind: rule.terms.trigger.kind(),
                sentence: rule.terms.trigger.sentence(),
                product: rule.terms.product.map(|product| named(visitor, product)),
                holding: count(state.alerts_holding.keys().filter(|(of, _)| *of == rule.id).count()),
            })
            .collect(),
        quiet: state
            .quiet_periods
            .values()
            .filter(|quiet| !quiet.ended && today <= quiet.terms.ends_on)
            .map(|quiet| QuietItem {
                quiet: quiet.id,
                days: (quiet.terms.starts_on, quiet.terms.ends_on),
                product: quiet.terms.product.map(|product| named(visitor, product)),
                reason: quiet.reason.shown().to_owned(),
                who: quiet.by.map_or_else(|| "the program".to_owned(), |person| visitor.name(person)),
            })
            .collect(),
        keeps: visitor.has(&KEEPERS),
        usual_missing: count(missing.count()),
        form,
        quiet_form,
        key: visitor.key(),
        errors,
        copy: CopyAs {
            command: "indult alert rules".to_owned(),
            request: "GET /v1/alert_rules".to_owned(),
            csv: None,
            json: Some("/v1/alert_rules".to_owned()),
        },
    }
}

/// The rules.
pub async fn list(visitor: Visitor) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let view = rules_view(&visitor, RuleForm::default(), QuietForm::default(), Errors::default());
    Ok(visitor.page(alert_rules::page(&visitor.frame(), &view)))
}

/// The product that was typed by number or name; `None` where nothing was.
fn product_typed(visitor: &Visitor, field: &str, typed: &str) -> Result<Option<ProductId>, Errors> {
    if typed.is_empty() {
        return Ok(None);
    }
    let state = visitor.state();
    let by_number = typed.parse().ok().filter(|product| state.products.contains_key(product));
    let found = by_number.or_else(|| state.product_named(typed, None).map(|product| product.id));
    found.map(Some).ok_or_else(|| error(field, format!("No product is called {typed} and none has this number.")))
}

/// What the form of a rule says.
fn terms(visitor: &Visitor, form: &Form) -> Result<AlertTerms, Errors> {
    let kind = TriggerKind::from_word(form.get("kind")).ok_or_else(|| error("kind", "Choose what to look for."))?;
    let number = || form.get("number").parse::<u32>().map_err(|_| error("number", "Enter a whole number."));
    let units = || form.get("number").parse::<u64>().map_err(|_| error("number", "Enter a whole number of units."));
    let days = || form.get("days").parse::<u32>().map_err(|_| error("days", "Enter a number of days."));
    let amount = || {
        let amount =
            form.get("number").parse::<Decimal>().map_err(|_| error("number", "Enter an amount, such as 5000."));
        let organisation = visitor.state().organisation.as_ref();
        let currency = organisation.map(|organisation| organisation.currency);
        let currency = currency.ok_or_else(|| error("number", "There is no organisation yet."));
        Ok::<Money, Errors>(Money { amount: amount?, currency: currency? })
    };
    let trigger = match kind {
        TriggerKind::ShortOver => Trigger::ShortOver { units: units()? },
        TriggerKind::SurplusOver => Trigger::SurplusOver { units: units()? },
        TriggerKind::ExposureOver => Trigger::ExposureOver { amount: amount()? },
        TriggerKind::SurplusWorth => Trigger::SurplusWorth { amount: amount()? },
        TriggerKind::UseOver => Trigger::UseOver { percent: number()? },
        TriggerKind::ExceptionEnds => Trigger::ExceptionEnds { days: days()? },
        TriggerKind::RightEnds => Trigger::RightEnds { days: days()? },
        TriggerKind::SourceSilent => Trigger::SourceSilent { days: days()? },
        TriggerKind::CoverageUnder => Trigger::CoverageUnder { percent: number()?, days: days()? },
        TriggerKind::DuplicateActivation => Trigger::DuplicateActivation { devices: number()? },
        TriggerKind::Dormant => Trigger::Dormant { days: days()? },
        TriggerKind::UseAfterLeaving => Trigger::UseAfterLeaving,
        TriggerKind::ExpiredWithUse => Trigger::ExpiredWithUse,
        TriggerKind::UnauthorisedDeployment => Trigger::UnauthorisedDeployment,
        TriggerKind::SuddenGrowth => Trigger::SuddenGrowth { percent: number()?, days: days()? },
    };
    Ok(AlertTerms { trigger, product: product_typed(visitor, "product", form.get("product"))? })
}

/// A refusal at the fields of the form of a rule, which names all numbers alike.
fn rule_errors(failure: Failure) -> Result<Errors, Problem> {
    let mut errors = refused(failure, "kind")?;
    for error in &mut errors.0 {
        if ["units", "percent", "devices", "amount"].contains(&error.field.as_str()) {
            "number".clone_into(&mut error.field);
        }
        if ["trigger", "rules"].contains(&error.field.as_str()) {
            "kind".clone_into(&mut error.field);
        }
    }
    Ok(errors)
}

/// Sets a rule.
pub async fn add(visitor: Visitor, form: Form) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let errors = match terms(&visitor, &form) {
        Err(errors) => errors,
        Ok(terms) => {
            let intent = Intent::AddAlertRules { rules: vec![terms] };
            match visitor.carry("alerts/rules", &form, intent).await {
                Ok(receipt) if receipt.recorded.is_empty() => {
                    error("kind", "There is a rule that looks for exactly that.")
                }
                Ok(_) => {
                    let sentence = "The rule is set. It is looked for with the next evaluation.";
                    return Ok(done(addresses::ALERT_RULES, sentence, None));
                }
                Err(failure) => rule_errors(failure)?,
            }
        }
    };
    let typed = |name: &str| form.get(name).to_owned();
    let typed =
        RuleForm { kind: typed("kind"), number: typed("number"), days: typed("days"), product: typed("product") };
    let view = rules_view(&visitor, typed, QuietForm::default(), errors);
    Ok(visitor.page_with_errors(alert_rules::page(&visitor.frame(), &view)))
}

/// Adds the usual rules.
pub async fn adopt(visitor: Visitor, form: Form) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let intent = Intent::AddAlertRules { rules: app::alerts::usual_rules().to_vec() };
    let receipt = visitor.carry("alerts/rules/usual", &form, intent).await?;
    let sentence = format!("{} rules are set. They are looked for with the next evaluation.", receipt.recorded.len());
    Ok(done(addresses::ALERT_RULES, sentence, None))
}

/// Ends a rule.
pub async fn end(visitor: Visitor, At(rule): At<AlertRuleId>, form: Form) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    visitor.carry(&addresses::alert_rule_end(rule), &form, Intent::EndAlertRule { rule }).await?;
    Ok(done(addresses::ALERT_RULES, format!("{rule} is ended. Its alerts are over with the next evaluation."), None))
}

/// Keeps quiet on some days.
pub async fn keep_quiet(visitor: Visitor, form: Form) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let day = |field: &str| form.get(field).parse::<Date>().map_err(|_| error(field, "Choose a day."));
    let terms = || {
        let product = product_typed(&visitor, "quiet_product", form.get("quiet_product"))?;
        Ok(QuietTerms { starts_on: day("starts_on")?, ends_on: day("ends_on")?, product })
    };
    let errors = match terms() {
        Err(errors) => errors,
        Ok(terms) => {
            let intent = Intent::KeepQuiet { terms, reason: Text::from(form.words("reason")) };
            match visitor.carry("alerts/quiet", &form, intent).await {
                Ok(_) => return Ok(done(addresses::ALERT_RULES, "Nothing is raised on these days.", None)),
                Err(failure) => refused(failure, "reason")?,
            }
        }
    };
    let typed = |name: &str| form.get(name).to_owned();
    let typed = QuietForm {
        starts_on: typed("starts_on"),
        ends_on: typed("ends_on"),
        quiet_product: typed("quiet_product"),
        reason: form.words("reason"),
    };
    let view = rules_view(&visitor, RuleForm::default(), typed, errors);
    Ok(visitor.page_with_errors(alert_rules::page(&visitor.frame(), &view)))
}

/// Ends a quiet period early.
pub async fn end_quiet(visitor: Visitor, At(quiet): At<QuietPeriodId>, form: Form) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    visitor.carry(&addresses::quiet_end(quiet), &form, Intent::EndQuiet { quiet }).await?;
    Ok(done(addresses::ALERT_RULES, format!("{quiet} is ended."), None))
}

/// Persons and roles that can answer for something.
fn owners_offered(visitor: &Visitor, nobody: &str) -> Vec<Choice> {
    let state = visitor.state();
    let roles = Role::ALL.into_iter().filter(|role| !matches!(role, Role::Requester | Role::Auditor));
    let mut choices = vec![Choice::plain("", nobody)];
    choices.extend(roles.map(|role| Choice::plain(role.name(), format!("Everybody who is {}", role.title()))));
    // Whoever only asks answers for nothing, and a long list helps nobody.
    let acting = state.persons.values().filter(|person| {
        person.active && person.roles.iter().any(|role| !matches!(role, Role::Requester | Role::Auditor))
    });
    choices.extend(acting.map(|person| Choice::plain(person.id.to_string(), state.person_name(person.id))));
    choices
}

fn owner_typed(form: &Form) -> Result<Option<Owner>, Errors> {
    let word = form.get("owner");
    if word.is_empty() {
        return Ok(None);
    }
    let role = Role::ALL.into_iter().find(|role| role.name() == word).map(Owner::Role);
    let owner = role.or_else(|| word.parse().ok().map(Owner::Person));
    owner.map(Some).ok_or_else(|| error("owner", "Choose who answers."))
}

fn owner_word(owner: Owner) -> String {
    match owner {
        Owner::Person(person) => person.to_string(),
        Owner::Role(role) => role.name().to_owned(),
    }
}

fn owners_view(visitor: &Visitor, typed: [String; 2], errors: Errors) -> OwnersPage {
    let state = visitor.state();
    let products: Vec<ProductId> = state.products.keys().copied().collect();
    let paging = visitor.paging(products.len());
    let words = |owner| app::alerts::owner_words(state, owner);
    let item = |product: &ProductId| {
        let known = state.accountabilities.get(product);
        let category = known.and_then(|known| known.category.clone());
        let of_category = category.as_ref().is_some_and(|name| state.category_owners.contains_key(name.as_str()));
        let by = match known.and_then(|known| known.owner) {
            Some(_) => "itself",
            None if of_category => "its category",
            None => "default",
        };
        OwnerItem { product: named(visitor, *product), category, owner: words(state.owner_of(*product)), by }
    };
    OwnersPage {
        items: visitor.part(&products, paging).iter().map(item).collect(),
        paging,
        categories: state.category_owners.iter().map(|(name, owner)| (name.to_string(), words(*owner))).collect(),
        keeps: visitor.has(&KEEPERS),
        typed,
        owners: owners_offered(visitor, "Nobody"),
        key: visitor.key(),
        errors,
        copy: CopyAs {
            command: "indult product owners".to_owned(),
            request: "GET /v1/accountabilities".to_owned(),
            csv: None,
            json: Some("/v1/accountabilities".to_owned()),
        },
    }
}

/// Who answers for what.
pub async fn owners(visitor: Visitor) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let view = owners_view(&visitor, Default::default(), Errors::default());
    Ok(visitor.page(alert_rules::owners_page(&visitor.frame(), &view)))
}

/// Says who answers for a category.
pub async fn assign_category(visitor: Visitor, form: Form) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let errors = match owner_typed(&form) {
        Err(errors) => errors,
        Ok(owner) => {
            let intent = Intent::AssignCategory { category: form.get("category").to_owned(), owner };
            match visitor.carry("alerts/categories", &form, intent).await {
                Ok(_) => return Ok(done(addresses::OWNERS, "It is set who answers for the category.", None)),
                Err(failure) => refused(failure, "category")?,
            }
        }
    };
    let typed = [form.get("category").to_owned(), form.get("owner").to_owned()];
    let view = owners_view(&visitor, typed, errors);
    Ok(visitor.page_with_errors(alert_rules::owners_page(&visitor.frame(), &view)))
}

fn owner_view(visitor: &Visitor, product: ProductId, typed: [String; 2], errors: Errors) -> Result<OwnerPage, Problem> {
    if !visitor.state().products.contains_key(&product) {
        return Err(Problem::none("product", product));
    }
    Ok(OwnerPage {
        product: named(visitor, product),
        typed,
        owners: owners_offered(visitor, "Whoever answers for its category"),
        key: visitor.key(),
        errors,
    })
}

/// The form by which it is said who answers for a product.
pub async fn ask_owner(visitor: Visitor, At(product): At<ProductId>) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let known = visitor.state().accountabilities.get(&product);
    let category = known.and_then(|known| known.category.clone()).unwrap_or_default();
    let owner = known.and_then(|known| known.owner).map(owner_word).unwrap_or_default();
    let view = owner_view(&visitor, product, [category, owner], Errors::default())?;
    Ok(visitor.page(alert_rules::owner_page(&visitor.frame(), &view)))
}

/// Says who answers for a product.
pub async fn assign_product(visitor: Visitor, At(product): At<ProductId>, form: Form) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let errors = match owner_typed(&form) {
        Err(errors) => errors,
        Ok(owner) => {
            let intent = Intent::AssignProduct { product, owner, category: form.some("category") };
            match visitor.carry(&addresses::accountability(product), &form, intent).await {
                Ok(_) => return Ok(done(addresses::OWNERS, format!("It is set who answers for {product}."), None)),
                Err(failure) => refused(failure, "owner")?,
            }
        }
    };
    let typed = [form.get("category").to_owned(), form.get("owner").to_owned()];
    let view = owner_view(&visitor, product, typed, errors)?;
    Ok(visitor.page_with_errors(alert_rules::owner_page(&visitor.frame(), &view)))
}

fn leavers_view(visitor: &Visitor, list: String, rejected: Vec<(u64, String)>, errors: Errors) -> LeaversPage {
    let leavers: Vec<_> = visitor.state().leavers.values().rev().collect();
    let paging = visitor.paging(leavers.len());
    let item = |leaver: &&std::sync::Arc<domain::leaver::Leaver>| LeaverItem {
        leaver: leaver.id,
        name: leaver.name.shown().to_owned(),
        left_on: leaver.left_on,
    };
    LeaversPage {
        items: visitor.part(&leavers, paging).iter().map(item).collect(),
        paging,
        keeps: visitor.has(&KEEPERS),
        list,
        rejected,
        key: visitor.key(),
        errors,
        copy: CopyAs {
            command: "indult leaver list".to_owned(),
            request: "GET /v1/leavers".to_owned(),
            csv: None,
            json: Some("/v1/leavers".to_owned()),
        },
    }
}

/// Those who have left.
pub async fn leavers(visitor: Visitor) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let view = leavers_view(&visitor, String::new(), Vec::new(), Errors::default());
    Ok(visitor.page(alert_rules::leavers_page(&visitor.frame(), &view)))
}

/// Records who has left: all lines of the form, or none where one cannot be used.
pub async fn record_leavers(visitor: Visitor, form: Form) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let text = form.words("list");
    let list = visitor.snapshot.read_leavers(&text);
    let errors = if !list.rejected.is_empty() {
        error("list", "Some lines could not be used; nothing was recorded. They are listed below.")
    } else if list.leavers.is_empty() && list.known > 0 {
        return Ok(done(addresses::LEAVERS, "All of them were recorded already.", None));
    } else {
        let leavers: Vec<(Text, Date)> =
            list.leavers.iter().map(|(name, left_on)| (Text::from(name.as_str()), *left_on)).collect();
        let brought = leavers.len();
        match visitor.carry("alerts/leavers", &form, Intent::RecordLeavers { leavers }).await {
            Ok(_) => return Ok(done(addresses::LEAVERS, format!("{brought} leavers are recorded."), None)),
            Err(failure) => refused(failure, "list")?,
        }
    };
    let view = leavers_view(&visitor, text, list.rejected, errors);
    Ok(visitor.page_with_errors(alert_rules::leavers_page(&visitor.frame(), &view)))
}

/// Takes back that somebody has left.
pub async fn remove_leaver(visitor: Visitor, At(leaver): At<LeaverId>, form: Form) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    visitor.carry(&addresses::leaver_removal(leaver), &form, Intent::RemoveLeaver { leaver }).await?;
    Ok(done(addresses::LEAVERS, format!("{leaver} is taken back, and the name is erased."), None))
}
