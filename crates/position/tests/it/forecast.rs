//! Forecasts: which method is used, how wide the band is, when the rights run out, and what is said of it.

use std::fmt::Write as _;

use domain::entitlement::Quantity;
use jiff::ToSpan as _;
use jiff::civil::Date;
use position::forecast::{Forecast, Method, Period, forecast};

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// Numbers at the ends of months, the first at that of `from`.
fn monthly(from: &str, numbers: &[u64]) -> Vec<(Date, u64)> {
    let first = day(from).first_of_month();
    let month = |place: usize| first.checked_add(i64::try_from(place).unwrap().months()).unwrap().last_of_month();
    numbers.iter().enumerate().map(|(place, number)| (month(place), *number)).collect()
}

fn of(numbers: &[u64], entitled: u64) -> Forecast {
    forecast(&monthly("2024-01-31", numbers), |_| Quantity::Units(entitled))
}

/// `straight_line off 0: 13 (13-13), 14 (14-14); runs out 2024-08-31`
fn told(forecast: &Forecast, steps: usize) -> String {
    let used = forecast.candidates[0];
    let mut told = format!("{} off {}:", used.method.name(), used.mean_error.round_dp(2).normalize());
    for point in forecast.points.iter().take(steps) {
        write!(told, " {} ({}-{})", point.expected, point.low, point.high).unwrap();
    }
    let day = |day: Option<Date>| day.map_or_else(|| "never".to_owned(), |day| day.to_string());
    write!(told, "; runs out {}, may {}", day(forecast.runs_out_on), day(forecast.may_run_out_on)).unwrap();
    told
}

#[test]
fn the_method_that_was_off_least_on_the_past_is_used() {
    for (numbers, entitled, expected) in [
        (
            &[10, 11, 12, 13, 14, 15][..],
            18,
            "straight_line off 0: 16 (16-16) 17 (17-17) 18 (18-18) 19 (19-19); runs out 2024-10-31, may 2024-10-31",
        ),
        (
            &[20, 20, 20, 20, 20],
            20,
            "as_it_is off 0: 20 (20-20) 20 (20-20) 20 (20-20) 20 (20-20); runs out never, may never",
        ),
        // One month that stands out does not turn the line.
        (
            &[10, 11, 12, 90, 14, 15, 16, 17],
            40,
            "straight_line off 24.38: 18 (0-63) 19 (0-77) 20 (0-91) 21 (0-116); runs out never, may 2024-09-30",
        ),
        // Down to nothing, and never below.
        (&[50, 40, 30, 20, 10], 10, "straight_line off 0: 0 (0-0) 0 (0-0) 0 (0-0) 0 (0-0); runs out never, may never"),
    ] {
        assert_eq!(told(&of(numbers, entitled), 4), expected, "{numbers:?}");
    }
}

#[test]
fn a_season_is_followed_where_two_years_show_it() {
    let year = [100, 110, 130, 160, 120, 100, 90, 80, 100, 140, 180, 120];
    let numbers: Vec<u64> = (0..3_u64).flat_map(|years| year.map(|number| number + 12 * years)).collect();
    let seasonal = of(&numbers, 200);
    assert_eq!(seasonal.candidates[0].method, Method::SameSeason);
    let expected: Vec<u64> = seasonal.points.iter().map(|point| point.expected).collect();
    assert_eq!(expected, year.map(|number| number + 36).to_vec());
    assert_eq!(seasonal.runs_out_on, Some(day("2027-11-30")), "216 in November");

    let short = of(&numbers[..20], 200);
    assert!(short.candidates.iter().all(|candidate| candidate.method != Method::SameSeason));
    let said: Vec<&str> = short.working.iter().map(|step| step.text.as_str()).collect();
    assert!(said.contains(&"Not tried: it needs more than 24 months of history."), "{said:?}");
}

#[test]
fn rights_that_end_run_out_on_their_day_even_where_use_stays() {
    let history = monthly("2026-01-31", &[30, 30, 30, 30, 30]);
    let until = day("2026-09-15");
    let found = forecast(&history, |on| Quantity::Units(if on <= until { 40 } else { 10 }));
    assert_eq!((found.runs_out_on, found.may_run_out_on), (Some(day("2026-09-30")), Some(day("2026-09-30"))));
    assert_eq!(forecast(&history, |_| Quantity::Unlimited).runs_out_on, None);
}

#[test]
fn young_ledgers_are_forecast_by_weeks_and_younger_ones_not_at_all() {
    let daily: Vec<(Date, u64)> = (0..40_i64)
        .map(|days| (day("2026-03-02").checked_add(days.days()).unwrap(), 100 + days.unsigned_abs()))
        .collect();
    let weekly = forecast(&daily, |_| Quantity::Units(150));
    // Each week counts with its last day; the last one has five.
    assert_eq!((weekly.period, weekly.history.len(), weekly.history[0].1), (Period::Week, 6, 106));
    assert_eq!(weekly.points.len(), 8);
    let young = forecast(&daily[..9], |_| Quantity::Units(150));
    assert!(young.points.is_empty() && young.candidates.is_empty());
    assert_eq!(young.working[0].text, "A forecast needs numbers of 4 months or 4 weeks; there are 1 of months so far.");
    assert!(forecast(&[], |_| Quantity::Units(1)).points.is_empty());
}

#[test]
fn a_month_without_a_number_repeats_the_one_before_it() {
    let mut history = monthly("2026-01-31", &[10, 12, 14, 16, 18]);
    history.remove(2);
    let numbers: Vec<u64> = of(&[10, 12, 12, 16, 18], 9).history.iter().map(|(_, number)| *number).collect();
    let found: Vec<u64> =
        forecast(&history, |_| Quantity::Units(9)).history.iter().map(|(_, number)| *number).collect();
    assert_eq!(found, numbers);
}

#[test]
fn the_band_holds_most_of_what_comes_and_its_working_says_how_often_it_was_tried() {
    // A seeded walk: each forecast is made from the past alone and compared with what came.
    let mut random = 9_u64;
    let mut walk = vec![500_u64];
    for _ in 0..160 {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let last = walk[walk.len() - 1];
        walk.push(last + 3 + (random >> 60) - 7);
    }
    let (mut inside, mut all) = (0, 0);
    for end in 24..walk.len() - 1 {
        let found = of(&walk[..end], 1);
        let point = found.points[0];
        all += 1;
        inside += usize::from(point.low <= walk[end] && walk[end] <= point.high);
    }
    assert!(inside * 100 >= all * 72 && inside < all, "{inside} of {all}");
    let band = of(&walk[..40], 1).working.into_iter().find(|step| step.label == "Band").unwrap();
    assert!(
        band.text.starts_with("Of 37 such forecasts one month ahead, 80 of 100 were off by at most "),
        "{}",
        band.text
    );
}

#[test]
fn numbers_at_their_limits_are_forecast_without_harm() {
    let largest = of(&[u64::MAX, 0, u64::MAX, 0, u64::MAX], u64::MAX);
    assert!(
        largest.points.iter().all(|point| point.low <= point.expected && point.expected <= point.high),
        "{largest:?}"
    );
    let late = forecast(&[(Date::MAX, 3), (Date::MAX, 4)], |_| Quantity::Units(1));
    assert!(late.points.is_empty());
}
