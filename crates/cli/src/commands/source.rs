//! `indult source`: agent sources, their tokens and the devices that are held.

use std::process::ExitCode;

use serde_json::{Map, Value, json};

use super::Asked;
use super::product::said;
use crate::arguments::Source;
use crate::client::escaped;
use crate::exit::Exit;
use crate::print::{self, at, words};

pub async fn run(asked: &Asked, source: Source) -> Result<ExitCode, Exit> {
    match source {
        Source::List => {
            let items = asked.client.list("/v1/sources").await?;
            let columns = [
                ("SOURCE", "id", false),
                ("NAME", "name", false),
                ("STATE", "state", false),
                ("DEVICES", "devices", true),
                ("SILENT", "silent", true),
                ("HELD", "held", true),
                ("LAST REPORT", "last_report_at", false),
            ];
            print::table(asked.output, &items, &columns, "No agent sources. Open one with: indult source new NAME");
        }
        Source::New { name, hold, interval_hours } => {
            let approval = if hold { "hold_unknown" } else { "accept_all" };
            let body = json!({ "name": name, "approval": approval, "interval_hours": interval_hours });
            let answer = asked.client.post("/v1/sources", body).await?;
            token(asked, &answer);
        }
        Source::Show { source, standing } => show(asked, &source, standing.as_deref()).await?,
        Source::Approve { source, devices, all } => {
            let held = named(asked, &source, &devices, all).await?;
            act(asked, &source, &held, "approvals", "counts from now on").await?;
        }
        Source::Reject { source, devices } => {
            let held = named(asked, &source, &devices, false).await?;
            act(asked, &source, &held, "rejections", "is turned away from now on").await?;
        }
        Source::Change { source, approval, interval_hours } => {
            let mut body = Map::new();
            body.extend(approval.map(|approval| ("approval".to_owned(), json!(approval))));
            body.extend(interval_hours.map(|hours| ("interval_hours".to_owned(), json!(hours))));
            let path = format!("/v1/sources/{}/changes", escaped(&source));
            let answer = asked.client.post(&path, Value::Object(body)).await?;
            said(asked, &answer, &format!("{source} is changed."));
        }
        Source::Token { source } => {
            let path = format!("/v1/sources/{}/tokens", escaped(&source));
            let answer = asked.client.post(&path, json!({})).await?;
            token(asked, &answer);
        }
        Source::Close { source } => {
            let path = format!("/v1/sources/{}/closings", escaped(&source));
            let answer = asked.client.post(&path, json!({})).await?;
            said(asked, &answer, &format!("{source} is closed; its reports no longer count."));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A token that was just made, with what an agent is told.
fn token(asked: &Asked, answer: &Value) {
    let secret = words(at(answer, "secret"));
    if !asked.output.json {
        let source = words(at(answer, "object"));
        print::note(format!("The token of {source} is shown once; keep it where your secrets are."));
        print::note(format!("Agents report to URL/agents/{secret}, URL being the address of the server:"));
        print::note(format!("  fusioninventory-agent --server URL/agents/{secret}"));
        print::note(format!("  ocsinventory-agent --nolocal --server URL/agents/{secret}"));
        print::note(format!("  glpi-agent --server URL/agents/{secret}"));
    }
    said(asked, answer, &secret);
}

async fn devices(asked: &Asked, source: &str, standing: Option<&str>) -> Result<Vec<Value>, Exit> {
    let query = standing.map_or_else(String::new, |standing| format!("?standing={}", escaped(standing)));
    asked.client.list(&format!("/v1/sources/{}/devices{query}", escaped(source))).await
}

async fn show(asked: &Asked, source: &str, standing: Option<&str>) -> Result<(), Exit> {
    let known = asked.client.get(&format!("/v1/sources/{}", escaped(source))).await?;
    let items = devices(asked, source, standing).await?;
    if asked.output.json {
        print::json(&json!({ "source": known, "devices": items }));
        return Ok(());
    }
    let word = |path: &str| words(at(&known, path));
    print::line(format!(
        "{} {} ({}): {} devices, {} silent, {} held, {} rejected; unknown devices: {}; expected every {} h; last report: {}",
        word("id"),
        word("name"),
        word("state"),
        word("devices"),
        word("silent"),
        word("held"),
        word("rejected"),
        word("approval"),
        word("interval_hours"),
        if at(&known, "last_report_at").is_null() { "none yet".to_owned() } else { word("last_report_at") },
    ));
    let columns = [
        ("DEVICE", "name", false),
        ("STANDING", "standing", false),
        ("TITLES", "installations", true),
        ("LAST REPORT", "seen_at", false),
        ("SILENT", "silent", false),
        ("ID", "id", false),
    ];
    print::table(asked.output, &items, &columns, "No devices.");
    Ok(())
}

/// The devices that are meant, by name or id; all that are held where nothing narrows it.
async fn named(asked: &Asked, source: &str, meant: &[String], all: bool) -> Result<Vec<(String, String)>, Exit> {
    let known = devices(asked, source, all.then_some("held")).await?;
    let pair = |device: &Value| (words(at(device, "id")), words(at(device, "name")));
    if all {
        return Ok(known.iter().map(pair).collect());
    }
    let mut found = Vec::new();
    for name in meant {
        let fitting: Vec<(String, String)> =
            known.iter().map(pair).filter(|(id, known)| id == name || known == name).collect();
        match <[_; 1]>::try_from(fitting) {
            Ok([only]) => found.push(only),
            Err(none) if none.is_empty() => {
                return Err(Exit::with_code(6, format!("There is no device {name} in {source}.")));
            }
            Err(_) => {
                return Err(Exit::usage(format!("Several devices are called {name}; give the ID that show lists.")));
            }
        }
    }
    Ok(found)
}

async fn act(asked: &Asked, source: &str, devices: &[(String, String)], act: &str, what: &str) -> Result<(), Exit> {
    if devices.is_empty() {
        print::note("Nothing is held.");
    }
    for (id, name) in devices {
        let path = format!("/v1/sources/{}/devices/{id}/{act}", escaped(source));
        let answer = asked.client.post(&path, json!({})).await?;
        said(asked, &answer, &format!("{name} {what}."));
    }
    Ok(())
}
