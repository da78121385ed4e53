//! What holds for every page, tried on every sample.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, reason = "tests")]

use std::collections::BTreeMap;

use super::samples;

/// What people type when they mean harm, or only like unusual names.
const HOSTILE: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>&amp;{{7*7}}";

fn pages(mark: &str) -> Vec<(&'static str, String)> {
    samples::all(mark).into_iter().map(|sample| (sample.name, sample.page.into_string())).collect()
}

/// The tags of a page, each from `<` to `>`, in order. Quoted values may contain `>`.
fn tags(page: &str) -> Vec<&str> {
    let mut tags = Vec::new();
    let mut rest = page;
    while let Some(start) = rest.find('<') {
        let mut quoted = false;
        let end = rest[start..]
            .char_indices()
            .find(|(_, character)| {
                quoted ^= *character == '"';
                *character == '>' && !quoted
            })
            .map(|(offset, _)| start + offset + 1)
            .unwrap();
        tags.push(&rest[start..end]);
        rest = &rest[end..];
    }
    tags
}

fn of<'a>(tags: &[&'a str], name: &str) -> Vec<&'a str> {
    let opens = |tag: &&str| tag[1..].split([' ', '>', '/']).next() == Some(name);
    tags.iter().copied().filter(opens).collect()
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    tag[start..].split('"').next()
}

/// What is read, without tags.
fn words(page: &str) -> String {
    let mut words = page.to_owned();
    for tag in tags(page) {
        words = words.replacen(tag, " ", 1);
    }
    words
}

#[test]
fn every_page_has_one_heading_one_main_part_and_a_title_of_its_own() {
    let mut titles: BTreeMap<String, &str> = BTreeMap::new();
    for (name, page) in pages("") {
        let tags = tags(&page);
        assert_eq!(of(&tags, "h1").len(), 1, "{name}");
        assert_eq!(of(&tags, "main").len(), 1, "{name}");
        let title = page.split("<title>").nth(1).unwrap().split("</title>").next().unwrap().to_owned();
        assert!(title.ends_with(" \u{b7} Indult"), "{name}: {title}");
        assert_eq!(
            title.starts_with("Error: "),
            page.contains("There is a problem") || page.contains("class=\"error\""),
            "{name}: {title}"
        );
        if let Some(other) = titles.insert(title.clone(), name) {
            panic!("{name} and {other} have the title {title}");
        }
    }
}

#[test]
fn the_first_thing_on_every_page_leads_past_the_navigation() {
    for (name, page) in pages("") {
        let body = page.split("<body>").nth(1).unwrap();
        assert!(body.starts_with("<a class=\"skip\" href=\"#main\">"), "{name}");
        assert!(page.contains("id=\"main\""), "{name}");
    }
}

#[test]
fn every_table_says_what_it_shows_and_every_heading_cell_what_it_heads() {
    for (name, page) in pages("") {
        let tags = tags(&page);
        assert_eq!(of(&tags, "table").len(), of(&tags, "caption").len(), "{name}");
        for heading in of(&tags, "th") {
            assert!(attribute(heading, "scope").is_some(), "{name}: {heading}");
        }
        for region in tags.iter().filter(|tag| tag.contains("class=\"region\"")) {
            let label = attribute(region, "aria-labelledby").unwrap();
            assert!(page.contains(&format!("id=\"{label}\"")), "{name}: {region}");
            assert_eq!(attribute(region, "tabindex"), Some("0"), "{name}: {region}");
        }
    }
}

#[test]
fn every_field_has_a_label_and_every_id_is_there_once() {
    for (name, page) in pages("") {
        let tags = tags(&page);
        let mut ids: Vec<&str> = tags.iter().filter_map(|tag| attribute(tag, "id")).collect();
        ids.sort_unstable();
        for pair in ids.windows(2) {
            assert_ne!(pair[0], pair[1], "{name}");
        }
        let labels: Vec<&str> = of(&tags, "label").iter().filter_map(|label| attribute(label, "for")).collect();
        let fields = ["input", "select", "textarea"].iter().flat_map(|field| of(&tags, field));
        for field in fields.filter(|field| attribute(field, "type") != Some("hidden")) {
            let id = attribute(field, "id").unwrap_or_else(|| panic!("{name}: {field}"));
            assert!(labels.contains(&id), "{name}: {field}");
        }
        for link in
            of(&tags, "a").iter().filter_map(|link| attribute(link, "href")).filter(|href| href.starts_with('#'))
        {
            assert!(ids.contains(&&link[1..]), "{name}: {link} leads nowhere");
        }
        for reference in ["aria-labelledby", "aria-describedby"] {
            for list in tags.iter().filter_map(|tag| attribute(tag, reference)) {
                assert!(list.split(' ').all(|id| ids.contains(&id)), "{name}: {reference} {list}");
            }
        }
    }
}

#[test]
fn every_form_sends_by_post_or_only_filters_or_reckons() {
    for (name, page) in pages("") {
        for form in of(&tags(&page), "form") {
            match attribute(form, "method") {
                Some("post") => assert!(attribute(form, "action").unwrap().starts_with('/'), "{name}: {form}"),
                Some("get") => {
                    let changes_nothing = form.contains("role=\"search\"") || form.contains("class=\"calculator\"");
                    assert!(changes_nothing, "{name}: {form}");
                }
                other => panic!("{name}: {form} has the method {other:?}"),
            }
        }
    }
}

#[test]
fn a_strict_content_policy_refuses_nothing_on_any_page() {
    for (name, page) in pages(HOSTILE) {
        let tags = tags(&page);
        for script in of(&tags, "script") {
            assert!(attribute(script, "src").is_some_and(|source| source.starts_with("/assets/")), "{name}: {script}");
        }
        assert!(of(&tags, "style").is_empty(), "{name}");
        for tag in &tags {
            assert!(!tag.contains(" style="), "{name}: {tag}");
            let handler =
                tag.split(' ').any(|part| part.starts_with("on") && part.contains('=') && !tag.contains("&quot;"));
            assert!(!handler, "{name}: {tag}");
            for address in ["href", "src", "action"].into_iter().filter_map(|name| attribute(tag, name)) {
                let inside = address.starts_with('/') || address.starts_with('#');
                assert!(inside, "{name}: {tag} leads outside");
            }
        }
    }
}

#[test]
fn what_people_type_is_text_and_never_markup() {
    let (plain, hostile) = (pages(" harmless"), pages(HOSTILE));
    for ((name, plain), (_, hostile)) in plain.iter().zip(&hostile) {
        assert!(!hostile.contains("<script>alert"), "{name}");
        assert!(!hostile.contains("<img"), "{name}");
        // The same elements in the same order: hostile text has opened and closed nothing.
        let shape = |page: &str| -> Vec<String> {
            tags(page).iter().map(|tag| tag[1..].split([' ', '>']).next().unwrap().to_owned()).collect()
        };
        assert!(shape(plain) == shape(hostile), "{name} has other elements with hostile text");
    }
    let carried = hostile.iter().filter(|(_, page)| page.contains("&lt;script&gt;alert(1)")).count();
    assert!(carried > plain.len() * 3 / 4, "only {carried} of {} samples carry the text", plain.len());
}

#[test]
fn no_page_blames_begs_or_apologises() {
    for (name, page) in pages("") {
        let words = words(&page).to_lowercase();
        for word in ["invalid", "oops", "please", "sorry", "whoops"] {
            assert!(!words.contains(word), "{name} says {word}");
        }
    }
}

#[test]
fn every_page_read_from_the_ledger_says_at_which_entry() {
    for (name, page) in pages("") {
        let signed_in = page.contains("aria-label=\"Main\"");
        assert_eq!(signed_in, page.contains("Read at entry"), "{name}");
    }
}

#[test]
fn a_page_of_fifty_rows_is_light() {
    for (name, page) in pages("") {
        assert!(page.len() < 60_000, "{name} has {} bytes", page.len());
    }
}
