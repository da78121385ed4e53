//! Results as text, one line per fact, for snapshots.

use std::fmt::Write as _;

use domain::observation::{DeviceReport, Reject};
use importers::{EntitlementFile, InventoryFile, Remark};

/// An inventory file with everything that was read.
pub fn inventory(file: &InventoryFile) -> String {
    let mut text = format!(
        "{} in {}: {} reports, {} titles, {} merged\n",
        file.format,
        file.encoding,
        file.reports.len(),
        file.titles,
        file.duplicates_merged
    );
    for report in &file.reports {
        text.push_str(&device(report));
    }
    text.push_str(&findings(&file.rejects, &file.remarks));
    text
}

fn device(report: &DeviceReport) -> String {
    let facts = serde_json::to_string(&report.attributes).unwrap();
    let mut text = format!("{} {:?} {:?} {facts}", report.device.name, report.device.serial, report.device.uuid);
    if let Some(moment) = report.reported_at {
        write!(text, " at {moment}").unwrap();
    }
    if report.from_outside {
        text.push_str(" from outside");
    }
    for installation in &report.installations {
        let title = &installation.title;
        write!(text, "\n  {} | {}", title.publisher.as_deref().unwrap_or("-"), title.name).unwrap();
        write!(text, " | {}", title.version.as_deref().unwrap_or("-")).unwrap();
        if let Some(id) = &installation.source_id {
            write!(text, " | {id}").unwrap();
        }
        if let Some(day) = installation.last_used_on {
            write!(text, " | used {day}").unwrap();
        }
    }
    text.push('\n');
    text
}

/// An entitlements file with everything that was read.
pub fn entitlements(file: &EntitlementFile) -> String {
    let mut text = format!(
        "{} in {}: {} rows, {} merged\n",
        file.mapping_name,
        file.encoding,
        file.rows.len(),
        file.duplicates_merged
    );
    for column in &file.columns {
        if let Some(field) = &column.used_as {
            write!(text, "[{} = {field}] ", column.header).unwrap();
        } else {
            write!(text, "[{} ignored] ", column.header).unwrap();
        }
    }
    text.push('\n');
    for row in &file.rows {
        text.push_str(&serde_json::to_string(row).unwrap().replace("null", "-"));
        text.push('\n');
    }
    text.push_str(&findings(&file.rejects, &file.remarks));
    text
}

fn findings(rejects: &[Reject], remarks: &[Remark]) -> String {
    let mut text = String::new();
    for reject in rejects {
        writeln!(text, "! {}: «{}» {} → {}", reject.place, reject.found, reject.problem, reject.repair).unwrap();
    }
    for remark in remarks {
        writeln!(text, "i {}: {}", remark.place, remark.text).unwrap();
    }
    text
}
