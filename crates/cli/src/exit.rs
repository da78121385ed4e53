//! Exit codes, and how a command says on standard error why it did not do what was asked.
//!
//! 0 yes · 1 failure · 2 usage (by the argument parser) · 3 the answer is no · 4 sign in · 5 not allowed · 6 not found
//! · 7 conflict · 8 evidence does not verify · 9 yes, with warnings.

use std::process::ExitCode;

use serde_json::Value;

/// Why a command ends without what was asked, with its exit code.
#[derive(Debug)]
pub struct Exit {
    code: u8,
    message: String,
    /// The problem as the API gave it, for `--json`.
    problem: Option<Value>,
}

/// The answer is no.
pub const NO: u8 = 3;
/// Evidence does not verify.
pub const DOES_NOT_VERIFY: u8 = 8;
/// Yes, with warnings.
pub const WITH_WARNINGS: u8 = 9;

impl Exit {
    /// Something failed.
    pub fn failure(message: impl Into<String>) -> Self {
        Self { code: 1, message: message.into(), problem: None }
    }

    /// The arguments do not go together.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { code: 2, message: message.into(), problem: None }
    }

    /// An ending with a code of its own.
    pub fn with_code(code: u8, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), problem: None }
    }

    /// What a problem of the API means for the command line.
    pub fn of_problem(status: u16, body: &[u8]) -> Self {
        let problem: Option<Value> = serde_json::from_slice(body).ok();
        let text = |key: &str| problem.as_ref().and_then(|problem| problem.get(key)?.as_str()).map(str::to_owned);
        let mut message = text("detail").or_else(|| text("title")).unwrap_or_else(|| {
            let body: String = String::from_utf8_lossy(body).chars().take(300).collect();
            format!("The server answered {status}. {body}")
        });
        if let Some(repair) = text("repair").filter(|repair| !message.contains(repair.as_str())) {
            message.push(' ');
            message.push_str(&repair);
        }
        let errors =
            problem.as_ref().and_then(|problem| problem.get("errors")?.as_array()).cloned().unwrap_or_default();
        for error in &errors {
            let part = |key: &str| error.get(key).and_then(Value::as_str).unwrap_or_default();
            if !part("detail").is_empty() && !message.contains(part("detail")) {
                let place = part("pointer").trim_start_matches("#/");
                message.push_str(&format!("\n  {place}: {}", part("detail")));
            }
        }
        let code = match status {
            401 => 4,
            403 => 5,
            404 | 410 => 6,
            409 | 412 | 428 => 7,
            _ => 1,
        };
        Self { code, message, problem }
    }

    /// Says it on standard error and gives the exit code.
    #[expect(clippy::print_stderr, reason = "this is where the command line speaks")]
    pub fn report(self, as_json: bool) -> ExitCode {
        match &self.problem {
            Some(problem) if as_json => eprintln!("{problem}"),
            _ => eprintln!("indult: {}", self.message),
        }
        if !as_json && self.code == 4 {
            eprintln!("Give a token with --token-file or INDULT_TOKEN, or use --data for a folder on this machine.");
        }
        ExitCode::from(self.code)
    }
}

impl From<app::Failure> for Exit {
    fn from(failure: app::Failure) -> Self {
        let code = match &failure {
            app::Failure::NotFound(_) => 6,
            app::Failure::Refused(refusal) => match refusal.kind() {
                domain::refusal::Kind::NotFound => 6,
                domain::refusal::Kind::Conflict => 7,
                domain::refusal::Kind::NotAllowed | domain::refusal::Kind::SeparationOfDuties => 5,
                domain::refusal::Kind::NeedsAttention => 1,
            },
            app::Failure::Damaged(_) => DOES_NOT_VERIFY,
            _ => 1,
        };
        Self { code, message: failure.to_string(), problem: None }
    }
}

impl From<std::io::Error> for Exit {
    fn from(error: std::io::Error) -> Self {
        Self::failure(error.to_string())
    }
}
