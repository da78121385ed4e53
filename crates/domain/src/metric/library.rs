//! The names of the library, with the words for their units.
//!
//! A name stands on the ledger, so it is never taken away and never means something else; new ones are added at the
//! end. What each counts is in the file of its name in `position/metrics`, and a test there holds the two together.

/// A name of the library.
pub(super) struct Entry {
    pub(super) name: &'static str,
    pub(super) unit: &'static str,
    pub(super) units: &'static str,
}

const fn entry(name: &'static str, unit: &'static str, units: &'static str) -> Entry {
    Entry { name, unit, units }
}

/// The first of the table.
pub(super) const FIRST: Entry = entry("core", "core", "cores");

/// Every name, in the order in which they were added.
pub(super) const LIBRARY: &[Entry] = &[
    FIRST,
    entry("processor", "processor", "processors"),
    entry("server", "server", "servers"),
    entry("virtual_processor", "virtual processor", "virtual processors"),
    entry("user_cal", "user CAL", "user CALs"),
    entry("device_cal", "device CAL", "device CALs"),
    entry("microsoft_sql_server_core", "core licence", "core licences"),
    entry("microsoft_sql_server_core_by_vm", "core licence", "core licences"),
    entry("microsoft_windows_server_core", "core licence", "core licences"),
    entry("microsoft_windows_server_datacenter_core", "core licence", "core licences"),
    entry("microsoft_windows_server_core_by_vm", "core licence", "core licences"),
    entry("microsoft_processor", "two-processor licence", "two-processor licences"),
    entry("microsoft_server", "server licence", "server licences"),
    entry("microsoft_server_instance", "server licence", "server licences"),
    entry("microsoft_user_cal", "user CAL", "user CALs"),
    entry("microsoft_device_cal", "device CAL", "device CALs"),
    entry("microsoft_device", "device", "devices"),
    entry("microsoft_user_subscription", "user subscription", "user subscriptions"),
    entry("oracle_processor", "processor licence", "processor licences"),
    entry("oracle_processor_by_host", "processor licence", "processor licences"),
    entry("oracle_named_user_plus", "named user plus", "named users plus"),
    entry("oracle_middleware_named_user_plus", "named user plus", "named users plus"),
    entry("oracle_standard_edition_2_socket", "socket licence", "socket licences"),
    entry("oracle_standard_edition_2_named_user_plus", "named user plus", "named users plus"),
    entry("ibm_pvu", "PVU", "PVUs"),
    entry("ibm_pvu_sub_capacity", "PVU", "PVUs"),
    entry("ibm_vpc", "VPC", "VPCs"),
    entry("ibm_rvu", "RVU", "RVUs"),
    entry("ibm_authorized_user", "authorized user", "authorized users"),
    entry("ibm_authorized_user_value_unit", "user value unit", "user value units"),
    entry("ibm_employee_user_value_unit", "user value unit", "user value units"),
    entry("ibm_external_user_value_unit", "user value unit", "user value units"),
    entry("vmware_processor", "processor licence", "processor licences"),
    entry("vmware_core", "core licence", "core licences"),
    entry("vmware_operating_system_instance", "operating system instance", "operating system instances"),
    entry("vmware_application_instance", "application instance", "application instances"),
    entry("red_hat_socket_pair", "socket-pair subscription", "socket-pair subscriptions"),
    entry("red_hat_core_pair", "core-pair subscription", "core-pair subscriptions"),
    entry("citrix_device", "device", "devices"),
    entry("citrix_user", "user", "users"),
    entry("citrix_processor", "processor", "processors"),
    entry("sap_named_user", "named user", "named users"),
    entry("adobe_device", "device", "devices"),
    entry("adobe_user", "named user", "named users"),
    entry("concurrent_session", "concurrent session", "concurrent sessions"),
    entry("concurrent_session_95th_percentile", "concurrent session", "concurrent sessions"),
    entry("concurrent_user", "concurrent user", "concurrent users"),
    entry("concurrent_user_and_host", "concurrent user", "concurrent users"),
    entry("concurrent_device", "concurrent device", "concurrent devices"),
    entry("floating", "floating licence", "floating licences"),
    entry("citrix_concurrent_user", "concurrent user", "concurrent users"),
    entry("ibm_concurrent_user", "concurrent user", "concurrent users"),
    entry("ibm_floating_user", "floating user", "floating users"),
    entry("metered_monthly", "unit", "units"),
    entry("metered_term", "unit", "units"),
    entry("metered_peak", "unit", "units"),
    entry("assigned_subscription", "assigned subscription", "assigned subscriptions"),
    entry("crowdstrike_sensor", "sensor", "sensors"),
    entry("docusign_envelope", "envelope", "envelopes"),
];
