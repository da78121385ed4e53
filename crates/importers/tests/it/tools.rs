//! Licences as other tools export them, purchases, and persons who leave.

use importers::{EntitlementFile, Layout, read_entitlements, read_leavers, read_workbook};

fn read(text: &str) -> EntitlementFile {
    read_entitlements(text.as_bytes(), None, "EUR".parse().unwrap()).unwrap()
}

#[test]
fn an_export_of_glpi_is_recognised() {
    let file = read(
        "\"Name\";\"Software\";\"Serial number\";\"Number\";\"Type\";\"Expiration\";\"Publisher\"\n\
         \"Board 25\";\"Drawing Board\";\"X-1\";\"25\";\"\";\"2027-03-31\";\"Kestrel\"\n",
    );
    assert_eq!(file.mapping_name, "glpi");
    let row = &file.rows[0];
    assert_eq!((row.product.as_str(), row.quantity.units()), ("Drawing Board", Some(25)));
    assert_eq!(row.metric, domain::entitlement::Metric::Installation);
    assert_eq!(row.ends_on.unwrap().to_string(), "2027-03-31");
}

#[test]
fn an_export_of_servicenow_is_recognised_as_table_and_as_json() {
    let table = read(
        "Display name,Software model,Publisher,License metric,Purchased rights,Unit cost,PO number,End date\n\
         a,Drawing Board 4,Kestrel,Per user,40,\"$12.50\",PO0010,2027-12-31\n",
    );
    assert!(table.rejects[0].problem.contains("does not look like EUR"), "{:?}", table.rejects);
    let json = read(
        r#"{"result":[{"software_model":{"display_value":"Drawing Board 4"},"license_metric":"Per user","purchased_rights":"40","end_date":"2027-12-31"}]}"#,
    );
    assert_eq!((table.mapping_name.as_str(), json.mapping_name.as_str()), ("servicenow", "servicenow"));
    assert_eq!((json.rows[0].product.as_str(), json.rows[0].quantity.units()), ("Drawing Board 4", Some(40)));
}

#[test]
fn lines_of_purchases_become_rights_with_their_reference() {
    let file = read(
        "Purchases of March;;;;;\nPO number;Item description;Qty;Unit price;Currency;Manufacturer\n\
         4500017;Drawing Board Professional;10;129,00;EUR;Kestrel\n",
    );
    assert_eq!(file.mapping_name, "purchases");
    let row = &file.rows[0];
    assert_eq!(row.purchase_reference.as_deref(), Some("4500017"));
    assert_eq!(row.unit_price.unwrap().to_string(), "EUR 129.00");
}

#[test]
fn the_template_is_not_taken_for_another_tools_export() {
    let header = importers::Mapping::template_header();
    let file = read(&format!("{header}\nBoard,Kestrel,device,3,,,,,,,,,,,PO-1\n"));
    assert_eq!(file.mapping_name, "indult");
}

#[test]
fn persons_who_leave_are_read_with_each_of_their_names() {
    let table = "Login;E-Mail;Leaving date\nana.ruiz;ana@acme.example;31.10.2026\nbo;;\n;;30.11.2026\ncy;;12/13/14\n\
                 ana.ruiz;ana@acme.example;31.10.2026\n";
    let file = read_leavers(table.as_bytes(), None, &Layout::default(), &read_workbook).unwrap();
    let shown: Vec<String> = file.leavers.iter().map(|(name, left_on)| format!("{} {left_on}", name.shown())).collect();
    assert_eq!(shown, ["ana.ruiz 2026-10-31", "ana@acme.example 2026-10-31"]);
    assert_eq!((file.rows, file.duplicates_merged, file.rejected_rows.len()), (1, 1, 2));
    let refusal = read_leavers(b"name,salary\nx,1\n", None, &Layout::default(), &read_workbook).unwrap_err();
    assert!(refusal.to_string().contains("no column gives the left_on"), "{refusal}");
}
