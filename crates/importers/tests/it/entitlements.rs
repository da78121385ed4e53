//! Entitlement tables: the template, Snipe-IT's export, a mapping of one's own, and what is never guessed.

use domain::money::Currency;
use importers::{EntitlementFile, Mapping, Unreadable, read_entitlements};
use insta::assert_snapshot;

use crate::shown;

fn currency(code: &str) -> Currency {
    code.parse().unwrap()
}

fn read(text: &str) -> EntitlementFile {
    read_entitlements(text.as_bytes(), None, currency("EUR")).unwrap()
}

fn refusal(text: &str, mapping: Option<&Mapping>) -> Unreadable {
    read_entitlements(text.as_bytes(), mapping, currency("EUR")).unwrap_err()
}

#[test]
fn the_template_reads_whole_rows_and_rejects_the_rest_with_everything_wrong_in_them() {
    assert_snapshot!(shown::entitlements(&read(include_str!("../../fixtures/entitlements.csv"))), @r##"
    indult in UTF-8: 4 rows, 1 merged
    [product = product] [publisher = publisher] [metric = metric] [quantity = quantity] [unit_price = unit_price] [total_price = total_price] [currency = currency] [starts_on = starts_on] [ends_on = ends_on] [exempt_environments = exempt_environments] [secondary_use = secondary_use] [agreement = agreement] [agreement_ends_on = agreement_ends_on] [notice_days = notice_days] [purchase_reference = purchase_reference] 
    {"line":2,"product":"Drawing Board","publisher":"Lineworks","metric":"device","quantity":{"units":20},"unit_price":{"amount":"345.00","currency":"EUR"},"starts_on":"2025-01-01","ends_on":"2026-12-31","exempt_environments":["test","development"],"secondary_use":true,"agreement":"AGR-7","agreement_ends_on":"2026-12-31","notice_days":90,"purchase_reference":"PO-1001"}
    {"line":3,"product":"Table Store","publisher":"Rows & Columns","metric":"installation","quantity":{"units":13},"unit_price":{"amount":"19.2308","currency":"USD"},"starts_on":-,"ends_on":-,"exempt_environments":[],"secondary_use":false,"agreement":-,"agreement_ends_on":-,"notice_days":-,"purchase_reference":"PO-1002"}
    {"line":4,"product":"Šablona Editor","publisher":-,"metric":"named_user","quantity":"unlimited","unit_price":-,"starts_on":-,"ends_on":-,"exempt_environments":[],"secondary_use":false,"agreement":-,"agreement_ends_on":-,"notice_days":-,"purchase_reference":-}
    {"line":10,"product":"Gauge","publisher":-,"metric":"device","quantity":{"units":4},"unit_price":{"amount":"10","currency":"EUR"},"starts_on":"2026-01-01","ends_on":-,"exempt_environments":[],"secondary_use":false,"agreement":-,"agreement_ends_on":-,"notice_days":-,"purchase_reference":-}
    ! line 6, column “quantity”: «-3» The number is below zero. → Leave the row out; returned or sold units are entered by retiring their entitlement.
    ! line 7, column “metric”: «per sites» This is no metric known here. → Write the name of a metric, such as device, server, core, user_cal, floating, or the number of one of your own; or name a mapping with a default for it.
    ! line 7, column “quantity”: «2.5» The quantity is no whole number. → Write whole units; convert packs into the units they hold.
    ! line 7, column “currency”: «EURO» This is no currency code. → Write three letters, such as EUR.
    ! line 7, column “starts_on”: «2026-02-30» The calendar has no such day. → Correct the date, or check the date style of the mapping; dates as 2026-03-31 need none.
    ! line 7, column “exempt_environments”: «moon» This is no environment known here. → Write one or more of: production, test, development, disaster_recovery.
    ! line 7, column “secondary_use”: «perhaps» This is neither yes nor no. → Write yes or no.
    ! line 7, column “notice_days”: «soon» This is no number of days up to 3,650. → Write days only, such as 90.
    ! line 8, column “product”: «» The row names no product. → Write the product's name, or leave the row out.
    ! line 9, column “ends_on”: «2026-04-01» The right ends before it starts (2026-05-01). → Correct one of the two dates; the last day counts as valid.
    i line 3: USD 250.00 for 13 units is no even price; one unit was taken as USD 19.2308.
    i line 4: The total of EUR 900.00 has no price per unit, because the quantity has no limit.
    i line 10: 4 units at EUR 10.00 are not EUR 50.00; the price of one unit was taken as it stands.
    "##);
}

#[test]
fn an_export_of_snipe_it_is_recognised() {
    let text = include_str!("../../fixtures/snipe-it.csv");
    let in_dollars = read_entitlements(text.as_bytes(), None, currency("USD")).unwrap();
    assert_snapshot!(shown::entitlements(&in_dollars), @r##"
    snipe-it in UTF-8: 1 rows, 0 merged
    [Full Name ignored] [Email ignored] [Item name = product] [serial number ignored] [manufacturer = publisher] [purchase date = starts_on] [purchase cost = unit_price] [purchase order = purchase_reference] [Licensed To Name ignored] [expiration date = ends_on] [seats = quantity] [company ignored] [notes ignored] 
    {"line":2,"product":"Drawing Board","publisher":"Lineworks","metric":"named_user","quantity":{"units":56},"unit_price":{"amount":"12.58","currency":"USD"},"starts_on":"2025-11-24","ends_on":"2027-02-26","exempt_environments":[],"secondary_use":false,"agreement":-,"agreement_ends_on":-,"notice_days":-,"purchase_reference":"34197"}
    ! line 4, column “purchase date”: «01/02/2026» The date can be read as day and month or as month and day. → Write dates as 2026-03-31 or name a mapping with date style; the other dates of this file fit dates = "month_first".
    "##);
    // A dollar sign says too little where the home currency is no dollar.
    assert_snapshot!(shown::entitlements(&read(text)), @r##"
    snipe-it in UTF-8: 0 rows, 0 merged
    [Full Name ignored] [Email ignored] [Item name = product] [serial number ignored] [manufacturer = publisher] [purchase date = starts_on] [purchase cost = unit_price] [purchase order = purchase_reference] [Licensed To Name ignored] [expiration date = ends_on] [seats = quantity] [company ignored] [notes ignored] 
    ! line 2, column “purchase cost”: «$12.58» The price does not look like EUR, the currency of the row. → Add a column “currency”, or name a mapping with a default for it.
    ! line 4, column “purchase date”: «01/02/2026» The date can be read as day and month or as month and day. → Write dates as 2026-03-31 or name a mapping with date style; the other dates of this file fit dates = "month_first".
    ! line 4, column “purchase cost”: «$41.70» The price does not look like EUR, the currency of the row. → Add a column “currency”, or name a mapping with a default for it.
    "##);
}

#[test]
fn a_mapping_reads_the_file_of_a_reseller() {
    let mapping = Mapping::parse(include_str!("../../fixtures/reseller.toml")).unwrap();
    let text = include_str!("../../fixtures/reseller.csv");
    let file = read_entitlements(text.as_bytes(), Some(&mapping), currency("CZK")).unwrap();
    assert_snapshot!(shown::entitlements(&file), @r##"
    reseller in UTF-8: 2 rows, 0 merged
    [Artikel = product] [Menge = quantity] [Summe = total_price] [Ab = starts_on] [Bemerkung ignored] 
    {"line":2,"product":"Drawing Board","publisher":-,"metric":"device","quantity":{"units":1000},"unit_price":{"amount":"12.5005","currency":"EUR"},"starts_on":"2026-04-03","ends_on":-,"exempt_environments":[],"secondary_use":false,"agreement":-,"agreement_ends_on":-,"notice_days":-,"purchase_reference":-}
    {"line":3,"product":"Größenrechner","publisher":-,"metric":"device","quantity":{"units":8},"unit_price":{"amount":"31.25","currency":"EUR"},"starts_on":"2026-03-04","ends_on":-,"exempt_environments":[],"secondary_use":false,"agreement":-,"agreement_ends_on":-,"notice_days":-,"purchase_reference":-}
    "##);
    let western: Vec<u8> = text.chars().map(|character| u8::try_from(u32::from(character)).unwrap()).collect();
    let same = read_entitlements(&western, Some(&mapping), currency("CZK")).unwrap();
    assert_eq!((same.rows, same.encoding.to_string().as_str()), (file.rows, "windows-1252"));
    let without = text.replacen("Artikel", "Ware", 1);
    assert_snapshot!(refusal(&without, Some(&mapping)), @"no column gives the product; the file has these: “Ware”, “Menge”, “Summe”, “Ab”, “Bemerkung”");
}

#[test]
fn numbers_and_dates_with_two_readings_are_rejected_with_their_repair() {
    let file = read(
        "product,metric,quantity,unit price,valid until\na,device,\"1,200\",5,03/04/2026\nb,device,2,\"1.200\",13/04/2026\n",
    );
    assert_snapshot!(shown::entitlements(&file), @r##"
    indult in UTF-8: 0 rows, 0 merged
    [product = product] [metric = metric] [quantity = quantity] [unit price = unit_price] [valid until = ends_on] 
    ! line 2, column “quantity”: «1,200» The separator can part thousands or decimals. → Write the number without separators for thousands, or name a mapping with decimal style.
    ! line 2, column “valid until”: «03/04/2026» The date can be read as day and month or as month and day. → Write dates as 2026-03-31 or name a mapping with date style; the other dates of this file fit dates = "day_first".
    ! line 3, column “unit price”: «1.200» The separator can part thousands or decimals. → Write the number without separators for thousands, or name a mapping with decimal style.
    "##);
}

#[test]
fn the_style_of_the_file_settles_its_numbers() {
    let file = read("product;metric;quantity;unit price\na;device;1.200;5,50\nb;device;2;1.200\n");
    assert_snapshot!(shown::entitlements(&file), @r##"
    indult in UTF-8: 2 rows, 0 merged
    [product = product] [metric = metric] [quantity = quantity] [unit price = unit_price] 
    {"line":2,"product":"a","publisher":-,"metric":"device","quantity":{"units":1200},"unit_price":{"amount":"5.50","currency":"EUR"},"starts_on":-,"ends_on":-,"exempt_environments":[],"secondary_use":false,"agreement":-,"agreement_ends_on":-,"notice_days":-,"purchase_reference":-}
    {"line":3,"product":"b","publisher":-,"metric":"device","quantity":{"units":2},"unit_price":{"amount":"1200","currency":"EUR"},"starts_on":-,"ends_on":-,"exempt_environments":[],"secondary_use":false,"agreement":-,"agreement_ends_on":-,"notice_days":-,"purchase_reference":-}
    "##);
}

#[test]
fn a_price_says_its_currency_or_takes_the_home_currency() {
    let file = read(
        "product,metric,quantity,price,currency\na,device,1,€5,\nb,device,1,USD 5,\nc,device,1,5 Kč,\nd,device,1,5,CHF\n\
         e,device,1,5,\nf,device,1,$5,USD\ng,device,1,$5,\nh,device,1,€5,USD\n",
    );
    let prices: Vec<String> =
        file.rows.iter().map(|row| format!("{} {}", row.product, row.unit_price.unwrap())).collect();
    assert_eq!(prices, ["a EUR 5.00", "b USD 5.00", "c CZK 5.00", "d CHF 5.00", "e EUR 5.00", "f USD 5.00"]);
    assert_eq!(file.rejects.len(), 2);
    assert_eq!(file.rejects[0].problem, "The price does not look like EUR, the currency of the row.");
}

#[test]
fn the_default_currency_of_a_mapping_gives_way_to_what_a_price_says() {
    let mapping = "name = \"x\"\nbased_on = \"indult\"\n[defaults]\ncurrency = \"USD\"\nmetric = \"device\"\n";
    let mapping = Mapping::parse(mapping).unwrap();
    let text = "product,metric,quantity,price\na,,1,$5\nb,,1,€5\nc,,1,5 CHF\nd,,1,5\ne,,1,kr 5\n";
    let file = read_entitlements(text.as_bytes(), Some(&mapping), currency("EUR")).unwrap();
    let prices: Vec<String> =
        file.rows.iter().map(|row| format!("{} {}", row.product, row.unit_price.unwrap())).collect();
    assert_eq!(prices, ["a USD 5.00", "b EUR 5.00", "c CHF 5.00", "d USD 5.00"]);
    assert_eq!(file.rejects[0].place, "line 6, column “price”");
}

#[test]
fn a_table_without_a_needed_column_is_refused_with_its_headers() {
    assert_snapshot!(refusal("product,metric,comment\na,device,1\n", None), @"no column gives the quantity; the file has these: “product”, “metric”, “comment”");
    assert_snapshot!(refusal("product,metric,quantity,Quantity\na,device,1,2\n", None), @"two columns are headed “Quantity”, and only one can give the quantity");
    assert_snapshot!(refusal("product,metric,quantity\na,\"device,1\nb,device,2\n", None), @"the quotation mark that opens a cell on line 2 is never closed");
    assert_snapshot!(refusal("{\"a\":1}", None), @"the file is JSON without a list of licences, which is not imported");
    assert_snapshot!(refusal(" \n ", None), @"the file is empty");
    assert_snapshot!(refusal("", None), @"the file is empty");
}

#[test]
fn a_row_with_a_shifted_cell_is_rejected_and_its_neighbours_stay() {
    let file = read("product,metric,quantity\na,device,1\nb,inc,device,1\nc,device,1,,\n");
    assert_eq!(file.rows.len(), 2);
    assert_eq!(file.rejects[0].place, "line 3");
    assert_eq!(file.rejects[0].problem, "The row has 4 cells and the header 3.");
}

#[test]
fn columns_show_their_use_and_sample_values() {
    let file = read("Product;Metric;Qty;Comment\na;device;1;=cmd\nb;device;1;=cmd\nc;device;2;\n");
    let columns: Vec<String> =
        file.columns.iter().map(|c| format!("{} {:?} {:?}", c.header, c.used_as.as_deref(), c.samples)).collect();
    assert_snapshot!(columns.join("\n"), @r##"
    Product Some("product") ["a", "b", "c"]
    Metric Some("metric") ["device"]
    Qty Some("quantity") ["1", "2"]
    Comment None ["=cmd"]
    "##);
}
