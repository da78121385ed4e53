//! Told stories of the rules that matter to people.

use crate::scenario::tell;

#[test]
fn a_shortage_is_covered_by_an_exception_until_it_ends() {
    tell(
        "
        product Draw device
        match draw*: Draw
        right Draw 1 device price 300
        report pc-1: Draw 1
        report pc-2: Draw 1
        report pc-3: Draw 2
        line Draw -> 1 entitled, 3 consumed, 1 by rights, 2 short
        exposure Draw -> 2 short × EUR 300.00, the unit price of ENT-1: EUR 600.00.
        check deploy 1 Draw -> No: 3 devices of Draw consumed and 2 short already; 0 free, 1 missing. Request 1.
        check use 1 Draw -> No: 3 devices of Draw consumed and 2 short already; 0 free, 2 missing. Request 2.
        grant Draw 3 device until 2026-04-30
        line Draw -> 1 entitled, 3 consumed, 1 by rights, 2 by exceptions
        rows covered Draw -> pc-1 (Draw 1) by ENT-1; pc-2 (Draw 1) by EXC-1; pc-3 (Draw 2) by EXC-1
        check use 1 Draw -> Yes, by exception: EXC-1 until 2026-04-30 covers what rights to Draw do not. Until 2026-04-30T22:00:00Z.
        check deploy 1 Draw -> Yes, by exception: EXC-1 until 2026-04-30 covers what rights to Draw do not. Until 2026-04-30T22:00:00Z.
        check deploy 2 Draw -> No: 3 devices of Draw consumed and all covered; 1 free, 1 missing. Request 1.
        now 2026-04-30T21:59:59Z
        line Draw -> 1 entitled, 3 consumed, 1 by rights, 2 by exceptions
        now 2026-04-30T22:00:00Z
        line Draw -> 1 entitled, 3 consumed, 1 by rights, 2 short
        supplies Draw -> ENT-1 uses 1 of 1 and covers 1. EXC-1 ended on 2026-04-30.
        ",
    );
}

#[test]
fn a_retired_entitlement_covers_nothing() {
    tell(
        "
        product Draw device
        match draw*: Draw
        right Draw 5 device retired 2026-04-01
        report pc-1: Draw
        now 2026-03-31T21:00:00Z
        line Draw -> 5 entitled, 1 consumed, 1 by rights, 4 surplus
        now 2026-03-31T22:00:00Z
        line Draw -> 0 entitled, 1 consumed, 1 short
        supplies Draw -> ENT-1 was retired on 2026-04-01.
        check deploy 1 Draw -> No: what there was for Draw has ended. ENT-1 was retired on 2026-04-01. Request 1.
        ",
    );
}

#[test]
fn the_last_day_of_a_right_counts_to_its_end_where_the_organisation_is() {
    tell(
        "
        zone America/New_York
        product Draw device
        match draw: Draw
        right Draw 1 device from 2026-04-01 until 2026-04-02
        report pc-1: Draw
        now 2026-04-01T03:59:59Z
        line Draw -> 0 entitled, 1 consumed, 1 short
        supplies Draw -> ENT-1 starts on 2026-04-01.
        check use 1 Draw -> No: there is no right and no exception that covers Draw. Until 2026-04-01T04:00:00Z. Request 1.
        now 2026-04-01T04:00:00Z
        line Draw -> 1 entitled, 1 consumed, 1 by rights
        now 2026-04-03T03:59:59Z
        line Draw -> 1 entitled, 1 consumed, 1 by rights
        now 2026-04-03T04:00:00Z
        line Draw -> 0 entitled, 1 consumed, 1 short
        supplies Draw -> ENT-1 ended on 2026-04-02.
        ",
    );
}

#[test]
fn a_revoked_exception_and_one_in_another_metric_say_why_they_cover_nothing() {
    tell(
        "
        product Draw device
        match draw: Draw
        report pc-1: Draw
        grant Draw 1 device until 2026-12-31 revoked 2026-03-01T00:00:00Z
        grant Draw 1 user until 2026-12-31
        grant Draw 1 device until 2026-12-31 from 2026-05-01T00:00:00Z
        line Draw -> 0 entitled, 1 consumed, 1 short
        supplies Draw -> EXC-1 was revoked on 2026-03-01. EXC-2 was granted in named users, and the product counts devices. EXC-3 holds from 2026-05-01.
        ",
    );
}

#[test]
fn a_right_that_we_gave_to_a_customer_is_none_that_we_hold() {
    tell(
        "
        product Draw device
        match draw: Draw
        right Draw 9 device
        outbound 1
        report pc-1: Draw
        line Draw -> 0 entitled, 1 consumed, 1 short
        supplies Draw -> ENT-1 is a right that we gave under AGR-1, not one that we hold.
        ",
    );
}

#[test]
fn an_exempt_environment_needs_no_licence_while_the_right_that_exempts_counts() {
    tell(
        "
        product Draw device
        match draw: Draw
        right Draw 1 device exempt test,dev until 2026-04-30
        right Draw 1 device
        report pc-1: Draw
        report pc-2 in prod: Draw
        report pc-3 in test: Draw
        report pc-4 in dev: Draw
        report pc-5 in dr: Draw
        line Draw -> 2 entitled, 3 consumed, 2 exempt, 2 by rights, 1 short
        rows exempt Draw -> pc-3 (Draw -); pc-4 (Draw -)
        rows short Draw -> pc-5 (Draw -)
        working Draw -> Devices with the product 5: 5 devices hold a title that is recognised as Draw. | Exempt 2: ENT-1 exempts test, development: 2 devices there, so 2 devices need no licence. Not stated by ENT-2; one right that counts is enough. Without a stated environment, and counted as production: 1 device. | Consumed 3: 5 − 2 exempt = 3 devices. | Entitled 2: 1 (ENT-1) + 1 (ENT-2) = 2 devices. | Covered by rights 2: ENT-1 1 + ENT-2 1: 2 devices of 3. | Short 1: 3 − 2 = 1 device. | Surplus 0: 2 − 2 used = 0 devices. | Exposure not known: No right in devices states a price, so no cost can be stated.
        check deploy 100 Draw in dev -> Yes: ENT-1 exempts development, so Draw needs no licence there. Until 2026-04-30T22:00:00Z.
        now 2026-05-01T12:00:00Z
        line Draw -> 1 entitled, 5 consumed, 1 by rights, 4 short
        ",
    );
}

#[test]
fn the_second_device_of_a_person_is_free_under_secondary_use() {
    tell(
        "
        product Draw device
        match draw: Draw
        right Draw 2 device second
        right Draw 5 device
        report pc-1 by ana: Draw
        report pc-2 by ANA: Draw
        report pc-3 by ana: Draw
        report pc-4 by ben: Draw
        report pc-5: Draw
        report pc-6: Draw
        line Draw -> 7 entitled, 6 consumed, 6 by rights, 2 surplus
        supplies Draw -> ENT-1 uses 2 of 2 and covers 3. ENT-2 uses 3 of 5 and covers 3.
        ",
    );
}

#[test]
fn named_users_are_persons_and_a_device_without_one_widens_the_range() {
    tell(
        "
        product Draw user
        match draw: Draw
        right Draw 2 user
        report pc-1 by Ana: Draw
        report pc-2 by ana: Draw
        report pc-3 by ben: Draw
        report pc-4: Draw
        line Draw -> 2 entitled, 3 consumed (2 to 3), 2 by rights, 1 short
        rows consumed Draw -> Ana@pc-1 (Draw -, Draw -) by ENT-1; ben@pc-3 (Draw -) by ENT-1; pc-4 (Draw -)
        check provision 1 Draw -> No: 3 named users of Draw consumed and 1 short already; 0 free, 1 missing. Request 1.
        ",
    );
}

#[test]
fn an_installation_is_a_version_on_a_device_however_the_title_is_spelt() {
    tell(
        "
        product Draw installation
        match draw*: Draw
        right Draw 2 installation
        report pc-1 source agent: Draw 1, Draw 2
        report pc-1 source table: DRAW for Desktops 1, draw
        line Draw -> 2 entitled, 2 consumed, 2 by rights
        rows consumed Draw -> pc-1 (DRAW for Desktops 1, Draw 1) by ENT-1; pc-1 (Draw 2) by ENT-1
        report pc-2: Draw
        line Draw -> 2 entitled, 3 consumed, 2 by rights, 1 short
        ",
    );
}

#[test]
fn rights_in_several_metrics_cover_one_demand() {
    tell(
        "
        product Draw device
        match draw: Draw
        right Draw 1 user
        right Draw 1 installation
        right Draw 1 device
        report pc-1 by ana: Draw 1
        report pc-2 by ben: Draw 1
        report pc-3 by ben: Draw 1
        report pc-4 by ada: Draw 1, Draw 2
        report pc-5 by eve: Draw 1, Draw 2
        line Draw -> 1 entitled, 5 consumed, 4 by rights, 1 short
        supplies Draw -> ENT-1 uses 1 of 1 and covers 2. ENT-2 uses 1 of 1 and covers 1. ENT-3 uses 1 of 1 and covers 1.
        rows covered Draw -> ana@pc-1 (Draw 1) by ENT-2; ben@pc-2 (Draw 1) by ENT-1; ben@pc-3 (Draw 1) by ENT-1; ada@pc-4 (Draw 1, Draw 2) by ENT-3
        ",
    );
}

#[test]
fn an_unlimited_right_covers_everything_and_shows_what_is_idle() {
    tell(
        "
        product Draw device
        match draw: Draw
        right Draw 5 device price 100
        right Draw unlimited user
        report pc-1 by ana: Draw
        report pc-2 by ana: Draw
        line Draw -> unlimited entitled, 2 consumed, 2 by rights
        supplies Draw -> ENT-2 uses 1 of unlimited and covers 2. ENT-1 uses 0 of 5 and covers 0.
        saving Draw -> Unused: 5 × EUR 100.00 (ENT-1) = EUR 500.00.
        check deploy 1000000 Draw -> Yes: ENT-2 sets no limit on Draw.
        ",
    );
}

#[test]
fn rights_go_where_an_exception_for_one_environment_cannot() {
    tell(
        "
        product Draw device
        match draw: Draw
        right Draw 2 device
        grant Draw 1 device in test until 2026-12-31
        report pc-1 in test: Draw
        report pc-2 in test: Draw
        report pc-3: Draw
        line Draw -> 2 entitled, 3 consumed, 2 by rights, 1 by exceptions
        rows covered Draw -> pc-1 (Draw -) by ENT-1; pc-2 (Draw -) by EXC-1; pc-3 (Draw -) by ENT-1
        check deploy 1 Draw in test -> No: 3 devices of Draw consumed and all covered; 0 free, 1 missing. Request 1.
        ",
    );
}

#[test]
fn the_right_that_ends_first_is_used_first() {
    tell(
        "
        product Draw device
        match draw: Draw
        right Draw 1 device
        right Draw 1 device until 2026-12-31
        right Draw 1 device until 2026-06-30
        report pc-1: Draw
        report pc-2: Draw
        supplies Draw -> ENT-3 uses 1 of 1 and covers 1. ENT-2 uses 1 of 1 and covers 1. ENT-1 uses 0 of 1 and covers 0.
        check deploy 1 Draw -> Yes: 1 device of Draw free by right, 1 asked for. Until 2026-06-30T22:00:00Z.
        ",
    );
}

#[test]
fn a_no_names_devices_to_reclaim_where_last_use_is_known() {
    tell(
        "
        product Draw device
        match draw: Draw
        right Draw 3 device
        report pc-1: Draw used 2025-11-30
        report pc-2: Draw used 2026-03-30
        report pc-3: Draw, Write used 2025-01-01
        check deploy 2 Draw -> No: 3 devices of Draw consumed and all covered; 0 free, 2 missing. Reclaim 1 unused since 2026-01-01. Request 2.
        check deploy 1 Glue -> No: there is no product PRD-99.
        ",
    );
}

#[test]
fn use_asks_about_units_that_are_counted_already() {
    tell(
        "
        product Draw device
        match draw: Draw
        right Draw 2 device
        report pc-1: Draw
        report pc-2: Draw
        check use 2 Draw -> Yes: every unit of Draw in use is covered.
        check use 3 Draw -> No: 2 devices of Draw consumed and all covered; 0 free, 1 missing. Request 1.
        ",
    );
}

#[test]
fn the_most_precise_rule_decides_and_then_the_later() {
    tell(
        "
        product Draw device
        product Pro device
        match draw*: Draw
        match draw pro*: Pro
        match draw pro viewer: none
        report pc-1: Draw Viewer, Draw Pro 2, Draw Pro Viewer, Paint Pro 1
        line Draw -> 0 entitled, 1 consumed, 1 short
        line Pro -> 0 entitled, 1 consumed, 1 short
        rows consumed Pro -> pc-1 (Draw Pro 2)
        queue -> Paint Pro on 1 (Pro)
        match draw pro*: Draw
        line Pro -> 0 entitled, 0 consumed
        rows consumed Draw -> pc-1 (Draw Pro 2, Draw Viewer -)
        ",
    );
}

#[test]
fn unused_units_are_worth_their_own_price() {
    tell(
        "
        product Draw device
        match draw: Draw
        right Draw 2 device until 2026-12-31 price 10
        right Draw 3 device price 20.50
        right Draw 4 device
        report pc-1: Draw
        saving Draw -> Unused: 1 × EUR 10.00 (ENT-1) + 3 × EUR 20.50 (ENT-2) = EUR 71.50. Not in it, for want of a price: 4 of ENT-3.
        ",
    );
}

#[test]
fn rights_for_users_leave_the_devices_that_rights_in_installations_cover_last() {
    // Both persons have one device; the one that would take two rights in installations gets the right for a user.
    tell(
        "
        product Draw device
        match draw: Draw
        right Draw 1 user
        right Draw 1 installation
        report pc-1 by ana: Draw 1
        report pc-2 by ben: Draw 1, Draw 2
        line Draw -> 0 entitled, 2 consumed, 2 by rights
        rows covered Draw -> ana@pc-1 (Draw 1) by ENT-2; ben@pc-2 (Draw 1, Draw 2) by ENT-1
        ",
    );
}

#[test]
fn a_further_unit_that_takes_the_place_of_another_is_no_free_one() {
    // A new device with one installation is covered before the one with two, which no exception reaches.
    tell(
        "
        product Draw device
        match draw: Draw
        right Draw 2 installation
        grant Draw 1 device in dev until 2026-12-31
        report pc-1: Draw 1, Draw 2
        line Draw -> 0 entitled, 1 consumed, 1 by rights
        check deploy 1 Draw in dev -> No: 1 device of Draw consumed and all covered; 0 free, 1 missing. Request 1.
        report pc-2 in dev: Draw 1
        line Draw -> 0 entitled, 2 consumed, 1 by rights, 1 short
        ",
    );
}

#[test]
fn further_units_may_set_free_what_covers_the_others() {
    // Two new devices take the rights in installations, and the right in devices covers the one with two.
    tell(
        "
        product Draw device
        match draw: Draw
        right Draw 2 installation
        right Draw 1 device
        grant Draw 1 device until 2026-12-31
        report pc-1: Draw 1, Draw 2
        line Draw -> 1 entitled, 1 consumed, 1 by rights, 1 surplus
        check deploy 2 Draw -> Yes: 2 devices of Draw free by right, 2 asked for.
        check deploy 3 Draw -> Yes, by exception: EXC-1 until 2026-12-31 covers what rights to Draw do not. Until 2026-12-31T23:00:00Z.
        check deploy 4 Draw -> No: 1 device of Draw consumed and all covered; 3 free, 1 missing. Request 1.
        report pc-2: Draw 1
        report pc-3: Draw 1
        line Draw -> 1 entitled, 3 consumed, 3 by rights
        ",
    );
}

#[test]
fn rights_for_cores_and_for_one_region_are_no_free_devices() {
    // Of a new device neither the cores nor the region are known.
    tell(
        "
        product Draw device
        match draw: Draw
        right Draw 8 core
        right Draw 5 user only Europe
        check deploy 1 Draw -> No: 0 devices of Draw consumed and all covered; 0 free, 1 missing. Request 1.
        right Draw 3 user
        check deploy 3 Draw -> Yes: 3 devices of Draw free by right, 3 asked for.
        check deploy 20000 Draw -> No: 0 devices of Draw consumed and all covered; 3 free, 19,997 missing. Request 19997.
        right Draw 15000 device
        check deploy 12000 Draw -> Yes: 15,000 devices of Draw free by right, 12,000 asked for.
        ",
    );
}

#[test]
fn an_exception_reaches_the_units_that_rights_in_other_metrics_leave() {
    // The right for a user covers the last device in test, so the exception is for the one before it.
    tell(
        "
        product Draw device
        match draw: Draw
        right Draw 1 user
        right Draw 1 device
        grant Draw 1 device in test until 2026-12-31
        report pc-1 in test: Draw
        report pc-2 in test by ana: Draw
        report pc-3 by ana: Draw
        report pc-4: Draw
        line Draw -> 1 entitled, 4 consumed, 3 by rights, 1 by exceptions
        rows covered Draw -> pc-1 (Draw -) by EXC-1; ana@pc-2 (Draw -) by ENT-1; ana@pc-3 (Draw -) by ENT-1; pc-4 (Draw -) by ENT-2
        ",
    );
}
