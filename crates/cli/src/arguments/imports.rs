//! The words of importing files.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// How a table is read; what is not said is found by looking.
#[derive(Debug, Clone, Args)]
pub struct TableReading {
    /// Which column gives which field: the name of a mapping, or a TOML file. Found by the headers where not given.
    #[arg(long, value_name = "NAME|FILE")]
    pub map: Option<String>,
    /// The sheet of a workbook; the first that holds anything where not given.
    #[arg(long, value_name = "NAME")]
    pub sheet: Option<String>,
    /// The row of the headers.
    #[arg(long, value_name = "ROW")]
    pub header_row: Option<u64>,
    /// What parts cells: comma, semicolon, tab or bar.
    #[arg(long, value_name = "NAME")]
    pub delimiter: Option<String>,
    /// How the text is encoded: utf8, windows1252, utf16_little_endian or utf16_big_endian.
    #[arg(long, value_name = "NAME")]
    pub encoding: Option<String>,
    /// The character before decimals: point or comma.
    #[arg(long, value_name = "STYLE")]
    pub decimal: Option<String>,
    /// The order of day and month: day_first or month_first.
    #[arg(long, value_name = "ORDER")]
    pub dates: Option<String>,
}

/// How tables among the files are read, now and next time.
#[derive(Debug, Clone, Args)]
pub struct Tables {
    #[command(flatten)]
    pub reading: TableReading,
    /// Remember for the source how its columns are read.
    #[arg(long)]
    pub remember: bool,
}

#[derive(Debug, Subcommand)]
pub enum Import {
    /// Take in reports of devices; the format is detected.
    Inventory {
        /// The files; `-` is standard input.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// The name of the source: a later report of the same source and device replaces the earlier.
        #[arg(long, value_name = "NAME")]
        source: Option<String>,
        /// The name of the device, for files that do not say it: tags, exports of the registry, the dpkg status.
        #[arg(long, value_name = "NAME")]
        device: Option<String>,
        #[command(flatten)]
        tables: Tables,
        /// Only show what would change.
        #[arg(short = 'n', long)]
        dry_run: bool,
    },
    /// Take in what licence managers, services and meters tell of use; the format is detected.
    Usage {
        /// The files; `-` is standard input.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// The name of the source, such as a licence server: what it says later of a time replaces what it said before.
        #[arg(long, value_name = "NAME")]
        source: Option<String>,
        #[command(flatten)]
        tables: Tables,
        /// Only show what would change.
        #[arg(short = 'n', long)]
        dry_run: bool,
    },
    /// Take in rights from a table (CSV, XLSX) or a list of licences in JSON.
    Entitlements {
        /// The file; `-` is standard input.
        file: PathBuf,
        /// The name of the source, such as a reseller.
        #[arg(long, value_name = "NAME")]
        source: Option<String>,
        #[command(flatten)]
        tables: Tables,
        /// Only show what would change.
        #[arg(short = 'n', long)]
        dry_run: bool,
    },
    /// Take in people who have left, with their last days, from a table (CSV, XLSX).
    Leavers {
        /// The file; `-` is standard input.
        file: PathBuf,
        /// The name of the source.
        #[arg(long, value_name = "NAME")]
        source: Option<String>,
        #[command(flatten)]
        tables: Tables,
        /// Only show what would change.
        #[arg(short = 'n', long)]
        dry_run: bool,
    },
    /// Print what an import left out as CSV: rows with problem and repair, to be mended and imported again.
    Rejects {
        /// Its number, such as IMP-3.
        import: String,
    },
    /// List the mappings of columns: those that were remembered, and those that come with the program.
    Mappings,
    /// List imports.
    List,
    /// Show an import.
    Show {
        /// Its number, such as IMP-3.
        import: String,
    },
    /// Undo an import as a whole.
    Undo {
        /// Its number, such as IMP-3.
        import: String,
    },
}
