//! `indult exception`: exceptions in force and ended.

use std::process::ExitCode;

use serde_json::json;

use super::Asked;
use super::position::past;
use super::product::said;
use crate::arguments::Exception;
use crate::client::escaped;
use crate::exit::Exit;
use crate::print::{self, at, words};

pub async fn run(asked: &Asked, exception: Exception) -> Result<ExitCode, Exit> {
    match exception {
        Exception::List { status, on } => {
            let query = status.map_or_else(String::new, |status| format!("status={}", escaped(&status)));
            let past = past(asked, &on, '&').await?;
            let items = asked.client.list(&format!("/v1/exceptions?{query}{past}")).await?;
            let columns = [
                ("EXCEPTION", "id", false),
                ("STATUS", "status", false),
                ("PRODUCT", "product", false),
                ("GRANTED", "quantity", true),
                ("USED", "used", true),
                ("UNTIL", "until", false),
                ("TITLE", "title", false),
            ];
            print::table(asked.output, &items, &columns, "No exceptions. Ask for one with: indult case new FILE");
        }
        Exception::Show { exception, on } => {
            let past = past(asked, &on, '?').await?;
            let answer = asked.client.get(&format!("/v1/exceptions/{}{past}", escaped(&exception))).await?;
            if asked.output.json {
                print::json(&answer);
            } else {
                print::fields(
                    &answer,
                    &[
                        ("Exception", "id"),
                        ("Title", "title"),
                        ("Status", "status"),
                        ("Product", "product"),
                        ("Granted", "quantity"),
                        ("Used", "used"),
                        ("Metric", "metric"),
                        ("Where", "environment"),
                        ("From", "granted_at"),
                        ("Until", "until"),
                        ("Ends at", "ends_at"),
                        ("Entry", "recorded_in"),
                    ],
                );
                for condition in at(&answer, "conditions").as_array().into_iter().flatten() {
                    print::line(format!("Condition: {}", words(condition)));
                }
                let reason = words(at(&answer, "revocation.reason"));
                if !reason.is_empty() {
                    print::line(format!("Revoked by {}: {reason}", words(at(&answer, "revocation.by"))));
                }
            }
        }
        Exception::Revoke { exception, reason } => {
            let path = format!("/v1/exceptions/{}/revocations", escaped(&exception));
            let answer = asked.client.post(&path, json!({ "reason": reason })).await?;
            said(asked, &answer, &format!("{exception} has ended."));
        }
    }
    Ok(ExitCode::SUCCESS)
}
