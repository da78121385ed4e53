//! Which rows and which rights speak of the same.

use std::collections::{BTreeMap, BTreeSet};

use domain::State;
use domain::entitlement::{Entitlement, Metric, Quantity};
use domain::id::ProductId;
use domain::observation::PublisherStatementRow;
use domain::product::folded;
use jiff::civil::Date;

use super::products::Found;
use super::side;

/// By what rows and rights were found to be the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PairedBy {
    /// The same order number and product.
    Order,
    /// The same order number, which has one product here and one unrecognised name there.
    OrderAlone,
    /// The same agreement and product.
    Agreement,
    /// The same product.
    Product,
}

impl PairedBy {
    /// The name in files and answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::OrderAlone => "order_alone",
            Self::Agreement => "agreement",
            Self::Product => "product",
        }
    }

    /// In words, after “paired”.
    pub fn words(self) -> &'static str {
        match self {
            Self::Order => "by order number and product",
            Self::OrderAlone => "by order number alone: it has one product on either side",
            Self::Agreement => "by agreement and product",
            Self::Product => "by product",
        }
    }
}

/// Rows and rights that belong together.
#[derive(Debug, Clone)]
pub(super) struct Group<'a> {
    pub product: Option<ProductId>,
    pub paired_by: Option<PairedBy>,
    pub rows: Vec<usize>,
    pub rights: Vec<&'a Entitlement>,
}

/// What is paired.
#[derive(Clone, Copy)]
pub(super) struct Sides<'a> {
    pub state: &'a State,
    pub rows: &'a [PublisherStatementRow],
    /// What each row speaks of.
    pub products: &'a [Found],
    pub on: Date,
}

/// All groups, and the rows that are not in force and belong to none.
pub(super) struct Pairs<'a> {
    pub groups: Vec<Group<'a>>,
    pub rows_left: Vec<usize>,
}

/// What is not paired yet.
struct Open<'a> {
    rows: Vec<usize>,
    rights: Vec<&'a Entitlement>,
}

/// A reference without the marks that people put between its letters and digits.
fn plain(reference: &str) -> String {
    folded(reference).chars().filter(|letter| letter.is_alphanumeric()).collect()
}

fn in_order_of_number(mut group: Group<'_>) -> Group<'_> {
    group.rows.sort_unstable();
    group.rights.sort_by_key(|right| right.id);
    group
}

/// Pairs rows and rights in force on the day, then what is left with those that are not.
pub(super) fn pair<'a>(sides: &Sides<'a>, rows: &[usize], rights: &[&'a Entitlement]) -> Pairs<'a> {
    let unretired = rights.iter().copied().filter(|right| right.retired_on.is_none_or(|day| sides.on < day));
    let (rights, other_rights): (Vec<_>, Vec<_>) = unretired.partition(|right| right.counts_on(sides.on));
    let (rows, other_rows): (Vec<usize>, Vec<usize>) =
        rows.iter().copied().partition(|place| sides.rows.get(*place).is_some_and(|row| row.is_valid_on(sides.on)));
    let mut open = Open { rows, rights };
    let mut groups = sides.by_reference(&mut open, PairedBy::Order, |place| sides.order_of_row(place), order_of_right);
    groups.extend(sides.by_order_alone(&mut open));
    let agreed = sides.by_reference(
        &mut open,
        PairedBy::Agreement,
        |place| sides.agreement_of_row(place),
        |right| sides.agreement_of_right(right),
    );
    groups.extend(agreed);
    let mut groups = sides.by_product(groups, open);
    let rows_left = sides.look_among_others(&mut groups, &other_rights, other_rows);
    Pairs { groups: groups.into_iter().map(in_order_of_number).collect(), rows_left }
}

impl<'a> Sides<'a> {
    fn product_of(&self, place: usize) -> Option<ProductId> {
        self.products.get(place).and_then(|found| found.product())
    }

    fn order_of_row(&self, place: usize) -> Option<String> {
        reference(self.rows.get(place)?.order_number.as_deref())
    }

    fn agreement_of_row(&self, place: usize) -> Option<String> {
        reference(self.rows.get(place)?.agreement.as_deref())
    }

    fn agreement_of_right(&self, right: &Entitlement) -> Option<String> {
        let agreement = self.state.agreements.get(&right.agreement?)?;
        reference(Some(&agreement.terms.reference))
    }

    /// Takes out of `open` what has the same reference and product on both sides.
    fn by_reference(
        &self,
        open: &mut Open<'a>,
        by: PairedBy,
        of_row: impl Fn(usize) -> Option<String>,
        of_right: impl Fn(&Entitlement) -> Option<String>,
    ) -> Vec<Group<'a>> {
        let mut found: BTreeMap<(String, ProductId), Group<'a>> = BTreeMap::new();
        let empty =
            |product| Group { product: Some(product), paired_by: Some(by), rows: Vec::new(), rights: Vec::new() };
        for place in &open.rows {
            if let (Some(reference), Some(product)) = (of_row(*place), self.product_of(*place)) {
                found.entry((reference, product)).or_insert_with(|| empty(product)).rows.push(*place);
            }
        }
        for right in &open.rights {
            if let Some(reference) = of_right(right)
                && let Some(group) = found.get_mut(&(reference, right.product))
            {
                group.rights.push(right);
            }
        }
        let groups: Vec<Group<'a>> = found.into_values().filter(|group| !group.rights.is_empty()).collect();
        open.take_out(&groups);
        groups
    }

    /// Takes out of `open` the rows that nothing recognises whose order number has one name among them, and the rights
    /// with that order number where they are of one product.
    fn by_order_alone(&self, open: &mut Open<'a>) -> Vec<Group<'a>> {
        let mut rows: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for place in open.rows.iter().filter(|place| self.product_of(**place).is_none()) {
            if let Some(order) = self.order_of_row(*place) {
                rows.entry(order).or_default().push(*place);
            }
        }
        let mut rights: BTreeMap<String, Vec<&'a Entitlement>> = BTreeMap::new();
        for right in &open.rights {
            if let Some(order) = order_of_right(right) {
                rights.entry(order).or_default().push(right);
            }
        }
        let name = |place: &usize| self.rows.get(*place).map(|row| folded(&row.product));
        let mut groups = Vec::new();
        for (order, rows) in rows {
            let Some(rights) = rights.remove(&order) else { continue };
            let names: BTreeSet<Option<String>> = rows.iter().map(name).collect();
            let products: BTreeSet<ProductId> = rights.iter().map(|right| right.product).collect();
            if let (1, 1, Some(product)) = (names.len(), products.len(), products.first()) {
                groups.push(Group { product: Some(*product), paired_by: Some(PairedBy::OrderAlone), rows, rights });
            }
        }
        open.take_out(&groups);
        groups
    }

    /// Adds what is left by product. Where something is left of a product, its groups whose quantities differ are
    /// joined with it: a reference that one side wrote on half of its papers only is no difference in what we own.
    fn by_product(&self, groups: Vec<Group<'a>>, open: Open<'a>) -> Vec<Group<'a>> {
        let mut left: BTreeMap<ProductId, Group<'a>> = BTreeMap::new();
        let empty = |product| Group { product: Some(product), paired_by: None, rows: Vec::new(), rights: Vec::new() };
        let mut done = Vec::new();
        for place in open.rows {
            match self.product_of(place) {
                Some(product) => left.entry(product).or_insert_with(|| empty(product)).rows.push(place),
                None => done.push(Group { product: None, paired_by: None, rows: vec![place], rights: Vec::new() }),
            }
        }
        for right in open.rights {
            left.entry(right.product).or_insert_with(|| empty(right.product)).rights.push(right);
        }
        for group in groups {
            let differs =
                self.units_of_rows(&group.rows) != side::units(group.rights.iter().map(|right| right.right.quantity));
            let rest = group.product.and_then(|product| left.get_mut(&product));
            match rest.filter(|rest| differs && counts_alike(&rest.rights, &group.rights)) {
                Some(rest) => {
                    rest.rows.extend(group.rows);
                    rest.rights.extend(group.rights);
                }
                None => done.push(group),
            }
        }
        for mut group in left.into_values() {
            let is_pair = !group.rows.is_empty() && !group.rights.is_empty();
            group.paired_by = is_pair.then_some(PairedBy::Product);
            done.push(group);
        }
        done
    }

    fn units_of_rows(&self, rows: &[usize]) -> Quantity {
        side::units(rows.iter().filter_map(|place| Some(self.rows.get(*place)?.quantity)))
    }

    /// Gives groups of one side what is not in force on the other, and returns the rows that no group took.
    fn look_among_others(
        &self,
        groups: &mut [Group<'a>],
        other_rights: &[&'a Entitlement],
        other_rows: Vec<usize>,
    ) -> Vec<usize> {
        let mut rights: BTreeMap<ProductId, Vec<&'a Entitlement>> = BTreeMap::new();
        for right in other_rights {
            rights.entry(right.product).or_default().push(right);
        }
        let mut rows: BTreeMap<ProductId, Vec<usize>> = BTreeMap::new();
        for place in &other_rows {
            if let Some(product) = self.product_of(*place) {
                rows.entry(product).or_default().push(*place);
            }
        }
        let mut taken = BTreeSet::new();
        for group in groups {
            let Some(product) = group.product else { continue };
            if group.rights.is_empty() {
                self.take_rights(group, rights.remove(&product).unwrap_or_default());
            } else if group.rows.is_empty() {
                self.take_rows(group, &rows.remove(&product).unwrap_or_default());
                taken.extend(group.rows.iter().copied());
            }
        }
        other_rows.into_iter().filter(|place| !taken.contains(place)).collect()
    }

    /// Gives rows without a right those of `others` that end last, of the same order or agreement where there are any.
    fn take_rights(&self, group: &mut Group<'a>, others: Vec<&'a Entitlement>) {
        let orders: BTreeSet<String> = group.rows.iter().filter_map(|place| self.order_of_row(*place)).collect();
        let agreements: BTreeSet<String> =
            group.rows.iter().filter_map(|place| self.agreement_of_row(*place)).collect();
        let same_order = |right: &&Entitlement| order_of_right(right).is_some_and(|of| orders.contains(&of));
        let same_agreement =
            |right: &&Entitlement| self.agreement_of_right(right).is_some_and(|of| agreements.contains(&of));
        let (by, fitting) = if others.iter().any(same_order) {
            (PairedBy::Order, others.into_iter().filter(same_order).collect())
        } else if others.iter().any(same_agreement) {
            (PairedBy::Agreement, others.into_iter().filter(same_agreement).collect())
        } else {
            (PairedBy::Product, others)
        };
        let last = fitting.iter().map(|right: &&Entitlement| last_day(right.right.ends_on)).max();
        group.rights = fitting.into_iter().filter(|right| Some(last_day(right.right.ends_on)) == last).collect();
        group.paired_by = (!group.rights.is_empty()).then_some(by);
    }

    /// Gives rights without a row those of `others` that end last.
    fn take_rows(&self, group: &mut Group<'a>, others: &[usize]) {
        let ends = |place: usize| last_day(self.rows.get(place).and_then(|row| row.ends_on));
        let last = others.iter().map(|place| ends(*place)).max();
        group.rows = others.iter().copied().filter(|place| Some(ends(*place)) == last).collect();
        group.paired_by = (!group.rows.is_empty()).then_some(PairedBy::Product);
    }
}

/// Whether rights count in the same metrics, or there are none on the first side.
fn counts_alike(one: &[&Entitlement], other: &[&Entitlement]) -> bool {
    let metrics =
        |rights: &[&Entitlement]| -> BTreeSet<Metric> { rights.iter().map(|right| right.right.metric).collect() };
    one.is_empty() || metrics(one) == metrics(other)
}

fn order_of_right(right: &Entitlement) -> Option<String> {
    reference(right.purchase_reference.as_deref())
}

fn reference(text: Option<&str>) -> Option<String> {
    Some(plain(text?)).filter(|plain| !plain.is_empty())
}

/// A right without an end ends after all others.
fn last_day(ends_on: Option<Date>) -> Date {
    ends_on.unwrap_or(Date::MAX)
}

impl<'a> Open<'a> {
    fn take_out(&mut self, groups: &[Group<'a>]) {
        let rows: BTreeSet<usize> = groups.iter().flat_map(|group| group.rows.iter().copied()).collect();
        let rights: BTreeSet<_> = groups.iter().flat_map(|group| group.rights.iter().map(|right| right.id)).collect();
        self.rows.retain(|place| !rows.contains(place));
        self.rights.retain(|right| !rights.contains(&right.id));
    }
}
