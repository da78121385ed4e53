//! `indult purchase`: asking, approving, ordering and receiving.

use std::process::ExitCode;

use serde_json::{Value, json};

use super::Asked;
use super::product::said;
use crate::arguments::Purchase;
use crate::client::escaped;
use crate::exit::Exit;
use crate::print::{self, at, words};

/// An amount as it was typed, such as `EUR:5000`.
pub fn money(given: &str) -> Result<Value, Exit> {
    let (currency, amount) =
        given.split_once(':').ok_or_else(|| Exit::usage("Write the amount with its currency, such as EUR:5000."))?;
    Ok(json!({ "amount": amount.trim(), "currency": currency.trim() }))
}

pub async fn run(asked: &Asked, purchase: Purchase) -> Result<ExitCode, Exit> {
    match purchase {
        Purchase::List { status } => {
            let query = status.map_or_else(String::new, |status| format!("?status={status}"));
            let items = asked.client.list(&format!("/v1/purchases{query}")).await?;
            let columns = [
                ("PURCHASE", "id", false),
                ("PRODUCT", "product", false),
                ("UNITS", "quantity", true),
                ("TOTAL", "total", true),
                ("COST CENTRE", "cost_centre", false),
                ("ASKED BY", "requester.name", false),
                ("STATE", "status", false),
            ];
            print::table(asked.output, &items, &columns, "No purchase stands like this.");
        }
        Purchase::Show { purchase } => show(asked, &purchase).await?,
        Purchase::Ask { product, quantity, price, cost_centre, reason } => {
            let body = json!({
                "product": product, "quantity": quantity, "unit_price": money(&price)?,
                "cost_centre": cost_centre, "reason": reason,
            });
            let answer = asked.client.post("/v1/purchases", body).await?;
            let sentence = format!("{} is asked for. Somebody else approves it.", words(at(&answer, "object")));
            said(asked, &answer, &sentence);
        }
        Purchase::Approve { purchase, reason } => {
            act(asked, &purchase, "approvals", json!({ "reason": reason }), "is approved").await?;
        }
        Purchase::Refuse { purchase, reason } => {
            act(asked, &purchase, "refusals", json!({ "reason": reason }), "is refused").await?;
        }
        Purchase::Order { purchase, reference } => {
            act(asked, &purchase, "orders", json!({ "reference": reference }), "is ordered").await?;
        }
        Purchase::Receive { purchase, quantity, starts_on, ends_on, agreement } => {
            let body =
                json!({ "quantity": quantity, "starts_on": starts_on, "ends_on": ends_on, "agreement": agreement });
            act(asked, &purchase, "receipts", body, "came in and is a right now").await?;
        }
        Purchase::Withdraw { purchase } => {
            act(asked, &purchase, "withdrawals", json!({}), "is taken back").await?;
        }
        Purchase::Limits { limits } if limits.is_empty() => {
            let items = asked.client.list("/v1/spend_limits").await?;
            let columns = [("ROLE", "role", false), ("APPROVES UP TO", "amount", true)];
            print::table(asked.output, &items, &columns, "No spend limits are set, so nobody can approve.");
        }
        Purchase::Limits { limits } => {
            let limit = |given: &String| {
                let wrong = || Exit::usage("Write each limit as ROLE=CURRENCY:AMOUNT, such as approver=EUR:5000.");
                let (role, amount) = given.split_once('=').ok_or_else(wrong)?;
                Ok(json!({ "role": role.replace('-', "_"), "amount": money(amount)? }))
            };
            let limits = limits.iter().map(limit).collect::<Result<Vec<Value>, Exit>>()?;
            let answer = asked.client.post("/v1/spend_limits", json!({ "limits": limits })).await?;
            said(asked, &answer, "The limits are set.");
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn act(asked: &Asked, purchase: &str, act: &str, body: Value, done: &str) -> Result<(), Exit> {
    let answer = asked.client.post(&format!("/v1/purchases/{}/{act}", escaped(purchase)), body).await?;
    said(asked, &answer, &format!("{purchase} {done}."));
    Ok(())
}

async fn show(asked: &Asked, purchase: &str) -> Result<(), Exit> {
    let found = asked.client.get(&format!("/v1/purchases/{}", escaped(purchase))).await?;
    if asked.output.json {
        print::json(&found);
        return Ok(());
    }
    let labels = [
        ("Purchase", "id"),
        ("Product", "product"),
        ("Units", "quantity"),
        ("Price of a unit", "unit_price"),
        ("Total", "total"),
        ("Cost centre", "cost_centre"),
        ("For", "reason"),
        ("Asked by", "requester.name"),
        ("State", "status"),
        ("Approved", "approved.note"),
        ("Refused", "refused.note"),
        ("Order", "ordered.note"),
        ("Became", "received"),
    ];
    print::fields(&found, &labels);
    Ok(())
}
