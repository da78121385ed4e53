//! Charts drawn as SVG by the server: numbers over days, with what may be used and, after today, what is expected.
//!
//! Colour comes from the style sheet by class, and each line has a dash of its own as well. A table beside the drawing
//! has the same numbers, so the drawing says only in words what it shows. Words stand outside the drawing, so that they
//! keep their size on a narrow screen. All arithmetic is in whole drawing units.

use jiff::civil::Date;
use maud::{Markup, html};

use crate::design::moments;
use crate::design::numbers::count;

const WIDTH: u64 = 960;
const HEIGHT: u64 = 240;

/// How a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stroke {
    /// What may be used: accent, in steps, because a right begins and ends on a day.
    Entitled,
    /// What is used: ink.
    Used,
    /// What is expected: ink, dashed.
    Expected,
    /// What stands against something: red.
    Short,
}

impl Stroke {
    fn class(self) -> &'static str {
        match self {
            Self::Entitled => "entitled",
            Self::Used => "used",
            Self::Expected => "expected",
            Self::Short => "short",
        }
    }
}

/// A line of a chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// What it shows.
    pub name: String,
    /// How.
    pub stroke: Stroke,
    /// Its points, in order of day; a day without a number breaks the line.
    pub points: Vec<(Date, Option<u64>)>,
}

/// A chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    /// What it shows, as a sentence.
    pub words: String,
    /// Its lines.
    pub series: Vec<Series>,
    /// Between which numbers what is expected lies, by day.
    pub band: Vec<(Date, u64, u64)>,
    /// The day after which numbers are expected; absent where none are.
    pub today: Option<Date>,
}

/// The smallest of 1, 2, 4, 5, 6, 8 and 10 times a power of ten that is not below `number`.
fn scale_of(number: u64) -> u64 {
    let mut unit = 1_u64;
    loop {
        for times in [1, 2, 4, 5, 6, 8, 10] {
            let scale = unit.saturating_mul(times);
            if scale >= number {
                return scale;
            }
        }
        unit = unit.saturating_mul(10);
    }
}

struct Plane {
    first: Date,
    days: i64,
    scale: u64,
}

impl Plane {
    fn of(chart: &Chart) -> Option<Self> {
        let days = chart.series.iter().flat_map(|series| series.points.iter().map(|(day, _)| *day));
        let days: Vec<Date> = days.chain(chart.band.iter().map(|(day, ..)| *day)).collect();
        let (first, last) = (*days.iter().min()?, *days.iter().max()?);
        let numbers = chart.series.iter().flat_map(|series| series.points.iter().filter_map(|(_, number)| *number));
        let highest = numbers.chain(chart.band.iter().map(|(.., high)| *high)).max()?;
        let between = moments::days_until(last, first);
        (between > 0).then(|| Self { first, days: between, scale: scale_of(highest.max(2)) })
    }

    fn x(&self, day: Date) -> u64 {
        let place = moments::days_until(day, self.first).max(0).unsigned_abs();
        let x = u128::from(place) * u128::from(WIDTH) / u128::from(self.days.unsigned_abs().max(1));
        u64::try_from(x).unwrap_or(WIDTH).min(WIDTH)
    }

    fn y(&self, number: u64) -> u64 {
        let height = u128::from(number) * u128::from(HEIGHT) / u128::from(self.scale.max(1));
        HEIGHT - u64::try_from(height).unwrap_or(HEIGHT).min(HEIGHT)
    }

    fn path(&self, series: &Series) -> String {
        let mut path = String::new();
        let mut before: Option<u64> = None;
        for (day, number) in &series.points {
            let Some(number) = number else {
                before = None;
                continue;
            };
            let (x, y) = (self.x(*day), self.y(*number));
            match before {
                None => path.push_str(&format!("M{x} {y}")),
                Some(_) if series.stroke == Stroke::Entitled => path.push_str(&format!("H{x}V{y}")),
                Some(_) => path.push_str(&format!("L{x} {y}")),
            }
            before = Some(y);
        }
        path
    }

    fn band(&self, band: &[(Date, u64, u64)]) -> String {
        let above = band.iter().map(|(day, _, high)| format!("{} {}", self.x(*day), self.y(*high)));
        let below = band.iter().rev().map(|(day, low, _)| format!("{} {}", self.x(*day), self.y(*low)));
        let corners: Vec<String> = above.chain(below).collect();
        format!("M{}Z", corners.join("L"))
    }
}

/// A chart; nothing where there are not two days to draw a line between. `id` is unique on the page.
pub fn chart(id: &str, chart: &Chart) -> Markup {
    let Some(plane) = Plane::of(chart) else { return html! {} };
    let title = format!("{id}-title");
    let last = chart.series.iter().filter_map(|series| series.points.last()).map(|(day, _)| *day);
    let last = last.chain(chart.band.iter().map(|(day, ..)| *day)).max();
    html! {
        figure.chart {
            figcaption {
                @for series in &chart.series { span { i.key.(series.stroke.class()) {} (series.name) } " " }
            }
            div.plot {
                div.scale aria-hidden="true" {
                    span { (count(plane.scale)) } span { (count(plane.scale / 2)) } span { "0" }
                }
                svg viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } preserveAspectRatio="none" role="img" aria-labelledby=(title) {
                    title id=(title) { (chart.words) }
                    path.grid d={ "M0 0H" (WIDTH) "M0 " (HEIGHT / 2) "H" (WIDTH) "M0 " (HEIGHT) "H" (WIDTH) } {}
                    @if !chart.band.is_empty() { path.band d=(plane.band(&chart.band)) {} }
                    @if let Some(today) = chart.today { path.today d={ "M" (plane.x(today)) " 0V" (HEIGHT) } {} }
                    @for series in &chart.series { path.(series.stroke.class()) d=(plane.path(series)) {} }
                }
                div.span aria-hidden="true" {
                    span { (moments::day_text(plane.first)) }
                    @if let Some(last) = last { span { (moments::day_text(last)) } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn drawn() -> Chart {
        let points = |numbers: [u64; 3]| {
            ["2026-01-31", "2026-02-28", "2026-03-31"].map(day).into_iter().zip(numbers.map(Some)).collect()
        };
        Chart {
            words: "From 80 to 160 devices used of 100 entitled.".to_owned(),
            series: vec![
                Series { name: "Entitled".to_owned(), stroke: Stroke::Entitled, points: points([100, 100, 150]) },
                Series { name: "Used".to_owned(), stroke: Stroke::Used, points: points([80, 120, 160]) },
            ],
            band: vec![(day("2026-03-31"), 160, 160), (day("2026-04-30"), 170, 190)],
            today: Some(day("2026-03-31")),
        }
    }

    #[test]
    fn a_scale_is_a_round_number_that_holds_the_highest() {
        for (number, scale) in
            [(1, 1), (3, 4), (7, 8), (10, 10), (11, 20), (160, 200), (401, 500), (u64::MAX, u64::MAX)]
        {
            assert_eq!(scale_of(number), scale, "{number}");
        }
    }

    #[test]
    fn the_first_day_stands_at_the_left_and_the_highest_number_inside() {
        let chart = drawn();
        let plane = Plane::of(&chart).unwrap();
        assert_eq!((plane.x(day("2026-01-31")), plane.x(day("2026-04-30"))), (0, WIDTH));
        assert_eq!((plane.y(0), plane.y(200), plane.y(100)), (HEIGHT, 0, HEIGHT / 2));
        assert_eq!(plane.path(&chart.series[0]), "M0 120H302V120H636V60");
        assert_eq!(plane.path(&chart.series[1]), "M0 144L302 96L636 48");
    }

    #[test]
    fn a_day_without_a_number_breaks_the_line() {
        let mut chart = drawn();
        chart.series[1].points[1].1 = None;
        let plane = Plane::of(&chart).unwrap();
        assert_eq!(plane.path(&chart.series[1]), "M0 144M636 48");
    }

    #[test]
    fn one_day_is_no_line_and_nothing_is_drawn() {
        let mut one = drawn();
        one.band.clear();
        for series in &mut one.series {
            series.points.truncate(1);
        }
        assert_eq!(chart("c", &one).into_string(), "");
        assert!(chart("c", &drawn()).into_string().contains("From 80 to 160 devices"));
    }
}
