//! The sweep: from intervals to how many licences were in use at every instant, and what of that counts.
//!
//! Beginnings and ends are walked in order of time, ends first, so that what is given back in a second can be taken in
//! the same. Everything is in whole seconds and whole licences.

use std::collections::BTreeMap;

/// So many licences from one second to before another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Interval {
    /// The first second.
    pub from: i64,
    /// The first second after it.
    pub until: i64,
    /// How many licences.
    pub count: u32,
    /// Who shares them: a dense number.
    pub group: u32,
    /// Which feature: a number below that of features.
    pub feature: u32,
}

/// How the intervals of a group and of its features count together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// Every interval for itself, whatever its group.
    Nothing,
    /// The intervals of a group and feature add up; of the features the most counts.
    MostOfFeatures,
    /// Of the intervals of a group and feature the largest counts, and of the features the most.
    MostOfAll,
    /// Of the intervals of a group and feature the largest counts; the features add up.
    MostOfEach,
}

/// From an instant on so many licences are in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The instant.
    pub at: i64,
    /// The licences.
    pub level: u64,
}

/// The level at every instant at which it changes, in order. `intervals` must be in order of their beginnings.
pub fn steps(intervals: &[Interval], share: Share) -> Vec<Step> {
    match share {
        Share::Nothing => plain(intervals),
        Share::MostOfFeatures | Share::MostOfAll | Share::MostOfEach => grouped(intervals, share),
    }
}

fn push(steps: &mut Vec<Step>, at: i64, level: u64) {
    match steps.last_mut() {
        Some(last) if last.at == at => last.level = level,
        _ => steps.push(Step { at, level }),
    }
    // A level that came and went within one second is no change.
    if let [.., before, last] = steps.as_slice()
        && before.level == last.level
    {
        steps.pop();
    }
}

fn plain(intervals: &[Interval]) -> Vec<Step> {
    let mut ends: Vec<(i64, u32)> = intervals.iter().map(|interval| (interval.until, interval.count)).collect();
    ends.sort_unstable();
    let mut steps = Vec::with_capacity(intervals.len() * 2);
    let (mut level, mut ended) = (0u64, 0);
    let give_back = |until: i64, level: &mut u64, ended: &mut usize, steps: &mut Vec<Step>| {
        while let Some((end, count)) = ends.get(*ended).filter(|(end, _)| *end <= until) {
            *level = level.saturating_sub(u64::from(*count));
            *ended += 1;
            push(steps, *end, *level);
        }
    };
    for interval in intervals {
        give_back(interval.from, &mut level, &mut ended, &mut steps);
        level += u64::from(interval.count);
        push(&mut steps, interval.from, level);
    }
    give_back(i64::MAX, &mut level, &mut ended, &mut steps);
    steps
}

/// What a group has open.
#[derive(Debug, Clone, Default)]
struct Open {
    /// By feature: the counts of what is open.
    features: Vec<(u32, Vec<u32>)>,
    level: u64,
}

impl Open {
    fn of(&mut self, feature: u32) -> &mut Vec<u32> {
        let place = self.features.iter().position(|(known, _)| *known == feature).unwrap_or_else(|| {
            self.features.push((feature, Vec::new()));
            self.features.len() - 1
        });
        &mut self.features[place].1
    }

    fn settle(&mut self, share: Share) -> u64 {
        let largest = |counts: &Vec<u32>| u64::from(counts.iter().copied().max().unwrap_or(0));
        let sum = |counts: &Vec<u32>| counts.iter().map(|count| u64::from(*count)).sum::<u64>();
        let features = self.features.iter().map(|(_, counts)| counts);
        self.level = match share {
            Share::Nothing => features.map(sum).sum(),
            Share::MostOfFeatures => features.map(sum).max().unwrap_or(0),
            Share::MostOfAll => features.map(largest).max().unwrap_or(0),
            Share::MostOfEach => features.map(largest).sum(),
        };
        self.level
    }
}

fn grouped(intervals: &[Interval], share: Share) -> Vec<Step> {
    let groups = intervals.iter().map(|interval| interval.group).max().map_or(0, |last| last as usize + 1);
    let mut open: Vec<Open> = vec![Open::default(); groups];
    let mut ends: Vec<(i64, usize)> =
        intervals.iter().enumerate().map(|(place, interval)| (interval.until, place)).collect();
    ends.sort_unstable();
    let mut steps = Vec::with_capacity(intervals.len() * 2);
    let (mut level, mut ended) = (0u64, 0);
    let mut give_back = |until: i64, level: &mut u64, open: &mut [Open], steps: &mut Vec<Step>| {
        while let Some((end, place)) = ends.get(ended).copied().filter(|(end, _)| *end <= until) {
            let interval = &intervals[place];
            let group = &mut open[interval.group as usize];
            let counts = group.of(interval.feature);
            if let Some(place) = counts.iter().position(|count| *count == interval.count) {
                counts.swap_remove(place);
            }
            ended += 1;
            let before = group.level;
            *level = *level + group.settle(share) - before;
            push(steps, end, *level);
        }
    };
    for interval in intervals {
        give_back(interval.from, &mut level, &mut open, &mut steps);
        let group = &mut open[interval.group as usize];
        group.of(interval.feature).push(interval.count);
        let before = group.level;
        level = level + group.settle(share) - before;
        push(&mut steps, interval.from, level);
    }
    give_back(i64::MAX, &mut level, &mut open, &mut steps);
    steps
}

/// The most intervals that are open at once, and the first instant of it, from their beginnings and ends alone, each end
/// after its beginning: what [`steps`] and [`highest`] give for single licences that nobody shares, without the steps
/// between. Both are put in order where they are not.
pub fn peak(starts: &mut [u32], ends: &mut [u32]) -> Option<(u64, u32)> {
    for times in [&mut *starts, &mut *ends] {
        if !times.is_sorted() {
            times.sort_unstable();
        }
    }
    let (mut ended, mut most, mut at) = (0usize, 0usize, None);
    for (begun, start) in starts.iter().enumerate() {
        while ends.get(ended).is_some_and(|end| end <= start) {
            ended += 1;
        }
        let level = begun + 1 - ended;
        if level > most {
            (most, at) = (level, Some(*start));
        }
    }
    at.map(|at| (most as u64, at))
}

/// The highest level within `windows`, which are in order and do not overlap, and the first instant of it.
pub fn highest(steps: &[Step], windows: &[(i64, i64)]) -> Option<Step> {
    let mut highest: Option<Step> = None;
    each_piece(steps, windows, |at, _, level| {
        if highest.is_none_or(|known| known.level < level) {
            highest = Some(Step { at, level });
        }
    });
    highest.filter(|known| known.level > 0)
}

/// Seconds at every level within `windows`.
pub(super) fn seconds_by_level(steps: &[Step], windows: &[(i64, i64)]) -> BTreeMap<u64, u64> {
    let mut seconds: BTreeMap<u64, u64> = BTreeMap::new();
    each_piece(steps, windows, |from, until, level| {
        *seconds.entry(level).or_default() += until.abs_diff(from);
    });
    seconds
}

/// The least level that was not exceeded for so many per cent of the time.
pub(super) fn percentile(seconds: &BTreeMap<u64, u64>, percent: u32) -> u64 {
    let total: u128 = seconds.values().map(|seconds| u128::from(*seconds)).sum();
    let mut below = 0u128;
    for (level, seconds) in seconds {
        below += u128::from(*seconds);
        if below * 100 >= total * u128::from(percent) {
            return *level;
        }
    }
    0
}

/// The first instant within `windows` at which the level is this.
pub(super) fn first_at(steps: &[Step], windows: &[(i64, i64)], wanted: u64) -> Option<i64> {
    let mut found = None;
    each_piece(steps, windows, |at, _, level| {
        if found.is_none() && level == wanted {
            found = Some(at);
        }
    });
    found
}

/// Shows every piece of time within `windows` in which the level stays: from, until, level. Before the first step it is
/// 0.
pub(super) fn each_piece(steps: &[Step], windows: &[(i64, i64)], mut look: impl FnMut(i64, i64, u64)) {
    let mut place = 0;
    for (from, until) in windows {
        // The last step at or before the beginning of the window.
        while steps.get(place + 1).is_some_and(|next| next.at <= *from) {
            place += 1;
        }
        let mut level = steps.get(place).filter(|step| step.at <= *from).map_or(0, |step| step.level);
        let mut at = *from;
        let mut next = if steps.get(place).is_some_and(|step| step.at <= *from) { place + 1 } else { place };
        while let Some(step) = steps.get(next).filter(|step| step.at < *until) {
            if at < step.at {
                look(at, step.at, level);
            }
            (at, level) = (step.at, step.level);
            place = next;
            next += 1;
        }
        if at < *until {
            look(at, *until, level);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interval(from: i64, until: i64, group: u32, feature: u32) -> Interval {
        Interval { from, until, count: 1, group, feature }
    }

    fn shown(steps: &[Step]) -> String {
        steps.iter().map(|step| format!("{}:{}", step.at, step.level)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_is_given_back_in_a_second_can_be_taken_in_the_same() {
        let intervals = [interval(0, 10, 0, 0), interval(10, 20, 0, 0)];
        assert_eq!(shown(&steps(&intervals, Share::Nothing)), "0:1 20:0");
    }

    #[test]
    fn a_package_and_its_feature_are_one_licence_and_two_starts_are_two() {
        // One start takes two features at once; the same user starts again and ends the first.
        let intervals = [interval(0, 30, 0, 0), interval(0, 30, 0, 1), interval(10, 40, 0, 0), interval(10, 40, 0, 1)];
        assert_eq!(shown(&steps(&intervals, Share::Nothing)), "0:2 10:4 30:2 40:0");
        assert_eq!(shown(&steps(&intervals, Share::MostOfFeatures)), "0:1 10:2 30:1 40:0");
        assert_eq!(shown(&steps(&intervals, Share::MostOfAll)), "0:1 40:0");
        assert_eq!(shown(&steps(&intervals, Share::MostOfEach)), "0:2 40:0");
    }

    #[test]
    fn a_percentile_is_the_least_level_that_is_enough_for_that_much_of_the_time() {
        let intervals = [interval(0, 100, 0, 0), interval(0, 50, 1, 0), interval(10, 15, 2, 0)];
        let steps = steps(&intervals, Share::Nothing);
        let seconds = seconds_by_level(&steps, &[(0, 100)]);
        assert_eq!(seconds, BTreeMap::from([(1, 50), (2, 45), (3, 5)]));
        assert_eq!(percentile(&seconds, 95), 2);
        assert_eq!(percentile(&seconds, 96), 3);
        assert_eq!(percentile(&seconds, 50), 1);
        assert_eq!(highest(&steps, &[(0, 100)]), Some(Step { at: 10, level: 3 }));
        assert_eq!(highest(&steps, &[(0, 10), (20, 60)]), Some(Step { at: 0, level: 2 }));
        assert_eq!(highest(&steps, &[(60, 90)]), Some(Step { at: 60, level: 1 }));
        assert_eq!(highest(&steps, &[(200, 300)]), None);
        assert_eq!(first_at(&steps, &[(20, 100)], 1), Some(50));
    }
}
