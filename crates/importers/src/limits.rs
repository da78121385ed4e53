//! Every limit on a foreign file: its number, its reason, and what to do about a file beyond it.
//!
//! The limits are checked where the bytes are read; here they are only named.

use std::fmt;

/// A limit on what is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// What is limited, as the subject of a sentence.
    pub what: &'static str,
    /// The largest number allowed.
    pub max: u64,
    /// The number as people read it, with its unit.
    pub shown: &'static str,
    /// Why the limit stands where it does.
    pub reason: &'static str,
    /// What to do about a file beyond it, as a sentence.
    pub repair: &'static str,
}

impl Limit {
    /// Whether `count` is beyond the limit.
    pub(crate) fn is_exceeded_by(&self, count: usize) -> bool {
        u64::try_from(count).map_or(true, |count| count > self.max)
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is over the limit of {}", self.what, self.shown)
    }
}

/// Size of a file as it arrives.
pub const FILE_BYTES: Limit = Limit {
    what: "The file",
    max: 25 << 20,
    shown: "25 MiB",
    reason: "Holds about 50,000 titles with all their fields; a whole file is kept in memory while it is read.",
    repair: "Split the file, or pack it with gzip.",
};

/// Size of a file after unpacking.
pub const UNPACKED_BYTES: Limit = Limit {
    what: "The unpacked file",
    max: 50 << 20,
    shown: "50 MiB",
    reason: "Twice the size of an unpacked upload, so that packing helps and a packed bomb does not.",
    repair: "Split the file into smaller ones.",
};

/// Unpacked size over packed size, once a file unpacks to more than `RATIO_FREE_BYTES`.
pub const UNPACKING_RATIO: Limit = Limit {
    what: "The ratio of unpacked to packed size",
    max: 100,
    shown: "100",
    reason: "Inventories pack to between a fifth and a thirtieth; a hundredth is filler.",
    repair: "Import the file unpacked.",
};

/// Below this size the ratio does not matter.
pub(crate) const RATIO_FREE_BYTES: usize = 1 << 20;

/// Devices in one file.
pub const REPORTS: Limit = Limit {
    what: "The number of devices in the file",
    max: 50_000,
    shown: "50,000",
    reason: "An import is one batch that takes effect whole; larger estates come in several.",
    repair: "Split the file by device.",
};

/// Titles on one device.
pub const TITLES_PER_REPORT: Limit = Limit {
    what: "The number of titles on one device",
    max: 20_000,
    shown: "20,000",
    reason: "Six times the largest workstation seen (3,033 packages).",
    repair: "Check that the file does not list several devices under one name.",
};

/// Titles on all devices of a file together.
pub const TITLES: Limit = Limit {
    what: "The number of titles in the file",
    max: 1_000_000,
    shown: "1,000,000",
    reason: "The whole estate of a company with 10,000 devices; about 250 MB while they are read.",
    repair: "Split the file by device.",
};

/// Rows of an entitlements file.
pub const ENTITLEMENT_ROWS: Limit = Limit {
    what: "The number of entitlement rows",
    max: 100_000,
    shown: "100,000",
    reason: "Far above the purchases of a large company over twenty years.",
    repair: "Split the file by rows and import the parts one after the other.",
};

/// Rows of a publisher's statement.
pub const PUBLISHER_STATEMENT_ROWS: Limit = Limit {
    what: "The number of rows of a publisher's statement",
    max: 100_000,
    shown: "100,000",
    reason: "As many as rows of entitlements, against which they are compared.",
    repair: "Split the file by agreement or product and compare the parts one after the other.",
};

/// Rows of a table of leavers.
pub const LEAVER_ROWS: Limit = Limit {
    what: "The number of persons in the file",
    max: 200_000,
    shown: "200,000",
    reason: "A whole personnel list, whose rows without a last day are passed over.",
    repair: "Export only those who leave.",
};

/// Pieces of a file that could not be used.
pub const REJECTS: Limit = Limit {
    what: "The number of pieces that could not be used",
    max: 10_000,
    shown: "10,000",
    reason: "Nobody repairs ten thousand rows by hand: the file has another shape than it seems.",
    repair: "Look at the first one, correct its cause for the whole file, and import again.",
};

/// Columns of a table.
pub const COLUMNS: Limit = Limit {
    what: "The number of columns",
    max: 1_000,
    shown: "1,000",
    reason: "Inventory exports have fewer than a hundred.",
    repair: "Delete the columns that are not needed, or check the delimiter.",
};

/// Cells of a table.
pub const CELLS: Limit = Limit {
    what: "The number of cells",
    max: 5_000_000,
    shown: "5,000,000",
    reason: "Fifty thousand devices with ten titles of ten columns each.",
    repair: "Split the file by rows, or delete the columns that are not needed.",
};

/// Size of a workbook's parts after unpacking.
pub const WORKBOOK_BYTES: Limit = Limit {
    what: "The unpacked workbook",
    max: 256 << 20,
    shown: "256 MiB",
    reason: "Five million cells of fifty bytes each, as workbooks write them; nothing of it is kept but one sheet's texts.",
    repair: "Save the sheet alone, or as CSV (UTF-8).",
};

/// Parts of a workbook.
pub const WORKBOOK_PARTS: Limit = Limit {
    what: "The number of parts in the workbook",
    max: 10_000,
    shown: "10,000",
    reason: "A workbook with a hundred sheets and their drawings has under a thousand.",
    repair: "Save the sheet alone, or as CSV (UTF-8).",
};

/// Sheets of a workbook.
pub const SHEETS: Limit = Limit {
    what: "The number of sheets in the workbook",
    max: 500,
    shown: "500",
    reason: "Nobody chooses among more.",
    repair: "Save the sheet alone, or as CSV (UTF-8).",
};

/// Bytes of one cell.
pub const CELL_BYTES: Limit = Limit {
    what: "A cell",
    max: 64 << 10,
    shown: "64 KiB",
    reason: "Twice what a spreadsheet holds in a cell; beyond it a quotation mark was left open.",
    repair: "Close the quotation mark of that cell, or shorten its text.",
};

/// Characters of a name.
pub const NAME_CHARS: Limit = Limit {
    what: "The text",
    max: 512,
    shown: "512 characters",
    reason: "Titles end well below 260 characters, the limit of the Windows registry's display names in practice.",
    repair: "Shorten it at the source.",
};

/// Characters of an identifier in a source's own scheme.
pub const SOURCE_ID_CHARS: Limit = Limit {
    what: "The identifier",
    max: 2_048,
    shown: "2,048 characters",
    reason: "Package URLs with qualifiers reach several hundred characters.",
    repair: "Shorten it at the source; the title itself was read.",
};

/// Depth of nested JSON values.
pub const JSON_DEPTH: Limit = Limit {
    what: "The nesting of the JSON",
    max: 64,
    shown: "64 levels",
    reason: "Agent reports nest 5 levels, software bills of materials about 12.",
    repair: "Export the file again from the tool that wrote it.",
};

/// JSON values in a file.
pub const JSON_VALUES: Limit = Limit {
    what: "The number of JSON values",
    max: 5_000_000,
    shown: "5,000,000",
    reason: "A full file of ordinary reports has fewer than three million.",
    repair: "Split the file by device.",
};

/// JSON objects in a file.
pub const JSON_OBJECTS: Limit = Limit {
    what: "The number of JSON objects",
    max: 500_000,
    shown: "500,000",
    reason: "A bill of 20,000 components with their licences, hashes and references has about 200,000.",
    repair: "Split the file by device.",
};

/// Keys of one JSON object.
pub const JSON_KEYS: Limit = Limit {
    what: "The number of keys in one JSON object",
    max: 10_000,
    shown: "10,000",
    reason: "Keys are field names here, never content; each is remembered so that a second one is found.",
    repair: "Export the file again from the tool that wrote it.",
};

/// Depth of nested XML elements.
pub const XML_DEPTH: Limit = Limit {
    what: "The nesting of the XML",
    max: 64,
    shown: "64 levels",
    reason: "Agent reports nest 6 levels.",
    repair: "Export the file again from the tool that wrote it.",
};

/// Events (tags, texts, comments) of an XML file.
pub const XML_EVENTS: Limit = Limit {
    what: "The number of XML tags and texts",
    max: 1_000_000,
    shown: "1,000,000",
    reason: "A report with 3,000 packages has about 120,000.",
    repair: "Send the report as GLPI agent JSON.",
};

/// Attributes of one XML tag, counted without parsing them.
pub const XML_ATTRIBUTES: Limit = Limit {
    what: "The number of attributes of one XML tag",
    max: 256,
    shown: "256",
    reason: "Agent reports use none; looking for duplicates among many takes time that grows with their square.",
    repair: "Export the file again from the tool that wrote it.",
};

/// Depth of nested CBOR items.
pub const CBOR_DEPTH: Limit = Limit {
    what: "The nesting of the CBOR",
    max: 64,
    shown: "64 levels",
    reason: "Tags nest 3 levels, their lists of files a few more.",
    repair: "Make the tag again with the tool that wrote it.",
};

/// Bytes of one value of the Windows registry, as it is written over several lines.
pub const REGISTRY_VALUE_BYTES: Limit = Limit {
    what: "A value of the registry",
    max: 1 << 20,
    shown: "1 MiB",
    reason: "Values below uninstall keys are texts of a few hundred characters; three are written for a byte.",
    repair: "Export only the uninstall keys.",
};

/// Processors of one device.
pub const PROCESSORS: Limit = Limit {
    what: "The number of processors of one device",
    max: 1_024,
    shown: "1,024",
    reason: "The largest machines have 64.",
    repair: "Correct the report at its source; the device was read without its processors.",
};

/// Guests of one hypervisor.
pub const GUESTS: Limit = Limit {
    what: "The number of guests of one device",
    max: 10_000,
    shown: "10,000",
    reason: "Hypervisors run up to 1,024; a machine with containers lists those that have ended too.",
    repair: "Check that the list is of one device.",
};

/// Units of one entitlement.
pub const QUANTITY: Limit = Limit {
    what: "The quantity",
    max: 1_000_000_000,
    shown: "1,000,000,000",
    reason: "More than one unit for every person of any company; sums of rows stay exact.",
    repair: "Write “unlimited” if there is no limit.",
};

/// Major units of one price.
pub const PRICE: Limit = Limit {
    what: "The price",
    max: 1_000_000_000_000,
    shown: "1,000,000,000,000",
    reason: "A price times a quantity still fits an exact decimal.",
    repair: "Check the decimal style of the column.",
};

/// Bytes of a mapping file.
pub const MAPPING_BYTES: Limit = Limit {
    what: "The mapping",
    max: 64 << 10,
    shown: "64 KiB",
    reason: "A mapping names fifteen columns.",
    repair: "Check that this is the mapping and not the file it describes.",
};

/// Sessions, denials and readings of one file.
pub const USAGE_FACTS: Limit = Limit {
    what: "The number of sessions, denials and readings of a file",
    max: 1_000_000,
    shown: "1,000,000",
    reason: "A log of 50 MiB has fewer; busy servers write about ten thousand checkouts a week.",
    repair: "Split the log by time and import the parts one after the other.",
};

/// Licences of one checkout.
pub const LICENCES: Limit = Limit {
    what: "The number of licences of one checkout",
    max: 1_000_000,
    shown: "1,000,000",
    reason: "Solvers take a token for each core, some thousands at most.",
    repair: "Correct the number.",
};

/// Units of one reading.
pub const READING: Limit = Limit {
    what: "The units of a reading",
    max: 1_000_000_000_000,
    shown: "1,000,000,000,000",
    reason: "Metered services count requests and bytes; sums of a million readings stay exact.",
    repair: "State the reading in a larger unit.",
};

/// SKUs of one answer.
pub const SKUS: Limit = Limit {
    what: "The number of SKUs",
    max: 10_000,
    shown: "10,000",
    reason: "The whole catalogue has about 570.",
    repair: "Check that the file is a list of subscribed SKUs.",
};

/// All of them, in the order of the documentation.
pub const ALL: [Limit; 36] = [
    FILE_BYTES,
    UNPACKED_BYTES,
    UNPACKING_RATIO,
    REPORTS,
    TITLES_PER_REPORT,
    TITLES,
    ENTITLEMENT_ROWS,
    PUBLISHER_STATEMENT_ROWS,
    LEAVER_ROWS,
    REJECTS,
    COLUMNS,
    CELLS,
    WORKBOOK_BYTES,
    WORKBOOK_PARTS,
    SHEETS,
    CELL_BYTES,
    NAME_CHARS,
    SOURCE_ID_CHARS,
    JSON_DEPTH,
    JSON_VALUES,
    JSON_OBJECTS,
    JSON_KEYS,
    XML_DEPTH,
    XML_EVENTS,
    XML_ATTRIBUTES,
    CBOR_DEPTH,
    REGISTRY_VALUE_BYTES,
    PROCESSORS,
    GUESTS,
    QUANTITY,
    PRICE,
    MAPPING_BYTES,
    USAGE_FACTS,
    LICENCES,
    READING,
    SKUS,
];
