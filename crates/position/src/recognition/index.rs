//! All patterns in one tree of words, followed at once while a name is read once.
//!
//! A node is reached by a sequence of elements. `*` is a node of its own that stays while words pass.

use super::pattern::{Element, Sequence};
use super::words::{Class, Classes, Map, WORDS_MAX, known_classes, seen_classes, words};

const NONE: u32 = u32::MAX;

#[derive(Debug, Clone)]
struct Node {
    /// By word, in order.
    words: Vec<(u32, u32)>,
    beginnings: Vec<(Box<str>, u32)>,
    /// In the order of [`Class::ALL`].
    classes: [u32; 5],
    /// Where `*` leads without a word.
    any: u32,
    /// Whether any word leads back here.
    stays: bool,
    /// What ends here.
    ends: Vec<u32>,
}

impl Default for Node {
    fn default() -> Self {
        Self {
            words: Vec::new(),
            beginnings: Vec::new(),
            classes: [NONE; 5],
            any: NONE,
            stays: false,
            ends: Vec::new(),
        }
    }
}

/// The tree of all patterns.
#[derive(Debug, Clone)]
pub(super) struct Index {
    nodes: Vec<Node>,
    /// The words of the patterns, with their kinds; other words have none of the first.
    known: Map<Box<str>, (u32, Classes)>,
    /// How many words have a number.
    numbered: u32,
}

/// Room for reading names, kept from one to the next.
#[derive(Debug, Default)]
pub(super) struct Room {
    classes: Vec<Classes>,
    at: Vec<u32>,
    next: Vec<u32>,
}

impl Index {
    pub(super) fn new() -> Self {
        let known = known_classes().into_iter().map(|(word, classes)| (word.into(), (NONE, classes))).collect();
        Self { nodes: vec![Node::default()], known, numbered: 0 }
    }

    /// Has `sequence` end in `what`.
    pub(super) fn add(&mut self, sequence: &Sequence, what: u32) {
        let mut node = 0;
        for element in sequence {
            node = self.child(node, element);
        }
        self.nodes[node as usize].ends.push(what);
    }

    fn child(&mut self, node: u32, element: &Element) -> u32 {
        let new = u32::try_from(self.nodes.len()).unwrap_or(NONE);
        let word = match element {
            Element::Word(word) => self.number(word),
            Element::Beginning(_) | Element::Kind(_) | Element::Any => NONE,
        };
        let here = &mut self.nodes[node as usize];
        let found = match element {
            Element::Word(_) => match here.words.binary_search_by_key(&word, |(word, _)| *word) {
                Ok(place) => here.words[place].1,
                Err(place) => {
                    here.words.insert(place, (word, new));
                    new
                }
            },
            Element::Beginning(wanted) => match here.beginnings.iter().find(|(beginning, _)| beginning == wanted) {
                Some((_, child)) => *child,
                None => {
                    here.beginnings.push((wanted.clone(), new));
                    new
                }
            },
            Element::Kind(class) => *take(&mut here.classes[*class as usize], new),
            Element::Any => *take(&mut here.any, new),
        };
        if found == new {
            self.nodes.push(Node { stays: *element == Element::Any, ..Node::default() });
        }
        found
    }

    fn number(&mut self, word: &str) -> u32 {
        let (number, _) = self.known.entry(word.into()).or_insert((NONE, seen_classes(word)));
        if *number == NONE {
            *number = self.numbered;
            self.numbered += 1;
        }
        *number
    }

    /// The kinds of a word.
    pub(super) fn classes_of(&self, word: &str) -> Classes {
        self.known.get(word).map_or_else(|| seen_classes(word), |(_, classes)| *classes)
    }

    /// Hands every end that the folded `name` reaches to `end`.
    pub(super) fn ends(&self, name: &str, room: &mut Room, mut end: impl FnMut(u32)) {
        room.classes.clear();
        let mut tail_from = 0;
        for (place, word) in words(name).enumerate() {
            if place == WORDS_MAX {
                return;
            }
            let classes = self.classes_of(word);
            room.classes.push(classes);
            if !classes.is_tail() {
                tail_from = place + 1;
            }
        }
        room.at.clear();
        self.enter(0, &mut room.at);
        for (place, word) in words(name).enumerate() {
            if place >= tail_from {
                room.at.iter().flat_map(|node| &self.nodes[*node as usize].ends).for_each(|what| end(*what));
            }
            if room.at.is_empty() {
                return;
            }
            let number = self.known.get(word).map_or(NONE, |(number, _)| *number);
            let classes = room.classes[place];
            room.next.clear();
            for node in &room.at {
                self.step(*node, word, number, classes, &mut room.next);
            }
            std::mem::swap(&mut room.at, &mut room.next);
        }
        room.at.iter().flat_map(|node| &self.nodes[*node as usize].ends).for_each(|what| end(*what));
    }

    fn step(&self, node: u32, word: &str, number: u32, classes: Classes, next: &mut Vec<u32>) {
        let here = &self.nodes[node as usize];
        if here.stays {
            self.enter(node, next);
        }
        if number != NONE
            && let Ok(place) = here.words.binary_search_by_key(&number, |(word, _)| *word)
        {
            self.enter(here.words[place].1, next);
        }
        for (class, child) in Class::ALL.into_iter().zip(here.classes) {
            if child != NONE && classes.has(class) {
                self.enter(child, next);
            }
        }
        for (beginning, child) in &here.beginnings {
            if word.starts_with(&**beginning) {
                self.enter(*child, next);
            }
        }
    }

    /// Adds a node, and what `*` leads to from it.
    fn enter(&self, node: u32, nodes: &mut Vec<u32>) {
        let mut node = node;
        while node != NONE && !nodes.contains(&node) {
            nodes.push(node);
            node = self.nodes[node as usize].any;
        }
    }
}

fn take(child: &mut u32, new: u32) -> &mut u32 {
    if *child == NONE {
        *child = new;
    }
    child
}
