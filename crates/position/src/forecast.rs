//! Forecasts: where a count is heading, from what it was at equal steps of time, with the error that the same method
//! made on the past.
//!
//! Whole numbers and exact decimals only. Three methods compete, each tried on every part of the history that it could
//! have forecast; the one whose forecasts were off least is used, and its errors make the band:
//!
//! - *as it is*: the last number stays;
//! - *straight line*: the median of the slopes between every two numbers (Theil and Sen), which one odd month cannot turn;
//! - *same season*: the number of the same month a year before, moved by how much the last year lies above the one
//!   before it. It competes only where the history has two whole years.
//!
//! Where the numbers come from, and what a right gives on which day, is told by whoever asks.

use domain::Decimal;
use domain::entitlement::Quantity;
use jiff::ToSpan as _;
use jiff::civil::Date;

/// Steps of history that a forecast needs at least.
const HISTORY_MIN: usize = 4;
/// Steps of history that are looked at: what lies further back says little, and every two numbers are compared.
const HISTORY_MAX: usize = 60;
/// Months that a forecast reaches.
const MONTHS_AHEAD: usize = 12;
/// Weeks that a forecast reaches where there are no months yet.
const WEEKS_AHEAD: usize = 8;
/// Months of a year.
const SEASON: usize = 12;
/// Numbers before the first one that is forecast on trial.
const TRIAL_FROM: usize = 3;
/// The share of past errors that the band holds, in hundredths.
const BAND_HUNDREDTHS: usize = 80;

/// The steps of a forecast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// Calendar months; each counts with its last number.
    Month,
    /// Weeks, which begin on Monday; each counts with its last number.
    Week,
}

impl Period {
    /// `month` or `week`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Week => "week",
        }
    }

    /// The first day of the step of a day.
    fn start(self, day: Date) -> Date {
        match self {
            Self::Month => day.first_of_month(),
            Self::Week => {
                let since = i64::from(day.weekday().to_monday_zero_offset());
                day.checked_sub(since.days()).unwrap_or(day)
            }
        }
    }

    fn next(self, start: Date) -> Date {
        let next = match self {
            Self::Month => start.checked_add(1.month()),
            Self::Week => start.checked_add(1.week()),
        };
        next.unwrap_or(Date::MAX)
    }

    /// The last day of the step that begins on `start`.
    fn end(self, start: Date) -> Date {
        self.next(start).yesterday().unwrap_or(Date::MAX)
    }

    fn ahead(self) -> usize {
        match self {
            Self::Month => MONTHS_AHEAD,
            Self::Week => WEEKS_AHEAD,
        }
    }
}

/// A method of forecasting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// The last number stays.
    AsItIs,
    /// The median slope, from the median level.
    StraightLine,
    /// The same month of the year before, moved.
    SameSeason,
}

impl Method {
    /// All of them; of two that were off by the same the first is used.
    pub const ALL: [Self; 3] = [Self::AsItIs, Self::StraightLine, Self::SameSeason];

    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::AsItIs => "as_it_is",
            Self::StraightLine => "straight_line",
            Self::SameSeason => "same_season",
        }
    }

    /// The name on screen.
    pub fn title(self) -> &'static str {
        match self {
            Self::AsItIs => "As it is",
            Self::StraightLine => "Straight line",
            Self::SameSeason => "Same season",
        }
    }

    fn needs(self, period: Period) -> Option<usize> {
        match (self, period) {
            (Self::AsItIs, _) => Some(1),
            (Self::StraightLine, _) => Some(TRIAL_FROM),
            (Self::SameSeason, Period::Month) => Some(2 * SEASON),
            (Self::SameSeason, Period::Week) => None,
        }
    }

    /// The number `ahead` steps (1 and more) after `history`; `None` where the method needs more history.
    fn after(self, history: &[u64], ahead: usize, period: Period) -> Option<Decimal> {
        if history.len() < self.needs(period)? {
            return None;
        }
        let number = match self {
            Self::AsItIs => Decimal::from(*history.last()?),
            Self::StraightLine => {
                let line = Line::through(history)?;
                line.at(history.len().checked_sub(1)?.checked_add(ahead)?)
            }
            Self::SameSeason => {
                // The season that repeats is the last one, whichever year of the forecast it is.
                let (years, within) = ((ahead - 1) / SEASON + 1, (ahead - 1) % SEASON);
                let last: &[u64] = history.get(history.len().checked_sub(SEASON)?..)?;
                let before: &[u64] = history.get(history.len().checked_sub(2 * SEASON)?..history.len() - SEASON)?;
                let risen = sum(last).checked_sub(sum(before))?.checked_div(whole(SEASON))?;
                Decimal::from(*last.get(within)?).checked_add(risen.checked_mul(whole(years))?)?
            }
        };
        Some(number.max(Decimal::ZERO))
    }
}

fn whole(number: usize) -> Decimal {
    Decimal::from(u64::try_from(number).unwrap_or(u64::MAX))
}

fn sum(numbers: &[u64]) -> Decimal {
    numbers.iter().map(|number| Decimal::from(*number)).sum()
}

/// A line that odd numbers do not turn.
#[derive(Debug, Clone, Copy)]
struct Line {
    slope: Decimal,
    level: Decimal,
}

impl Line {
    /// The median of the slopes between every two numbers, and the median of what is left of the numbers without it.
    fn through(history: &[u64]) -> Option<Self> {
        let numbers: Vec<(Decimal, Decimal)> =
            history.iter().enumerate().map(|(place, number)| (whole(place), Decimal::from(*number))).collect();
        let mut slopes = Vec::new();
        for (index, (place, number)) in numbers.iter().enumerate() {
            for (later_place, later) in numbers.iter().skip(index + 1) {
                slopes.push((later - number).checked_div(later_place - place)?);
            }
        }
        let slope = median(slopes)?;
        let level = median(numbers.iter().map(|(place, number)| number - slope * place).collect())?;
        Some(Self { slope, level })
    }

    fn at(self, place: usize) -> Decimal {
        self.level + self.slope * whole(place)
    }
}

fn median(mut numbers: Vec<Decimal>) -> Option<Decimal> {
    numbers.sort_unstable();
    let middle = numbers.len() / 2;
    let upper = *numbers.get(middle)?;
    if numbers.len().is_multiple_of(2) {
        let lower = *numbers.get(middle.checked_sub(1)?)?;
        return (lower + upper).checked_div(Decimal::TWO);
    }
    Some(upper)
}

/// A method with how it did on the past.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// The method.
    pub method: Method,
    /// Forecasts of one step ahead that were tried.
    pub trials: usize,
    /// How far they were off in the mean, in units.
    pub mean_error: Decimal,
}

/// A step of the history, or of the forecast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    /// Its last day.
    pub day: Date,
    /// What is expected.
    pub expected: u64,
    /// The lower end of the band.
    pub low: u64,
    /// The upper end.
    pub high: u64,
    /// Units that the rights known today give on that day.
    pub entitled: Quantity,
}

/// One sentence of the working.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What it is about.
    pub label: &'static str,
    /// The sentence.
    pub text: String,
}

/// A forecast, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forecast {
    /// The steps.
    pub period: Period,
    /// The numbers that it rests on: the last of every step, with the step's last day.
    pub history: Vec<(Date, u64)>,
    /// Every method that could be tried, the one that is used first.
    pub candidates: Vec<Candidate>,
    /// The steps ahead; empty where the history is too short.
    pub points: Vec<Point>,
    /// The last day of the first step in which what is expected exceeds the rights.
    pub runs_out_on: Option<Date>,
    /// The same for the upper end of the band, which comes first.
    pub may_run_out_on: Option<Date>,
    /// How it was made.
    pub working: Vec<Step>,
}

/// What a count that was `history` (day and number, in order of day) is heading for, with what `entitled` says that
/// rights give on a day.
pub fn forecast(history: &[(Date, u64)], entitled: impl Fn(Date) -> Quantity) -> Forecast {
    let months = steps(history, Period::Month);
    let (period, kept) = if months.len() >= HISTORY_MIN {
        (Period::Month, months)
    } else {
        let weeks = steps(history, Period::Week);
        if weeks.len() >= HISTORY_MIN { (Period::Week, weeks) } else { (Period::Month, months) }
    };
    let numbers: Vec<u64> = kept.iter().map(|(_, number)| *number).collect();
    let mut forecast = Forecast {
        period,
        history: kept.iter().map(|(start, number)| (period.end(*start), *number)).collect(),
        candidates: Vec::new(),
        points: Vec::new(),
        runs_out_on: None,
        may_run_out_on: None,
        working: Vec::new(),
    };
    let (Some((start, _)), true) = (kept.last(), numbers.len() >= HISTORY_MIN) else {
        forecast.working.push(Step {
            label: "History",
            text: format!(
                "A forecast needs numbers of {HISTORY_MIN} months or {HISTORY_MIN} weeks; there are {} of months so far.",
                forecast.history.len()
            ),
        });
        return forecast;
    };
    forecast.candidates = candidates(&numbers, period);
    let Some(used) = forecast.candidates.first().copied() else { return forecast };
    let mut start = *start;
    for ahead in 1..=period.ahead() {
        start = period.next(start);
        let Some(expected) = used.method.after(&numbers, ahead, period) else { break };
        let (off, _) = band(&numbers, used.method, ahead, period);
        let day = period.end(start);
        forecast.points.push(Point {
            day,
            expected: units(expected),
            low: units((expected - off).max(Decimal::ZERO)),
            high: units((expected + off).ceil()),
            entitled: entitled(day),
        });
    }
    let exceeds = |number: fn(&Point) -> u64| {
        let over = |point: &&Point| point.entitled.units().is_some_and(|entitled| number(point) > entitled);
        forecast.points.iter().find(over).map(|point| point.day)
    };
    (forecast.runs_out_on, forecast.may_run_out_on) = (exceeds(|point| point.expected), exceeds(|point| point.high));
    forecast.working = working(&forecast, &numbers, used);
    forecast
}

/// The last number of every step, by the step's first day. A step without a number repeats the one before it.
fn steps(history: &[(Date, u64)], period: Period) -> Vec<(Date, u64)> {
    let mut steps: Vec<(Date, u64)> = Vec::new();
    for (day, number) in history {
        let start = period.start(*day);
        while let Some((last, held)) = steps.last().copied()
            && last < start
        {
            let next = period.next(last);
            if next == last {
                break;
            }
            steps.push((next, held));
        }
        match steps.last_mut() {
            Some((last, held)) if *last == start => *held = *number,
            _ => steps.push((start, *number)),
        }
    }
    let surplus = steps.len().saturating_sub(HISTORY_MAX);
    steps.split_off(surplus)
}

/// Every method that can be tried, the one that was off least first.
fn candidates(numbers: &[u64], period: Period) -> Vec<Candidate> {
    let mut candidates: Vec<Candidate> = Method::ALL
        .into_iter()
        .filter_map(|method| {
            method.after(numbers, 1, period)?;
            let errors = errors(numbers, method, 1, period);
            let mean_error = errors.iter().sum::<Decimal>().checked_div(whole(errors.len()))?;
            Some(Candidate { method, trials: errors.len(), mean_error })
        })
        .collect();
    candidates.sort_by_key(|candidate| candidate.mean_error);
    candidates
}

/// How far forecasts of `ahead` steps were off, each made from nothing but the numbers before it.
fn errors(numbers: &[u64], method: Method, ahead: usize, period: Period) -> Vec<Decimal> {
    (TRIAL_FROM..numbers.len())
        .filter_map(|end| {
            let forecast = method.after(numbers.get(..end)?, ahead, period)?;
            let came = *numbers.get(end.checked_add(ahead)?.checked_sub(1)?)?;
            Some((forecast - Decimal::from(came)).abs())
        })
        .collect()
}

/// Half the width of the band so far ahead, and the trials that it rests on: the error that four of five trials stayed
/// within. Where too few forecasts of that reach can be tried, the nearest reach that has enough is widened in step.
fn band(numbers: &[u64], method: Method, ahead: usize, period: Period) -> (Decimal, usize) {
    const TRIALS_MIN: usize = 3;
    let mut reach = ahead;
    loop {
        let mut errors = errors(numbers, method, reach, period);
        if errors.len() >= TRIALS_MIN || reach == 1 {
            errors.sort_unstable();
            // The smallest error with at least so many hundredths of all at or below it.
            let place = (errors.len() * BAND_HUNDREDTHS).div_ceil(100).saturating_sub(1);
            let off = errors.get(place).copied().unwrap_or_default();
            let wider = whole(ahead).checked_div(whole(reach)).unwrap_or(Decimal::ONE);
            return (off * wider, errors.len());
        }
        reach -= 1;
    }
}

fn units(number: Decimal) -> u64 {
    u64::try_from(number.round()).unwrap_or(u64::MAX)
}

fn working(forecast: &Forecast, numbers: &[u64], used: Candidate) -> Vec<Step> {
    let word = forecast.period.word();
    let mut steps = vec![Step {
        label: "History",
        text: format!(
            "The last sealed number of each of {} {word}s, from {} to {}; a {word} without a seal repeats the one before it.",
            numbers.len(),
            numbers.first().copied().unwrap_or_default(),
            numbers.last().copied().unwrap_or_default()
        ),
    }];
    for candidate in &forecast.candidates {
        let chosen = if candidate.method == used.method { " It is used." } else { "" };
        steps.push(Step {
            label: candidate.method.title(),
            text: format!(
                "Tried on {} past {word}s, each from the numbers before it alone, it was off by {} units in the mean.{chosen}",
                candidate.trials,
                candidate.mean_error.round_dp(2).normalize()
            ),
        });
    }
    if !forecast.candidates.iter().any(|candidate| candidate.method == Method::SameSeason) {
        steps.push(Step {
            label: Method::SameSeason.title(),
            text: format!("Not tried: it needs more than {} months of history.", 2 * SEASON),
        });
    }
    let method = match used.method {
        Method::AsItIs => "What is expected is the last number.".to_owned(),
        Method::StraightLine => {
            let slope = Line::through(numbers).map_or(Decimal::ZERO, |line| line.slope);
            format!(
                "The median slope between every two of the numbers is {} units a {word}; the line runs on from the median level.",
                slope.round_dp(2).normalize()
            )
        }
        Method::SameSeason => {
            "What is expected is the number of the same month of the last year, moved by how far that year lies above the one before it in the mean.".to_owned()
        }
    };
    steps.push(Step { label: "Method", text: method });
    let (near, trials) = band(numbers, used.method, 1, forecast.period);
    steps.push(Step {
        label: "Band",
        text: format!(
            "Of {trials} such forecasts one {word} ahead, {BAND_HUNDREDTHS} of 100 were off by at most {} units; further ahead the errors at that reach count, and where fewer than 3 can be tried, those of the nearest reach widened in step.",
            near.round_dp(2).normalize()
        ),
    });
    steps.push(Step { label: "Run-out", text: run_out(forecast) });
    steps
}

fn run_out(forecast: &Forecast) -> String {
    let word = forecast.period.word();
    let ahead = forecast.points.len();
    match (forecast.runs_out_on, forecast.may_run_out_on) {
        (Some(day), Some(early)) if early < day => format!(
            "Use is expected to exceed what is entitled in the {word} that ends on {day}, and may do so by {early}. Rights that end are left out from their end on."
        ),
        (Some(day), _) => format!(
            "Use is expected to exceed what is entitled in the {word} that ends on {day}. Rights that end are left out from their end on."
        ),
        (None, Some(early)) => format!(
            "What is expected stays within what is entitled for {ahead} {word}s; at the upper end of the band use may exceed it in the {word} that ends on {early}."
        ),
        (None, None) => {
            format!("Even at the upper end of the band, use stays within what is entitled for {ahead} {word}s.")
        }
    }
}
