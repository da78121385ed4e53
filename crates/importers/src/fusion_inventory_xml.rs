//! FusionInventory, OCS Inventory and older GLPI agent inventory in XML: one protocol whose agents name some fields differently.
//!
//! What the fields mean is in `agent_report`. No attributes: the format has none.

use std::borrow::Cow;

use crate::agent_report::{AgentGuest, AgentProcessor, AgentReport, AgentSoftware, Places, add};
use crate::assembly::Assembly;
use crate::limits::{GUESTS, TITLES_PER_REPORT};
use crate::unreadable::Unreadable;
use crate::xml::{Elements, Tag, walk};

const SOFTWARE: &str = "REQUEST/CONTENT/SOFTWARES";
const PROCESSORS: &str = "REQUEST/CONTENT/CPUS";
const GUEST_LIST: &str = "REQUEST/CONTENT/VIRTUALMACHINES";

/// Reads the report of the text.
pub(crate) fn read(text: &str, name_if_absent: Option<&str>, assembly: &mut Assembly) -> Result<(), Unreadable> {
    let mut fields = Fields::default();
    walk(text, &mut fields)?;
    let places =
        Places { prefix: String::new(), software: SOFTWARE, processors: PROCESSORS, guests: GUEST_LIST, first: 1 };
    add(fields.report, &places, name_if_absent, assembly)
}

#[derive(Default)]
struct Fields {
    report: AgentReport<'static>,
}

impl Elements for Fields {
    fn open(&mut self, path: &str, _: &Tag<'_>) -> Result<(), Unreadable> {
        let report = &mut self.report;
        let (limit, count) = match path {
            SOFTWARE => {
                let list = report.software.get_or_insert_default();
                list.push(Some(AgentSoftware::default()));
                (TITLES_PER_REPORT, list.len())
            }
            GUEST_LIST => {
                report.guests.push(AgentGuest::default());
                (GUESTS, report.guests.len())
            }
            PROCESSORS => {
                report.processors.push(AgentProcessor::default());
                return Ok(());
            }
            _ => return Ok(()),
        };
        if limit.is_exceeded_by(count) {
            return Err(Unreadable::OverLimit { limit, place: path.to_owned() });
        }
        Ok(())
    }

    /// Keeps the text of the element that ends, where it is one that counts.
    fn close(&mut self, path: &str, text: &str) -> Result<(), Unreadable> {
        if text.is_empty() {
            return Ok(());
        }
        let inside = |list: &str| path.strip_prefix(list).and_then(|rest| rest.strip_prefix('/'));
        if let Some(field) = inside(SOFTWARE) {
            if let Some(Some(entry)) = self.report.software.as_mut().and_then(|list| list.last_mut()) {
                keep_title(entry, field, text);
            }
        } else if let Some(field) = inside(PROCESSORS) {
            if let Some(processor) = self.report.processors.last_mut() {
                keep_processor(processor, field, text);
            }
        } else if let Some(field) = inside(GUEST_LIST) {
            if let Some(guest) = self.report.guests.last_mut() {
                keep_guest(guest, field, text);
            }
        } else if let Some(field) = path.strip_prefix("REQUEST/") {
            self.keep(field, text);
        }
        Ok(())
    }
}

type Value = Option<Cow<'static, str>>;

#[expect(clippy::unnecessary_wraps, reason = "every field of a report may be absent")]
fn value(text: &str) -> Value {
    Some(Cow::Owned(text.to_owned()))
}

fn keep_title(entry: &mut AgentSoftware<'static>, field: &str, text: &str) {
    // The Windows agent of OCS writes this where the registry says nothing.
    if text == "N/A" {
        return;
    }
    match field {
        "NAME" => entry.name = value(text),
        "PUBLISHER" => entry.publisher = value(text),
        "VERSION" => entry.version = value(text),
        "GUID" => entry.guid = value(text),
        "FROM" => entry.from = value(text),
        "COMMENTS" => entry.comments = value(text),
        _ => {}
    }
}

fn keep_processor(processor: &mut AgentProcessor<'static>, field: &str, text: &str) {
    match field {
        // OCS names the model TYPE and the count CORES.
        "NAME" => processor.name = value(text),
        "TYPE" if processor.name.is_none() => processor.name = value(text),
        "CORE" | "CORES" => processor.cores = value(text),
        _ => {}
    }
}

fn keep_guest(guest: &mut AgentGuest<'static>, field: &str, text: &str) {
    match field {
        "NAME" => guest.name = value(text),
        "UUID" => guest.uuid = value(text),
        "VCPU" => guest.virtual_processors = value(text),
        "VMTYPE" => guest.machine = value(text),
        "SUBSYSTEM" if guest.machine.is_none() => guest.machine = value(text),
        "OPERATINGSYSTEM/FULL_NAME" => guest.system_full_name = value(text),
        _ => {}
    }
}

impl Fields {
    fn keep(&mut self, field: &str, text: &str) {
        let report = &mut self.report;
        match field {
            "DEVICEID" => report.agent = value(text),
            "QUERY" => report.action = value(text),
            "ITEMTYPE" => report.item_type = value(text),
            "PARTIAL" | "CONTENT/PARTIAL" => report.partial = value(text),
            "CONTENT/HARDWARE/NAME" => report.name = value(text),
            "CONTENT/HARDWARE/UUID" => report.uuid = value(text),
            "CONTENT/HARDWARE/VMSYSTEM" => report.machine = value(text),
            "CONTENT/HARDWARE/LASTLOGGEDUSER" => report.last_user = value(text),
            // OCS names whoever is logged in, several of them parted by slashes.
            "CONTENT/HARDWARE/USERID" if report.logins.is_empty() => {
                report.logins.extend(text.split('/').map(|login| Cow::Owned(login.to_owned())));
            }
            // The oldest agents have no section for the operating system, nor has OCS.
            "CONTENT/HARDWARE/OSNAME" if report.system_name.is_none() => report.system_name = value(text),
            "CONTENT/HARDWARE/OSVERSION" if report.system_version.is_none() => report.system_version = value(text),
            "CONTENT/BIOS/SSN" => report.serial = value(text),
            "CONTENT/OPERATINGSYSTEM/FULL_NAME" => report.system_full_name = value(text),
            "CONTENT/OPERATINGSYSTEM/NAME" => report.system_name = value(text),
            "CONTENT/OPERATINGSYSTEM/VERSION" => report.system_version = value(text),
            "CONTENT/OPERATINGSYSTEM/FQDN" => report.full_host_name = value(text),
            "CONTENT/OPERATINGSYSTEM/TIMEZONE/OFFSET" => report.zone_offset = value(text),
            "CONTENT/ACCESSLOG/LOGDATE" => report.logged_at = value(text),
            "CONTENT/USERS/LOGIN" => report.logins.extend(value(text)),
            _ => {}
        }
    }
}
