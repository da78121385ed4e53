//! Webhooks from end to end: a real receiver, signatures, order, a failure, a kill in the middle, and one that is gone.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::witness::start;

/// Longer than the first wait after a failure.
const PATIENCE: Duration = Duration::from_mins(1);

/// A message as it came in.
struct Received {
    id: String,
    timestamp: String,
    signature: String,
    body: String,
}

impl Received {
    fn says(&self) -> (String, String, u64) {
        let body: Value = serde_json::from_str(&self.body).unwrap();
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (word(&body["type"]), word(&body["data"]["number"]), body["data"]["entry"].as_u64().unwrap_or_default())
    }
}

/// A receiver that answers with these statuses in turn, and with 204 after the last.
fn receiver(statuses: &'static [u16]) -> (String, Receiver<Received>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let (sender, received) = channel();
    std::thread::spawn(move || {
        let mut statuses = statuses.iter().copied();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut headers = std::collections::BTreeMap::new();
            let mut line = String::new();
            while reader.read_line(&mut line).unwrap() > 2 {
                if let Some((name, value)) = line.split_once(": ") {
                    headers.insert(name.to_lowercase(), value.trim().to_owned());
                }
                line.clear();
            }
            let mut body = vec![0; headers.get("content-length").map_or(0, |length| length.parse().unwrap())];
            reader.read_exact(&mut body).unwrap();
            let header = |name: &str| headers.get(name).cloned().unwrap_or_default();
            let [id, timestamp, signature] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map(header);
            let body = String::from_utf8(body).unwrap();
            let status = statuses.next().unwrap_or(204);
            write!(stream, "HTTP/1.1 {status} Said\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
            if sender.send(Received { id, timestamp, signature, body }).is_err() {
                return;
            }
        }
    });
    (url, received)
}

fn good(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_indult"));
    for name in ["INDULT_DATA", "INDULT_SERVER", "INDULT_TOKEN"] {
        command.env_remove(name);
    }
    let output = command.args(["--data", "acme"]).args(arguments).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn shown(folder: &Path) -> Value {
    serde_json::from_str(&good(folder, &["webhook", "show", "WHK-1", "--json"])).unwrap()
}

fn import(folder: &Path, name: &str) {
    std::fs::write(folder.join(name), format!("product,metric,quantity\n{name},device,5\n")).unwrap();
    good(folder, &["import", "entitlements", name]);
}

fn founded(url: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    good(path, &["init", "--organisation", "Acme", "--admin", "ana@acme.example"]);
    import(path, "before.csv");
    let kinds = ["--kind", "import.completed", "--kind", "import.undone"];
    good(path, &[["webhook", "add", "--name", "Provisioning", "--url", url].as_slice(), &kinds].concat());
    folder
}

const SERVE: [&str; 6] = ["--data", "acme", "serve", "--listen", "127.0.0.1:0", "--webhooks-to-private-addresses"];

#[test]
fn what_happened_is_told_in_order_signed_and_again_after_a_failure_and_after_a_kill() {
    let (url, received) = receiver(&[500]);
    let folder = founded(&url);
    let folder = folder.path();
    import(folder, "first.csv");
    import(folder, "second.csv");
    let key = shown(folder)["key"].as_str().unwrap().to_owned();
    let key = STANDARD.decode(key.strip_prefix("whpk_").unwrap()).unwrap();
    let (server, address) = start(folder, &SERVE);
    let next = || {
        let message = received.recv_timeout(PATIENCE).unwrap();
        let signed = format!("{}.{}.{}", message.id, message.timestamp, message.body);
        let signature = STANDARD.decode(message.signature.strip_prefix("v1a,").unwrap()).unwrap();
        UnparsedPublicKey::new(&ED25519, &key).verify(signed.as_bytes(), &signature).unwrap();
        message
    };
    let refused = next();
    let (kind, number, entry) = refused.says();
    assert_eq!((kind.as_str(), number.as_str()), ("import.completed", "IMP-2"), "what was before is not told");
    assert_eq!(refused.id, format!("WHK-1-{entry}"));
    assert!(refused.body.contains(&format!("\"url\":\"http://{address}/v1/imports/IMP-2\"")), "{}", refused.body);
    let again = next();
    assert_eq!((again.id, again.body), (refused.id, refused.body), "the same message, before any later one");
    let second = next();
    assert_eq!(second.says().1, "IMP-3");
    // Whether the last answer was noted or not: after a kill nothing is left out.
    drop(server);
    import(folder, "third.csv");
    let (server, _) = start(folder, &SERVE);
    let mut after = next();
    if after.id == second.id {
        after = next();
    }
    assert_eq!(after.says().1, "IMP-4");
    std::thread::sleep(Duration::from_secs(2));
    drop(server);
    let shown = shown(folder);
    let statuses: Vec<u64> =
        shown["attempts"].as_array().unwrap().iter().rev().map(|attempt| attempt["status"].as_u64().unwrap()).collect();
    assert_eq!((statuses[0], *statuses.last().unwrap(), shown["paused"].as_bool()), (500, 204, Some(false)));
}

#[test]
fn a_receiver_that_is_gone_pauses_its_webhook_and_what_was_missed_is_told_after_it_is_resumed() {
    let (url, received) = receiver(&[410]);
    let folder = founded(&url);
    let folder = folder.path();
    import(folder, "first.csv");
    let (server, _) = start(folder, &SERVE);
    let gone = received.recv_timeout(PATIENCE).unwrap();
    std::thread::sleep(Duration::from_secs(2));
    drop(server);
    assert_eq!(shown(folder)["pause_cause"], "gone");
    import(folder, "second.csv");
    good(folder, &["webhook", "test", "WHK-1"]);
    good(folder, &["webhook", "resume", "WHK-1"]);
    let (_server, _) = start(folder, &SERVE);
    let said: Vec<(String, String, u64)> = (0..3).map(|_| received.recv_timeout(PATIENCE).unwrap().says()).collect();
    assert_eq!(said[0].0, "webhook.test");
    assert_eq!(said[1], gone.says());
    assert_eq!(said[2].1, "IMP-3");
}

#[test]
fn without_the_operators_word_nothing_is_sent_to_this_computer() {
    let (url, received) = receiver(&[]);
    let folder = founded(&url);
    let folder = folder.path();
    import(folder, "first.csv");
    let (server, _) = start(folder, &SERVE[..5]);
    assert!(received.recv_timeout(Duration::from_secs(5)).is_err());
    drop(server);
    let attempt = shown(folder)["attempts"][0].clone();
    assert_eq!((&attempt["status"], &attempt["milliseconds"]), (&Value::Null, &Value::Null));
}
