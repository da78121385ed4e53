//! Recognition by the shipped catalogue: what common titles are, and how much of real files is recognised.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::State;
use domain::entitlement::Metric;
use domain::id::{ImportId, ProductId, TitleMatchId};
use domain::observation::{DeviceAttributes, DeviceIdentity, DeviceReport, Installation, RawTitle};
use domain::product::Product;
use domain::product::{TitleMatch, TitlePattern, folded};
use position::recognition::{Recogniser, shipped};
use position::{Base, Layer, Recognition, known, unrecognised};

/// What the catalogue makes of `publisher | name | version | id`.
fn said(title: &str) -> String {
    let parts: Vec<&str> = title.split('|').map(str::trim).collect();
    let part = |place: usize| parts.get(place).copied().filter(|part| !part.is_empty());
    let catalogue = shipped();
    let name = folded(part(1).unwrap());
    let publisher = part(0).map(folded);
    let ids = part(3).map(str::to_lowercase);
    let recogniser = &mut Recogniser::default();
    let Some(rule) = catalogue.recognise(publisher.as_deref(), &name, ids.as_deref().into_iter(), recogniser) else {
        return "unrecognised".to_owned();
    };
    let (software, reading) = (catalogue.software_of(rule), catalogue.reading(rule, &name));
    let mut said = software.key.clone();
    if software.metric.is_none() {
        said.push_str(" (no licence)");
    }
    for (what, value) in [("version", reading.version), ("arch", reading.architecture), ("language", reading.language)]
    {
        if let Some(value) = value {
            said.push_str(&format!(" {what} {value}"));
        }
    }
    if let Some(end) = software.end_of_life(&name, part(2)) {
        said.push_str(&format!(" until {}", end.on));
    }
    said
}

#[test]
fn common_titles_are_told_with_version_and_end_of_support() {
    let mut different = Vec::new();
    for (title, expected) in [
        (
            "Microsoft Corporation | Microsoft Office Professional Plus 2016",
            "microsoft/office/professional-plus version 2016 until 2025-10-14",
        ),
        (
            "Microsoft Corporation | Microsoft Visio Professional 2019 - fr-fr",
            "microsoft/visio/professional version 2019 language fr until 2025-10-14",
        ),
        (
            " | Microsoft SQL Server 2016 (64-bit)",
            "microsoft/sql-server/edition-unstated version 2016 arch 64 until 2026-07-14",
        ),
        (
            "Microsoft Corporation | Microsoft Visual C++ 2015-2022 Redistributable (x64) - 14.32.31326",
            "microsoft-components/vc-redistributable (no licence) version 14.32.31326 arch x64",
        ),
        (
            "Microsoft Corporation | Update for Microsoft Office 2010 (KB2553140) 64-Bit Edition",
            "microsoft-components/updates (no licence) arch 64",
        ),
        (
            "Microsoft Corporation | Microsoft Office Professional Plus 2010 Service Pack 1",
            "microsoft-components/updates (no licence) version 1",
        ),
        (
            "JetBrains s.r.o. | IntelliJ IDEA Community Edition 2022.3",
            "jetbrains/intellij-idea/community (no licence) version 2022.3",
        ),
        ("JetBrains s.r.o. | IntelliJ IDEA 2023.1.2", "jetbrains/intellij-idea/ultimate version 2023.1.2"),
        ("Adobe Inc. | Adobe Acrobat DC (64-bit)", "adobe/acrobat/edition-unstated arch 64"),
        (
            "Adobe Systems, Incorporated | Adobe Acrobat Reader DC - Deutsch",
            "adobe/acrobat/reader (no licence) language deutsch",
        ),
        ("Autodesk | AutoCAD LT 2024 - English", "autodesk/autocad/lt version 2024 language english"),
        ("Oracle | Java 8 Update 281 (64-bit)", "oracle/java/jre version 8 arch 64 until 2022-03-31"),
        ("Splunk Inc. | Splunk Enterprise | 9.1.3", "splunk/enterprise until 2025-06-28"),
        ("Igor Pavlov | 7-Zip 22.01 (x64)", "free/7-zip (no licence) version 22.01 arch x64"),
        ("Someone else | Surfer 21", "unrecognised"),
        ("Golden Software, LLC | Surfer 21", "golden/surfer version 21"),
        ("Lineworks | Drawing Board 2026", "unrecognised"),
        (" | left-pad | | purl:pkg:npm/left-pad", "packages/open-source-library (no licence)"),
        (" | zoom | | dpkg:zoom", "zoom/workplace"),
        (" | bash | | rpm:bash", "packages/linux-distribution (no licence)"),
        ("Fedora Project | xz-devel", "fedora/packages (no licence)"),
        ("Компания КриптоПро | КриптоПро CSP", "cryptopro/csp"),
    ] {
        if said(title) != expected {
            different.push(format!("{title} -> {}", said(title)));
        }
    }
    assert!(different.is_empty(), "{different:#?}");
}

#[test]
fn every_name_of_the_catalogue_is_recognised_as_itself() {
    let catalogue = shipped();
    assert!(catalogue.software().iter().filter(|software| software.metric.is_some()).count() >= 400);
    let mut strange = Vec::new();
    for software in catalogue.software().iter().filter(|software| software.metric.is_some()) {
        let publisher = software.publisher.as_deref().map(folded);
        let recogniser = &mut Recogniser::default();
        let rule = catalogue.recognise(publisher.as_deref(), &folded(&software.name), std::iter::empty(), recogniser);
        // Some names are for people (`LSEG Workspace and Eikon`); none may say that no licence is needed.
        if rule.is_some_and(|rule| catalogue.software_of(rule).metric.is_none()) {
            strange.push(software.key.clone());
        }
    }
    assert!(strange.is_empty(), "{strange:?}");
}

fn title(name: &str, publisher: &str) -> RawTitle {
    RawTitle { publisher: Some(publisher.to_owned()), name: name.to_owned(), version: None }
}

fn report(device: &str, titles: &[(RawTitle, Option<&str>)]) -> DeviceReport {
    let mut installations: Vec<Installation> = titles
        .iter()
        .map(|(title, id)| Installation { title: title.clone(), last_used_on: None, source_id: id.map(str::to_owned) })
        .collect();
    installations.sort_by(|one, other| one.title.cmp(&other.title));
    DeviceReport {
        device: DeviceIdentity { name: device.to_owned(), serial: None, uuid: None },
        attributes: DeviceAttributes::default(),
        installations,
        from_outside: false,
        reported_at: None,
    }
}

#[test]
fn people_come_before_the_catalogue_and_a_link_feeds_a_product() {
    let visio = title("Microsoft Visio Professional 2019", "Microsoft Corporation");
    let mut state = State::default();
    let mut base = Base::new();
    base.report("agent", ImportId(1), &report("pc-1", &[(visio.clone(), None)]));
    base.follow(&state);
    let waiting = known(&state, &base);
    assert_eq!(base.catalogue().at(waiting[0].software).key, "microsoft/visio/professional");
    assert_eq!((waiting.len(), waiting[0].devices, unrecognised(&state, &base).len()), (1, 1, 0));

    let product = ProductId(1);
    let recorded = Product {
        id: product,
        name: "Visio".to_owned(),
        publisher: None,
        metric: Metric::Device,
        import: None,
        suite: None,
    };
    state.products.insert(product, Arc::new(recorded));
    state.catalogue_keys.insert(product, "microsoft/visio/professional".into());
    base.follow(&state);
    assert_eq!(base.recognition_of(&visio), Recognition::Product(product));
    assert_eq!(base.device_count_of(product), 1);
    assert_eq!(base.explanation_of(&visio).unwrap().layer, Layer::Shipped);
    assert_eq!(Base::of(base.estate().clone(), &state).recognition_of(&visio), Recognition::Product(product));

    let rule = TitleMatchId(1);
    let pattern = TitlePattern { name: "microsoft visio*".to_owned(), publisher: None };
    state.title_matches.insert(rule, Arc::new(TitleMatch { id: rule, pattern, product: None }));
    base.follow(&state);
    assert_eq!(base.recognition_of(&visio), Recognition::NeedsNoLicence);
    assert_eq!(base.explanation_of(&visio).unwrap().layer, Layer::People(rule));

    state.title_matches.remove(&rule);
    state.catalogue_keys.remove(&product);
    base.follow(&state);
    assert_eq!(known(&state, &base).len(), 1);
}

#[test]
fn an_id_that_comes_later_recognises_a_title() {
    let name = RawTitle { publisher: None, name: "some-tool".to_owned(), version: None };
    let mut base = Base::new();
    base.report("list", ImportId(1), &report("pc-1", &[(name.clone(), None)]));
    assert_eq!(base.recognition_of(&name), Recognition::Unrecognised);
    base.report("packages", ImportId(2), &report("pc-2", &[(name.clone(), Some("dpkg:some-tool"))]));
    assert_eq!(base.recognition_of(&name), Recognition::NeedsNoLicence);
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> =
        paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect();
    found.sort();
    found
}

#[test]
fn nearly_all_installations_of_real_files_are_recognised() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/samples/inventory");
    let (mut read, mut installations, mut recognised, mut known) = (0, 0_u32, 0_u32, 0);
    for path in files(&folder) {
        let bytes = std::fs::read(&path).unwrap();
        let Ok(file) = importers::read_inventory(&bytes, None, Some("sample")) else { continue };
        read += 1;
        let mut base = Base::new();
        for report in &file.reports {
            base.report("sample", ImportId(1), report);
            for installation in &report.installations {
                installations += 1;
                match base.recognition_of(&installation.title) {
                    Recognition::Unrecognised => println!("unrecognised: {:?}", installation.title),
                    Recognition::Known(_) => (recognised, known) = (recognised + 1, known + 1),
                    Recognition::NeedsNoLicence | Recognition::Product(_) => recognised += 1,
                }
            }
        }
    }
    println!("{read} files, {installations} installations, {recognised} recognised, {known} of them need a licence");
    assert!(recognised * 100 >= installations * 95, "{recognised} of {installations}");
}
