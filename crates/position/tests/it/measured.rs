//! Told stories of measured metrics: cores, hosts, clusters, factors, minimums and what is missing.

use crate::scenario::tell;

#[test]
fn a_virtual_machine_counts_its_host_where_that_is_less() {
    tell(
        "
        product Base microsoft_sql_server_core
        match base: Base
        right Base 20 microsoft_sql_server_core price 100
        report esx-1 kind physical cpus 2 cores 16 uuid u1: Host
        report vm-1 kind virtual vcpus 8 on esx-1: Base
        report vm-2 kind virtual vcpus 8 on ESX-1: Base
        line Base -> 20 entitled, 16 consumed, 16 by rights, 4 surplus
        report vm-3 kind virtual vcpus 8 on u1: Base
        line Base -> 20 entitled, 16 consumed, 16 by rights, 4 surplus
        rows consumed Base -> 16 × vm-1 (Base -, Base -, Base -) by ENT-1
        report db-1 kind physical cpus 1 cores 2: Base
        line Base -> 20 entitled, 20 consumed, 20 by rights
        report db-2 kind physical cpus 2 cores 12: Base
        line Base -> 20 entitled, 32 consumed, 20 by rights, 12 short
        exposure Base -> 12 short × EUR 100.00, the unit price of ENT-1: EUR 1,200.00.
        rows short Base -> 12 × vm-1 (Base -, Base -, Base -)
        check deploy 4 Base -> No: 32 core licences of Base consumed and 12 short already; 0 free, 4 missing. Request 4.
        ",
    );
}

#[test]
fn what_is_missing_is_a_range_and_never_a_silent_zero() {
    tell(
        "
        product Base microsoft_sql_server_core
        match base: Base
        report db-1 kind physical cpus 2: Base
        line Base -> 0 entitled, 64 consumed (8 to 64), 64 short
        report vm-1 kind virtual: Base
        line Base -> 0 entitled, 80 consumed (8 to 80), 80 short
        report vm-2 kind virtual vcpus 6 on nowhere: Base
        line Base -> 0 entitled, 86 consumed (12 to 86), 86 short
        ",
    );
}

#[test]
fn a_virtual_machine_that_may_move_counts_every_host_of_its_cluster() {
    tell(
        "
        product Base oracle_processor
        match base: Base
        report esx-1 kind physical cpus 2 cores 32 model Xeon cluster c1: Host
        report esx-2 kind physical cpus 2 cores 31 model Xeon cluster C1: Host
        report vm-1 kind virtual vcpus 2 on esx-1: Base
        line Base -> 0 entitled, 32 consumed, 32 short
        report esx-3 kind physical cpus 2 cores 31 model Xeon cluster c1: Host
        line Base -> 0 entitled, 47 consumed, 47 short
        working Base -> Devices with the product 1: 1 device holds a title that is recognised as Base. | Metric oracle_processor: Processor: Cores × the core factor of their processor, rounded up on the subtotal of each factor. A virtual machine counts every host of the cluster between which it may move. From: Admodum Compliance, reading of the Oracle Processor Core Factor Table; Redress Compliance, Oracle Processor Core Factor Table guide; Flexera, FlexNet Manager Suite documentation, consumed points of Oracle Processor licences; ServiceNow, Software Asset Management documentation, attributes of software license metrics. | Capacity 94: esx-1: 32 cores in cluster c1; esx-2: 31 cores in cluster c1; esx-3: 31 cores in cluster c1. | Rounding 47: On the subtotal of each factor: 94 × 0.5 = 47, rounded up to 47; together 47. | Consumed 47: 1 device comes to 47 processor licences. | Entitled 0: No right in processor licences counts. | Covered by rights 0: Rights cover none of the 47. | Short 47: 47 − 0 = 47 processor licences. | Surplus 0: 0 − 0 used = 0 processor licences. | Exposure not known: No right in processor licences states a price, so no cost can be stated.
        ",
    );
}

#[test]
fn rights_in_other_metrics_cover_whole_bearers_the_largest_first() {
    tell(
        "
        product Base core
        match base: Base
        right Base 1 device
        right Base 6 core
        report db-1 kind physical cpus 1 cores 8: Base
        report db-2 kind physical cpus 2 cores 16: Base
        line Base -> 6 entitled, 24 consumed, 22 by rights, 2 short
        rows covered Base -> 6 × db-1 (Base -) by ENT-2; 16 × db-2 (Base -) by ENT-1
        rows short Base -> 2 × db-1 (Base -)
        grant Base 1 core until 2026-12-31
        line Base -> 6 entitled, 24 consumed, 22 by rights, 1 by exceptions, 1 short
        rows consumed Base -> 6 × db-1 (Base -) by ENT-2; db-1 (Base -) by EXC-1; db-1 (Base -); 16 × db-2 (Base -) by ENT-1
        ",
    );
}

#[test]
fn a_measured_right_covers_devices_whole() {
    tell(
        "
        product Base device
        match base: Base
        right Base 20 core
        report db-1 kind physical cpus 1 cores 8: Base
        report db-2 kind physical cpus 2 cores 16: Base
        report db-3 kind physical cpus 1 cores 8: Base
        line Base -> 0 entitled, 3 consumed, 2 by rights, 1 short
        rows short Base -> db-2 (Base -)
        ",
    );
}

#[test]
fn an_exemption_is_worth_what_the_devices_would_add() {
    tell(
        "
        product Base red_hat_socket_pair
        match base: Base
        right Base 2 red_hat_socket_pair exempt test
        report vm-1 kind virtual: Base
        report vm-2 kind virtual in test: Base
        report vm-3 kind virtual in test: Base
        report vm-4 kind virtual: Base
        report vm-5 kind virtual: Base
        line Base -> 2 entitled, 2 consumed, 1 exempt, 2 by rights
        rows exempt Base -> vm-3 (Base -)
        ",
    );
}

#[test]
fn metrics_that_count_the_same_are_one() {
    tell(
        "
        product Draw citrix_user
        match draw: Draw
        right Draw 2 named_user
        right Draw 1 device
        report pc-1 by ana: Draw
        report pc-2 by ana: Draw
        report pc-3 by ben: Draw
        report pc-4: Draw
        line Draw -> 2 entitled, 3 consumed (2 to 3), 3 by rights
        grant Draw 1 adobe_user until 2026-12-31
        supplies Draw -> ENT-1 uses 2 of 2 and covers 2. ENT-2 uses 1 of 1 and covers 1. EXC-1 uses 0 of 1 and covers 0.
        ",
    );
}

#[test]
fn users_count_no_fewer_than_the_machines_stand_for() {
    tell(
        "
        product Base oracle_named_user_plus
        match base: Base
        report db-1 kind physical cpus 1 cores 4 model Xeon by ana: Base
        line Base -> 0 entitled, 50 consumed, 50 short
        ",
    );
}

#[test]
fn exceptions_for_one_environment_get_the_units_that_rights_leave() {
    tell(
        "
        product Base core
        match base: Base
        right Base 8 core
        grant Base 6 core in test until 2026-12-31
        report db-1 kind physical cpus 1 cores 8 in test: Base
        report db-2 kind physical cpus 1 cores 6: Base
        line Base -> 8 entitled, 14 consumed, 8 by rights, 6 by exceptions
        rows consumed Base -> 2 × db-1 (Base -) by ENT-1; 6 × db-1 (Base -) by EXC-1; 6 × db-2 (Base -) by ENT-1
        check deploy 1 Base -> No: 14 cores of Base consumed and all covered; 0 free, 1 missing. Request 1.
        ",
    );
}

#[test]
fn hosts_of_hosts_are_found_however_many_there_are() {
    // The host of vm-3 is the last of five, and vm-3 counts on it also where vm-1 led to vm-3 already.
    tell(
        "
        product Base microsoft_windows_server_core
        match base: Base
        report vm-1 kind virtual on vm-2 cores 16: Base
        report vm-2 kind virtual on vm-4 cores 16: Other
        report vm-3 kind virtual on esx-1: Base
        report vm-4 kind virtual on vm-3: Other
        report esx-1 kind physical cpus 2 cores 32: Other
        line Base -> 0 entitled, 48 consumed, 48 short
        ",
    );
}

#[test]
fn the_first_guest_by_name_speaks_for_its_host_whoever_was_reported_first() {
    tell(
        "
        product Base oracle_processor
        match base: Base
        report vm-2 kind virtual model Power on nowhere: Base
        report vm-1 kind virtual model Xeon on nowhere: Base
        line Base -> 0 entitled, 32 consumed (1 to 32), 32 short
        ",
    );
}
