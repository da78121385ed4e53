//! Mappings: which column of their table gives which of our fields, and how they write numbers and dates.
//!
//! A mapping is a file (TOML or JSON). The built-in ones are such files too, in `mappings/`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::amount::DecimalStyle;
use crate::calendar::DateStyle;
use crate::encoding::Encoding;
use crate::entitlements::check_default;
use crate::findings::Fault;
use crate::limits::MAPPING_BYTES;
use crate::name::{clean, shorten};
use crate::table::normal_header;

/// A field that a column of some kind of table can give.
pub trait Field: Copy + Ord + std::fmt::Debug + Serialize + serde::de::DeserializeOwned + 'static {
    /// Every field, in the order in which columns are given out.
    fn all() -> &'static [Self];
    /// The fields without which no row can be read.
    fn required() -> &'static [Self];
    /// The fields by which the row of the headers is known.
    fn telling() -> &'static [Self];
    /// The name in mapping files and templates.
    fn word(self) -> &'static str;
    /// The mappings that come with the program, the most particular first.
    fn built_in() -> Vec<FieldMapping<Self>>;
    /// Whether a built-in mapping is meant for a table with these headers.
    fn suits(mapping: &FieldMapping<Self>, headers: &[String]) -> bool {
        let normal: Vec<String> = headers.iter().map(|header| normal_header(header)).collect();
        let has = |header: &String| normal.contains(&normal_header(header));
        mapping.recognised_by.is_empty() || mapping.recognised_by.iter().any(|set| set.iter().all(has))
    }
    /// What is wrong with a default, if anything: it is read as a cell of its field would be.
    fn check_default(mapping: &FieldMapping<Self>, field: Self, text: &str) -> Result<(), Fault>;
}

/// A field of an entitlement row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntitlementField {
    /// Product name.
    Product,
    /// Publisher.
    Publisher,
    /// What one unit licenses.
    Metric,
    /// How many units.
    Quantity,
    /// Price of one unit.
    UnitPrice,
    /// Price of all units of the row.
    TotalPrice,
    /// Currency of the prices.
    Currency,
    /// First day of validity.
    StartsOn,
    /// Last day of validity.
    EndsOn,
    /// Environments that need no licence.
    ExemptEnvironments,
    /// Whether a person's second device is free.
    SecondaryUse,
    /// Reference of the agreement.
    Agreement,
    /// Last day of the agreement.
    AgreementEndsOn,
    /// Days of notice before the agreement's end.
    NoticeDays,
    /// Purchase order or other reference.
    PurchaseReference,
    /// Environments to which the right is limited.
    Environments,
    /// Regions or countries to which it is limited.
    Regions,
    /// Business units to which it is limited.
    BusinessUnits,
    /// Cost centres to which it is limited.
    CostCentres,
    /// The newest version that was bought.
    NewestVersion,
    /// Whether older versions may be used in its place.
    Downgrade,
    /// The last day on which maintenance allows newer versions.
    MaintainedUntil,
    /// Names of products on which a unit may be spent instead.
    InsteadFor,
    /// Whether use under the agreement is compliant by contract.
    CompliantByContract,
    /// Whether the quantity has no limit, where its cell is empty.
    Unlimited,
    /// The day on which the right was retired.
    RetiredOn,
}

impl EntitlementField {
    /// Every field, in the order of the template.
    pub const ALL: [Self; 26] = [
        Self::Product,
        Self::Publisher,
        Self::Metric,
        Self::Quantity,
        Self::UnitPrice,
        Self::TotalPrice,
        Self::Currency,
        Self::StartsOn,
        Self::EndsOn,
        Self::ExemptEnvironments,
        Self::SecondaryUse,
        Self::Agreement,
        Self::AgreementEndsOn,
        Self::NoticeDays,
        Self::PurchaseReference,
        Self::Environments,
        Self::Regions,
        Self::BusinessUnits,
        Self::CostCentres,
        Self::NewestVersion,
        Self::Downgrade,
        Self::MaintainedUntil,
        Self::InsteadFor,
        Self::CompliantByContract,
        Self::Unlimited,
        Self::RetiredOn,
    ];

    /// The fields without which no row can be read.
    pub const REQUIRED: [Self; 3] = [Self::Product, Self::Metric, Self::Quantity];

    /// The name in mapping files and templates.
    pub fn name(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Publisher => "publisher",
            Self::Metric => "metric",
            Self::Quantity => "quantity",
            Self::UnitPrice => "unit_price",
            Self::TotalPrice => "total_price",
            Self::Currency => "currency",
            Self::StartsOn => "starts_on",
            Self::EndsOn => "ends_on",
            Self::ExemptEnvironments => "exempt_environments",
            Self::SecondaryUse => "secondary_use",
            Self::Agreement => "agreement",
            Self::AgreementEndsOn => "agreement_ends_on",
            Self::NoticeDays => "notice_days",
            Self::PurchaseReference => "purchase_reference",
            Self::Environments => "environments",
            Self::Regions => "regions",
            Self::BusinessUnits => "business_units",
            Self::CostCentres => "cost_centres",
            Self::NewestVersion => "newest_version",
            Self::Downgrade => "downgrade",
            Self::MaintainedUntil => "maintained_until",
            Self::InsteadFor => "instead_for",
            Self::CompliantByContract => "compliant_by_contract",
            Self::Unlimited => "unlimited",
            Self::RetiredOn => "retired_on",
        }
    }
}

impl Field for EntitlementField {
    fn all() -> &'static [Self] {
        &Self::ALL
    }

    fn required() -> &'static [Self] {
        &Self::REQUIRED
    }

    fn telling() -> &'static [Self] {
        &[Self::Product, Self::Quantity]
    }

    fn word(self) -> &'static str {
        self.name()
    }

    fn built_in() -> Vec<Mapping> {
        ENTITLEMENTS.iter().filter_map(|text| Mapping::parse_without_base(text).ok()).collect()
    }

    fn check_default(mapping: &Mapping, field: Self, text: &str) -> Result<(), Fault> {
        check_default(mapping, field, text)
    }
}

/// What parts cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delimiter {
    /// `,`
    Comma,
    /// `;`
    Semicolon,
    /// Tabulator.
    Tab,
    /// `|`
    Bar,
}

impl Delimiter {
    /// Every delimiter.
    pub const ALL: [Self; 4] = [Self::Comma, Self::Semicolon, Self::Tab, Self::Bar];

    /// The name in mapping files and forms.
    pub fn name(self) -> &'static str {
        match self {
            Self::Comma => "comma",
            Self::Semicolon => "semicolon",
            Self::Tab => "tab",
            Self::Bar => "bar",
        }
    }

    /// The delimiter of this character.
    pub(crate) fn of(character: char) -> Option<Self> {
        Self::ALL.into_iter().find(|delimiter| delimiter.character() == character)
    }

    /// The character.
    pub fn character(self) -> char {
        match self {
            Self::Comma => ',',
            Self::Semicolon => ';',
            Self::Tab => '\t',
            Self::Bar => '|',
        }
    }
}

/// The header that gives a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Headers {
    /// This one; a file without it is refused.
    One(String),
    /// The first of these that is there; none need be.
    AnyOf(Vec<String>),
}

impl Headers {
    /// The headers in the order in which they are tried.
    pub fn candidates(&self) -> Vec<String> {
        match self {
            Self::One(header) => vec![header.clone()],
            Self::AnyOf(headers) => headers.clone(),
        }
    }
}

/// How a table is laid out, as far as somebody says so; what is absent is found by looking.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Layout {
    /// The sheet of a workbook; the first that holds anything where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// The line of the headers, the first being 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header_row: Option<u64>,
    /// What parts cells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<Delimiter>,
    /// How the text is encoded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<Encoding>,
    /// The character before decimals.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decimal: Option<DecimalStyle>,
    /// The order of day and month.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dates: Option<DateStyle>,
}

impl Layout {
    /// This layout, and where it says nothing the other.
    #[must_use]
    pub fn or(&self, other: Self) -> Self {
        Self {
            sheet: self.sheet.clone().or(other.sheet),
            header_row: self.header_row.or(other.header_row),
            delimiter: self.delimiter.or(other.delimiter),
            encoding: self.encoding.or(other.encoding),
            decimal: self.decimal.or(other.decimal),
            dates: self.dates.or(other.dates),
        }
    }

    /// Whether nothing is said.
    pub fn is_silent(&self) -> bool {
        *self == Self::default()
    }
}

/// How a table is read: which column gives which field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound = "F: Field")]
pub struct FieldMapping<F: Field> {
    /// Its name.
    pub name: String,
    /// The built-in mapping whose columns and defaults count where this one says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub based_on: Option<String>,
    /// Sets of headers by which a file shows that it is meant; one whole set is enough. Built-in mappings only use this.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recognised_by: Vec<Vec<String>>,
    /// The sheet of a workbook; the first that holds anything where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// The line of the headers; found by looking where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header_row: Option<u64>,
    /// What parts cells; found by looking where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<Delimiter>,
    /// How the text is encoded; found by looking where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<Encoding>,
    /// The character before decimals; found by looking where absent and the file shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimal: Option<DecimalStyle>,
    /// The order of day and month; ambiguous dates are rejected where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dates: Option<DateStyle>,
    /// Our field = their header.
    #[serde(default = "BTreeMap::new")]
    pub columns: BTreeMap<F, Headers>,
    /// Values of fields that have no column or an empty cell.
    #[serde(default = "BTreeMap::new", skip_serializing_if = "BTreeMap::is_empty")]
    pub defaults: BTreeMap<F, String>,
}

/// How a table of entitlements is read.
pub type Mapping = FieldMapping<EntitlementField>;

/// Why a mapping cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnusableMapping {
    /// Too long for a mapping.
    #[error("{MAPPING_BYTES}; {}", MAPPING_BYTES.repair)]
    TooLong,
    /// Not TOML or JSON of this shape.
    #[error("the mapping cannot be read: {message}")]
    Malformed {
        /// What the parser says, with the line.
        message: String,
    },
    /// Based on a mapping that does not come with the program.
    #[error("the mapping is based on “{found}”, which is none of the built-in mappings ({})", .known.join(", "))]
    UnknownBase {
        /// The name it gives.
        found: String,
        /// The names that there are.
        known: Vec<String>,
    },
    /// No name.
    #[error("the mapping needs a name, such as name = \"reseller\"")]
    Unnamed,
    /// A required field has neither a column nor a default.
    #[error("the mapping says neither which column gives the {field} nor a default for it")]
    MissingField {
        /// The field.
        field: &'static str,
    },
    /// A default that its field cannot hold.
    #[error("the default “{found}” does not fit the field {field}: {problem} {repair}")]
    UnfitDefault {
        /// The field.
        field: &'static str,
        /// The default.
        found: String,
        /// What is wrong, as a sentence.
        problem: String,
        /// What to do, as a sentence.
        repair: String,
    },
}

/// The mappings of entitlements that come with the program, the most particular first.
const ENTITLEMENTS: [&str; 5] = [
    include_str!("../mappings/snipe-it.toml"),
    include_str!("../mappings/servicenow.toml"),
    include_str!("../mappings/glpi.toml"),
    include_str!("../mappings/purchases.toml"),
    include_str!("../mappings/indult.toml"),
];

impl<F: Field> FieldMapping<F> {
    /// A mapping of this name that says nothing yet.
    pub fn named_only(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            based_on: None,
            recognised_by: Vec::new(),
            sheet: None,
            header_row: None,
            delimiter: None,
            encoding: None,
            decimal: None,
            dates: None,
            columns: BTreeMap::new(),
            defaults: BTreeMap::new(),
        }
    }

    /// Reads a mapping file: JSON where it begins with a brace, else TOML.
    pub fn parse(text: &str) -> Result<Self, UnusableMapping> {
        let mut mapping = Self::read(text)?;
        if let Some(name) = &mapping.based_on {
            let base = Self::named(name)
                .ok_or_else(|| UnusableMapping::UnknownBase { found: shorten(name), known: Self::built_in_names() })?;
            for (field, headers) in base.columns {
                mapping.columns.entry(field).or_insert(headers);
            }
            for (field, text) in base.defaults {
                mapping.defaults.entry(field).or_insert(text);
            }
        }
        mapping.check()?;
        Ok(mapping)
    }

    /// [`FieldMapping::parse`] for the mappings on which others are based.
    pub(crate) fn parse_without_base(text: &str) -> Result<Self, UnusableMapping> {
        let mapping = Self::read(text)?;
        mapping.check()?;
        Ok(mapping)
    }

    fn read(text: &str) -> Result<Self, UnusableMapping> {
        if MAPPING_BYTES.is_exceeded_by(text.len()) {
            return Err(UnusableMapping::TooLong);
        }
        let malformed = |message: String| UnusableMapping::Malformed { message };
        if text.trim_start().starts_with('{') {
            serde_json::from_str(text).map_err(|error| malformed(error.to_string()))
        } else {
            toml::from_str(text).map_err(|error| malformed(error.to_string().trim().to_owned()))
        }
    }

    /// The mappings that come with the program, the most particular first.
    pub fn built_in() -> Vec<Self> {
        F::built_in()
    }

    fn built_in_names() -> Vec<String> {
        Self::built_in().into_iter().map(|mapping| mapping.name).collect()
    }

    /// The built-in mapping of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::built_in().into_iter().find(|mapping| mapping.name == name)
    }

    /// The built-in mapping that a table with these headers asks for.
    pub(crate) fn for_headers(headers: &[String], built_in: &[Self]) -> Option<Self> {
        built_in.iter().find(|mapping| F::suits(mapping, headers)).cloned()
    }

    /// What the mapping says of the layout.
    pub fn layout(&self) -> Layout {
        Layout {
            sheet: self.sheet.clone(),
            header_row: self.header_row,
            delimiter: self.delimiter,
            encoding: self.encoding,
            decimal: self.decimal,
            dates: self.dates,
        }
    }

    /// The mapping with this layout.
    #[must_use]
    pub fn laid_out(mut self, layout: Layout) -> Self {
        let Layout { sheet, header_row, delimiter, encoding, decimal, dates } = layout;
        self.sheet = sheet;
        self.header_row = header_row;
        self.delimiter = delimiter;
        self.encoding = encoding;
        self.decimal = decimal;
        self.dates = dates;
        self
    }

    /// Whether it says exactly what comes with the program.
    pub fn is_built_in(&self) -> bool {
        Self::built_in().contains(self)
    }

    /// The mapping as a file, for people to keep.
    pub fn as_toml(&self) -> String {
        // Plain strings, numbers and lists, which always serialise.
        toml::to_string(self).unwrap_or_default()
    }

    /// Why it cannot be used, if so.
    pub fn check(&self) -> Result<(), UnusableMapping> {
        if !matches!(clean("name", &self.name), Ok(Some(_))) {
            return Err(UnusableMapping::Unnamed);
        }
        for field in F::required() {
            if !self.columns.contains_key(field) && !self.defaults.contains_key(field) {
                return Err(UnusableMapping::MissingField { field: field.word() });
            }
        }
        for (field, text) in &self.defaults {
            F::check_default(self, *field, text).map_err(|Fault { found, problem, repair }| {
                UnusableMapping::UnfitDefault { field: field.word(), found, problem, repair }
            })?;
        }
        Ok(())
    }
}

impl Mapping {
    /// The first line of an entitlements file in the form of the template.
    pub fn template_header() -> String {
        EntitlementField::ALL.map(EntitlementField::name).join(",")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_built_in_mappings_are_mapping_files() {
        let names: Vec<String> = Mapping::built_in().into_iter().map(|mapping| mapping.name).collect();
        assert_eq!(names, ["snipe-it", "servicenow", "glpi", "purchases", "indult"]);
    }

    #[test]
    fn the_template_has_every_field_under_its_own_name() {
        let mapping = Mapping::named("indult").unwrap();
        for field in EntitlementField::ALL {
            let first = mapping.columns.get(&field).unwrap().candidates().into_iter().next().unwrap();
            assert_eq!(first, normal_header(field.name()), "{field:?}");
        }
        assert!(Mapping::template_header().starts_with("product,publisher,metric,quantity,"));
    }

    #[test]
    fn no_synonym_stands_for_two_fields() {
        for mapping in Mapping::built_in() {
            let mut seen = BTreeMap::new();
            for (field, headers) in &mapping.columns {
                for header in headers.candidates() {
                    assert_eq!(header, normal_header(&header), "synonyms are written as they are compared");
                    assert_eq!(seen.insert(header.clone(), *field), None, "{header}");
                }
            }
        }
    }

    #[test]
    fn a_mapping_reads_back_from_both_notations() {
        let text = "name = \"reseller\"\ndelimiter = \"semicolon\"\ndecimal = \"comma\"\ndates = \"day_first\"\n\
                    [columns]\nproduct = \"Artikel\"\nquantity = [\"Menge\", \"Anzahl\"]\n\
                    [defaults]\nmetric = \"device\"\ncurrency = \"EUR\"\n";
        let mapping = Mapping::parse(text).unwrap();
        assert_eq!(mapping.columns.get(&EntitlementField::Product), Some(&Headers::One("Artikel".to_owned())));
        assert_eq!(Mapping::parse(&serde_json::to_string(&mapping).unwrap()).unwrap(), mapping);
        assert_eq!(Mapping::parse(&toml::to_string(&mapping).unwrap()).unwrap(), mapping);
    }

    #[test]
    fn a_mapping_based_on_a_built_in_one_says_only_what_differs() {
        let mapping = Mapping::parse("name = \"ours\"\nbased_on = \"snipe-it\"\ndates = \"month_first\"").unwrap();
        let base = Mapping::named("snipe-it").unwrap();
        assert_eq!((&mapping.columns, &mapping.defaults), (&base.columns, &base.defaults));
        assert_eq!(mapping.dates, Some(DateStyle::MonthFirst));
    }

    #[test]
    fn an_unusable_mapping_says_what_it_lacks() {
        let shown = |text: &str| Mapping::parse(text).unwrap_err().to_string();
        assert!(shown("name = 3").contains("cannot be read"));
        assert!(
            shown("name = \"x\"\nbased_on = \"sap\"")
                .contains("the built-in mappings (snipe-it, servicenow, glpi, purchases, indult)")
        );
        assert!(shown("name = \"x\"\ncolour = 1\n[columns]\n").contains("colour"));
        assert!(shown("name = \"x\"\n[columns]\nproduct = \"p\"\n").contains("which column gives the metric"));
        let metric = "name = \"x\"\n[columns]\nproduct = \"p\"\nquantity = \"q\"\n[defaults]\nmetric = \"site\"\n";
        assert!(shown(metric).contains("“site” does not fit the field metric"));
        assert!(shown(&"#".repeat(70_000)).contains("64 KiB"));
        assert!(shown("").contains("cannot be read"));
        assert!(shown(&format!("a = {}", "[".repeat(30_000))).contains("cannot be read"));
    }
}
