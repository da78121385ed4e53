//! What package managers list: rpm, apk, flatpak, snap, pip and npm, each for a device of which the caller gives the name.
//!
//! Only what is installed counts; where a list says more, such as sizes and descriptions, it is not read.

use std::collections::BTreeMap;

use domain::observation::DeviceAttributes;
use serde::Deserialize;

use crate::assembly::{Assembly, Draft, FoundTitle};
use crate::json::{Object, Scalar, for_each_object};
use crate::swid::named_device;
use crate::unreadable::Unreadable;

/// Lines by which a list is recognised.
const PROBED_LINES: usize = 20;

fn draft(name_if_absent: Option<&str>, assembly: &mut Assembly) -> Result<Option<Draft>, Unreadable> {
    match named_device("The list of packages does not name its device.", name_if_absent) {
        Ok(device) => Ok(Some(Draft::new(device, DeviceAttributes::default()))),
        Err(fault) => assembly.findings.reject("device", fault).map(|()| None),
    }
}

fn some(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty() && *text != "(none)" && *text != "-")
}

/// One package of a list.
#[derive(Default)]
struct Package<'a> {
    name: &'a str,
    version: &'a str,
    publisher: &'a str,
    id: &'a str,
}

fn install(
    scheme: &str,
    package: &Package<'_>,
    place: impl Fn() -> String,
    draft: &mut Draft,
    assembly: &mut Assembly,
) -> Result<(), Unreadable> {
    let id = if package.id.is_empty() { package.name } else { package.id };
    let source_id = format!("{scheme}:{}", id.trim());
    let found = FoundTitle {
        publisher: some(package.publisher),
        name: some(package.name),
        version: some(package.version),
        source_id: Some(&source_id),
        last_used_on: None,
    };
    draft.install(found, place, &mut assembly.findings)
}

fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty())
}

/// Whether most of the first lines fit.
fn mostly(text: &str, fits: impl Fn(&str) -> bool) -> bool {
    let probed: Vec<&str> = lines(text).take(PROBED_LINES).map(|(_, line)| line).collect();
    !probed.is_empty() && probed.iter().filter(|line| fits(line)).count() * 10 >= probed.len() * 9
}

/// `name<TAB>arch<TAB>version-release<TAB>…<TAB>vendor`, as inventory agents ask rpm, or the plain lines of `rpm -qa`.
pub(crate) fn is_rpm(text: &str) -> bool {
    mostly(text, |line| rpm_tabbed(line).is_some()) || mostly(text, |line| rpm_plain(line).is_some())
}

const ARCHITECTURES: [&str; 11] =
    ["x86_64", "noarch", "i386", "i486", "i586", "i686", "aarch64", "armv7hl", "ppc64le", "s390x", "(none)"];

fn rpm_tabbed(line: &str) -> Option<Package<'_>> {
    let cells: Vec<&str> = line.split('\t').collect();
    let [name, architecture, version, rest @ ..] = cells.as_slice() else { return None };
    let known = ARCHITECTURES.contains(architecture) && version.contains('-');
    known.then(|| Package { name, version, publisher: rest.get(2).copied().unwrap_or_default(), id: "" })
}

/// `bash-5.2.26-3.fc40.x86_64`: the name ends before the last hyphen but one.
fn rpm_plain(line: &str) -> Option<Package<'_>> {
    let line = line.trim();
    let (rest, architecture) = line.rsplit_once('.')?;
    if !ARCHITECTURES.contains(&architecture) || line.contains([' ', '\t', ',', ';']) {
        return None;
    }
    let (before, _) = rest.rsplit_once('-')?;
    let (name, _) = before.rsplit_once('-')?;
    let version = rest.get(name.len() + 1..)?;
    (!name.is_empty()).then_some(Package { name, version, publisher: "", id: "" })
}

pub(crate) fn read_rpm(text: &str, name: Option<&str>, assembly: &mut Assembly) -> Result<(), Unreadable> {
    read_lines("rpm", text, name, assembly, |line| rpm_tabbed(line).or_else(|| rpm_plain(line)))
}

fn read_lines<'a>(
    scheme: &str,
    text: &'a str,
    name: Option<&str>,
    assembly: &mut Assembly,
    package: impl Fn(&'a str) -> Option<Package<'a>>,
) -> Result<(), Unreadable> {
    let Some(mut draft) = draft(name, assembly)? else { return Ok(()) };
    for (number, line) in lines(text) {
        // A line of another shape is a heading or a warning of the tool.
        if let Some(package) = package(line) {
            install(scheme, &package, || format!("line {number}"), &mut draft, assembly)?;
        }
    }
    assembly.add(draft)
}

/// The database of apk: paragraphs of one-letter fields, `/lib/apk/db/installed`.
pub(crate) fn is_apk(text: &str) -> bool {
    let first: Vec<&str> = text.lines().skip_while(|line| line.trim().is_empty()).take(3).collect();
    first.iter().any(|line| line.starts_with("P:")) && first.iter().any(|line| line.starts_with("V:"))
}

pub(crate) fn read_apk(text: &str, name: Option<&str>, assembly: &mut Assembly) -> Result<(), Unreadable> {
    let Some(mut draft) = draft(name, assembly)? else { return Ok(()) };
    let mut package = Package::default();
    for (number, line) in (1..).zip(text.lines().chain(std::iter::once(""))) {
        match line.split_once(':') {
            Some(("P", value)) => package.name = value,
            Some(("V", value)) => package.version = value,
            None if line.trim().is_empty() && !package.name.is_empty() => {
                install("apk", &package, || format!("line {number}"), &mut draft, assembly)?;
                package = Package::default();
            }
            Some(_) | None => {}
        }
    }
    assembly.add(draft)
}

/// `flatpak list --columns=name,application,version,…`, parted by tabs.
pub(crate) fn is_flatpak(text: &str) -> bool {
    mostly(text, |line| flatpak_line(line).is_some())
}

fn flatpak_line(line: &str) -> Option<Package<'_>> {
    let cells: Vec<&str> = line.split('\t').collect();
    let [name, application, rest @ ..] = cells.as_slice() else { return None };
    let is_id = application.split('.').count() >= 3
        && application.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'));
    is_id.then(|| Package { name, id: application, version: rest.first().copied().unwrap_or_default(), publisher: "" })
}

pub(crate) fn read_flatpak(text: &str, name: Option<&str>, assembly: &mut Assembly) -> Result<(), Unreadable> {
    read_lines("flatpak", text, name, assembly, flatpak_line)
}

/// `snap list`: its heading and columns parted by blanks.
pub(crate) fn is_snap(text: &str) -> bool {
    let heading: Vec<&str> = text.lines().next().unwrap_or_default().split_whitespace().collect();
    heading.starts_with(&["Name", "Version", "Rev"])
}

pub(crate) fn read_snap(text: &str, name: Option<&str>, assembly: &mut Assembly) -> Result<(), Unreadable> {
    read_lines("snap", text, name, assembly, |line| {
        let mut cells = line.split_whitespace();
        let (name, version, revision) = (cells.next()?, cells.next()?, cells.next()?);
        let publisher = cells.nth(1).unwrap_or_default().trim_end_matches(['*', '✓', '✪']);
        revision.bytes().any(|byte| byte.is_ascii_digit()).then_some(Package { name, version, publisher, id: "" })
    })
}

#[derive(Deserialize)]
struct Named<'a> {
    #[serde(default, borrow)]
    name: Scalar<'a>,
    #[serde(default, borrow)]
    version: Scalar<'a>,
}

/// `pip list --format=json`.
pub(crate) fn read_pip(text: &str, name: Option<&str>, assembly: &mut Assembly) -> Result<(), Unreadable> {
    let Some(mut draft) = draft(name, assembly)? else { return Ok(()) };
    let mut number = 0_usize;
    for_each_object::<Named<'_>>(text, |row| {
        let place = format!("entry {number}");
        number += 1;
        let (name, version) = row.map_or((None, None), |row| (row.name.filled(), row.version.filled()));
        let (name, version) = (name.unwrap_or_default(), version.unwrap_or_default());
        let id = format!("pkg:pypi/{}", name.to_lowercase());
        let package = Package { name: &name, version: &version, publisher: "", id: &id };
        install("purl", &package, || place.clone(), &mut draft, assembly)
    })?;
    assembly.add(draft)
}

#[derive(Deserialize)]
struct NpmTree<'a> {
    #[serde(default, borrow)]
    dependencies: Object<BTreeMap<String, Object<Named<'a>>>>,
}

/// `npm ls --json`, of the packages that were asked for, not of theirs.
pub(crate) fn read_npm(text: &str, name: Option<&str>, assembly: &mut Assembly) -> Result<(), Unreadable> {
    let Some(mut draft) = draft(name, assembly)? else { return Ok(()) };
    for_each_object::<NpmTree<'_>>(text, |tree| {
        let packages = tree.and_then(|tree| tree.dependencies.0).unwrap_or_default();
        for (name, about) in packages {
            let version = about.0.and_then(|about| about.version.filled()).unwrap_or_default();
            let id = format!("pkg:npm/{name}");
            let package = Package { name: &name, version: &version, publisher: "", id: &id };
            install("purl", &package, || format!("dependencies.{name}"), &mut draft, assembly)?;
        }
        Ok(())
    })?;
    assembly.add(draft)
}
