//! Inventory agents that report by themselves: their messages as they send them, and reports on their way to the ledger.
//!
//! Reports of one source that arrive together are recorded as one delivery, and are answered once it is durable.
//! How an answer is worded for an agent is known in `web`; how an inventory is read, in `importers`.

use std::collections::{HashMap, VecDeque};
use std::io::{Read as _, Write as _};
use std::sync::{Arc, Mutex, PoisonError};

use domain::Refusal;
use domain::command::{Actor, Intent, Via};
use domain::decide::{DELIVERY_DEVICES_MAX, HELD_DEVICES_MAX, SOURCE_DEVICES_MAX};
use domain::digest::Digest;
use domain::id::SourceId;
use domain::observation::{DeviceReport, Reject};
use domain::source::{AgentSource, Approval, DeviceMark, GivenReport, ReportingDevice, Standing};
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use flate2::write::{GzEncoder, ZlibEncoder};
use importers::Unreadable;
use importers::limits::{FILE_BYTES, Limit, UNPACKING_RATIO};
use serde::Deserialize;
use tokio::sync::oneshot;

use crate::failure::Failure;
use crate::identities::{Secret, TOKEN_PREFIX};
use crate::order::{Order, Receipt, Repetition, ReportToStore};
use crate::organisation::App;

/// Devices of one message: an agent speaks of its own device, one on a hypervisor also of its guests.
pub const MESSAGE_DEVICES_MAX: usize = 1_024;
/// Size of a message after unpacking.
pub const MESSAGE_UNPACKED_BYTES: Limit = Limit {
    what: "The unpacked message",
    max: 16 << 20,
    shown: "16 MiB",
    reason: "Twice an inventory of 20,000 titles; several messages are in memory at once.",
    repair: "Import the inventory as a file.",
};
/// Reports that wait for their delivery; more are turned away at once, and agents come again by themselves.
const WAITING_MAX: usize = 4_096;
/// Below this size the ratio of packing does not matter, as for files that are imported.
const RATIO_FREE_BYTES: u64 = 1 << 20;
/// The message that asks for instructions is short; what is longer is an inventory.
const PROLOG_BYTES_MAX: usize = 64 << 10;

/// How a message was packed; its answer is packed in the same way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// Not at all.
    Plain,
    /// zlib (RFC 1950).
    Zlib,
    /// gzip (RFC 1952).
    Gzip,
}

impl Packing {
    /// What the first bytes say. 0x78 is deflate with the usual window (RFC 1950, 2.2), and no text begins so
    /// with a second byte that makes the two a multiple of 31.
    pub fn of(bytes: &[u8]) -> Self {
        match bytes {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0x78, second, ..] if (0x7800_u16 | u16::from(*second)).is_multiple_of(31) => Self::Zlib,
            _ => Self::Plain,
        }
    }
}

/// In what an agent writes, and what it wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// XML: asks for instructions.
    Prolog,
    /// GLPI agent JSON: asks for instructions.
    Contact,
    /// XML: sends an inventory.
    XmlInventory,
    /// GLPI agent JSON: sends an inventory.
    JsonInventory,
    /// Another text in one of the formats that are imported.
    OtherInventory,
}

/// A message of an agent, unpacked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// How it was packed.
    pub packing: Packing,
    /// What it wants.
    pub wish: Wish,
    /// Whether it says only what changed: categories that it does not name are as before.
    partial: bool,
    /// Of a partial report: whether it lists software.
    lists_software: bool,
    text: Vec<u8>,
}

/// The members of a GLPI agent's message by which it is understood.
#[derive(Deserialize)]
struct Outline {
    #[serde(default)]
    action: Option<String>,
    #[serde(default)]
    partial: Option<serde_json::Value>,
    #[serde(default)]
    content: Option<Content>,
}

#[derive(Deserialize)]
struct Content {
    #[serde(default)]
    softwares: Option<serde::de::IgnoredAny>,
}

impl Message {
    /// Unpacks a message within its limits, and finds out what it wants.
    pub fn read(bytes: &[u8]) -> Result<Self, Failure> {
        let packing = Packing::of(bytes);
        let text = unpacked(bytes, packing)?;
        let begin = text.trim_ascii_start();
        if begin.is_empty() {
            return Err(Unreadable::Empty.into());
        }
        let mut message =
            Self { packing, wish: Wish::OtherInventory, partial: false, lists_software: true, text: Vec::new() };
        if begin.starts_with(b"<") {
            let asks = text.len() <= PROLOG_BYTES_MAX && query(&text).is_some_and(|query| query == b"PROLOG");
            message.wish = if asks { Wish::Prolog } else { Wish::XmlInventory };
        } else if begin.starts_with(b"{") {
            message.wish = Wish::JsonInventory;
            // What is no object of this shape is refused where inventories are read, with its place.
            if let Ok(outline) = serde_json::from_slice::<Outline>(&text) {
                if outline.action.as_deref() == Some("contact") {
                    message.wish = Wish::Contact;
                }
                message.partial = outline.partial.is_some_and(|partial| {
                    partial.as_bool() == Some(true) || partial.as_i64() == Some(1) || partial.as_str() == Some("1")
                });
                message.lists_software = outline.content.is_some_and(|content| content.softwares.is_some());
            }
        }
        message.text = text;
        Ok(message)
    }
}

/// What stands in the element that says what a message in XML wants.
fn query(text: &[u8]) -> Option<&[u8]> {
    const OPEN: &[u8] = b"<QUERY>";
    let place = text.windows(OPEN.len()).rposition(|window| window == OPEN)?;
    let rest = text.get(place + OPEN.len()..)?;
    rest.split(|byte| *byte == b'<').next().map(<[u8]>::trim_ascii)
}

fn unpacked(bytes: &[u8], packing: Packing) -> Result<Vec<u8>, Failure> {
    let length = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let over = |limit: Limit| Failure::Unreadable(Unreadable::OverLimit { limit, place: String::new() });
    if length(bytes.len()) > FILE_BYTES.max {
        return Err(over(FILE_BYTES));
    }
    // One byte more than allowed is enough to know; a bomb is refused by its ratio long before.
    let allowed =
        MESSAGE_UNPACKED_BYTES.max.min(RATIO_FREE_BYTES.max(length(bytes.len()).saturating_mul(UNPACKING_RATIO.max)));
    let mut text = Vec::new();
    let read = match packing {
        Packing::Plain => return Ok(bytes.to_vec()),
        Packing::Gzip => MultiGzDecoder::new(bytes).take(allowed + 1).read_to_end(&mut text),
        Packing::Zlib => ZlibDecoder::new(bytes).take(allowed + 1).read_to_end(&mut text),
    };
    if length(text.len()) > allowed {
        return Err(over(if allowed == MESSAGE_UNPACKED_BYTES.max { MESSAGE_UNPACKED_BYTES } else { UNPACKING_RATIO }));
    }
    match read {
        Ok(_) => Ok(text),
        Err(_) if packing == Packing::Gzip => Err(Unreadable::DamagedGzip.into()),
        Err(_) => Err(Failure::UnusableMapping(
            "the message is packed with zlib and does not unpack: it is cut off or damaged".to_owned(),
        )),
    }
}

/// An answer, packed as the message was.
pub fn packed(text: &str, packing: Packing) -> Vec<u8> {
    let bytes = text.as_bytes();
    // Agents know zlib by its usual level, whose second byte is 0x9C.
    let level = flate2::Compression::default();
    let written = match packing {
        Packing::Plain => Ok(bytes.to_vec()),
        Packing::Zlib => {
            let mut packer = ZlibEncoder::new(Vec::new(), level);
            packer.write_all(bytes).and_then(|()| packer.finish())
        }
        Packing::Gzip => {
            let mut packer = GzEncoder::new(Vec::new(), level);
            packer.write_all(bytes).and_then(|()| packer.finish())
        }
    };
    // Writing to memory does not fail; were it otherwise, nothing is better than half of it.
    written.unwrap_or_default()
}

/// What became of one report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The device's name.
    pub name: String,
    /// What the ledger calls it.
    pub device: DeviceMark,
    /// How it stands.
    pub standing: Standing,
    /// Whether it said what it had said before.
    pub unchanged: bool,
    /// Installations in the report.
    pub installations: u64,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivered {
    /// Its reports, each durable.
    pub taken: Vec<Taken>,
    /// Pieces that could not be used.
    pub rejects: Vec<Reject>,
    /// The ledger size right after.
    pub ledger_size: u64,
}

/// What is told of one report: how its device stands, whether it was unchanged, and the ledger size.
type Recorded = Result<(Standing, bool, u64), Failure>;

/// A report on its way.
struct Coming {
    actor: Actor,
    given: GivenReport,
    stored: ReportToStore,
    reply: oneshot::Sender<Recorded>,
}

/// Reports that wait until the delivery before theirs is durable.
#[derive(Default)]
pub(crate) struct Deliveries(Mutex<HashMap<SourceId, Waiting>>);

#[derive(Default)]
struct Waiting {
    queue: VecDeque<Coming>,
    /// Whether somebody is carrying deliveries of this source.
    busy: bool,
}

impl App {
    /// The source that the agents with this token report to, and the actor of what they report.
    pub fn source_of_token(&self, secret: &str) -> Option<(Arc<AgentSource>, Actor)> {
        let snapshot = self.snapshot();
        let random = secret.strip_prefix(TOKEN_PREFIX)?;
        let token = snapshot.state.token_with_digest(&Digest::of(random.as_bytes()))?;
        let source = snapshot.state.source_with_token(token.id)?;
        let works = snapshot.state.can_report(source, self.surroundings().now());
        works.then(|| (Arc::clone(source), Actor::Person(token.person, Via::Token(token.id))))
    }

    /// Opens an agent source and gives the secret of its token; a repetition gives the first receipt and no secret.
    pub async fn open_source(
        &self,
        actor: Actor,
        name: &str,
        approval: Approval,
        interval_hours: u32,
        repetition: Option<Repetition>,
    ) -> Result<(Option<Secret>, Receipt), Failure> {
        let (secret, digest) = self.new_secret();
        let intent = Intent::OpenSource { name: name.to_owned(), approval, interval_hours, digest };
        self.with_secret(actor, intent, secret, repetition).await
    }

    /// Gives an agent source another token; the one so far stops working.
    pub async fn renew_source_token(
        &self,
        actor: Actor,
        source: SourceId,
        repetition: Option<Repetition>,
    ) -> Result<(Option<Secret>, Receipt), Failure> {
        let (secret, digest) = self.new_secret();
        self.with_secret(actor, Intent::RenewSourceToken { source, digest }, secret, repetition).await
    }

    async fn with_secret(
        &self,
        actor: Actor,
        intent: Intent,
        secret: Secret,
        repetition: Option<Repetition>,
    ) -> Result<(Option<Secret>, Receipt), Failure> {
        let receipt = self.carry(Order { repetition, ..Order::new(actor, intent) }).await?;
        let secret = Secret(format!("{TOKEN_PREFIX}{}", secret.0));
        Ok(((!receipt.repeated).then_some(secret), receipt))
    }

    /// The report that holds of a device of an agent source, as it is kept.
    pub fn kept_report(&self, device: &ReportingDevice) -> Result<DeviceReport, Failure> {
        kept_report(&self.ledger().snapshot()?, device)
    }

    /// Unpacks a message of an agent and finds out what it wants, away from the threads that answer everybody.
    pub async fn read_message_of_agent(&self, bytes: Vec<u8>) -> Result<Message, Failure> {
        let permit = self.inner.reading.acquire().await;
        let read = tokio::task::spawn_blocking(move || Message::read(&bytes)).await;
        drop(permit);
        read.map_err(|error| Failure::Damaged(error.to_string()))?
    }

    /// Takes in an inventory that an agent sent. What it answers is durable.
    pub async fn receive(&self, source: SourceId, actor: Actor, message: Message) -> Result<Delivered, Failure> {
        let (app, permit) = (self.clone(), self.inner.reading.acquire().await);
        let (reports, rejects) = match tokio::task::spawn_blocking(move || app.read_message(source, &message)).await {
            Ok(read) => read?,
            Err(error) => return Err(Failure::Damaged(error.to_string())),
        };
        drop(permit);
        let mut rejected = u64::try_from(rejects.len()).unwrap_or(u64::MAX);
        let mut coming = Vec::with_capacity(reports.len());
        for stored in reports {
            let installations = u64::try_from(stored.report.installations.len()).unwrap_or(u64::MAX);
            let device = DeviceMark::of_report(&stored.report);
            let name = stored.report.device.name.clone();
            let given = GivenReport { device, digest: stored.digest, installations, rejected };
            rejected = 0;
            let answer = self.enqueue(source, actor, given, stored)?;
            coming.push((name, given, answer));
        }
        let mut delivered = Delivered { taken: Vec::with_capacity(coming.len()), rejects, ledger_size: 0 };
        for (name, given, answer) in coming {
            let gone = |_| Failure::ReadOnly("the sequencer has stopped".to_owned());
            let (standing, unchanged, size) = answer.await.map_err(gone)??;
            delivered.ledger_size = size;
            let GivenReport { device, installations, .. } = given;
            delivered.taken.push(Taken { name, device, standing, unchanged, installations });
        }
        Ok(delivered)
    }

    /// The reports of a message as they would be kept.
    fn read_message(&self, source: SourceId, message: &Message) -> Result<(Vec<ReportToStore>, Vec<Reject>), Failure> {
        let completed = if message.partial { as_whole(&message.text) } else { None };
        let text = completed.as_deref().unwrap_or(&message.text);
        let read = importers::read_inventory(text, None, None)?;
        if read.reports.is_empty() {
            let first = read.rejects.into_iter().next();
            return Err(Failure::UnusableMapping(first.map_or_else(
                || "The message reports of no device.".to_owned(),
                |reject| format!("{} {}", reject.problem, reject.repair),
            )));
        }
        if read.reports.len() > MESSAGE_DEVICES_MAX {
            let refusal = format!("A message reports of at most {MESSAGE_DEVICES_MAX} devices; import larger files.");
            return Err(Failure::UnusableMapping(refusal));
        }
        let mut reports = Vec::with_capacity(read.reports.len());
        for mut report in read.reports {
            // What a host says of a guest is whole, even in a message that is a part.
            if message.partial && !report.from_outside {
                report = self.completed(source, report, message.lists_software)?;
            }
            reports.push(to_keep(report));
        }
        Ok((reports, read.rejects))
    }

    /// A report that says only what changed, on top of the one that holds.
    fn completed(
        &self,
        source: SourceId,
        partial: DeviceReport,
        lists_software: bool,
    ) -> Result<DeviceReport, Failure> {
        let mark = DeviceMark::of(&partial.device);
        let snapshot = self.snapshot();
        let known = snapshot.state.sources.get(&source).and_then(|source| source.devices.get(&mark).copied());
        let known = known.ok_or_else(|| Failure::UnusableMapping(format!(
            "This is a part of an inventory, and there is none of {} yet. Send a full one first (glpi-agent --full, or full-inventory-postpone = 0).",
            partial.device.name,
        )))?;
        let before = self.kept_report(&known)?;
        let attributes = merged(&before, &partial)?;
        let installations = if lists_software { partial.installations } else { before.installations };
        let DeviceReport { device, from_outside, .. } = partial;
        Ok(DeviceReport { device, attributes, installations, from_outside, reported_at: None })
    }

    fn enqueue(
        &self,
        source: SourceId,
        actor: Actor,
        given: GivenReport,
        stored: ReportToStore,
    ) -> Result<oneshot::Receiver<Recorded>, Failure> {
        let (reply, answer) = oneshot::channel();
        let mut all = self.inner.deliveries.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.values().map(|waiting| waiting.queue.len()).sum::<usize>() >= WAITING_MAX {
            return Err(Failure::Busy);
        }
        let waiting = all.entry(source).or_default();
        waiting.queue.push_back(Coming { actor, given, stored, reply });
        if !waiting.busy {
            waiting.busy = true;
            let app = self.clone();
            tokio::spawn(async move { while app.deliver_next(source).await {} });
        }
        Ok(answer)
    }

    /// Records what waits for a source as one delivery; `false` once nothing waits any more.
    async fn deliver_next(&self, source: SourceId) -> bool {
        let mut batch: Vec<Coming> = Vec::new();
        {
            let mut all = self.inner.deliveries.0.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(waiting) = all.get_mut(&source) else { return false };
            while batch.len() < DELIVERY_DEVICES_MAX
                && let Some(next) = waiting.queue.front()
                // Those of another token are another delivery.
                && batch.first().is_none_or(|first| first.actor == next.actor)
            {
                batch.extend(waiting.queue.pop_front());
            }
            if batch.is_empty() {
                all.remove(&source);
                return false;
            }
        }
        let Some(actor) = batch.first().map(|first| first.actor) else { return false };
        let mut reports = Vec::with_capacity(batch.len());
        let mut stored = Vec::with_capacity(batch.len());
        let mut replies = Vec::with_capacity(batch.len());
        for Coming { given, stored: report, reply, .. } in batch {
            reports.push(given);
            stored.push(report);
            replies.push((given, reply));
        }
        let order = Order { reports: stored, ..Order::new(actor, Intent::ReceiveReports { source, reports }) };
        match self.carry(order).await {
            Ok(receipt) => {
                for (given, reply) in replies {
                    let _ = reply.send(outcome(&receipt, source, given));
                }
            }
            Err(failure) => {
                for (_, reply) in replies {
                    let _ = reply.send(Err(shared(&failure)));
                }
            }
        }
        true
    }
}

/// What a receipt says of one report.
fn outcome(receipt: &Receipt, source: SourceId, given: GivenReport) -> Recorded {
    let refused = |message: String| Err(Refusal::Gone { message }.into());
    let state = &receipt.snapshot.state;
    let known = state.sources.get(&source);
    let Some(device) = known.and_then(|known| known.devices.get(&given.device)) else {
        return refused(if known.is_some_and(|known| known.held >= HELD_DEVICES_MAX) {
            format!("{source} holds {HELD_DEVICES_MAX} devices; somebody must approve or reject some first.")
        } else {
            format!("{source} has {SOURCE_DEVICES_MAX} devices and takes no more.")
        });
    };
    if device.standing == Standing::Rejected {
        return refused(format!("This device was rejected as a device of {source}."));
    }
    let kept = receipt.recorded.iter().any(|recorded| match &recorded.event {
        domain::event::Event::ReportsReceived { devices, .. } => {
            devices.iter().any(|delivered| delivered.device == given.device && delivered.report == Some(given.digest))
        }
        _ => false,
    });
    Ok((device.standing, !kept, receipt.snapshot.size()))
}

/// The same failure for each of those whose reports were one delivery.
fn shared(failure: &Failure) -> Failure {
    match failure {
        Failure::Refused(refusal) => Failure::Refused(refusal.clone()),
        Failure::Busy => Failure::Busy,
        other => Failure::ReadOnly(other.to_string()),
    }
}

/// What a report says apart from when it was made: two that say the same are the same bytes.
fn to_keep(mut report: DeviceReport) -> ReportToStore {
    report.reported_at = None;
    report.attributes.last_seen_on = None;
    // A report is plain strings and integers, which always serialise.
    let body = serde_json::to_vec(&report).unwrap_or_default();
    ReportToStore { digest: Digest::of(&body), report: Arc::new(report), body }
}

/// A kept report as it counts: made when its device was last heard of.
pub(crate) fn seen(report: &DeviceReport, at: jiff::Timestamp, state: &domain::State) -> DeviceReport {
    let mut report = report.clone();
    report.reported_at = Some(at);
    report.attributes.last_seen_on = Some(state.day(at));
    report
}

/// The report that holds of a device, as it is kept.
pub(crate) fn kept_report(ledger: &store::Snapshot, device: &ReportingDevice) -> Result<DeviceReport, Failure> {
    let (delivery, place) = device.kept_in;
    let missing = || Failure::Damaged(format!("report {place} of {delivery} is missing"));
    let body = ledger.report(delivery.0, place)?.ok_or_else(missing)?;
    serde_json::from_slice(&body).map_err(|error| Failure::Damaged(format!("report {place} of {delivery}: {error}")))
}

/// What the newer report states of a device, and of the rest what the older one did.
fn merged(before: &DeviceReport, newer: &DeviceReport) -> Result<domain::observation::DeviceAttributes, Failure> {
    let failed = |error: serde_json::Error| Failure::Damaged(error.to_string());
    let mut all = serde_json::to_value(&before.attributes).map_err(failed)?;
    let stated = serde_json::to_value(&newer.attributes).map_err(failed)?;
    if let (Some(all), serde_json::Value::Object(stated)) = (all.as_object_mut(), stated) {
        // What a report does not state is absent, the kind of machine apart, which is then unknown.
        all.extend(stated.into_iter().filter(|(_, value)| !value.is_null() && value != "unknown"));
    }
    serde_json::from_value(all).map_err(failed)
}

/// A part of an inventory as if it were whole: without the mark, and with an empty list of software where it has none.
fn as_whole(text: &[u8]) -> Option<Vec<u8>> {
    let mut message: serde_json::Value = serde_json::from_slice(text).ok()?;
    message.as_object_mut()?.remove("partial");
    let content = message.get_mut("content")?.as_object_mut()?;
    content.entry("softwares").or_insert_with(|| serde_json::Value::Array(Vec::new()));
    serde_json::to_vec(&message).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
    use super::*;

    fn zlib(text: &[u8]) -> Vec<u8> {
        let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        packer.write_all(text).unwrap();
        packer.finish().unwrap()
    }

    #[test]
    fn a_message_is_understood_whatever_it_is_packed_with() {
        let prolog = b"<?xml version=\"1.0\"?><REQUEST><DEVICEID>a</DEVICEID><QUERY>PROLOG</QUERY></REQUEST>";
        let plain = Message::read(prolog).unwrap();
        assert_eq!((plain.packing, plain.wish), (Packing::Plain, Wish::Prolog));
        let packed = Message::read(&zlib(prolog)).unwrap();
        assert_eq!((packed.packing, packed.wish, &packed.text), (Packing::Zlib, Wish::Prolog, &plain.text));
        let contact = Message::read(br#"{"action":"contact","deviceid":"a"}"#).unwrap();
        assert_eq!(contact.wish, Wish::Contact);
        let inventory = Message::read(br#"{"deviceid":"a","content":{"softwares":[]}}"#).unwrap();
        assert_eq!((inventory.wish, inventory.partial, inventory.lists_software), (Wish::JsonInventory, false, true));
        let part = Message::read(br#"{"deviceid":"a","partial":true,"content":{"bios":{}}}"#).unwrap();
        assert_eq!((part.partial, part.lists_software), (true, false));
    }

    #[test]
    fn a_packed_bomb_is_refused_by_its_ratio_and_a_cut_one_as_damaged() {
        let bomb = zlib(&vec![b' '; 40 << 20]);
        assert!(bomb.len() < 50 << 10);
        let refused = Message::read(&bomb).unwrap_err().to_string();
        assert!(refused.starts_with("The ratio of unpacked to packed size is over"), "{refused}");
        let whole = zlib(b"<REQUEST></REQUEST>");
        let refused = Message::read(whole.get(..whole.len() - 6).unwrap()).unwrap_err().to_string();
        assert!(refused.contains("cut off or damaged"), "{refused}");
        assert!(Message::read(b" ").is_err());
    }

    async fn founded(folder: &std::path::Path) -> App {
        let count = std::sync::atomic::AtomicU64::new(1);
        let surroundings = crate::Surroundings {
            clock: Arc::new(|| "2025-08-12T08:00:00Z".parse().unwrap()),
            randomness: Arc::new(move || {
                Digest::of(&count.fetch_add(1, std::sync::atomic::Ordering::Relaxed).to_be_bytes()).0
            }),
        };
        let founding = crate::Founding {
            organisation: domain::organisation::Organisation {
                name: "Acme".to_owned(),
                currency: "EUR".parse().unwrap(),
                zone: "UTC".parse().unwrap(),
                sample: false,
            },
            administrator_name: "Ana".to_owned(),
            administrator_email: "ana@acme.example".to_owned(),
        };
        App::found(folder, founding, surroundings).await.unwrap()
    }

    #[tokio::test]
    async fn a_report_of_a_delivery_that_is_gone_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let app = founded(&folder.path().join("acme")).await;
        let operator = Actor::Person(domain::id::PersonId(1), Via::Operator);
        let opened = app.open_source(operator, "Fleet", Approval::AcceptAll, 24, None).await.unwrap();
        let (source, actor) = app.source_of_token(&opened.0.unwrap().0).unwrap();
        for name in ["one", "two"] {
            let text = format!(
                r#"{{"deviceid":"{name}","content":{{"hardware":{{"name":"{name}"}},"softwares":[{{"name":"Viewer"}}]}}}}"#
            );
            app.receive(source.id, actor, Message::read(text.as_bytes()).unwrap()).await.unwrap();
        }
        assert!(app.verify(None).unwrap().is_sound());
        app.with_store(|store| {
            let gone = store::CommandCommit { id: "gone".to_owned(), erase_reports: vec![2], ..Default::default() };
            let size = store.size();
            store.append(size, &[gone]).map(|_| ()).map_err(|error| panic!("{error}"))
        })
        .await
        .unwrap();
        let verified = app.verify(None).unwrap();
        let finding = verified.storage.findings.first().unwrap().to_string();
        assert!(finding.contains("the reports kept for import 2 are not those it took in"), "{finding}");
        app.close().await;
    }
}
