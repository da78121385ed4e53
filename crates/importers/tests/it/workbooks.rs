//! Excel workbooks: sheets, headers, dates and numbers as they are kept, and files made to do harm.

use std::io::{Cursor, Write as _};

use importers::{
    InstallationMapping, InventoryFormat, Layout, Mapping, Tables, Unreadable, detect, read_entitlements,
    read_entitlements_as, read_inventory, read_inventory_as, read_workbook, view_entitlements,
};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use zip::write::SimpleFileOptions;

fn euros() -> domain::money::Currency {
    "EUR".parse().unwrap()
}

/// A workbook whose first sheet is notes and whose second has its headers on row 4.
fn purchases() -> Vec<u8> {
    let mut book = Workbook::new();
    book.add_worksheet().set_name("Notes").unwrap();
    let sheet = book.add_worksheet().set_name("Purchases 2026").unwrap();
    sheet.write(0, 0, "Purchases of the year").unwrap();
    for (column, header) in ["Product", "Vendor", "Metric", "Qty", "Unit price", "Start", "PO"].iter().enumerate() {
        sheet.write(3, u16::try_from(column).unwrap(), *header).unwrap();
    }
    let date = Format::new().set_num_format("dd/mm/yyyy");
    for (row, (product, quantity, price)) in
        [("Kestrel Map Server", 12.0, 1.234), ("Drawing Board", 3.0, 100.0 / 3.0)].into_iter().enumerate()
    {
        let row = 4 + u32::try_from(row).unwrap();
        sheet.write(row, 0, product).unwrap();
        sheet.write(row, 1, "Kestrel").unwrap();
        sheet.write(row, 2, "device").unwrap();
        sheet.write(row, 3, quantity).unwrap();
        sheet.write(row, 4, price).unwrap();
        sheet.write_with_format(row, 5, ExcelDateTime::from_ymd(2026, 4, 3).unwrap(), &date).unwrap();
        sheet.write(row, 6, "PO-7").unwrap();
    }
    book.save_to_buffer().unwrap()
}

#[test]
fn a_workbook_is_read_with_its_first_sheet_that_holds_anything_and_its_headers_where_they_are() {
    let file = read_entitlements(&purchases(), None, euros()).unwrap();
    let view = file.view.as_ref().unwrap();
    assert_eq!(view.sheets, ["Notes", "Purchases 2026"]);
    assert_eq!((view.sheet.as_deref(), view.header_row), (Some("Purchases 2026"), 4));
    assert_eq!(view.first_rows[0].0, 5);
    assert!(file.rejects.is_empty(), "{:?}", file.rejects);
    let row = &file.rows[0];
    // Kept as a number, 1.234 has no second reading; a date shown as 03/04/2026 has none either.
    assert_eq!(row.unit_price.unwrap().amount.to_string(), "1.234");
    assert_eq!(row.starts_on.unwrap().to_string(), "2026-04-03");
    assert_eq!((row.quantity.units(), row.line), (Some(12), 5));
    assert_eq!(file.rows[1].unit_price.unwrap().amount.to_string(), "33.3333333333");
}

#[test]
fn a_sheet_and_a_row_of_headers_can_be_chosen() {
    let mut book = Workbook::new();
    for (name, product) in [("Old", "Before"), ("New", "After")] {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        for (row, cells) in [["product", "metric", "quantity"], ["Artikel", "Art", "Menge"], [product, "device", "7"]]
            .iter()
            .enumerate()
        {
            for (column, cell) in cells.iter().enumerate() {
                sheet.write(u32::try_from(row).unwrap(), u16::try_from(column).unwrap(), *cell).unwrap();
            }
        }
    }
    let bytes = book.save_to_buffer().unwrap();
    let mapping = Mapping::parse(
        "name = \"reseller\"\nsheet = \"New\"\nheader_row = 2\n\
         [columns]\nproduct = \"Artikel\"\nmetric = \"column 2\"\nquantity = \"Menge\"\n",
    )
    .unwrap();
    let file = read_entitlements(&bytes, Some(&mapping), euros()).unwrap();
    assert_eq!((file.rows[0].product.as_str(), file.rows[0].line), ("After", 3));
    let layout = Layout { sheet: Some("Old".to_owned()), ..Layout::default() };
    let file = read_entitlements_as(&bytes, Some(&mapping), &layout, euros(), &read_workbook).unwrap();
    assert_eq!(file.rows[0].product, "Before");
    let layout = Layout { sheet: Some("Neither".to_owned()), ..Layout::default() };
    let refusal = read_entitlements_as(&bytes, None, &layout, euros(), &read_workbook).unwrap_err();
    assert_eq!(refusal.to_string(), "the workbook has no sheet “Neither”; it has “Old”, “New”");
}

#[test]
fn installations_come_as_a_workbook_too() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in
        [["Rechner", "Programm", "Stand"], ["pc-1", "Drawing Board", "4.1"], ["pc-2", "Drawing Board", "4.2"]]
            .iter()
            .enumerate()
    {
        for (column, cell) in cells.iter().enumerate() {
            sheet.write(u32::try_from(row).unwrap(), u16::try_from(column).unwrap(), *cell).unwrap();
        }
    }
    let bytes = book.save_to_buffer().unwrap();
    assert_eq!(detect(&bytes, None), Some(InventoryFormat::InstallationsXlsx));
    assert!(matches!(
        read_inventory(&bytes, None, None).unwrap_err(),
        Unreadable::MissingColumn { field: "device", .. }
    ));
    let mapping = InstallationMapping::parse(
        "name = \"branch\"\n[columns]\ndevice = \"Rechner\"\nproduct = \"Programm\"\nversion = \"Stand\"\n",
    )
    .unwrap();
    let tables = Tables { mapping: Some(&mapping), layout: Layout::default(), read_workbook: &read_workbook };
    let file = read_inventory_as(&bytes, None, None, &tables).unwrap();
    assert_eq!((file.reports.len(), file.titles), (2, 2));
    assert_eq!(file.reports[1].installations[0].title.version.as_deref(), Some("4.2"));
}

#[test]
fn columns_under_other_names_are_suggested_and_not_used() {
    let table = "Artikel;Menge;Einzelpreis;Währung;Bemerkung\nDrawing Board;3;12,50;EUR;x\n";
    let view = view_entitlements(table.as_bytes(), None, &Layout::default(), &read_workbook).unwrap();
    let shown: Vec<(&str, Option<&str>, Option<&str>)> = view
        .columns
        .iter()
        .map(|column| (column.header.as_str(), column.used_as.as_deref(), column.suggestion.as_deref()))
        .collect();
    assert_eq!(
        shown,
        [
            ("Artikel", None, Some("product")),
            ("Menge", None, Some("quantity")),
            ("Einzelpreis", None, Some("unit_price")),
            ("Währung", None, Some("currency")),
            ("Bemerkung", None, None),
        ]
    );
}

#[test]
fn ambiguous_dates_are_counted_until_their_order_is_stated() {
    let table =
        "product,metric,quantity,starts on\na,device,1,03/04/2026\nb,device,1,05/06/2026\nc,device,1,31/03/2026\n";
    let look = |layout: &Layout| view_entitlements(table.as_bytes(), None, layout, &read_workbook).unwrap();
    let view = look(&Layout::default());
    assert_eq!((view.ambiguous_dates, view.dates_shown), (2, Some(importers::DateStyle::DayFirst)));
    let stated = Layout { dates: Some(importers::DateStyle::DayFirst), ..Layout::default() };
    assert_eq!(look(&stated).ambiguous_dates, 0);
    let file = read_entitlements_as(table.as_bytes(), None, &stated, euros(), &read_workbook).unwrap();
    assert_eq!(file.rows.len(), 3);
}

#[test]
fn rows_that_are_left_out_come_with_their_cells_and_reasons() {
    let table = "product,metric,quantity\nGood,device,3\nBad,device,none at all\n,device,\n";
    let file = read_entitlements(table.as_bytes(), None, euros()).unwrap();
    assert_eq!(file.rejected_rows.len(), 2);
    assert_eq!(file.rejected_rows[0].cells, ["Bad", "device", "none at all"]);
    assert_eq!(file.rejected_rows[1].rejects.len(), 2, "everything wrong in it is said at once");
}

/// An archive of these parts, with the sizes that they have.
fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

const TYPES: &[u8] =
    br#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#;
const BOOK: &[u8] = br#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="s" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
const ROOT: &[u8] = br#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const LINKS: &[u8] = br#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;

fn workbook(sheet: &str, more: &[(&str, &[u8])]) -> Vec<u8> {
    let sheet = format!(
        "<?xml version=\"1.0\"?><worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{sheet}</sheetData></worksheet>"
    );
    let mut parts: Vec<(&str, &[u8])> = vec![
        ("[Content_Types].xml", TYPES),
        ("_rels/.rels", ROOT),
        ("xl/workbook.xml", BOOK),
        ("xl/_rels/workbook.xml.rels", LINKS),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ];
    parts.extend_from_slice(more);
    archive(&parts)
}

#[track_caller]
fn check(bytes: &[u8], expect: &str) {
    let told = match read_workbook(bytes, None) {
        Ok(book) => format!("read {} rows: {:?}", book.rows.len(), book.rows.first()),
        Err(refusal) => {
            assert!(refusal.repair().len() > 10);
            format!("refused: {refusal}")
        }
    };
    assert!(told.contains(expect), "{told}");
}

#[test]
fn hostile_workbooks_are_refused_within_the_limits() {
    let cell = |place: &str| format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>x</t></is></c>");
    check(&workbook(&format!("<row r=\"1\">{}</row>", cell("A1")), &[]), "read 1 rows");
    // Two cells far apart span 17 thousand million places.
    let far = format!("<row r=\"1\">{}</row><row r=\"1048576\">{}</row>", cell("A1"), cell("XFD1048576"));
    check(&workbook(&far, &[]), "number of columns is over the limit of 1,000");
    let low = format!("<row r=\"1\">{}</row><row r=\"1048576\">{}</row>", cell("A1"), cell("B1048576"));
    check(&workbook(&low, &[]), "read 2 rows");
    // A megabyte of zeros packs to a thousandth; three hundred of them are over the limit, whatever the part is.
    let zeros = vec![b' '; 300 << 20];
    check(&workbook("", &[("xl/media/image1.bin", &zeros)]), "unpacked workbook is over the limit of 256 MiB");
    let many: Vec<String> = (0..501).map(|number| format!("xl/worksheets/x{number}.xml")).collect();
    let parts: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), b"".as_slice())).collect();
    check(&workbook("", &parts), "number of sheets in the workbook is over the limit of 500");
    let long = format!("<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>{}</t></is></c></row>", "x".repeat(70_000));
    check(&workbook(&long, &[]), "A cell is over the limit of 64 KiB");
    // One long text that many cells share.
    let texts = format!(
        "<?xml version=\"1.0\"?><sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><si><t>{}</t></si></sst>",
        "y".repeat(60_000)
    );
    let shared: String =
        (1..2_000).map(|row| format!("<row r=\"{row}\"><c r=\"A{row}\" t=\"s\"><v>0</v></c></row>")).collect();
    let links = String::from_utf8(LINKS.to_vec()).unwrap().replace(
        "</Relationships>",
        "<Relationship Id=\"rId2\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings\" Target=\"sharedStrings.xml\"/></Relationships>",
    );
    let sheet = format!(
        "<?xml version=\"1.0\"?><worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{shared}</sheetData></worksheet>"
    );
    let bytes = archive(&[
        ("[Content_Types].xml", TYPES),
        ("_rels/.rels", ROOT),
        ("xl/workbook.xml", BOOK),
        ("xl/_rels/workbook.xml.rels", links.as_bytes()),
        ("xl/sharedStrings.xml", texts.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ]);
    check(&bytes, "unpacked file is over the limit of 50 MiB");
    check(&workbook("<row r=\"1\"><c r=\"A0\"><v>1</v></c></row>", &[]), "");
    check(&workbook("<row r=\"99999999999\"><c r=\"ZZZZZZ99999999999\"><v>1</v></c></row>", &[]), "refused");
    check(&workbook("<row r=\"1\"><c r=\"A1\"><v>1e999</v></c></row>", &[]), "");
    check(&workbook("", &[]), "refused: the file is empty");
    check(&archive(&[("xl/workbook.xml", b"<workbook")]), "refused");
    check(b"PK\x03\x04xl/workbook.xml", "refused: the workbook is cut off or damaged");
}

#[test]
fn workbooks_cut_off_or_altered_anywhere_are_read_or_refused() {
    let whole = purchases();
    for place in (0..whole.len()).step_by(whole.len() / 80) {
        let _ = read_entitlements(&whole[..place], None, euros());
        let mut altered = whole.clone();
        altered[place] ^= 0x55;
        let _ = read_entitlements(&altered, None, euros());
        let _ = read_inventory(&altered, None, Some("pc"));
    }
}

#[test]
fn licences_in_json_are_read_as_rows() {
    let bill = r#"{"bomFormat":"CycloneDX","specVersion":"1.6","components":[
        {"type":"application","name":"Drawing Board","licenses":[{"license":{"name":"c","licensing":{
            "licensor":{"organization":{"name":"Kestrel"}},"licenseTypes":["named-user","perpetual"],
            "purchaseOrder":"PO-9","expiration":"2027-04-13T20:20:39+00:00"},
            "properties":[{"name":"indult:quantity","value":"25"}]}}]},
        {"type":"library","name":"cryptographic-provider","licenses":[{"license":{"licensing":{"licenseTypes":["appliance"]}}}]}]}"#;
    let file = read_entitlements(bill.as_bytes(), None, euros()).unwrap();
    assert_eq!(file.rows.len(), 1);
    let row = &file.rows[0];
    assert_eq!((row.product.as_str(), row.quantity.units()), ("Drawing Board", Some(25)));
    assert_eq!(row.ends_on.unwrap().to_string(), "2027-04-13");
    assert_eq!(row.purchase_reference.as_deref(), Some("PO-9"));
    let problems: Vec<&str> = file.rejects.iter().map(|reject| reject.problem.as_str()).collect();
    assert_eq!(problems, ["The row names no metric.", "The row gives no quantity."]);
    let export =
        r#"{"records":[{"product":"Map","metric":"device","quantity":4,"vendor":{"display_value":"Kestrel"}}]}"#;
    let file = read_entitlements(export.as_bytes(), None, euros()).unwrap();
    assert_eq!(file.rows[0].publisher.as_deref(), Some("Kestrel"));
    for text in ["[]", "{}", "[1,2]", "{\"records\":[]}", "{\"a\":1,\"a\":2}"] {
        assert!(read_entitlements(text.as_bytes(), None, euros()).is_err(), "{text}");
    }
}
