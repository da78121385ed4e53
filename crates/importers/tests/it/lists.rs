//! Lists of package managers, osquery and Fleet, and hosts with their guests.

use domain::observation::{DeviceKind, DeviceReport};
use importers::{InventoryFile, detect, read_inventory};

fn read(text: &str) -> InventoryFile {
    let file = read_inventory(text.as_bytes(), None, Some("host-1")).unwrap();
    assert_eq!(detect(text.as_bytes(), None), Some(file.format));
    file
}

/// The format and every title of every device, one line each.
fn titles(text: &str) -> String {
    let file = read(text);
    let mut lines = vec![file.format.name().to_owned()];
    for report in &file.reports {
        for installed in &report.installations {
            let title = &installed.title;
            lines.push(format!(
                "{}: {} | {} | {} | {}",
                report.device.name,
                title.publisher.as_deref().unwrap_or("-"),
                title.name,
                title.version.as_deref().unwrap_or("-"),
                installed.source_id.as_deref().unwrap_or("-")
            ));
        }
    }
    lines.extend(file.rejects.iter().map(|reject| format!("! {}: {}", reject.place, reject.problem)));
    lines.join("\n")
}

#[test]
fn lists_of_package_managers_are_read() {
    for (text, expect) in [
        (
            "gjs\tx86_64\t1.32.0-1.mga2\t1332868101\t176167\tMageia.Org\tJS\tOther\nbash\tnoarch\t5-1\t1\t2\t(none)\tx\ty\n",
            "rpm_list\nhost-1: - | bash | 5-1 | rpm:bash\nhost-1: Mageia.Org | gjs | 1.32.0-1.mga2 | rpm:gjs",
        ),
        (
            "bash-5.2.26-3.fc40.x86_64\ngpg-pubkey-a15b79cc-63d04c2c.(none)\nlib-x-y-1.0-2.noarch\n",
            "rpm_list\nhost-1: - | bash | 5.2.26-3.fc40 | rpm:bash\nhost-1: - | gpg-pubkey | a15b79cc-63d04c2c | rpm:gpg-pubkey\nhost-1: - | lib-x-y | 1.0-2 | rpm:lib-x-y",
        ),
        (
            "C:Q1abc\nP:musl\nV:1.2.4-r2\nA:x86_64\n\nC:Q1\nP:busybox\nV:1.36\n",
            "apk_installed\nhost-1: - | busybox | 1.36 | apk:busybox\nhost-1: - | musl | 1.2.4-r2 | apk:musl",
        ),
        (
            "Drawing Board\torg.example.Board\t4.1\tstable\nMap\tcom.example.Map\t\tstable\n",
            "flatpak_list\nhost-1: - | Drawing Board | 4.1 | flatpak:org.example.Board\nhost-1: - | Map | - | flatpak:com.example.Map",
        ),
        (
            "Name    Version  Rev   Tracking  Publisher   Notes\ncore22  20240111 1122  latest/stable  canonical✓  base\n",
            "snap_list\nhost-1: canonical | core22 | 20240111 | snap:core22",
        ),
        (
            r#"[{"name":"Requests","version":"2.31.0"},{"name":"x","version":""}]"#,
            "pip_list\nhost-1: - | Requests | 2.31.0 | purl:pkg:pypi/requests\nhost-1: - | x | - | purl:pkg:pypi/x",
        ),
        (
            r#"{"name":"lib","dependencies":{"npm":{"version":"10.2.4"},"@a/b":{"version":"1","dependencies":{"z":{"version":"2"}}}}}"#,
            "npm_list\nhost-1: - | @a/b | 1 | purl:pkg:npm/@a/b\nhost-1: - | npm | 10.2.4 | purl:pkg:npm/npm",
        ),
        (
            r#"[{"name":"Board","version":"4","identifying_number":"{A-1}","publisher":"Kestrel"},{"name":"Map.app","bundle_short_version":"2","version":"","bundle_identifier":"com.example.map"}]"#,
            "osquery_rows\nhost-1: - | Map | 2 | bundle_id:com.example.map\nhost-1: Kestrel | Board | 4 | product_code:{A-1}",
        ),
        (
            r#"{"hosts":[{"hostname":"pc-1","hardware_serial":"S-77","software":[{"name":"Board","version":"4","vendor":"Kestrel"}]},{"hostname":"pc-2"}]}"#,
            "fleet_hosts\npc-1: Kestrel | Board | 4 | -\n! host 2: software: The host has no list of software, so what is installed is unknown.",
        ),
    ] {
        assert_eq!(titles(text), expect);
    }
}

fn guests(text: &str) -> Vec<String> {
    let shown = |report: &DeviceReport| {
        assert!(report.from_outside && report.installations.is_empty());
        let facts = &report.attributes;
        let number = |number: Option<u32>| number.map_or("-".to_owned(), |number| number.to_string());
        format!(
            "{} {:?} on {} with {} vcpu, {} processors, {} cores",
            report.device.name,
            facts.kind,
            facts.host.as_deref().unwrap_or("-"),
            number(facts.virtual_processors),
            number(facts.processors),
            number(facts.cores)
        )
    };
    read(text).reports.iter().map(shown).collect()
}

#[test]
fn hosts_tell_of_their_guests() {
    let docker = r#"[{"Id":"7938","Name":"/web","State":{"Status":"running"},"Config":{"Image":"web:1"},"HostConfig":{"NanoCpus":1500000000}},
        {"Id":"8","Name":"/old","State":{"Status":"exited"},"Config":{},"HostConfig":{}}]"#;
    assert_eq!(guests(docker), ["web Container on host-1 with 2 vcpu, - processors, - cores"]);
    assert_eq!(read(docker).remarks[0].text, "1 containers that do not run were left aside.");
    let libvirt =
        "<domain type='kvm'><name>db</name><uuid>d0f1baf3-ac9d-e828-619f-91f074c8c6c4</uuid><vcpu>4</vcpu></domain>";
    assert_eq!(guests(libvirt), ["db Virtual on host-1 with 4 vcpu, - processors, - cores"]);
    let xl = "Name                ID   Mem VCPUs  State  Time(s)\nDomain-0   0  800 2 r-----  9.1\nmail server   3 512 1 -b---- 4.2\n";
    assert_eq!(guests(xl), ["mail server Virtual on host-1 with 1 vcpu, - processors, - cores"]);
    let xe = "uuid ( RO)           : a444ab5d-d1fc-f1a5-5ab4-3f0c3c07352e\n     name-label ( RW): core-02\n    VCPUs-number ( RO): 2\n";
    assert_eq!(guests(xe), ["core-02 Virtual on host-1 with 2 vcpu, - processors, - cores"]);
    let machines =
        "VM,Powerstate,CPUs,Host,Cluster,VM UUID\ndb-1,poweredOn,8,esx-1,C1,d0f1baf3-ac9d-e828-619f-91f074c8c6c5\n";
    assert_eq!(guests(machines), ["db-1 Virtual on esx-1 with 8 vcpu, - processors, - cores"]);
    let hosts = "Host,Cluster,CPU Model,# CPU,Cores per CPU,# Cores\nesx-1,C1,Example 9000,2,16,32\n";
    assert_eq!(guests(hosts), ["esx-1 Physical on - with - vcpu, 2 processors, 32 cores"]);
    assert_eq!(read(hosts).reports[0].attributes.kind, DeviceKind::Physical);
}

#[test]
fn hostile_lists_are_read_within_limits_or_refused() {
    let refused = |text: &str| match read_inventory(text.as_bytes(), None, Some("pc")) {
        Ok(file) => format!("read {} titles, {} rejects", file.titles, file.rejects.len()),
        Err(refusal) => refusal.to_string(),
    };
    let many: String = (0..20_001).map(|number| format!("p{number}-1-1.noarch\n")).collect();
    assert!(refused(&many).contains("titles on one device"), "{}", refused(&many));
    let guests = format!("Name ID Mem VCPUs State Time(s)\n{}", "g 1 2 3 4 5\n".repeat(10_002));
    assert!(refused(&guests).contains("guests of one device"), "{}", refused(&guests));
    assert!(refused("[{\"name\":\"a\\u202eb\",\"version\":\"1\"}]").contains("1 rejects"));
    assert!(refused("{\"dependencies\":{\"a\":{\"version\":\"1\"},\"a\":{}}}").contains("stands twice"));
    assert!(refused(&format!("{{\"dependencies\":{}", "{\"a\":".repeat(100))).contains("64 levels"));
    assert!(refused("<domain><name>&x;</name></domain>").contains("entity"));
    assert!(refused("<!DOCTYPE domain><domain/>").contains("document type"));
    assert!(refused("{\"hosts\":[7,null,{}]}").contains("1 rejects"));
    assert!(refused("VM,CPUs,Host\n,x,\n").contains("1 rejects"));
    assert!(refused("[{\"Id\":1,\"Config\":[],\"State\":7}]").starts_with("read"));
}
