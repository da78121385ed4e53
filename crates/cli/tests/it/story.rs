//! The transcripts in the documentation are executed, and what they show is compared with what happens.

use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::ToSpan as _;

/// A fenced block of a Markdown page: what stands behind the fence, and its lines.
fn blocks(page: &str) -> Vec<(String, Vec<String>)> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, Vec<String>)> = None;
    for line in page.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(kind), None) => open = Some((kind.to_owned(), Vec::new())),
            (None, Some((_, lines))) => lines.push(line.to_owned()),
            (None, None) => {}
        }
    }
    blocks
}

/// Whether `printed` is what `shown` says; `…` stands for anything within a line, alone for any number of lines.
fn fits(shown: &[String], printed: &[String]) -> bool {
    match (shown.split_first(), printed.split_first()) {
        (None, rest) => rest.is_none(),
        (Some((line, rest)), _) if line == "…" => (0..=printed.len()).any(|skipped| fits(rest, &printed[skipped..])),
        (Some(_), None) => false,
        (Some((line, shown)), Some((first, printed))) => line_fits(line, first) && fits(shown, printed),
    }
}

fn line_fits(shown: &str, printed: &str) -> bool {
    let mut parts = shown.split('…');
    let Some(first) = parts.next() else { return printed.is_empty() };
    let Some(mut rest) = printed.strip_prefix(first) else { return false };
    let mut last = None;
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
        last = Some(part);
    }
    match last {
        None => rest.is_empty(),
        Some(part) => part.is_empty() || rest.is_empty() || printed.ends_with(part),
    }
}

/// The folder of the built executable, for the path of the shell.
pub fn executable_folder() -> PathBuf {
    Path::new(env!("CARGO_BIN_EXE_indult")).parent().unwrap().to_owned()
}

fn run_page(page: &str) {
    let folder = tempfile::tempdir().unwrap();
    let in_days = jiff::Zoned::now().date().checked_add(60.days()).unwrap().to_string();
    let path = format!("{}:{}", executable_folder().display(), std::env::var("PATH").unwrap());
    let mut exported: Vec<(String, String)> = Vec::new();
    let mut ran = 0;
    for (kind, lines) in blocks(page) {
        if let Some(name) = kind.strip_prefix("file ") {
            let text = lines.join("\n").replace("{in 60 days}", &in_days) + "\n";
            std::fs::write(folder.path().join(name), text).unwrap();
            continue;
        }
        if kind != "console" {
            continue;
        }
        let mut steps: Vec<(String, Vec<String>)> = Vec::new();
        for line in lines {
            match line.strip_prefix("$ ") {
                Some(command) => steps.push((command.to_owned(), Vec::new())),
                None => steps.last_mut().expect("a command comes first").1.push(line),
            }
        }
        for (command, mut shown) in steps {
            if let Some(variable) = command.strip_prefix("export ") {
                let (key, value) = variable.split_once('=').unwrap();
                exported.push((key.to_owned(), value.to_owned()));
                continue;
            }
            let wanted: i32 = match shown.last().and_then(|line| line.strip_prefix("[exit ")?.strip_suffix(']')) {
                Some(code) => {
                    let code = code.parse().unwrap();
                    shown.pop();
                    code
                }
                None => 0,
            };
            let output = Command::new("sh")
                .arg("-c")
                .arg(format!("{{ {command}\n}} 2>&1"))
                .current_dir(folder.path())
                .env_clear()
                .env("PATH", &path)
                .envs(exported.iter().map(|(key, value)| (key, value)))
                .output()
                .unwrap();
            let printed: Vec<String> =
                String::from_utf8_lossy(&output.stdout).lines().map(|line| line.trim_end().to_owned()).collect();
            assert_eq!(output.status.code(), Some(wanted), "$ {command}\n{}", printed.join("\n"));
            assert!(
                fits(&shown, &printed),
                "$ {command}\nshown:\n{}\nprinted:\n{}",
                shown.join("\n"),
                printed.join("\n"),
            );
            ran += 1;
        }
    }
    assert!(ran > 20, "only {ran} commands were found to run");
}

#[test]
fn the_story_in_the_documentation_happens_as_it_is_told() {
    run_page(include_str!("../../../../docs/STORY.md"));
}

#[test]
fn a_transcript_that_shows_something_else_is_noticed() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert!(fits(&lines("a … c\n…\nend"), &lines("a b c\nx\ny\nend")));
    assert!(!fits(&lines("a … c\nend"), &lines("a b c\nx\nend")));
    assert!(!fits(&lines("a … c"), &lines("a b d")));
    assert!(!fits(&lines("exactly this"), &lines("exactly this and more")));
}
