//! The judges: programs that hold what ours says against tools that we did not write.
//!
//! Each is a script `judges/NAME/run.sh` that takes what it judges as arguments, installs its own tools in the folder
//! that the variable `INDULT_JUDGES_DIR` names, closes with a line such as `3 passed, 0 failed`, and fails where
//! something does not agree. The program under judgement is in the variable `INDULT`.

use std::env;
use std::ffi::OsString;
use std::path::Path;

use crate::packages;
use crate::step::Outcome;
use crate::tally::Tally;
use crate::workspace::{Workspace, run};

/// The judges that have a step here; a tidy test holds it against the folder `judges`.
pub const NAMES: &[&str] = &["api", "ledger", "numbers", "pages", "position", "rights", "usage"];

pub fn program(workspace: &mut Workspace) -> Outcome {
    workspace.program().map_or_else(Outcome::failed, |_| Outcome::Passed(Tally::default()))
}

pub fn demo(workspace: &mut Workspace) -> Outcome {
    workspace.demo().map_or_else(Outcome::failed, |demo| {
        println!("the demo answers at {}", demo.address);
        Outcome::Passed(Tally::default())
    })
}

/// Every page in a browser: `run.sh ADDRESS SIGN-IN-LINK`.
pub fn pages(workspace: &mut Workspace) -> Outcome {
    judge(workspace, "pages", |workspace| workspace.demo().map(|demo| vec![demo.address.clone(), demo.link.clone()]))
}

/// The demo's ledger by verifiers of other makers: `run.sh EXPORT-FOLDER`.
pub fn ledger(workspace: &mut Workspace) -> Outcome {
    judge(workspace, "ledger", |workspace| workspace.export().map(|export| vec![export.display().to_string()]))
}

/// Every number of the position against its rows, and pages, API and command line against each other: `run.sh`.
pub fn numbers(workspace: &mut Workspace) -> Outcome {
    judge(workspace, "numbers", |_| Ok(Vec::new()))
}

/// Position numbers by another engine: `run.sh`.
pub fn position(workspace: &mut Workspace) -> Outcome {
    judge(workspace, "position", |_| Ok(Vec::new()))
}

/// Spending of rights by a solver of integer programmes: `run.sh`.
pub fn rights(workspace: &mut Workspace) -> Outcome {
    judge(workspace, "rights", |_| Ok(Vec::new()))
}

/// Peaks over a file of sessions by another engine: `run.sh`.
pub fn usage(workspace: &mut Workspace) -> Outcome {
    judge(workspace, "usage", |_| Ok(Vec::new()))
}

/// Requests made up from the API's own description, against a server of the judge's own.
pub fn api(workspace: &mut Workspace) -> Outcome {
    judge(workspace, "api", |_| Ok(Vec::new()))
}

/// The demo's folder and its export, by our own verifier.
pub fn verify(workspace: &mut Workspace) -> Outcome {
    let prepared = workspace.export().and_then(|export| Ok((workspace.program()?, workspace.demo_data()?, export)));
    let (program, data, export) = match prepared {
        Ok(prepared) => prepared,
        Err(why) => return Outcome::failed(why),
    };
    match run(workspace.command(&program).arg("verify").arg("--data").arg(data)) {
        Outcome::Passed(_) => {
            // Named, because a key that came with an export proves nothing and is answered with a warning.
            let key = export.join("log.vkey");
            run(workspace.command(&program).arg("verify").arg(export).arg("--log-key").arg(key))
        }
        failed @ (Outcome::Failed(..) | Outcome::Skipped(_)) => failed,
    }
}

fn judge(
    workspace: &mut Workspace,
    name: &str,
    arguments: impl FnOnce(&mut Workspace) -> Result<Vec<String>, String>,
) -> Outcome {
    let script = Path::new("judges").join(name).join("run.sh");
    if !workspace.root().join(&script).is_file() {
        return Outcome::Skipped(format!("there is no {}", script.display()));
    }
    let prepared =
        arguments(workspace).and_then(|arguments| Ok((arguments, workspace.program()?, workspace.target()?)));
    match prepared {
        Ok((arguments, program, target)) => {
            let mut command = workspace.command("bash");
            command.arg(script).args(arguments).env("INDULT", program).env("PATH", path(&target));
            run(command.env("INDULT_JUDGES_DIR", target.join("judges")))
        }
        Err(why) => Outcome::failed(why),
    }
}

/// The path with a node of our own before the system's, where there is one.
fn path(target: &Path) -> OsString {
    let path = env::var_os("PATH").unwrap_or_default();
    let own = Some(packages::node_folder(target)).filter(|folder| folder.is_dir());
    let folders = own.into_iter().chain(env::split_paths(&path));
    // A folder whose name holds a colon cannot stand in a path; the system's node has to do then.
    env::join_paths(folders).unwrap_or(path.clone())
}
