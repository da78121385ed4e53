//! API tokens of the visitor. A token is shown in the answer to the form that made it and nowhere else.

use std::collections::BTreeSet;

use app::identities::Secret;
use axum::http::HeaderMap;
use axum::response::Response;
use domain::command::Intent;
use domain::id::TokenId;
use domain::person::{Scope, Token};
use jiff::{SignedDuration, Timestamp};

use crate::browse::base;
use crate::browse::form::{Form, error, refused};
use crate::browse::visitor::{Visitor, done};
use crate::design::forms::Errors;
use crate::given::At;
use crate::pages::addresses;
use crate::pages::confirmation::{self, ConfirmationPage};
use crate::pages::layout::{Link, Notice, Place};
use crate::pages::tokens::{self, TokenForm, TokenRow, TokenState, TokensPage};
use crate::problem::Problem;

/// How long a token works where nobody chooses: a quarter, so that forgotten ones end.
const DAYS_DEFAULT: &str = "90";

fn row(visitor: &Visitor, token: &Token) -> TokenRow {
    TokenRow {
        token: token.id,
        label: token.label.shown().to_owned(),
        scopes: token.scopes.iter().copied().collect(),
        expires_at: token.expires_at,
        state: if token.revoked {
            TokenState::Revoked
        } else if token.works_at(visitor.now) {
            TokenState::Works
        } else {
            TokenState::Ended
        },
    }
}

fn view(visitor: &Visitor, form: TokenForm, made: Option<(String, String)>) -> TokensPage {
    let own = visitor.state().tokens.values().rev().filter(|token| token.person == visitor.person());
    TokensPage {
        made,
        rows: own.map(|token| row(visitor, token)).collect(),
        form: TokenForm { key: visitor.key(), ..form },
    }
}

fn empty_form() -> TokenForm {
    TokenForm { days: DAYS_DEFAULT.to_owned(), ..TokenForm::default() }
}

/// The tokens.
pub async fn list(visitor: Visitor) -> Result<Response, Problem> {
    Ok(visitor.page(tokens::page(&visitor.frame(), &view(&visitor, empty_form(), None))))
}

/// The chosen scopes.
fn chosen(form: &Form) -> Result<BTreeSet<Scope>, Errors> {
    let unknown = |word: &str| error("scopes", format!("There is no scope \u{201c}{word}\u{201d}. Choose from these."));
    form.all("scopes").iter().map(|word| Scope::from_word(word).ok_or_else(|| unknown(word))).collect()
}

/// When a token made now stops working; `None` is never.
fn end(visitor: &Visitor, days: &str) -> Result<Option<Timestamp>, Errors> {
    let days = match days {
        "" => return Ok(None),
        "30" => 30,
        "90" => 90,
        "365" => 365,
        _ => return Err(error("days", "Choose for how long it works.")),
    };
    Ok(visitor.now.saturating_add(SignedDuration::from_hours(24 * days)).ok())
}

/// A command that shows that a token works, within its scopes.
fn command(visitor: &Visitor, base: &str, token: &str, scopes: &BTreeSet<Scope>) -> String {
    let act = if scopes.contains(&Scope::Read) || scopes.contains(&Scope::Write) {
        "position list".to_owned()
    } else if scopes.contains(&Scope::Check) {
        let product = visitor.state().products.keys().next();
        format!("check use {}", product.map_or_else(|| "PRODUCT".to_owned(), ToString::to_string))
    } else {
        "discover".to_owned()
    };
    let server = if base.is_empty() { "URL" } else { base };
    format!("INDULT_TOKEN={token} indult {act} --server {server}")
}

/// Makes a token and shows it, this once.
pub async fn make(mut visitor: Visitor, headers: HeaderMap, form: Form) -> Result<Response, Problem> {
    let again = |visitor: &Visitor, errors: Errors| {
        let typed = TokenForm {
            label: form.get("label").to_owned(),
            scopes: form.all("scopes"),
            days: form.get("days").to_owned(),
            errors,
            key: String::new(),
        };
        visitor.page_with_errors(tokens::page(&visitor.frame(), &view(visitor, typed, None)))
    };
    let (scopes, expires_at) = match (chosen(&form), end(&visitor, form.get("days"))) {
        (Ok(scopes), Ok(end)) => (scopes, end),
        (Err(errors), _) | (_, Err(errors)) => return Ok(again(&visitor, errors)),
    };
    let repetition = visitor.repetition("tokens", &form);
    let actor = visitor.caller.actor;
    let issued = visitor.app.issue_token_once(actor, form.get("label"), scopes.clone(), expires_at, repetition).await;
    let (secret, receipt) = match issued {
        Ok(issued) => issued,
        Err(failure) => {
            let mut errors = refused(failure, "label")?;
            for error in errors.0.iter_mut().filter(|error| error.field == "expires_at") {
                "days".clone_into(&mut error.field);
            }
            return Ok(again(&visitor, errors));
        }
    };
    visitor.snapshot = receipt.snapshot;
    let mut frame = visitor.frame();
    if secret.is_none() {
        let sentence = "This token was made already and shown then. Revoke it and make another where nobody kept it.";
        frame.notice = Some(Notice { sentence: sentence.to_owned(), link: None });
    }
    let base = base::address(&visitor, &headers);
    let made = secret.map(|Secret(token)| {
        let command = command(&visitor, &base, &token, &scopes);
        (token, command)
    });
    Ok(visitor.page(tokens::page(&frame, &view(&visitor, empty_form(), made))))
}

/// A token of the visitor; nobody sees that others have some.
fn own(visitor: &Visitor, number: TokenId) -> Result<&Token, Problem> {
    let found = visitor.state().tokens.get(&number).filter(|token| token.person == visitor.person());
    found.map(AsRef::as_ref).ok_or_else(|| Problem::none("token", number))
}

fn revocation_view(visitor: &Visitor, number: TokenId, errors: Errors) -> Result<ConfirmationPage, Problem> {
    let token = own(visitor, number)?;
    Ok(ConfirmationPage {
        place: Place::Tokens,
        above: Link::new(addresses::TOKENS, "API tokens"),
        question: format!("Revoke {number}?"),
        sentence: format!("It was made for \u{201c}{}\u{201d}.", token.label.shown()),
        consequences: vec!["Whatever uses it is turned away from then on. It never works again.".to_owned()],
        stays: vec!["What was done with it stays, and the ledger still says that it was this token.".to_owned()],
        effects: Vec::new(),
        asked: None,
        action: addresses::token_revoke(number),
        button: format!("Revoke {number}"),
        key: visitor.key(),
        errors,
    })
}

/// Asks before revoking a token.
pub async fn confirm_revocation(visitor: Visitor, At(number): At<TokenId>) -> Result<Response, Problem> {
    let view = revocation_view(&visitor, number, Errors::default())?;
    Ok(visitor.page(confirmation::page(&visitor.frame(), &view)))
}

/// Revokes a token.
pub async fn revoke(visitor: Visitor, At(number): At<TokenId>, form: Form) -> Result<Response, Problem> {
    own(&visitor, number)?;
    let intent = Intent::RevokeToken { token: number };
    match visitor.carry(&format!("tokens/{number}/revocation"), &form, intent).await {
        Ok(_) => Ok(done(addresses::TOKENS, format!("{number} is revoked."), None)),
        Err(failure) => {
            let view = revocation_view(&visitor, number, refused(failure, "act")?)?;
            Ok(visitor.page_with_errors(confirmation::page(&visitor.frame(), &view)))
        }
    }
}
