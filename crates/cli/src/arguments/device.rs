//! The words of `indult device`.

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub enum Device {
    /// List the devices that sources report, by name.
    List(DeviceList),
    /// Show a device with what is installed on it.
    Show {
        /// Its key, such as name:build-07.
        device: String,
        /// As it was on this sealed day.
        #[arg(long, value_name = "DAY")]
        as_of: Option<String>,
    },
    /// Count devices and installations by place.
    Facets {
        /// By what devices are told apart.
        #[arg(long, default_value = "region", value_parser = ["region", "business-unit", "cost-centre", "environment"])]
        by: String,
        /// Only devices that hold this product, and its installations.
        #[arg(long)]
        product: Option<String>,
        /// As it was on this sealed day.
        #[arg(long, value_name = "DAY")]
        as_of: Option<String>,
    },
    /// Count what sources leave out, where they differ, and what may count twice.
    Gaps {
        /// As it was on this sealed day.
        #[arg(long, value_name = "DAY")]
        as_of: Option<String>,
    },
    /// List the installed titles that lack a publisher or a version.
    Titles {
        /// What they lack.
        #[arg(long, value_parser = ["publisher", "version"])]
        lacking: String,
        /// As it was on this sealed day.
        #[arg(long, value_name = "DAY")]
        as_of: Option<String>,
    },
    /// List what sources state differently of devices, with what counts.
    Conflicts {
        /// Only about this.
        #[arg(long, value_parser = ["primary_user", "environment", "kind", "host", "cluster", "processors", "cores",
            "processor_model", "virtual_processors", "region", "business_unit", "cost_centre"])]
        attribute: Option<String>,
        /// As it was on this sealed day.
        #[arg(long, value_name = "DAY")]
        as_of: Option<String>,
    },
    /// List devices that may be one machine: those with the same serial number or name.
    Duplicates {
        /// What they share.
        #[arg(long, default_value = "serial", value_parser = ["serial", "name"])]
        shared: String,
        /// As it was on this sealed day.
        #[arg(long, value_name = "DAY")]
        as_of: Option<String>,
    },
}

#[derive(Debug, Args)]
pub struct DeviceList {
    /// Only those whose name, key or primary user contains this.
    #[arg(long, value_name = "TEXT")]
    pub query: Option<String>,
    /// Only those that state this region.
    #[arg(long)]
    pub region: Option<String>,
    /// Only those that state this business unit.
    #[arg(long, value_name = "UNIT")]
    pub business_unit: Option<String>,
    /// Only those that state this cost centre.
    #[arg(long)]
    pub cost_centre: Option<String>,
    /// Only those that state this environment.
    #[arg(long)]
    pub environment: Option<String>,
    /// Only those that hold this product, such as PRD-7.
    #[arg(long)]
    pub product: Option<String>,
    /// Only those that this source reports.
    #[arg(long)]
    pub source: Option<String>,
    /// Only those of which no source says this.
    #[arg(long, value_parser = ["primary_user", "host", "cores", "environment", "region", "business_unit", "cost_centre"])]
    pub lacking: Option<String>,
    /// As it was on this sealed day.
    #[arg(long, value_name = "DAY")]
    pub as_of: Option<String>,
}
