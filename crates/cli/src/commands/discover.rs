//! `indult discover`: the software of this machine, from its package managers, its SWID tags, `/opt` and its desktop
//! entries.
//!
//! What it finds is the same CSV that `indult import inventory` takes.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use app::discovery::{Found, Listing, Machine, SeenTitle, found};
use serde_json::Value;

use super::Asked;
use crate::arguments::Discover;
use crate::client::{Client, Part, Sent, escaped, form};
use crate::exit::Exit;
use crate::print::{self, at, words};

/// Where dpkg keeps what is installed.
const DPKG_STATUS: &str = "/var/lib/dpkg/status";
/// Where apk does.
const APK_INSTALLED: &str = "/lib/apk/db/installed";
/// Where SWID tags are put (ISO/IEC 19770-2 leaves it to the platform; these are in use).
const SWID_FOLDERS: [&str; 3] = ["/usr/share/swidtag", "/usr/lib/swidtag", "/var/lib/swidtag"];
/// Desktop entries that people put there; those of packages stand in `/usr/share/applications`.
const DESKTOP_FOLDERS: [&str; 1] = ["/usr/local/share/applications"];

pub fn print(discover: &Discover) -> Result<ExitCode, Exit> {
    if discover.timer {
        print::bytes(timer(discover).as_bytes());
        return Ok(ExitCode::SUCCESS);
    }
    let found = looked(discover)?;
    print::bytes(found.csv.as_bytes());
    Ok(ExitCode::SUCCESS)
}

/// What was found, with a note about everything that could not be read.
fn looked(discover: &Discover) -> Result<Found, Exit> {
    let found = found(&machine(discover))?;
    for sentence in &found.unread {
        print::note(sentence);
    }
    Ok(found)
}

/// Units of systemd that report once a day, at another minute on every machine.
fn timer(discover: &Discover) -> String {
    let program =
        std::env::current_exe().map_or_else(|_| "/usr/bin/indult".to_owned(), |path| path.display().to_string());
    let mut words = vec![program, "discover".to_owned()];
    let options = [
        ("--source", &discover.source),
        ("--environment", &discover.environment),
        ("--primary-user", &discover.primary_user),
    ];
    for (option, value) in options {
        if let Some(value) = value {
            words.push(option.to_owned());
            words.push(quoted(value));
        }
    }
    format!(
        "# Put the server and the token into /etc/indult/discover.env, readable by root alone:\n\
         #   INDULT_SERVER=https://indult.example.org\n\
         #   INDULT_TOKEN=… (a token with the scope report, or that of an agent source)\n\
         # Then: systemctl daemon-reload && systemctl enable --now indult-discover.timer\n\n\
         # /etc/systemd/system/indult-discover.service\n\
         [Unit]\nDescription=Report the software of this machine to Indult\nWants=network-online.target\nAfter=network-online.target\n\n\
         [Service]\nType=oneshot\nEnvironmentFile=/etc/indult/discover.env\nExecStart={}\n\
         ProtectSystem=strict\nProtectHome=read-only\nPrivateTmp=yes\nNoNewPrivileges=yes\n\n\
         # /etc/systemd/system/indult-discover.timer\n\
         [Unit]\nDescription=Report the software of this machine to Indult every day\n\n\
         [Timer]\nOnCalendar=daily\nRandomizedDelaySec=6h\nPersistent=true\n\n\
         [Install]\nWantedBy=timers.target\n",
        words.join(" ")
    )
}

/// A word of a command in a unit of systemd, where a percent sign begins a specifier.
fn quoted(word: &str) -> String {
    let escaped = word.replace('\\', "\\\\").replace('"', "\\\"").replace('%', "%%").replace('$', "$$");
    format!("\"{escaped}\"")
}

pub async fn report(asked: &Asked, discover: &Discover) -> Result<ExitCode, Exit> {
    let Found { name, csv, .. } = looked(discover)?;
    if discover.source.is_none()
        && matches!(asked.client, Client::Remote { .. })
        && let Some(answer) = to_agent_source(asked, &csv).await?
    {
        let taken = answer.get("devices").and_then(|devices| devices.get(0)).unwrap_or(&Value::Null);
        let word = |key: &str| words(at(taken, key));
        let state = if word("unchanged") == "yes" { "as before" } else { "recorded" };
        let sentence = format!(
            "Reported {name} to {}: {} titles, {state}; the device is {}.",
            words(at(&answer, "source")),
            word("installations"),
            word("standing")
        );
        super::product::said(asked, &answer, &sentence);
        return Ok(ExitCode::SUCCESS);
    }
    let source = discover.source.as_deref().unwrap_or("discover");
    let part = Part { field: "file", file_name: format!("{name}.csv"), content: csv.into_bytes() };
    let path = format!("/v1/imports/inventory?source={}", escaped(source));
    let answer = asked.client.send(axum::http::Method::POST, &path, form(&[part])).await?.json()?;
    let sentence = format!("Reported {name}: {} ({}).", words(at(&answer, "summary")), words(at(&answer, "id")));
    super::product::said(asked, &answer, &sentence);
    Ok(ExitCode::SUCCESS)
}

/// Reports where inventory agents do; `None` where the token is not one of an agent source.
async fn to_agent_source(asked: &Asked, csv: &str) -> Result<Option<Value>, Exit> {
    let sent = Sent::Bytes(csv.as_bytes().to_vec());
    let answer = asked.client.send_raw(axum::http::Method::POST, web::agents::AGENTS, sent).await?;
    match answer.status {
        200..300 => answer.json().map(Some),
        401 => Ok(None),
        status => {
            let message = answer.json().ok().map(|answer| words(at(&answer, "message")));
            Err(Exit::failure(message.unwrap_or_else(|| format!("The server answered {status}."))))
        }
    }
}

/// Commands of package managers, which are asked where they are there.
const COMMANDS: [&[&str]; 5] = [
    &[
        "rpm",
        "-qa",
        "--queryformat",
        "%{NAME}\\t%{ARCH}\\t%{VERSION}-%{RELEASE}\\t%{INSTALLTIME}\\t%{SIZE}\\t%{VENDOR}\\n",
    ],
    &["flatpak", "list", "--columns=name,application,version,branch"],
    &["snap", "list"],
    &["pip3", "list", "--format=json", "--disable-pip-version-check"],
    &["npm", "ls", "--global", "--depth=0", "--json"],
];

/// What a package manager may say at most.
const LISTING_BYTES_MAX: u64 = 16 << 20;
/// How long one is waited for.
const LISTING_SECONDS_MAX: u64 = 60;
/// Files of a folder that are looked at.
const ENTRIES_MAX: usize = 5_000;

fn listings() -> Vec<Listing> {
    let mut listings = Vec::new();
    for (from, path) in [("dpkg", DPKG_STATUS), ("apk", APK_INSTALLED)] {
        if let Ok(bytes) = fs::read(path) {
            listings.push(Listing { from: from.to_owned(), bytes });
        }
    }
    for command in COMMANDS {
        if let Some(bytes) = said(command) {
            listings.push(Listing { from: command.iter().take(2).copied().collect::<Vec<_>>().join(" "), bytes });
        }
    }
    for folder in SWID_FOLDERS {
        for path in entries(Path::new(folder)) {
            if path.extension().is_some_and(|ending| ending == "swidtag")
                && let Ok(bytes) = fs::read(&path)
            {
                listings.push(Listing { from: path.display().to_string(), bytes });
            }
        }
    }
    listings
}

/// What a command says within its limits; nothing where it is not there, fails or says nothing.
fn said(command: &[&str]) -> Option<Vec<u8>> {
    let (program, arguments) = command.split_first()?;
    let mut child = Command::new("timeout")
        .arg(LISTING_SECONDS_MAX.to_string())
        .arg(program)
        .args(arguments)
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut said = Vec::new();
    let read = child.stdout.take().map(|out| out.take(LISTING_BYTES_MAX).read_to_end(&mut said));
    let ended = child.wait().ok()?;
    // npm ends with 1 where a package is not quite in order, and lists them all the same.
    let is_usable = ended.success() || (*program == "npm" && ended.code() == Some(1));
    (matches!(read, Some(Ok(_))) && is_usable && !said.trim_ascii().is_empty()).then_some(said)
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(read) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = read.take(ENTRIES_MAX).filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    paths
}

/// Folders of `/opt`, and applications with a desktop entry that no package manager put there.
fn seen() -> Vec<SeenTitle> {
    let mut seen = Vec::new();
    for path in entries(Path::new("/opt")) {
        if let Some(name) =
            path.file_name().and_then(|name| name.to_str()).filter(|name| path.is_dir() && !name.starts_with('.'))
        {
            seen.push(SeenTitle {
                name: name.to_owned(),
                version: None,
                source_id: format!("path:{}", path.display()),
            });
        }
    }
    for folder in DESKTOP_FOLDERS {
        for path in entries(Path::new(folder)) {
            if path.extension().is_some_and(|ending| ending == "desktop")
                && let Some(title) = desktop_entry(&path)
            {
                seen.push(title);
            }
        }
    }
    seen
}

/// The name of a desktop entry, where it is an application that is shown.
fn desktop_entry(path: &Path) -> Option<SeenTitle> {
    let text = fs::read_to_string(path).ok()?;
    let section = text.split("[Desktop Entry]").nth(1)?.split("\n[").next()?;
    let value = |key: &str| {
        section.lines().find_map(|line| line.strip_prefix(key)?.trim_start().strip_prefix('=')).map(str::trim)
    };
    let is_shown =
        value("Type") == Some("Application") && value("NoDisplay") != Some("true") && value("Hidden") != Some("true");
    let name = value("Name").filter(|name| is_shown && !name.is_empty())?;
    let version = value("X-AppImage-Version").map(str::to_owned);
    Some(SeenTitle { name: name.to_owned(), version, source_id: format!("path:{}", path.display()) })
}

fn machine(discover: &Discover) -> Machine {
    let file =
        |path: &str| fs::read_to_string(path).ok().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    Machine {
        listings: listings(),
        seen: seen(),
        host_name: file("/etc/hostname").or_else(|| file("/proc/sys/kernel/hostname")),
        serial: file("/sys/class/dmi/id/product_serial"),
        uuid: file("/sys/class/dmi/id/product_uuid"),
        cpuinfo: file("/proc/cpuinfo").unwrap_or_default(),
        os_release: file("/etc/os-release").unwrap_or_default(),
        environment: discover.environment.clone(),
        primary_user: discover.primary_user.clone(),
        today: Some(jiff::Zoned::now().date()),
    }
}
