//! Sets of devices by place: what the licence position is computed with.
//!
//! A set of few devices is a sorted list, one of many is words of bits in blocks; which of the two follows from how
//! thickly its devices stand. Clones share everything until one of them is written, and then all but one block.
//! What a place stands for is not known here.

use std::borrow::Cow;
use std::iter::FusedIterator;
use std::ops::{BitAnd, BitAndAssign, BitOrAssign, Sub, SubAssign};
use std::sync::Arc;

use crate::column::dense;

/// Words of a block: 32,768 devices in 4 KiB, which is what a write beside a kept snapshot copies.
pub(crate) const BLOCK_WORDS: usize = 512;
const BLOCK_BITS: usize = BLOCK_WORDS * 64;
/// So few devices are a list, however thickly they stand.
const FEW_ALWAYS: usize = 64;
/// A list of 32-bit places takes as much memory as bits where one place in 32 is in the set.
const PLACES_PER_LISTED: usize = 32;

pub(crate) type Block = [u64; BLOCK_WORDS];

/// A set of places of devices.
#[derive(Debug, Clone)]
pub(crate) struct DeviceSet(Form);

#[derive(Debug, Clone)]
enum Form {
    /// Sorted.
    Few(Arc<[u32]>),
    Many(Arc<Many>),
}

#[derive(Debug, Clone)]
struct Many {
    /// INVARIANT: the number of bits that are set.
    len: u64,
    blocks: Vec<Arc<Block>>,
}

impl Many {
    fn contains(&self, place: u32) -> bool {
        let (block, word, bit) = address(place);
        self.blocks.get(block).is_some_and(|block| block[word] & bit != 0)
    }

    fn insert(&mut self, place: u32) -> bool {
        let (block, word, bit) = address(place);
        while self.blocks.len() <= block {
            self.blocks.push(Arc::new([0; BLOCK_WORDS]));
        }
        if self.blocks[block][word] & bit != 0 {
            return false;
        }
        Arc::make_mut(&mut self.blocks[block])[word] |= bit;
        self.len += 1;
        true
    }

    fn remove(&mut self, place: u32) -> bool {
        let (block, word, bit) = address(place);
        if self.blocks.get(block).is_none_or(|block| block[word] & bit == 0) {
            return false;
        }
        Arc::make_mut(&mut self.blocks[block])[word] &= !bit;
        self.len -= 1;
        true
    }

    fn of_blocks(blocks: Vec<Arc<Block>>) -> Self {
        let len = blocks.iter().map(|block| ones(block)).sum();
        Self { len, blocks }
    }

    fn is_thin(&self) -> bool {
        // Half of what makes a list into bits, so that a device that comes and goes changes nothing.
        let len = usize::try_from(self.len).unwrap_or(usize::MAX);
        len < FEW_ALWAYS / 2 || len.saturating_mul(2 * PLACES_PER_LISTED) < self.blocks.len() * BLOCK_BITS
    }
}

fn address(place: u32) -> (usize, usize, u64) {
    let place = place as usize;
    (place / BLOCK_BITS, place / 64 % BLOCK_WORDS, 1 << (place % 64))
}

fn ones(block: &Block) -> u64 {
    block.iter().map(|word| u64::from(word.count_ones())).sum()
}

fn ones_in_both(one: &Block, other: &Block) -> u64 {
    one.iter().zip(other).map(|(one, other)| u64::from((one & other).count_ones())).sum()
}

impl Default for DeviceSet {
    fn default() -> Self {
        Self(Form::Few(Arc::default()))
    }
}

impl DeviceSet {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// The set of `places`, which are in order and each there once.
    pub(crate) fn of_sorted(places: &[u32]) -> Self {
        debug_assert!(places.is_sorted_by(|one, other| one < other), "places in order");
        if is_few(places) {
            return Self(Form::Few(places.into()));
        }
        let mut blocks: Vec<Arc<Block>> = Vec::new();
        let mut rest = places;
        while !rest.is_empty() {
            let end = (blocks.len() + 1) * BLOCK_BITS;
            let here = rest.partition_point(|place| (*place as usize) < end);
            let mut block = [0; BLOCK_WORDS];
            for place in &rest[..here] {
                let (_, word, bit) = address(*place);
                block[word] |= bit;
            }
            blocks.push(Arc::new(block));
            rest = &rest[here..];
        }
        Self(Form::Many(Arc::new(Many { len: places.len() as u64, blocks })))
    }

    pub(crate) fn len(&self) -> u64 {
        match &self.0 {
            Form::Few(places) => places.len() as u64,
            Form::Many(many) => many.len,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn contains(&self, place: u32) -> bool {
        match &self.0 {
            Form::Few(places) => places.binary_search(&place).is_ok(),
            Form::Many(many) => many.contains(place),
        }
    }

    /// The places in order, where they are kept as a list.
    pub(crate) fn as_list(&self) -> Option<&[u32]> {
        match &self.0 {
            Form::Few(places) => Some(places),
            Form::Many(_) => None,
        }
    }

    /// The bits of the places from `block` × 32,768 on, where they are kept as bits and reach so far.
    pub(crate) fn block(&self, block: usize) -> Option<&Block> {
        match &self.0 {
            Form::Few(_) => None,
            Form::Many(many) => many.blocks.get(block).map(Arc::as_ref),
        }
    }

    /// How many blocks there are, where the places are kept as bits.
    pub(crate) fn block_count(&self) -> usize {
        match &self.0 {
            Form::Few(_) => 0,
            Form::Many(many) => many.blocks.len(),
        }
    }

    pub(crate) fn insert(&mut self, place: u32) -> bool {
        match &mut self.0 {
            Form::Few(places) => {
                let Err(at) = places.binary_search(&place) else { return false };
                let (before, after) = places.split_at(at);
                let all = before.iter().chain(std::iter::once(&place)).chain(after).copied();
                *places = all.collect();
                if !is_few(places) {
                    *self = Self::of_sorted(places);
                }
                true
            }
            Form::Many(many) => !many.contains(place) && Arc::make_mut(many).insert(place),
        }
    }

    pub(crate) fn remove(&mut self, place: u32) -> bool {
        match &mut self.0 {
            Form::Few(places) => {
                let Ok(at) = places.binary_search(&place) else { return false };
                let (before, after) = places.split_at(at);
                *places = before.iter().chain(&after[1..]).copied().collect();
                true
            }
            Form::Many(many) => {
                if !many.contains(place) {
                    return false;
                }
                Arc::make_mut(many).remove(place);
                self.thin_out();
                true
            }
        }
    }

    /// Puts a place in or takes it out, and copies nothing where it is so already.
    pub(crate) fn put(&mut self, place: u32, inside: bool) {
        if inside {
            self.insert(place);
        } else {
            self.remove(place);
        }
    }

    /// Makes a list of bits that have become thin.
    fn thin_out(&mut self) {
        if let Form::Many(many) = &self.0
            && many.is_thin()
        {
            let mut few = Vec::new();
            self.for_each(|place| few.push(place));
            *self = Self(Form::Few(few.into()));
        }
    }

    fn of_blocks(blocks: Vec<Arc<Block>>) -> Self {
        let mut set = Self(Form::Many(Arc::new(Many::of_blocks(blocks))));
        set.thin_out();
        set
    }

    /// Whether no place is in both.
    pub(crate) fn is_disjoint(&self, other: &Self) -> bool {
        self.intersection_len(other) == 0
    }

    /// The places that are in both, by number only.
    pub(crate) fn intersection_len(&self, other: &Self) -> u64 {
        match (&self.0, &other.0) {
            (Form::Many(one), Form::Many(other)) => {
                one.blocks.iter().zip(&other.blocks).map(|(one, other)| ones_in_both(one, other)).sum()
            }
            (Form::Few(few), Form::Many(many)) | (Form::Many(many), Form::Few(few)) => {
                few.iter().map(|place| u64::from(many.contains(*place))).sum()
            }
            (Form::Few(one), Form::Few(other)) => {
                let mut count = 0;
                each_in_both(one, other, |_| count += 1);
                count
            }
        }
    }

    /// Calls `visit` with every place in order; faster than the iterator.
    pub(crate) fn for_each(&self, mut visit: impl FnMut(u32)) {
        match &self.0 {
            Form::Few(places) => places.iter().for_each(|place| visit(*place)),
            Form::Many(many) => {
                let words = many.blocks.iter().flat_map(|block| block.iter());
                for (first, word) in (0..).step_by(64).zip(words) {
                    let mut word = *word;
                    while word != 0 {
                        visit(first + word.trailing_zeros());
                        word &= word - 1;
                    }
                }
            }
        }
    }

    /// Every place in order.
    pub(crate) fn iter(&self) -> Iter<'_> {
        match &self.0 {
            Form::Few(places) => Iter { few: places, many: &[], word: 0, next: 0 },
            Form::Many(many) => Iter { few: &[], many: &many.blocks, word: 0, next: 0 },
        }
    }
}

fn is_few(places: &[u32]) -> bool {
    stands_thinly(places.len(), places.last().map_or(0, |last| *last as usize + 1))
}

fn stands_thinly(len: usize, span: usize) -> bool {
    len <= FEW_ALWAYS || len * PLACES_PER_LISTED <= span
}

/// A set that is filled in order, by one who knows beforehand how many places come.
#[derive(Debug)]
pub(crate) struct Filling(Filled);

#[derive(Debug)]
enum Filled {
    Few(Vec<u32>),
    Many { len: u64, blocks: Vec<Box<Block>> },
}

impl Filling {
    /// For `len` places below `span`.
    pub(crate) fn of(len: usize, span: usize) -> Self {
        if stands_thinly(len, span) {
            return Self(Filled::Few(Vec::with_capacity(len)));
        }
        Self(Filled::Many { len: 0, blocks: vec![Box::new([0; BLOCK_WORDS]); span.div_ceil(BLOCK_BITS)] })
    }

    /// Adds a place behind all others.
    pub(crate) fn push(&mut self, place: u32) {
        match &mut self.0 {
            Filled::Few(places) => places.push(place),
            Filled::Many { len, blocks } => {
                let (block, word, bit) = address(place);
                blocks[block][word] |= bit;
                *len += 1;
            }
        }
    }

    pub(crate) fn finish(self) -> DeviceSet {
        match self.0 {
            Filled::Few(places) => DeviceSet::of_sorted(&places),
            Filled::Many { len, blocks } => {
                let blocks = blocks.into_iter().map(Arc::from).collect();
                DeviceSet(Form::Many(Arc::new(Many { len, blocks })))
            }
        }
    }
}

/// Calls `visit` with what two sorted lists have in common.
fn each_in_both(one: &[u32], other: &[u32], mut visit: impl FnMut(u32)) {
    let (short, mut long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    if long.len() > 16 * short.len() {
        for place in short {
            let at = long.partition_point(|there| there < place);
            long = &long[at..];
            if long.first() == Some(place) {
                visit(*place);
            }
        }
        return;
    }
    let mut there = long.iter().peekable();
    for place in short {
        while there.next_if(|there| *there < place).is_some() {}
        if there.peek() == Some(&place) {
            visit(*place);
        }
    }
}

/// Every place of a set in order.
pub(crate) struct Iter<'a> {
    few: &'a [u32],
    many: &'a [Arc<Block>],
    /// What is left of the word before `next`.
    word: u64,
    next: usize,
}

impl Iterator for Iter<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        if let Some((first, rest)) = self.few.split_first() {
            self.few = rest;
            return Some(*first);
        }
        while self.word == 0 {
            self.word = self.many.get(self.next / BLOCK_WORDS)?[self.next % BLOCK_WORDS];
            self.next += 1;
        }
        let bit = self.word.trailing_zeros();
        self.word &= self.word - 1;
        Some(dense((self.next - 1) * 64) + bit)
    }
}

impl FusedIterator for Iter<'_> {}

impl<'a> IntoIterator for &'a DeviceSet {
    type Item = u32;
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl BitOrAssign<&DeviceSet> for DeviceSet {
    fn bitor_assign(&mut self, other: &DeviceSet) {
        match (&mut self.0, &other.0) {
            (_, Form::Few(added)) if added.is_empty() => {}
            (Form::Few(few), Form::Few(added)) => {
                let all = merged(few, added);
                *self = Self::of_sorted(&all);
            }
            (Form::Many(many), Form::Few(added)) => {
                let many = Arc::make_mut(many);
                added.iter().for_each(|place| {
                    many.insert(*place);
                });
            }
            (Form::Few(few), Form::Many(many)) => {
                let mut many = Arc::clone(many);
                let all = Arc::make_mut(&mut many);
                few.iter().for_each(|place| {
                    all.insert(*place);
                });
                self.0 = Form::Many(many);
            }
            (Form::Many(many), Form::Many(added)) => {
                let blocks = Arc::make_mut(many);
                for (block, added) in blocks.blocks.iter_mut().zip(&added.blocks) {
                    for (word, added) in Arc::make_mut(block).iter_mut().zip(added.iter()) {
                        *word |= added;
                    }
                }
                let known = blocks.blocks.len();
                blocks.blocks.extend(added.blocks.iter().skip(known).cloned());
                blocks.len = blocks.blocks.iter().map(|block| ones(block)).sum();
            }
        }
    }
}

/// The union, without a copy where it is one set.
pub(crate) fn union<'a>(mut sets: impl Iterator<Item = &'a DeviceSet>) -> Cow<'a, DeviceSet> {
    let Some(first) = sets.next() else { return Cow::Owned(DeviceSet::new()) };
    sets.filter(|set| !set.is_empty()).fold(Cow::Borrowed(first), |union, set| {
        if union.is_empty() {
            return Cow::Borrowed(set);
        }
        let mut union = union.into_owned();
        union |= set;
        Cow::Owned(union)
    })
}

/// What is in either of two sorted lists.
fn merged(one: &[u32], other: &[u32]) -> Vec<u32> {
    let (short, mut long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    let mut all = Vec::with_capacity(one.len() + other.len());
    if long.len() > 8 * short.len() {
        // What lies between two places of the short list is copied at once.
        for place in short {
            let at = long.partition_point(|there| there < place);
            all.extend_from_slice(&long[..at]);
            all.push(*place);
            long = &long[at..];
            if long.first() == Some(place) {
                long = &long[1..];
            }
        }
        all.extend_from_slice(long);
        return all;
    }
    let (mut here, mut there) = (0, 0);
    while let (Some(first), Some(second)) = (one.get(here), other.get(there)) {
        all.push(*first.min(second));
        here += usize::from(first <= second);
        there += usize::from(second <= first);
    }
    all.extend_from_slice(&one[here..]);
    all.extend_from_slice(&other[there..]);
    all
}

impl SubAssign<&DeviceSet> for DeviceSet {
    fn sub_assign(&mut self, other: &DeviceSet) {
        match (&mut self.0, &other.0) {
            (_, Form::Few(gone)) if gone.is_empty() => {}
            (Form::Few(few), Form::Many(gone)) => {
                let rest: Vec<u32> = few.iter().copied().filter(|place| !gone.contains(*place)).collect();
                if rest.len() < few.len() {
                    *few = rest.into();
                }
            }
            (Form::Few(few), Form::Few(gone)) => {
                let mut gone = gone.iter().peekable();
                let left = |place: &u32| {
                    while gone.next_if(|there| *there < place).is_some() {}
                    gone.peek() != Some(&place)
                };
                *few = few.iter().copied().filter(left).collect();
            }
            (Form::Many(many), Form::Few(gone)) => {
                let many = Arc::make_mut(many);
                gone.iter().for_each(|place| {
                    many.remove(*place);
                });
                self.thin_out();
            }
            (Form::Many(many), Form::Many(gone)) => {
                let left = Arc::make_mut(many);
                for (block, gone) in left.blocks.iter_mut().zip(&gone.blocks) {
                    for (word, gone) in Arc::make_mut(block).iter_mut().zip(gone.iter()) {
                        *word &= !gone;
                    }
                }
                left.len = left.blocks.iter().map(|block| ones(block)).sum();
                self.thin_out();
            }
        }
    }
}

impl Sub for &DeviceSet {
    type Output = DeviceSet;

    fn sub(self, other: &DeviceSet) -> DeviceSet {
        let mut left = self.clone();
        left -= other;
        left
    }
}

impl BitAnd for &DeviceSet {
    type Output = DeviceSet;

    fn bitand(self, other: &DeviceSet) -> DeviceSet {
        match (&self.0, &other.0) {
            (Form::Few(few), Form::Many(many)) | (Form::Many(many), Form::Few(few)) => {
                let both = few.iter().copied().filter(|place| many.contains(*place));
                DeviceSet(Form::Few(both.collect()))
            }
            (Form::Few(one), Form::Few(other)) => {
                let mut both = Vec::with_capacity(one.len().min(other.len()));
                each_in_both(one, other, |place| both.push(place));
                DeviceSet::of_sorted(&both)
            }
            (Form::Many(one), Form::Many(other)) => {
                let both = one.blocks.iter().zip(&other.blocks).map(|(one, other)| {
                    let mut both = [0; BLOCK_WORDS];
                    let words = both.iter_mut().zip(one.iter().zip(other.iter()));
                    words.for_each(|(both, (one, other))| *both = one & other);
                    Arc::new(both)
                });
                DeviceSet::of_blocks(both.collect())
            }
        }
    }
}

impl Sub for DeviceSet {
    type Output = Self;

    fn sub(mut self, other: Self) -> Self {
        self -= &other;
        self
    }
}

impl BitAnd for DeviceSet {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        &self & &other
    }
}

impl BitAnd<&Self> for DeviceSet {
    type Output = Self;

    fn bitand(self, other: &Self) -> Self {
        &self & other
    }
}

impl BitAndAssign for DeviceSet {
    fn bitand_assign(&mut self, other: Self) {
        *self = &*self & &other;
    }
}

impl BitOrAssign for DeviceSet {
    fn bitor_assign(&mut self, other: Self) {
        *self |= &other;
    }
}

impl PartialEq for DeviceSet {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other)
    }
}

impl Eq for DeviceSet {}

impl FromIterator<u32> for DeviceSet {
    fn from_iter<I: IntoIterator<Item = u32>>(places: I) -> Self {
        let mut places: Vec<u32> = places.into_iter().collect();
        places.sort_unstable();
        places.dedup();
        Self::of_sorted(&places)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn places() -> impl Strategy<Value = BTreeSet<u32>> {
        let thin = prop::collection::btree_set(0..200_000_u32, 0..300);
        let thick = (0..70_000_u32, 100..9_000_u32, 1..9_usize)
            .prop_map(|(first, count, step)| (first..first + count).step_by(step).collect());
        prop_oneof![thin, thick]
    }

    fn set_of(places: &BTreeSet<u32>) -> DeviceSet {
        DeviceSet::of_sorted(&places.iter().copied().collect::<Vec<_>>())
    }

    fn places_of(set: &DeviceSet) -> BTreeSet<u32> {
        let places: Vec<u32> = set.iter().collect();
        let mut visited = Vec::new();
        set.for_each(|place| visited.push(place));
        assert_eq!((&visited, places.len() as u64), (&places, set.len()));
        assert!(places.is_sorted());
        places.into_iter().collect()
    }

    proptest! {
        #[test]
        fn a_set_is_what_an_ordinary_set_is(one in places(), other in places()) {
            let (ours, others) = (set_of(&one), set_of(&other));
            prop_assert_eq!(places_of(&ours), one.clone());
            prop_assert_eq!(places_of(&(&ours & &others)), &one & &other);
            prop_assert_eq!(places_of(&(&ours - &others)), &one - &other);
            let mut union = ours.clone();
            union |= &others;
            prop_assert_eq!(places_of(&union), &one | &other);
            prop_assert_eq!(ours.intersection_len(&others), (&one & &other).len() as u64);
            prop_assert!(other.iter().all(|place| ours.contains(*place) == one.contains(place)));
        }

        #[test]
        fn a_clone_keeps_its_places_while_the_original_goes_on(one in places(), other in places()) {
            let mut ours = set_of(&one);
            let kept = ours.clone();
            let mut expected = one.clone();
            for place in &other {
                prop_assert_eq!(ours.insert(*place), expected.insert(*place));
            }
            for place in one.iter().step_by(2) {
                prop_assert_eq!(ours.remove(*place), expected.remove(place));
                prop_assert!(!ours.remove(*place));
            }
            prop_assert_eq!(places_of(&ours), expected);
            for place in &other {
                ours.put(*place, false);
            }
            prop_assert_eq!(places_of(&kept), one);
        }
    }
}
