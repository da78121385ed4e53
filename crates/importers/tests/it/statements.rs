//! Publishers' statements as tables: which column gives what, and what each row says.

use importers::{Layout, PublisherStatementMapping, read_publisher_statement, read_workbook};

/// One line for each row: everything that it says, parted by bars.
fn told(table: &str, mapping: Option<&str>) -> Vec<String> {
    let mapping = mapping.map(|text| PublisherStatementMapping::parse(text).unwrap());
    let file = read_publisher_statement(table.as_bytes(), mapping.as_ref(), &Layout::default(), &read_workbook);
    let file = file.unwrap();
    assert!(file.rejects.is_empty(), "{:?}", file.rejects);
    let row = |row: &domain::observation::PublisherStatementRow| {
        let day = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string()).unwrap_or_default();
        [
            row.line.to_string(),
            row.product.clone(),
            row.sku.clone().unwrap_or_default(),
            row.publisher.clone().unwrap_or_default(),
            row.metric.as_ref().map(|metric| format!("{metric:?}")).unwrap_or_default(),
            row.quantity.to_string(),
            row.agreement.clone().unwrap_or_default(),
            row.order_number.clone().unwrap_or_default(),
            day(row.starts_on),
            day(row.ends_on),
            day(row.maintained_until),
        ]
        .join("|")
    };
    file.rows.iter().map(row).collect()
}

#[test]
fn portals_call_the_fields_in_many_ways() {
    let table = "Part Number;Product Description;Effective Quantity;Enrollment Number;PO Number;Coverage end date\n\
        NL-1;Drafter Pro;1.200;N-1;PO-7;31.12.2026\nNL-2;Ledgerline;0;N-1;;\n";
    let german = "name = \"n\"\nbased_on = \"publisher-statement\"\ndecimal = \"comma\"\n";
    assert_eq!(
        told(table, Some(german)),
        ["2|Drafter Pro|NL-1|||1200|N-1|PO-7|||2026-12-31", "3|Ledgerline|NL-2|||0|N-1||||"]
    );
    let table = "vendor,sku,seats,licence metric,from,until\nNorthlight,NL-1,unlimited,device,2026-01-01,2026-12-31\n\
        Northlight,NL-2,5,bushel,,\n";
    assert_eq!(
        told(table, None),
        [
            "2|NL-1||Northlight|Known(Device)|unlimited|||2026-01-01|2026-12-31|",
            "3|NL-2||Northlight|Other(\"bushel\")|5|||||"
        ]
    );
    let json = r#"[{"product": "Drafter Pro", "quantity": 4, "contract": "N-1"}]"#;
    assert_eq!(told(json, None), ["1|Drafter Pro||||4|N-1||||"]);
}

#[test]
fn no_header_stands_for_two_fields_but_part_numbers_in_place_of_names() {
    let mapping = PublisherStatementMapping::named("publisher-statement").unwrap();
    let mut seen = std::collections::BTreeMap::new();
    for (field, headers) in &mapping.columns {
        for header in headers.candidates() {
            if let Some(other) = seen.insert(header.clone(), *field) {
                assert_eq!(format!("{other:?} {field:?}"), "Product Sku", "{header}");
            }
        }
    }
}
