//! Forms that work without scripts: labelled fields, errors at the field and in a summary above the heading.
//!
//! The server is the only judge, so nothing is checked by the browser, and what was typed is kept.

use maud::{Markup, html};

/// Something to change in a field before the form can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The name of the field.
    pub field: String,
    /// What to do, as a sentence.
    pub sentence: String,
}

/// Everything to change in a form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Errors(pub Vec<FieldError>);

impl Errors {
    /// Whether there is anything to change.
    pub fn any(&self) -> bool {
        !self.0.is_empty()
    }

    /// The first sentence about a field.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|error| error.field == field).map(|error| error.sentence.as_str())
    }

    /// The summary, each line a link to its field. It takes the focus when the page opens.
    pub fn summary(&self) -> Markup {
        html! {
            @if self.any() {
                section.error-summary role="alert" aria-labelledby="error-summary-title" tabindex="-1" autofocus {
                    h2 #error-summary-title { "There is a problem" }
                    ul { @for error in &self.0 { li { a href={ "#" (error.field) } { (error.sentence) } } } }
                }
            }
        }
    }
}

/// What a text field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// One line.
    Text,
    /// An e-mail address.
    Email,
    /// A whole number.
    Number,
    /// A day.
    Day,
    /// Words to look for.
    Search,
}

/// A labelled field.
#[derive(Debug, Clone, Copy)]
pub struct Field<'a> {
    /// Its name in the form, which is also its id.
    pub name: &'a str,
    /// Its label.
    pub label: &'a str,
    /// Help below the label; may be empty.
    pub hint: &'a str,
    /// What was typed.
    pub value: &'a str,
    /// What the form has to say about its fields.
    pub errors: &'a Errors,
}

impl Field<'_> {
    fn described_by(&self) -> Option<String> {
        let hint = (!self.hint.is_empty()).then(|| format!("{}-hint", self.name));
        let error = self.errors.of(self.name).map(|_| format!("{}-error", self.name));
        match (hint, error) {
            (Some(hint), Some(error)) => Some(format!("{hint} {error}")),
            (hint, error) => hint.or(error),
        }
    }

    /// `Some("true")` where the field has an error, as the attribute wants it.
    fn wrong(&self) -> Option<&'static str> {
        self.errors.of(self.name).map(|_| "true")
    }

    fn around(&self, control: &Markup) -> Markup {
        html! {
            div class={ "field" @if self.errors.of(self.name).is_some() { " wrong" } } {
                label for=(self.name) { (self.label) }
                (self.notes())
                (control)
            }
        }
    }

    fn notes(&self) -> Markup {
        html! {
            @if !self.hint.is_empty() { p.hint id={ (self.name) "-hint" } { (self.hint) } }
            @if let Some(error) = self.errors.of(self.name) {
                p.error id={ (self.name) "-error" } { span.aside { "Error: " } (error) }
            }
        }
    }

    /// A field of one line. `complete` is the `autocomplete` word, `off` where nothing fits.
    pub fn line(&self, input: Input, complete: &str) -> Markup {
        let (kind, mode, class) = match input {
            Input::Text => ("text", None, "wide"),
            Input::Email => ("email", None, "wide"),
            // A number field would spin on scrolling and swallow letters silently.
            Input::Number => ("text", Some("numeric"), "short"),
            Input::Day => ("date", None, "medium"),
            Input::Search => ("search", None, "wide"),
        };
        self.around(&html! {
            input class=(class) id=(self.name) name=(self.name) type=(kind) inputmode=[mode] value=(self.value)
                autocomplete=(complete) aria-describedby=[self.described_by()] aria-invalid=[self.wrong()];
        })
    }

    /// A password; it is never sent back, and pasting and password managers work.
    pub fn password(&self, complete: &str) -> Markup {
        self.around(&html! {
            input.wide id=(self.name) name=(self.name) type="password" autocomplete=(complete) spellcheck="false"
                aria-describedby=[self.described_by()] aria-invalid=[self.wrong()];
        })
    }

    /// A field that cannot be changed, there for people and password managers to read.
    pub fn fixed(&self, complete: &str) -> Markup {
        self.around(&html! {
            input.wide id=(self.name) name=(self.name) type="text" value=(self.value) autocomplete=(complete) readonly;
        })
    }

    /// A field of several lines.
    pub fn lines(&self, rows: u32) -> Markup {
        self.around(&html! {
            textarea id=(self.name) name=(self.name) rows=(rows) aria-describedby=[self.described_by()]
                aria-invalid=[self.wrong()] { (self.value) }
        })
    }

    /// One or more files.
    pub fn files(&self, several: bool, accept: Option<&str>) -> Markup {
        self.around(&html! {
            input.wide id=(self.name) name=(self.name) type="file" multiple[several] accept=[accept]
                aria-describedby=[self.described_by()] aria-invalid=[self.wrong()];
        })
    }

    /// One of many, from a list.
    pub fn choice(&self, choices: &[Choice]) -> Markup {
        self.around(&html! {
            select id=(self.name) name=(self.name) aria-describedby=[self.described_by()] aria-invalid=[self.wrong()] {
                @for choice in choices {
                    option value=(choice.value) selected[choice.value == self.value] { (choice.label) }
                }
            }
        })
    }

    /// One of few, all in sight. The first has the field's name as its id, so that the error summary leads to it.
    pub fn radios(&self, choices: &[Choice]) -> Markup {
        self.group("radio", choices, |choice| choice.value == self.value)
    }

    /// Any of few; `value` is ignored.
    pub fn boxes(&self, choices: &[Choice], chosen: &[String]) -> Markup {
        self.group("checkbox", choices, |choice| chosen.contains(&choice.value))
    }

    fn group(&self, kind: &str, choices: &[Choice], chosen: impl Fn(&Choice) -> bool) -> Markup {
        html! {
            fieldset class={ "field" @if self.errors.of(self.name).is_some() { " wrong" } }
                aria-describedby=[self.described_by()] {
                legend { (self.label) }
                (self.notes())
                @for (place, choice) in choices.iter().enumerate() {
                    @let id = if place == 0 { self.name.to_owned() } else { format!("{}-{}", self.name, choice.value) };
                    @let hint = (!choice.hint.is_empty()).then(|| format!("{id}-choice-hint"));
                    div.choice {
                        input type=(kind) id=(id) name=(self.name) value=(choice.value) checked[chosen(choice)]
                            aria-describedby=[hint.as_deref()];
                        label for=(id) { (choice.label) }
                        @if let Some(hint) = &hint { p.hint id=(hint) { (choice.hint) } }
                    }
                }
            }
        }
    }
}

/// One of the answers of a field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What the reader sees.
    pub label: String,
    /// What it means, where the label is not enough; may be empty.
    pub hint: String,
}

impl Choice {
    /// An answer that its label explains.
    pub fn plain(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), hint: String::new() }
    }

    /// An answer with a word on what it means.
    pub fn explained(value: impl Into<String>, label: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), hint: hint.into() }
    }
}

/// A value that the form carries along unseen.
pub fn hidden(name: &str, value: &str) -> Markup {
    html! { input type="hidden" name=(name) value=(value); }
}

/// A form with nothing but a button.
pub fn act(address: &str, words: &str, danger: bool, carried: &[(&str, &str)]) -> Markup {
    html! {
        form.act method="post" action=(address) {
            @for (name, value) in carried { (hidden(name, value)) }
            button class={ "quiet" @if danger { " danger" } } type="submit" { (words) }
        }
    }
}
