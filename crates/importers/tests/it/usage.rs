//! Usage files: every format as its tool writes it, the pitfalls of each, and files made to do harm.

use std::collections::BTreeMap;
use std::io::Write as _;

use domain::usage::{End, ReadingKind, UsageReport};
use importers::{Clock, Unreadable, UsageFile, UsageFormat, detect_usage, read_inventory, read_usage};
use jiff::Timestamp;
use jiff::tz::TimeZone;

fn read_in(zone: &str, bytes: &[u8]) -> Result<UsageFile, Unreadable> {
    let zone = TimeZone::get(zone).unwrap();
    let read_at = "2026-03-09T12:00:00Z".parse().unwrap();
    let read = read_usage(bytes, Clock { zone: &zone, read_at });
    if let Ok(file) = &read {
        assert_eq!(detect_usage(bytes), Some(file.format));
        assert_eq!(read_usage(bytes, Clock { zone: &zone, read_at }).as_ref(), Ok(file), "the same twice");
        for reject in &file.rejects {
            assert!(!reject.place.is_empty() && !reject.problem.is_empty() && !reject.repair.is_empty());
        }
        for report in &file.reports {
            let written = serde_json::to_string(report).unwrap();
            assert_eq!(&serde_json::from_str::<UsageReport>(&written).unwrap(), report, "it is stored as it is");
        }
    }
    read
}

fn read(text: &str) -> UsageFile {
    read_in("UTC", text.as_bytes()).unwrap_or_else(|refusal| panic!("{refusal}"))
}

fn at(second: i64) -> String {
    Timestamp::from_second(second).unwrap().strftime("%m-%d %H:%M:%S").to_string()
}

/// Everything in a file, a line for each fact.
fn told(file: &UsageFile) -> String {
    let mut lines = Vec::new();
    for report in &file.reports {
        let name = |place: u32| report.names[place as usize].as_str();
        let feature = |place: u32| report.features[place as usize].feature.to_string();
        for session in &report.sessions {
            let end = match session.end {
                End::At(until) => at(until),
                End::Open { seen_at, watched_until } => {
                    format!("open, seen {}, watched {}", at(seen_at), at(watched_until))
                }
            };
            lines.push(format!(
                "{} x{} {}@{} {} -> {end}",
                feature(session.feature),
                session.count,
                name(session.user),
                name(session.host),
                at(session.from)
            ));
        }
        for denial in &report.denials {
            let (user, host) = (name(denial.user), name(denial.host));
            lines.push(format!("{} denied {user}@{host} {}", feature(denial.feature), at(denial.at)));
        }
        for reading in &report.readings {
            let days = format!("{}..{}", reading.from, reading.until);
            lines.push(format!("{} {days} {} {}", feature(reading.feature), reading.units, reading.kind.name()));
        }
    }
    lines.extend(file.rejects.iter().map(|reject| format!("rejected {}: {}", reject.place, reject.problem)));
    lines.extend(file.remarks.iter().map(|remark| format!("remark {}: {}", remark.place, remark.text)));
    lines.join("\n")
}

const LOG: &str = "\u{feff}
 9:00:01 (lmgrd) -----------------------------------------------
 9:00:01 (lmgrd)   Please Note:
 9:00:02 (northd) OUT: \"87393DRAFT_2026_0F\" ana@PC-1
 9:00:02 (northd) OUT: \"64300DRAFT_F\" ana@PC-1
 9:30:00 (lmgrd) TIMESTAMP 2/28/2026
23:50:00 (northd) OUT: \"64300DRAFT_F\" ben lee@PC-2  (3 licenses)
 0:10:00 (northd) IN: \"64300DRAFT_F\" ana@PC-1  (USER_EXITED)
 0:20:00 (northd) IN: \"64300DRAFT_F\" ben lee@PC-2  (2 licenses)
 1:00:00 (northd) DENIED: \"87393DRAFT_2026_0F\" eve@PC-3  (Licensed number of users already reached. (-4,342:10054 ))
 1:00:00 (northd) DENIED: \"64300DRAFT_F\" eve@PC-3  (Licensed number of users already reached. (-4,342:10054 ))
 1:00:00 (northd) DENIED: \"64300DRAFT_F\" eve@PC-3  (Licensed number of users already reached. (-4,342:10054 ))
 1:05:00 (northd) IN: \"OLD\" joe@PC-4
 1:10:00 (northd) OUT: feature ana@PC-1
 6:00:00 (lmgrd) TIMESTAMP 3/1/2026
";

#[test]
fn a_flexlm_log_is_dated_by_its_timestamps_and_by_midnights() {
    let file = read(LOG);
    assert_eq!(file.format, UsageFormat::FlexlmLog);
    assert_eq!(file.duplicates_merged, 1);
    insta::assert_snapshot!(told(&file), @r"
    87393DRAFT_2026_0F (northd) x1 ana@PC-1 02-28 09:00:02 -> open, seen 02-28 09:00:02, watched 03-01 06:00:00
    64300DRAFT_F (northd) x1 ana@PC-1 02-28 09:00:02 -> 03-01 00:10:00
    64300DRAFT_F (northd) x1 ben lee@PC-2 02-28 23:50:00 -> open, seen 02-28 23:50:00, watched 03-01 06:00:00
    64300DRAFT_F (northd) x2 ben lee@PC-2 02-28 23:50:00 -> 03-01 00:20:00
    OLD (northd) x1 joe@PC-4 02-28 09:00:02 -> 03-01 01:05:00
    87393DRAFT_2026_0F (northd) denied eve@PC-3 03-01 01:00:00
    64300DRAFT_F (northd) denied eve@PC-3 03-01 01:00:00
    rejected line 14: The line names no feature.
    remark the log: 1 IN lines have no OUT line before them; what they give back counts from the first line of the log.
    remark the log: 2 OUT lines have no IN line after them; nothing tells when these sessions ended.
    ");
}

#[test]
fn a_restart_of_the_daemon_ends_what_it_had_out() {
    let log = "
 8:00:00 (lmgrd) FlexNet Licensing (v11.18.0.0 build 259150 x64_n6) started on SRV-1 (IBM PC) (3/2/2026)
 8:10:00 (northd) OUT: \"draft\" ana@PC-1
 8:10:00 (southd) OUT: \"solve\" ana@PC-1
 9:00:00 (northd) Server started on SRV-1 for: draft
10:00:00 (lmgrd) FlexNet Licensing (v11.18.0.0 build 259150 x64_n6) started on SRV-1 (IBM PC) (3/2/2026)
11:00:00 (northd) OUT: \"draft\" ben@PC-2
11:30:00 (northd) IN: \"draft\" ben@PC-2
";
    insta::assert_snapshot!(told(&read(log)), @r"
    draft (northd) x1 ana@PC-1 03-02 08:10:00 -> 03-02 09:00:00
    draft (northd) x1 ben@PC-2 03-02 11:00:00 -> 03-02 11:30:00
    solve (southd) x1 ana@PC-1 03-02 08:10:00 -> 03-02 10:00:00
    ");
}

#[test]
fn a_lost_in_line_leaves_its_own_session_open_and_no_later_one() {
    let log = "
 7:00:00 (lmgrd) TIMESTAMP 3/2/2026
 8:00:00 (northd) OUT: \"draft\" ana@PC-1
 9:00:00 (northd) OUT: \"draft\" ana@PC-1
10:00:00 (northd) IN: \"draft\" ana@PC-1
11:00:00 (northd) OUT: \"draft\" ana@PC-1
12:00:00 (northd) IN: \"draft\" ana@PC-1
";
    insta::assert_snapshot!(told(&read(log)), @r"
    draft (northd) x1 ana@PC-1 03-02 08:00:00 -> open, seen 03-02 08:00:00, watched 03-02 12:00:00
    draft (northd) x1 ana@PC-1 03-02 09:00:00 -> 03-02 10:00:00
    draft (northd) x1 ana@PC-1 03-02 11:00:00 -> 03-02 12:00:00
    remark the log: 1 OUT lines have no IN line after them; nothing tells when these sessions ended.
    ");
}

#[test]
fn a_clock_that_is_set_back_for_winter_is_no_midnight() {
    let log = "
 1:30:00 (lmgrd) TIMESTAMP 10/25/2026
 2:50:00 (northd) OUT: \"draft\" ana@PC-1
 2:10:00 (northd) OUT: \"draft\" ben@PC-2
 4:00:00 (northd) IN: \"draft\" ana@PC-1
 4:00:00 (northd) IN: \"draft\" ben@PC-2
";
    let file = read_in("Europe/Prague", log.as_bytes()).unwrap();
    insta::assert_snapshot!(told(&file), @r"
    draft (northd) x1 ana@PC-1 10-25 00:50:00 -> 10-25 03:00:00
    draft (northd) x1 ben@PC-2 10-25 00:10:00 -> 10-25 03:00:00
    ");
}

#[test]
fn a_log_without_a_date_is_refused() {
    let refusal = read_in("UTC", b" 9:00:02 (northd) OUT: \"draft\" ana@PC-1\n").unwrap_err();
    assert!(refusal.to_string().contains("without a date"), "{refusal}");
    assert!(refusal.repair().contains("TIMESTAMP"));
}

#[test]
fn what_lmstat_prints_is_a_list_of_open_sessions() {
    let list = "lmutil - Copyright (c) 1989-2017 Flexera Software LLC. All Rights Reserved.
Flexible License Manager status on Tue 1/2/2018 17:02

License server status: 28000@srv1
    License file(s) on srv1: /opt/license.dat:

srv1: license server UP (MASTER) v11.13

Vendor daemon status (on srv1):

     northd: UP v11.13

Feature usage info:

Users of draft:  (Total of 144 licenses issued;  Total of 6 licenses in use)

  \"draft\" v31.0, vendor: northd
  floating license

    ana pc-1 pc-10 (v31.000000) (srv1/28000 5226), start Tue 1/2 16:40
    ben lee pc-2 /dev/tty (v31.0) (srv1/28000 8091), start Sun 12/31 9:50, 5 licenses
    3 RESERVATIONs for HOST pc-9 (srv1/28000)
    broken line (v1) (x), start yesterday

Users of solve:  (Uncounted, node-locked)
";
    let file = read(list);
    assert_eq!(file.format, UsageFormat::Lmstat);
    insta::assert_snapshot!(told(&file), @r"
    draft (northd) x1 ana@pc-1 01-02 16:40:00 -> open, seen 01-02 17:02:00, watched 01-02 17:02:00
    draft (northd) x5 ben lee@pc-2 12-31 09:50:00 -> open, seen 01-02 17:02:00, watched 01-02 17:02:00
    draft (northd) 2018-01-02..2018-01-02 144 available
    rejected line 23: The line tells no beginning that can be read.
    remark the list: 1 lines tell of reservations, which are no use and were passed over.
    ");
}

#[test]
#[expect(clippy::too_many_lines, reason = "one list after the other")]
fn status_lists_of_other_managers_are_read() {
    let rlm = "rlmutil v12.2
\trlm status on srv (port 5053), up 15d 11:08:25
\tTodays Statistics (13:48:32), init time: Tue Nov  2 23:00:06 2021
\tcsci license pool status on srv (port 63133)

\t\tconverge_super v3.0
\t\tcount: 1000, # reservations: 0, inuse: 93, exp: 31-jan-2022
\tcsci license usage status on srv (port 63133)

\tconverge_super v3.0: ana@node-1 29/0 at 11/01 09:01  (handle: 15a)
\tconverge_super v3.0: ben@node-2 64/0 at 11/03 12:00  (handle: 128)
";
    let lmx = "LM-X End-user Utility v3.32
LM-X License Server on 6200@srv:
Server version: v4.9.3 Uptime: 7 day(s)
Feature: CatiaV5Reader Version: 21.0 Vendor: ALTAIR
Start date: NONE Expire date: 2022-05-30
3 of 3 license(s) used:

2 license(s) used by ana@pc-1 [10.1.2.3]
  Login time: 2022-02-18 15:46   Checkout time: 2022-02-18 15:47
1 license(s) used by ben@pc-2 [10.1.2.4]
  Login time: 2022-02-18 15:46   Checkout time: soon
Feature: GlobalZoneAP Version: 21.0 Vendor: ALTAIR
0 of 6 license(s) used
";
    let olicense = "olixtool 4.8.0 - OLicense XML Status Application
Server: <127.0.0.1:31212:0> (Proxy: <>)
==============================================
Application:\tftire
Licenser:\tsoftco
Modules:
  Name; LicenseType; FloatCount; Expiration
  --------------------------------------------
  FTire_Adams;         \tFreeFloating;\t3;\t2022-12-31 23:59:59;\t
    2 FloatsLockedBy:
      ana@p-1.example #1
      ben@p-2.example #1
";
    let dyna = "Using user specified server 31010@srv

LICENSE INFORMATION

PROGRAM          EXPIRATION CPUS  USED   FREE    MAX | QUEUE
---------------- ----------      ----- ------ ------ | -----
MPPDYNA          12/30/2026         60    440    500 |     0
 ana      19949@node-1.example   60
                   LICENSE GROUP    60    440    500 |     0
";
    let dsls = "License Administration Tool Version 6.425.4 Built on May 2, 2023, 6:45:36 PM.
admin >\tSoftware version: 6.425.4
Editor,EditorId,Feature,Model,Commercial Type,Max Release Number,Max Release Date,Pricing Structure,Max Casual Duration,Expiration Date,Customer ID,Count,Inuse,Tokens,Casual Usage (mn),Host,User,Internal ID,Active Process,Client Code Version,Session ID,Granted Since,Last Used At,Granted At,Queue Position,
Dassault Systemes,5E756A80,PWF,Token,STD,423,2025-01-01 00:59:00,YLC,0,2025-01-01 00:59:00,10001723,500,90,90,,node-1 (263.0)/127.0.0.1,ana,PWF,/sim (1),6.424,02DBE16,2024-09-17 17:59:34,2024-09-18 15:25:50,2024-09-17 17:59:34,
Dassault Systemes,5E756A80,SIX,Token,STD,423,2025-01-01 00:59:00,YLC,0,2025-01-01 00:59:00,10001723,20,0,
";
    let all: Vec<String> = [rlm, lmx, olicense, dyna, dsls]
        .iter()
        .map(|text| {
            let file = read(text);
            format!("{}\n{}", file.format, told(&file))
        })
        .collect();
    insta::assert_snapshot!(all.join("\n"), @r"
    RLM status
    converge_super (csci) x29 ana@node-1 11-01 09:01:00 -> open, seen 11-03 12:48:38, watched 11-03 12:48:38
    converge_super (csci) x64 ben@node-2 11-03 12:00:00 -> open, seen 11-03 12:48:38, watched 11-03 12:48:38
    converge_super (csci) 2021-11-03..2021-11-03 1000 available
    LM-X status
    CatiaV5Reader (ALTAIR) x2 ana@pc-1 02-18 15:47:00 -> open, seen 03-09 12:00:00, watched 03-09 12:00:00
    CatiaV5Reader (ALTAIR) 2026-03-09..2026-03-09 3 available
    GlobalZoneAP (ALTAIR) 2026-03-09..2026-03-09 6 available
    rejected line 10: This is no day with a time.
    OLicense status
    FTire_Adams (softco) x1 ana@p-1.example 03-09 12:00:00 -> open, seen 03-09 12:00:00, watched 03-09 12:00:00
    FTire_Adams (softco) x1 ben@p-2.example 03-09 12:00:00 -> open, seen 03-09 12:00:00, watched 03-09 12:00:00
    FTire_Adams (softco) 2026-03-09..2026-03-09 3 available
    LS-Dyna queue
    MPPDYNA (LSTC) x60 ana@node-1.example 03-09 12:00:00 -> open, seen 03-09 12:00:00, watched 03-09 12:00:00
    MPPDYNA (LSTC) 2026-03-09..2026-03-09 500 available
    DSLS usage
    PWF (Dassault Systemes) x90 ana@node-1 09-17 17:59:34 -> open, seen 09-18 15:25:50, watched 09-18 15:25:50
    PWF (Dassault Systemes) 2024-09-18..2024-09-18 500 available
    SIX (Dassault Systemes) 2024-09-18..2024-09-18 20 available
    ");
}

#[test]
fn a_table_of_sessions_is_read_with_its_denials_and_open_ends() {
    let table = "User;Host;Feature;Vendor;Start;End;Count;Denied
ana;pc-1;draft;northd;2026-03-02 09:00;2026-03-02 12:00;;
ben;pc-2;draft;northd;2026-03-02T09:30:00+02:00;;2;no
eve;pc-3;draft;northd;2026-03-02 10:00;;1;yes
joe;pc-4;draft;northd;2026-03-02 10:00;2026-03-02 09:00;1;
joe;pc-4;draft;northd;02/03/2026 10:00;2026-03-02 09:00;1;
joe;pc-4;;northd;2026-03-02 10:00;2026-03-02 11:00;1;
joe;pc-4;draft;northd;2026-03-02 10:00;2026-03-02 11:00;many;
";
    let file = read(table);
    assert_eq!(file.format, UsageFormat::SessionsCsv);
    assert_eq!(file.columns.iter().filter(|column| column.used_as.is_some()).count(), 8);
    insta::assert_snapshot!(told(&file), @r"
    draft (northd) x1 ana@pc-1 03-02 09:00:00 -> 03-02 12:00:00
    draft (northd) x2 ben@pc-2 03-02 07:30:00 -> open, seen 03-02 07:30:00, watched 03-02 12:00:00
    draft (northd) denied eve@pc-3 03-02 10:00:00
    rejected line 5: The session ends before it starts.
    rejected line 6: The date can be read as day and month or as month and day.
    rejected line 7: No feature is named.
    rejected line 8: This is no number of licences from 1 to 1,000,000.
    ");
}

#[test]
fn a_table_of_readings_is_read_by_day_month_or_span() {
    let table = "meter,period,from,until,units,kind
API calls,2026-03,,,\"1200000\",
API calls,2026-02-28,,,12.4,
Seats,,2026-01-01,2026-03-31,250,available
Seats,,2026-01-01,2025-03-31,250,available
Seats,2026-03-01,,,-4,
Seats,2026-03-01,,,4,guessed
,2026-03-01,,,4,
";
    let file = read(table);
    assert_eq!(file.format, UsageFormat::ReadingsCsv);
    insta::assert_snapshot!(told(&file), @r"
    API calls 2026-02-28..2026-02-28 13 used
    API calls 2026-03-01..2026-03-31 1200000 used
    Seats 2026-01-01..2026-03-31 250 available
    rejected line 5: The period ends before it starts.
    rejected line 6: This is no number with one reading.
    rejected line 7: This is no kind of reading.
    rejected line 8: No feature is named.
    ");
}

const SKUS: &str = r#"{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#subscribedSkus","value":[
 {"skuId":"C7DF2760-2c81-4ef7-b578-5b5392b571df","skuPartNumber":"ENTERPRISEPREMIUM","consumedUnits":14,
  "prepaidUnits":{"enabled":25,"suspended":3,"warning":2,"lockedOut":0}},
 {"skuId":"c7df2760-2c81-4ef7-b578-5b5392b571df","skuPartNumber":"ENTERPRISEPREMIUM","consumedUnits":1,"prepaidUnits":{"enabled":5}},
 {"skuId":"no guid","skuPartNumber":"X","consumedUnits":14},
 {"skuId":"d17b27af-3f49-4822-99f9-56a661538792","skuPartNumber":"CRMSTANDARD"}]}"#;

#[test]
fn skus_of_microsoft_365_are_keyed_on_their_guid() {
    let file = read(SKUS);
    assert_eq!((file.format, file.duplicates_merged), (UsageFormat::SubscribedSkusJson, 1));
    assert_eq!(file.reports[0].features[0].label.as_deref(), Some("ENTERPRISEPREMIUM"));
    insta::assert_snapshot!(told(&file), @r"
    c7df2760-2c81-4ef7-b578-5b5392b571df (Microsoft) 2026-03-09..2026-03-09 15 used
    c7df2760-2c81-4ef7-b578-5b5392b571df (Microsoft) 2026-03-09..2026-03-09 32 available
    rejected value[2]: The SKU has no GUID.
    rejected value[3]: The SKU does not say how many units are assigned.
    ");
    let table = "\"SkuId\",\"SkuPartNumber\",\"ConsumedUnits\",\"Enabled\"
\"c7df2760-2c81-4ef7-b578-5b5392b571df\",\"ENTERPRISEPREMIUM\",\"14\",\"25\"
";
    let of_table = read(table);
    assert_eq!(of_table.format, UsageFormat::SubscribedSkusCsv);
    let units: BTreeMap<ReadingKind, u64> =
        of_table.reports[0].readings.iter().map(|reading| (reading.kind, reading.units)).collect();
    assert_eq!(units, BTreeMap::from([(ReadingKind::Used, 14), (ReadingKind::Available, 25)]));
}

#[test]
fn users_of_microsoft_365_reports_are_counted_and_pseudonyms_are_told() {
    let detail = "Report Refresh Date,User Principal Name,Display Name,Is Deleted,Has Exchange License,Has Teams License,Exchange Last Activity Date,Teams Last Activity Date,Assigned Products
2026-03-07,0123456789ABCDEF0123456789ABCDEF,FEDCBA9876543210FEDCBA9876543210,False,True,True,2026-03-06,,OFFICE 365 E3+POWER BI
2026-03-07,ana@acme.example,Ana,False,True,False,,,OFFICE 365 E3
2026-03-07,ben@acme.example,Ben,True,True,True,2026-01-01,2026-01-01,
soon,eve@acme.example,Eve,False,True,True,,,
";
    let file = read(detail);
    assert_eq!(file.format, UsageFormat::ActiveUserDetail);
    insta::assert_snapshot!(told(&file), @r"
    Exchange (Microsoft) 2026-03-07..2026-03-07 1 active
    Exchange (Microsoft) 2026-03-07..2026-03-07 2 used
    OFFICE 365 E3 (Microsoft) 2026-03-07..2026-03-07 2 used
    POWER BI (Microsoft) 2026-03-07..2026-03-07 1 used
    Teams (Microsoft) 2026-03-07..2026-03-07 0 active
    Teams (Microsoft) 2026-03-07..2026-03-07 1 used
    rejected line 5: This is no day.
    remark the report: 1 of 2 users are pseudonyms: the tenant conceals names in reports. They are counted, and none is kept.
    ");
    assert!(!told(&file).contains("ana@acme.example"), "no user is kept");
    let counts = "Report Refresh Date,Office 365,Exchange,Teams,Report Date,Report Period
2026-03-07,12,10,,2026-03-06,7
2026-03-07,11,9,3,2026-03-05,7
";
    assert_eq!(read(counts).format, UsageFormat::ActiveUserCounts);
    insta::assert_snapshot!(told(&read(counts)), @r"
    Exchange (Microsoft) 2026-03-05..2026-03-05 9 active
    Exchange (Microsoft) 2026-03-06..2026-03-06 10 active
    Office 365 (Microsoft) 2026-03-05..2026-03-05 11 active
    Office 365 (Microsoft) 2026-03-06..2026-03-06 12 active
    Teams (Microsoft) 2026-03-05..2026-03-05 3 active
    ");
}

/// What the reader says of bytes.
fn said(bytes: &[u8]) -> String {
    match read_in("UTC", bytes) {
        Ok(file) => {
            let facts: usize = file
                .reports
                .iter()
                .map(|report| report.sessions.len() + report.denials.len() + report.readings.len())
                .sum();
            let rejects: Vec<&str> = file.rejects.iter().map(|reject| reject.problem.as_str()).collect();
            format!("read {facts}, rejects: {}", rejects.join(" "))
        }
        Err(refusal) => {
            assert!(refusal.repair().len() > 10);
            format!("refused: {refusal}")
        }
    }
}

#[test]
fn hostile_usage_files_are_refused_or_rejected_piece_by_piece() {
    let log = |line: &str| format!(" 1:00:00 (lmgrd) TIMESTAMP 3/1/2026\n{line}\n");
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    bomb.write_all(&vec![b' '; 60 << 20]).unwrap();
    let deep = format!("{{\"skuId\":{}1{}}}", "[".repeat(100), "]".repeat(100));
    let many = format!("start,end,user,feature\n{}", "x,y,u,f\n".repeat(10_001));
    let skus = format!("[{}]", "{\"skuId\":\"\"},".repeat(10_001) + "{}");
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (Vec::new(), "refused: the file is empty"),
        (b"   \n".to_vec(), "refused: the file is empty"),
        (bomb.finish().unwrap(), "over the limit of 50 MiB"),
        (b"PK\x03\x04".to_vec(), "an archive and no Excel workbook"),
        (b"%PDF-1.7".to_vec(), "a PDF document"),
        (b"hello".to_vec(), "tells nothing of usage"),
        (b"device,product\npc,Drafter\n".to_vec(), "tells nothing of usage"),
        (vec![0xff, 0xfe, 0x00, 0xd8], "refused"),
        (deep.into_bytes(), "64 levels"),
        (b"{\"skuId\":1,\"skuId\":2}".to_vec(), "stands twice"),
        (b"{\"skuId\":".to_vec(), "ends before it is complete"),
        (skus.into_bytes(), "over the limit of 10,000"),
        (many.into_bytes(), "more than 10,000 pieces"),
        (log(" 1:00:01 (d) OUT: \"f").into_bytes(), "does not end"),
        (log(" 1:00:01 (d) OUT: f u@h").into_bytes(), "names no feature"),
        (log(" 1:00:01 (d) OUT: \"f\" nobody").into_bytes(), "no user on a host"),
        (log(" 1:00:01 (d) OUT: \"f\" u@h  (99999999999 licenses)").into_bytes(), "no number of licences"),
        (log(" 1:00:01 (d) OUT: \"f\" u@h  (0 licenses)").into_bytes(), "no number of licences"),
        (log(&format!(" 1:00:01 (d) OUT: \"{}\" u@h", "f".repeat(600))).into_bytes(), "has 600 characters"),
        (log(&format!(" 1:00:01 (d) OUT: \"f\" {}@h", "u".repeat(70_000))).into_bytes(), "longer than 64 KiB"),
        (log(" 1:00:01 (d) OUT: \"f\u{202e}\" u@h").into_bytes(), "show in another order"),
        (log(" 1:00:01 (d) OUT: \"f\u{1}\" u@h").into_bytes(), "control character"),
        (log(" 1:00:01 (d) OUT: \"<script>alert(1)</script>\" u@h").into_bytes(), "read 1"),
        (log("99:99:99 (d) OUT: \"f\" u@h").into_bytes(), "read 0"),
        (b" 1:00:00 (lmgrd) TIMESTAMP 13/45/2026\n 1:00:01 (d) OUT: \"f\" u@h\n".to_vec(), "without a date"),
        (b" 1:00:00 (lmgrd) TIMESTAMP 1/1/9999\n 1:00:01 (d) OUT: \"f\" u@h\n".to_vec(), "without a date"),
        (b"start,end,user,feature\n\"2026-03-02 09:00,x\n".to_vec(), "never closed"),
        (b"start,end,user,feature\n0001-01-01 00:00,0001-01-01 01:00,u,f\n".to_vec(), "The year cannot be right."),
        (b"meter,period,units\nm,2026-13,1\n".to_vec(), "no day and no month"),
        (b"meter,period,units\nm,2026-03,1e999\n".to_vec(), "no number with one reading"),
        (b"meter,period,units\nm,2026-03,99999999999999\n".to_vec(), "no number from 0 to"),
    ];
    for (bytes, expected) in cases {
        let told = said(&bytes);
        let shown: String = String::from_utf8_lossy(&bytes).chars().take(60).collect();
        assert!(told.contains(expected), "{shown:?}: {told:.300}");
    }
}

#[test]
fn a_large_log_is_cut_into_parts_and_more_than_a_million_facts_are_refused() {
    let mut log = String::from(" 1:00:00 (lmgrd) TIMESTAMP 3/1/2026\n");
    for number in 0..60_000 {
        log.push_str(&format!(" 1:{:02}:{:02} (d) OUT: \"f\" u{}@h\n", number / 60 % 60, number % 60, number % 7));
    }
    let file = read(&log);
    let sizes: Vec<usize> = file.reports.iter().map(|report| report.sessions.len()).collect();
    assert_eq!(sizes, [50_000, 10_000]);
    assert!(file.reports[0].names.len() <= 8, "each name once");
    let line = "1:0:0 (d) OUT:\"f\"u@h\n";
    let flood = format!("1:0:0 (lmgrd) TIMESTAMP 3/1/2026\n{}", line.repeat(1_000_001));
    assert!(said(flood.as_bytes()).contains("over the limit of 1,000,000"));
}

#[test]
fn inventory_and_usage_are_told_apart() {
    assert!(read_inventory(LOG.as_bytes(), Some("a.log"), None).is_err());
    for text in ["device,product\npc,Drafter\n", "product,metric,quantity\nDrafter,device,3\n"] {
        assert_eq!(detect_usage(text.as_bytes()), None, "{text}");
    }
}

#[test]
fn a_mapping_says_which_column_gives_which_field_of_sessions_and_readings() {
    use importers::{Layout, UsageMapping, read_usage_as, read_workbook, view_usage};
    let zone = jiff::tz::TimeZone::UTC;
    let clock = Clock { zone: &zone, read_at: "2026-04-01T00:00:00Z".parse().unwrap() };
    let read = |text: &str, mapping: Option<&UsageMapping>| {
        read_usage_as(text.as_bytes(), clock, mapping, &Layout::default(), &read_workbook)
    };
    let sessions = "Export;;;\nProgramm;Wer;Von;Bis\nDrafter;ana;02/03/2026 09:00;02/03/2026 10:00\n";
    assert!(read(sessions, None).is_err());
    let view = view_usage(sessions.as_bytes(), None, &Layout::default(), &read_workbook).unwrap().unwrap();
    assert_eq!(view.header_row, 1, "the first record until somebody says which holds the headers");
    let mapping = UsageMapping::parse(
        "name = \"ours\"\ndates = \"day_first\"\n[columns]\nfeature = \"Programm\"\nuser = \"Wer\"\nstart = \"Von\"\nend = \"Bis\"\n",
    )
    .unwrap();
    let file = read(sessions, Some(&mapping)).unwrap();
    assert_eq!((file.format, file.rejects.len()), (UsageFormat::SessionsCsv, 0), "{:?}", file.rejects);
    let (view, used) = file.table.unwrap();
    assert_eq!((view.header_row, used.name.as_str()), (2, "ours"));
    let readings = "Zähler,Monat,Wert\ncompute,2026-03,\"1.250,5\"\n";
    let mapping = UsageMapping::parse(
        "name = \"meter\"\ndecimal = \"comma\"\n[columns]\nfeature = \"Zähler\"\nperiod = \"Monat\"\nunits = \"Wert\"\n",
    )
    .unwrap();
    let file = read(readings, Some(&mapping)).unwrap();
    assert_eq!((file.format, file.reports[0].readings[0].units), (UsageFormat::ReadingsCsv, 1_251));
    let missing = read("Programm;Wer\nDrafter;ana\n", Some(&mapping)).unwrap_err().to_string();
    assert!(missing.contains("feature"), "{missing}");
}
