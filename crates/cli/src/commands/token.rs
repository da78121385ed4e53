//! `indult token`: API tokens.

use std::process::ExitCode;

use jiff::ToSpan as _;
use serde_json::json;

use super::Asked;
use super::product::said;
use crate::arguments::Token;
use crate::client::escaped;
use crate::exit::Exit;
use crate::print::{self, at, words};

pub async fn run(asked: &Asked, token: Token) -> Result<ExitCode, Exit> {
    match token {
        Token::List => {
            let items = asked.client.list("/v1/tokens").await?;
            let columns = [
                ("TOKEN", "id", false),
                ("FOR", "label", false),
                ("SCOPES", "scopes", false),
                ("UNTIL", "expires_at", false),
                ("STATE", "state", false),
            ];
            print::table(
                asked.output,
                &items,
                &columns,
                "No tokens. Make one with: indult token new LABEL --scope read",
            );
        }
        Token::New { label, scopes, days } => {
            let hours = i64::from(days) * 24;
            let end =
                jiff::Timestamp::now().checked_add(hours.hours()).map_err(|_| Exit::usage("--days is too many."))?;
            let body = json!({ "label": label, "scopes": scopes, "expires_at": end });
            let answer = asked.client.post("/v1/tokens", body).await?;
            if !asked.output.json {
                print::note("This is shown once; keep it where your secrets are.");
            }
            said(asked, &answer, &words(at(&answer, "secret")));
        }
        Token::Revoke { token } => {
            let answer = asked.client.post(&format!("/v1/tokens/{}/revocations", escaped(&token)), json!({})).await?;
            said(asked, &answer, &format!("{token} no longer works."));
        }
    }
    Ok(ExitCode::SUCCESS)
}
