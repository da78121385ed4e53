//! Tables of data: a named region that can be scrolled from the keyboard, sort links, pages, and what stands in place
//! of an empty table.
//!
//! Every list is sorted, filtered and cut by the server; the address says how.

use maud::{Markup, html};

use crate::design::numbers::count;

/// A table in a region that may scroll sideways. `id` is unique on the page.
pub fn region(id: &str, caption: &Markup, rows: &Markup) -> Markup {
    let caption_id = format!("{id}-caption");
    html! {
        div.region role="region" aria-labelledby=(caption_id) tabindex="0" {
            table id=(id) {
                caption id=(caption_id) { span.stay { (caption) } }
                (rows)
            }
        }
    }
}

/// A caption: what the table shows, and from what.
pub fn caption(words: &str, provenance: Option<&str>) -> Markup {
    html! {
        (words)
        @if let Some(provenance) = provenance { span.provenance { (provenance) } }
    }
}

/// The headings of a table without sort links; a heading that begins with `#` is over numbers.
pub fn heads(headings: &[&str]) -> Markup {
    html! {
        thead { tr {
            @for heading in headings {
                @match heading.strip_prefix('#') {
                    Some(heading) => { th.n scope="col" { (heading) } }
                    None => { th scope="col" { (heading) } }
                }
            }
        } }
    }
}

/// Which way a column is sorted at present.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sorted {
    /// Not by this column.
    No,
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

/// A heading that sorts the whole list, from its first page.
pub fn sort_heading(words: &str, sorted: Sorted, number: bool, address: &str) -> Markup {
    let (state, arrow) = match sorted {
        Sorted::No => (None, ""),
        Sorted::Ascending => (Some("ascending"), "\u{2191}"),
        Sorted::Descending => (Some("descending"), "\u{2193}"),
    };
    html! {
        th scope="col" class=[number.then_some("n")] aria-sort=[state] {
            a.sort href=(address) { (words) span aria-hidden="true" { (arrow) } }
        }
    }
}

/// Which part of a list is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paging {
    /// The page, the first being 1.
    pub number: u64,
    /// Rows on a page; at least 1.
    pub size: u64,
    /// Rows in the whole list.
    pub total: u64,
}

/// Rows on a page unless somebody asks for fewer.
pub const PAGE_SIZE: u64 = 50;

impl Paging {
    /// A list short enough to stand on one page.
    pub fn whole(total: u64) -> Self {
        Self { number: 1, size: PAGE_SIZE.max(total), total }
    }

    /// The number of pages, at least 1.
    pub fn pages(self) -> u64 {
        self.total.div_ceil(self.size.max(1)).max(1)
    }

    /// `1–50 of 1,204`, or `12` where everything is shown.
    pub fn words(self) -> String {
        if self.pages() == 1 {
            return count(self.total);
        }
        let first = (self.number.saturating_sub(1)).saturating_mul(self.size).saturating_add(1);
        let last = self.number.saturating_mul(self.size).min(self.total);
        format!("{}\u{2013}{} of {}", count(first), count(last), count(self.total))
    }

    /// What the page's title says beyond the first page.
    pub fn title_suffix(self) -> String {
        if self.number > 1 { format!(" (page {} of {})", self.number, self.pages()) } else { String::new() }
    }
}

/// Links to the other pages of a list; nothing where there is only one.
pub fn pages(paging: Paging, address: impl Fn(u64) -> String) -> Markup {
    let last = paging.pages();
    let current = paging.number;
    // The first, the last, and the neighbours of the current page; a gap of one is filled.
    let mut shown: Vec<u64> =
        [1, 2, current.saturating_sub(1), current, current + 1, last.saturating_sub(1), last].into();
    shown.retain(|page| (1..=last).contains(page));
    shown.sort_unstable();
    shown.dedup();
    html! {
        @if last > 1 {
            nav.pages aria-label="Pages of this list" {
                @if current > 1 { a rel="prev" href=(address(current - 1)) { "Previous" } }
                ol {
                    @for (place, page) in shown.iter().enumerate() {
                        @if place > 0 && shown.get(place - 1).is_some_and(|before| before + 1 < *page) {
                            li aria-hidden="true" { "\u{2026}" }
                        }
                        li {
                            @if *page == current { a aria-current="page" href=(address(*page)) { (count(*page)) } }
                            @else { a href=(address(*page)) aria-label={ "Page " (count(*page)) } { (count(*page)) } }
                        }
                    }
                }
                @if current < last { a rel="next" href=(address(current + 1)) { "Next" } }
            }
        }
    }
}

/// What stands where nothing is yet: what will be here, one thing to do, and the same at the command line.
pub fn empty(heading: &str, words: &str, action: Option<(&str, &str)>, command: Option<&str>) -> Markup {
    html! {
        div.empty {
            h2 { (heading) }
            p { (words) }
            @if let Some((address, label)) = action { p { a.button href=(address) { (label) } } }
            @if let Some(command) = command { p.command-line { "At the command line: " code { (command) } } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_last_page_and_the_neighbours_are_always_in_reach() {
        let shown = |number, total| {
            let markup = pages(Paging { number, size: 50, total }, |page| format!("?page={page}")).into_string();
            (1..=20).filter(|page| markup.contains(&format!("\"?page={page}\""))).collect::<Vec<u64>>()
        };
        assert!(shown(1, 50).is_empty());
        assert_eq!(shown(1, 51), [1, 2]);
        assert_eq!(shown(1, 1_000), [1, 2, 19, 20]);
        assert_eq!(shown(10, 1_000), [1, 2, 9, 10, 11, 19, 20]);
    }

    #[test]
    fn a_cut_list_says_which_rows_it_shows() {
        assert_eq!(Paging { number: 2, size: 50, total: 1_204 }.words(), "51\u{2013}100 of 1,204");
        assert_eq!(Paging { number: 25, size: 50, total: 1_204 }.words(), "1,201\u{2013}1,204 of 1,204");
        assert_eq!(Paging { number: 1, size: 50, total: 12 }.words(), "12");
    }
}
