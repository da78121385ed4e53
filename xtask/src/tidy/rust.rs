//! Rust source cut into what the rules look at: the code without comments and literals, and the literals.
//!
//! No parser: it knows where comments, strings and characters begin and end, and where an inline test module is.

/// A Rust file without its inline test modules.
pub struct Rust {
    /// The code, with a space for each comment and `""` for each string, line by line as in the file.
    pub code: String,
    /// The strings that are not in tests, each with its line.
    pub literals: Vec<(usize, String)>,
}

impl Rust {
    pub fn read(text: &str) -> Self {
        let text = without_test_modules(text);
        let mut reader = Reader { rest: &text, line: 1, before: ' ', code: String::new(), literals: Vec::new() };
        while !reader.rest.is_empty() {
            reader.step();
        }
        Self { code: reader.code, literals: reader.literals }
    }

    pub fn lines(&self) -> usize {
        self.code.lines().count()
    }

    /// The lines on which `token` stands, as whole words where it begins or ends with a letter.
    pub fn lines_with(&self, token: &str) -> Vec<usize> {
        let lines = self.code.lines().enumerate();
        lines.filter(|(_, line)| has_word(line, token)).map(|(index, _)| index + 1).collect()
    }
}

/// Whether `word` stands in `text` with no letter, digit or `_` right before or after it.
pub fn has_word(text: &str, word: &str) -> bool {
    let joins = |c: char| c.is_alphanumeric() || c == '_';
    let opens = word.starts_with(joins);
    let closes = word.ends_with(joins);
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back()).is_some_and(joins);
        let after = text.get(at + word.len()..).and_then(|after| after.chars().next()).is_some_and(joins);
        !(opens && before || closes && after)
    })
}

/// Cuts `#[cfg(test)] mod name { … }` away, where the attribute and the closing brace stand at a line's beginning.
fn without_test_modules(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let opens_module = |next: &&str| next.starts_with("mod ") || next.starts_with("pub mod ");
        let in_block =
            line == "#[cfg(test)]" && lines.peek().is_some_and(|next| opens_module(next) && !next.ends_with(';'));
        if in_block {
            // Emptied lines keep the numbers of the others.
            kept.push('\n');
            for inner in lines.by_ref() {
                kept.push('\n');
                if inner == "}" {
                    break;
                }
            }
        } else {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
    /// The last character of code, to tell `r"` from the end of a name.
    before: char,
    code: String,
    literals: Vec<(usize, String)>,
}

impl<'a> Reader<'a> {
    fn step(&mut self) {
        let in_name = self.before.is_alphanumeric() || self.before == '_';
        if self.rest.starts_with("//") {
            let end = self.rest.find('\n').unwrap_or(self.rest.len());
            self.take(end);
        } else if self.rest.starts_with("/*") {
            let end = block_comment_bytes(self.rest);
            let comment = self.take(end);
            self.keep_lines(comment);
        } else if let Some(hashes) = raw_string_hashes(self.rest).filter(|_| !in_name) {
            self.string(&format!("\"{}", "#".repeat(hashes)), false);
        } else if self.rest.starts_with('"') {
            self.string("\"", true);
        } else if let Some(bytes) = character_bytes(self.rest) {
            self.take(bytes);
            self.code.push_str("' '");
            self.before = '\'';
        } else if let Some(character) = self.rest.chars().next() {
            self.take(character.len_utf8());
            self.code.push(character);
            self.before = character;
        }
    }

    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.line += taken.matches('\n').count();
        self.rest = rest;
        taken
    }

    fn keep_lines(&mut self, skipped: &str) {
        self.code.push(' ');
        self.code.extend(skipped.chars().filter(|&c| c == '\n'));
        self.before = ' ';
    }

    /// Takes a string that ends with `close`.
    fn string(&mut self, close: &str, escapes: bool) {
        let line = self.line;
        let open = self.rest.find('"').map_or(self.rest.len(), |at| at + 1);
        self.take(open);
        let inner = self.take(string_bytes(self.rest, close, escapes));
        self.take(close.len());
        self.literals.push((line, inner.to_owned()));
        self.code.push_str("\"\"");
        self.keep_lines(inner);
        self.before = '"';
    }
}

/// The length of a string's inside.
fn string_bytes(rest: &str, close: &str, escapes: bool) -> usize {
    let mut escaped = false;
    for (at, character) in rest.char_indices() {
        if escapes && escaped {
            escaped = false;
        } else if escapes && character == '\\' {
            escaped = true;
        } else if rest.get(at..).is_some_and(|rest| rest.starts_with(close)) {
            return at;
        }
    }
    rest.len()
}

/// For `r"`, `r#"`, `br"` and the like, the number of hashes.
fn raw_string_hashes(rest: &str) -> Option<usize> {
    let rest = rest.strip_prefix(['b', 'c']).unwrap_or(rest).strip_prefix('r')?;
    let inner = rest.trim_start_matches('#');
    inner.starts_with('"').then_some(rest.len() - inner.len())
}

/// The length of a character literal; `None` for a lifetime and everything else.
fn character_bytes(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix('\'')?;
    let first = inner.chars().next()?;
    if first == '\\' {
        // The character after the backslash may be a quotation mark itself.
        return inner.get(2..)?.find('\'').map(|at| at + 4);
    }
    inner.get(first.len_utf8()..)?.starts_with('\'').then_some(first.len_utf8() + 2)
}

/// The length of a block comment; they nest.
fn block_comment_bytes(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(here) = rest.get(at..).filter(|here| !here.is_empty()) {
        let step = if here.starts_with("/*") {
            depth += 1;
            2
        } else if here.starts_with("*/") {
            depth -= 1;
            2
        } else {
            here.chars().next().map_or(1, char::len_utf8)
        };
        at += step;
        if depth == 0 {
            break;
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literals(text: &str) -> Vec<(usize, String)> {
        Rust::read(text).literals
    }

    fn found(pairs: &[(usize, &str)]) -> Vec<(usize, String)> {
        pairs.iter().map(|(line, text)| (*line, (*text).to_owned())).collect()
    }

    #[test]
    fn literals_are_found_with_their_lines() {
        assert_eq!(literals("let a = \"one\";\nlet b = \"tw\\\"o\";"), found(&[(1, "one"), (2, "tw\\\"o")]));
        assert_eq!(literals("r\"a\\\" r#\"b\"c\"# br##\"d\"#\"##"), found(&[(1, "a\\"), (1, "b\"c"), (1, "d\"#")]));
        assert_eq!(literals("\"a\nb\"\n\"c\""), found(&[(1, "a\nb"), (3, "c")]));
        assert_eq!(literals("let bar\"x\""), found(&[(1, "x")]));
    }

    #[test]
    fn comments_and_characters_open_no_literal() {
        assert_eq!(literals("// \"a\"\n/* \"b\" /* */ \"c\" */ '\"' '\\'' '\\u{22}' \"d\""), found(&[(2, "d")]));
        assert_eq!(literals("fn f<'a>(x: &'a str) -> &'static str { \"e\" }"), found(&[(1, "e")]));
        assert_eq!(literals("'\u{e9}' \"f\""), found(&[(1, "f")]));
    }

    #[test]
    fn code_has_neither_comments_nor_literals_and_keeps_its_lines() {
        let rust = Rust::read("a /* b\n */ c // d\n\"e\nf\" g");
        assert_eq!(rust.code.split_whitespace().collect::<String>(), "ac\"\"g");
        assert_eq!(rust.lines_with("c"), [2]);
        assert_eq!(rust.lines_with("g"), [4]);
        assert!(rust.lines_with("b").is_empty() && rust.lines_with("e").is_empty());
    }

    #[test]
    fn inline_test_modules_are_left_out_and_what_follows_them_is_not() {
        let rust = Rust::read("a\n#[cfg(test)]\nmod tests {\n    b\n}\nc\n#[cfg(test)]\nmod tests;\nd\n");
        assert!(rust.lines_with("b").is_empty());
        assert_eq!([rust.lines_with("a"), rust.lines_with("c"), rust.lines_with("d")], [[1], [6], [9]]);
    }

    #[test]
    fn words_are_whole() {
        assert!(has_word("a std::env b", "std::env") && has_word("dbg!(x)", "dbg!") && has_word(".await", ".await"));
        assert!(!has_word("std::environment", "std::env") && !has_word("my_dbg!", "dbg!"));
        assert!(!has_word("invalid_grant", "invalid") && has_word("an invalid one", "invalid"));
    }
}
