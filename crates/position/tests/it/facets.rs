//! Facets, gaps and selections against a count by hand, device by device.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::{ImportId, ProductId};
use domain::observation::{DeviceAttributes, DeviceKind, Environment};
use domain::product::folded;
use position::facets::{Dimension, Facet, facets, facets_of};
use position::quality::{DeviceGap, TitleGap, device_gaps, incomplete_titles, title_gaps};
use position::selection::{Choices, Selection};
use position::{Base, DeviceFacts, Estate, Recognition};
use proptest::prelude::*;

use crate::world::{World, named, report, title, worlds};

/// Random worlds whose reports state places, kinds, hosts and cores.
fn placed() -> impl Strategy<Value = World> {
    let places = prop_oneof![
        2 => Just(None), 2 => Just(Some("Europe")), 1 => Just(Some(" EUROPE ")), 1 => Just(Some("Europe/North")),
        2 => Just(Some("Asia")), 1 => Just(Some("  ")),
    ];
    let kinds = prop_oneof![Just(DeviceKind::Unknown), Just(DeviceKind::Virtual), Just(DeviceKind::Application)];
    let facts = (places.clone(), places.clone(), places, kinds, any::<[bool; 4]>());
    (worlds(), prop::collection::vec(facts, 14)).prop_map(|(mut world, facts)| {
        for (said, (region, unit, centre, kind, [cores, virtual_processors, host, outside])) in
            world.said.iter_mut().zip(facts)
        {
            said.report.from_outside = outside;
            let attributes = &mut said.report.attributes;
            attributes.region = region.map(str::to_owned);
            attributes.business_unit = unit.map(str::to_owned);
            attributes.cost_centre = centre.map(str::to_owned);
            attributes.kind = kind;
            attributes.cores = cores.then_some(8);
            attributes.virtual_processors = virtual_processors.then_some(4);
            attributes.host = host.then(|| "host-1".to_owned());
        }
        world
    })
}

fn devices(base: &Base) -> Vec<DeviceFacts> {
    base.estate().devices().filter_map(|device| base.estate().device(device)).collect()
}

fn stated(text: Option<&String>) -> Option<String> {
    text.map(|text| folded(text)).filter(|text| !text.is_empty())
}

/// The place of a device, as compared.
fn place(attributes: &DeviceAttributes, dimension: Dimension) -> Option<String> {
    match dimension {
        Dimension::Region => stated(attributes.region.as_ref()),
        Dimension::BusinessUnit => stated(attributes.business_unit.as_ref()),
        Dimension::CostCentre => stated(attributes.cost_centre.as_ref()),
        Dimension::Environment => attributes.environment.map(|environment| environment.name().to_owned()),
    }
}

/// Devices, installations, licensable ones, products.
type Counted = BTreeMap<Option<String>, (u64, u64, u64, BTreeSet<ProductId>)>;

fn by_hand(base: &Base, dimension: Dimension, wanted: Option<ProductId>) -> Counted {
    let mut counted = Counted::new();
    for device in devices(base) {
        let titles = base.estate().installed_on(device.index);
        let recognised = titles.iter().map(|title| base.recognition_of(&title.title));
        let recognised: Vec<Recognition> = match wanted {
            Some(product) => recognised.filter(|one| *one == Recognition::Product(product)).collect(),
            None => recognised.collect(),
        };
        if wanted.is_some() && recognised.is_empty() {
            continue;
        }
        let here = counted.entry(place(&device.attributes, dimension)).or_default();
        here.0 += 1;
        for recognition in recognised {
            here.1 += 1;
            match recognition {
                Recognition::Product(product) => {
                    here.2 += 1;
                    here.3.insert(product);
                }
                Recognition::Known(_) => here.2 += 1,
                Recognition::NeedsNoLicence | Recognition::Unrecognised => {}
            }
        }
    }
    counted
}

fn same(facets: &[Facet], counted: &Counted) -> bool {
    let said: BTreeMap<Option<String>, (u64, u64, u64, u64)> = facets
        .iter()
        .map(|facet| {
            let place = facet.place.as_deref().map(folded);
            (place, (facet.devices, facet.installations, facet.licensable, facet.products))
        })
        .collect();
    let expected = counted.iter().map(|(place, (devices, all, licensable, products))| {
        (place.clone(), (*devices, *all, *licensable, products.len() as u64))
    });
    said.len() == facets.len() && said == expected.collect()
}

/// The selection that a facet leads to.
fn behind(dimension: Dimension, place: Option<&str>, product: Option<ProductId>) -> Selection {
    let mut selection = Selection { product, ..Selection::default() };
    match (dimension, place) {
        (Dimension::Region, Some(place)) => selection.region = Some(place.to_owned()),
        (Dimension::BusinessUnit, Some(place)) => selection.business_unit = Some(place.to_owned()),
        (Dimension::CostCentre, Some(place)) => selection.cost_centre = Some(place.to_owned()),
        (Dimension::Environment, Some(place)) => selection.environment = Environment::from_word(place),
        (dimension, None) => selection.lacking = DeviceGap::from_name(dimension.name()),
    }
    selection
}

fn has_gap(attributes: &DeviceAttributes, gap: DeviceGap) -> bool {
    match gap {
        DeviceGap::PrimaryUser => attributes.primary_user.is_none(),
        DeviceGap::Host => attributes.kind == DeviceKind::Virtual && attributes.host.is_none(),
        DeviceGap::Cores => {
            attributes.kind != DeviceKind::Application
                && attributes.cores.is_none()
                && attributes.virtual_processors.is_none()
        }
        DeviceGap::Environment => attributes.environment.is_none(),
        DeviceGap::Region => stated(attributes.region.as_ref()).is_none(),
        DeviceGap::BusinessUnit => stated(attributes.business_unit.as_ref()).is_none(),
        DeviceGap::CostCentre => stated(attributes.cost_centre.as_ref()).is_none(),
    }
}

proptest! {
    #[test]
    fn facets_are_what_counting_each_device_gives(world in placed()) {
        let base = world.base();
        for dimension in Dimension::ALL {
            prop_assert!(same(&facets(&base, dimension), &by_hand(&base, dimension, None)));
            for product in (1..=5).map(ProductId) {
                let of_one = facets_of(&base, dimension, product);
                prop_assert!(same(&of_one, &by_hand(&base, dimension, Some(product))), "{:?}", of_one);
            }
        }
    }

    #[test]
    fn behind_each_facet_stand_exactly_as_many_devices(world in placed()) {
        let base = world.base();
        for dimension in Dimension::ALL {
            for product in [None, Some(ProductId(1)), Some(ProductId(2))] {
                let found = product.map_or_else(|| facets(&base, dimension), |one| facets_of(&base, dimension, one));
                for facet in found {
                    let selection = behind(dimension, facet.place.as_deref(), product);
                    prop_assert_eq!(selection.devices(&base).len() as u64, facet.devices, "{:?}", selection);
                }
            }
        }
    }

    #[test]
    fn gaps_are_what_counting_each_device_gives(world in placed()) {
        let base = world.base();
        let all = devices(&base);
        for lacking in device_gaps(base.estate()) {
            let expected = all.iter().filter(|device| has_gap(&device.attributes, lacking.gap)).count() as u64;
            let behind = Selection { lacking: Some(lacking.gap), ..Selection::default() }.devices(&base).len() as u64;
            prop_assert_eq!((lacking.count, behind), (expected, expected), "{:?}", lacking.gap);
            prop_assert!(lacking.count <= lacking.of && lacking.of <= base.estate().device_count());
        }
        for lacking in title_gaps(base.estate()) {
            let titles = all.iter().flat_map(|device| base.estate().installed_on(device.index));
            let without = titles.filter(|one| match lacking.gap {
                TitleGap::Publisher => one.title.publisher.is_none(),
                TitleGap::Version => one.title.version.is_none(),
            });
            prop_assert_eq!(lacking.count, without.count() as u64);
        }
    }

    #[test]
    fn words_and_sources_choose_what_they_say(world in placed()) {
        let base = world.base();
        for number in 0..3 {
            let source = format!("source {number}");
            let outside = format!("{source} (from outside)");
            let expected = devices(&base).into_iter().filter(|device| {
                device.reports.iter().any(|report| report.source == source || report.source == outside)
            });
            let expected: BTreeSet<_> = expected.map(|device| device.index).collect();
            let selection = Selection { source: Some(source), ..Selection::default() };
            let found: BTreeSet<_> = selection.devices(&base).into_iter().collect();
            prop_assert_eq!(found, expected);
        }
        for words in ["PC-1", "u2", "serial:", ""] {
            let selection = Selection { words: words.to_owned(), ..Selection::default() };
            let found: Vec<_> = selection.devices(&base).into_iter().filter_map(|one| base.estate().device(one)).collect();
            let says = |device: &DeviceFacts| {
                let user = device.attributes.primary_user.as_deref().map(folded).unwrap_or_default();
                let words = folded(words);
                folded(&device.name).contains(&words) || device.key.contains(&words) || user.contains(&words)
            };
            prop_assert_eq!(found.len(), devices(&base).iter().filter(|device| says(device)).count());
            prop_assert!(found.is_sorted_by_key(|device| (folded(&device.name), device.key.clone())));
        }
    }
}

#[test]
fn the_comparison_notices_a_number_that_is_wrong() {
    let mut estate = Estate::new();
    estate.report("table", ImportId(1), &report(named("pc-1"), vec![title("Draw", Some("1"))]));
    let base = Base::of(estate, &domain::State::default());
    let mut found = facets(&base, Dimension::Region);
    let counted = by_hand(&base, Dimension::Region, None);
    assert!(same(&found, &counted));
    found[0].installations += 1;
    assert!(!same(&found, &counted));
}

#[test]
fn a_place_that_no_device_states_any_more_is_no_facet_and_no_choice() {
    let mut estate = Estate::new();
    let mut one = report(named("pc-1"), vec![title("Draw", Some("1")), title("Draw", Some("2"))]);
    one.attributes.region = Some("Europe".to_owned());
    estate.report("table", ImportId(1), &one);
    one.attributes.region = Some(" Asia ".to_owned());
    estate.report("table", ImportId(2), &one);
    let base = Base::of(estate, &domain::State::default());
    let facet =
        |place: &str| Facet { place: Some(place.to_owned()), devices: 1, installations: 2, licensable: 0, products: 0 };
    assert_eq!(facets(&base, Dimension::Region), [facet("Asia")]);
    assert_eq!(Choices::of(base.estate()).regions, BTreeSet::from(["Asia".to_owned()]));
    let titles = incomplete_titles(base.estate(), TitleGap::Publisher);
    assert_eq!(titles.iter().map(|title| title.installations).sum::<u64>(), 2);
    assert!(incomplete_titles(base.estate(), TitleGap::Version).is_empty());
}
