//! docs/IMPORT.md and the code say the same.

use std::path::Path;

use importers::{EntitlementField, Headers, Mapping, PublisherStatementField, PublisherStatementMapping, limits};

fn documentation() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/IMPORT.md")).unwrap()
}

#[test]
fn the_table_of_limits_lists_every_limit_with_its_number() {
    let text = documentation();
    for limit in limits::ALL {
        let row = format!("| {} | {} | {} |", limit.what, limit.shown, limit.reason);
        assert!(text.contains(&row), "docs/IMPORT.md lacks this row:\n{row}");
    }
}

#[test]
fn the_table_of_columns_lists_every_field_with_its_synonyms() {
    let text = documentation();
    let mapping = Mapping::named("indult").unwrap();
    for field in EntitlementField::ALL {
        let headers = mapping.columns.get(&field).map(Headers::candidates).unwrap_or_default();
        let row = format!("| `{}` | {} |", field.name(), headers[1..].join(", "));
        assert!(text.contains(&row), "docs/IMPORT.md lacks this row:\n{row}");
    }
    assert!(text.contains(&Mapping::template_header()), "the template's first line");
}

#[test]
fn the_table_of_a_publishers_statement_lists_every_field_with_its_synonyms() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/RECONCILIATION.md");
    let text = std::fs::read_to_string(path).unwrap();
    let mapping = PublisherStatementMapping::named("publisher-statement").unwrap();
    for field in PublisherStatementField::ALL {
        let headers = mapping.columns.get(&field).map(Headers::candidates).unwrap_or_default();
        let also: Vec<String> =
            headers.into_iter().filter(|header| *header != field.name().replace('_', " ")).collect();
        let row = format!("| `{}` | {} |", field.name(), also.join(", "));
        assert!(text.contains(&row), "docs/RECONCILIATION.md lacks this row:\n{row}");
    }
}

#[test]
fn the_example_of_a_mapping_is_one() {
    let text = documentation();
    let examples: Vec<&str> = text.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(examples.len(), 2);
    for example in examples {
        Mapping::parse(example).unwrap();
    }
}
