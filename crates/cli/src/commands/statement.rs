//! `indult statement`: the position of a sealed day in files, and whether a file is one of them.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use axum::http::Method;
use serde_json::json;

use super::Asked;
use crate::arguments::Statement;
use crate::client::{Sent, escaped};
use crate::exit::{DOES_NOT_VERIFY, Exit};
use crate::print::{self, at, words};

pub async fn run(asked: &Asked, statement: Statement) -> Result<ExitCode, Exit> {
    match statement {
        Statement::Make { day } => {
            let answer = asked.client.post("/v1/statements", json!({ "day": day })).await?;
            if asked.output.json {
                print::json(&answer);
            } else {
                let made = at(&answer, "statement");
                print::fields(
                    made,
                    &[
                        ("Statement", "id"),
                        ("Day", "day"),
                        ("Sealed in entry", "sealed_in"),
                        ("Recorded in entry", "entry"),
                    ],
                );
                for file in at(made, "files").as_array().into_iter().flatten() {
                    print::line(format!("{:5} {}", words(at(file, "form")), words(at(file, "digest"))));
                }
            }
        }
        Statement::List => {
            let items = asked.client.list("/v1/statements").await?;
            let columns = [
                ("STATEMENT", "id", false),
                ("DAY", "day", false),
                ("SEALED IN", "sealed_in", true),
                ("RECORDED IN", "entry", true),
                ("MADE AT", "made_at", false),
                ("BY", "by", false),
            ];
            print::table(asked.output, &items, &columns, "No statement yet. Make one with: indult statement make");
        }
        Statement::Show { statement, form, output } => {
            let path = format!("/v1/statements/{}/file?form={form}", escaped(&statement));
            let answer = asked.client.send(Method::GET, &path, Sent::Nothing).await?;
            match output {
                Some(file) => write(&file, &answer.body)?,
                None => print::bytes(&answer.body),
            }
        }
        Statement::Verify { file } => return verify(asked, &file).await,
    }
    Ok(ExitCode::SUCCESS)
}

fn write(file: &Path, bytes: &[u8]) -> Result<(), Exit> {
    let failed = |error: std::io::Error| Exit::failure(format!("{} could not be written: {error}", file.display()));
    std::fs::File::create_new(file).and_then(|mut new| new.write_all(bytes)).map_err(failed)
}

async fn verify(asked: &Asked, file: &Path) -> Result<ExitCode, Exit> {
    let bytes = std::fs::read(file).map_err(|error| Exit::with_code(6, format!("{}: {error}", file.display())))?;
    let answer = asked.client.send(Method::POST, "/v1/statements/verifications", Sent::Bytes(bytes)).await?.json()?;
    let holds = at(&answer, "holds").as_bool().unwrap_or_default();
    if asked.output.json {
        print::json(&answer);
    } else {
        for difference in at(&answer, "differences").as_array().into_iter().flatten() {
            print::line(format!("\u{2717} {}", words(difference)));
        }
        if holds {
            print::line(format!("\u{2713} {}", words(at(&answer, "sentence"))));
        }
    }
    if holds { Ok(ExitCode::SUCCESS) } else { Err(Exit::with_code(DOES_NOT_VERIFY, words(at(&answer, "sentence")))) }
}
