//! `indult init`, `backup` and `restore`: the organisation as a folder.

use std::path::Path;
use std::process::ExitCode;

use app::{App, Founding};
use domain::organisation::Organisation;

use super::Asked;
use crate::arguments::{Init, Target};
use crate::client::Client;
use crate::exit::Exit;
use crate::{local, print};

pub async fn init(target: &Target, init: Init) -> Result<ExitCode, Exit> {
    let folder = target.data.as_ref().ok_or_else(|| Exit::usage("Name the new folder with --data DIR."))?;
    let name = init.admin_name.unwrap_or_else(|| init.admin.split('@').next().unwrap_or(&init.admin).to_owned());
    let founding = Founding {
        organisation: Organisation {
            name: init.organisation,
            currency: init
                .currency
                .parse()
                .map_err(|error: domain::money::NotACurrency| Exit::usage(format!("--currency: {error}.")))?,
            zone: init
                .time_zone
                .parse()
                .map_err(|error: domain::organisation::NotAZone| Exit::usage(format!("--time-zone: {error}.")))?,
            sample: false,
        },
        administrator_name: name,
        administrator_email: init.admin,
    };
    let app = App::found(folder, founding, local::surroundings()).await?;
    print::line(format!("Created {} in {}.", organisation_name(&app), folder.display()));
    print::line(format!("The ledger's key, to keep somewhere else: {}", app.ledger().verifier()));
    let (secret, _) = app.issue_link(app.operator_for(None)?, domain::id::AccountId(1)).await?;
    print::line("Serve it:  indult serve --data ".to_owned() + &folder.display().to_string());
    print::line(format!("Then sign in once, within four days, at /set-up/{}", secret.0));
    app.close().await;
    Ok(ExitCode::SUCCESS)
}

fn organisation_name(app: &App) -> String {
    app.snapshot().state.organisation.as_ref().map_or_else(String::new, |organisation| organisation.name.clone())
}

pub async fn backup(asked: &Asked, target: &Target, file: &Path) -> Result<ExitCode, Exit> {
    if file.exists() {
        return Err(Exit::with_code(7, format!("{} exists already; name a new file.", file.display())));
    }
    if let Client::Local { app, .. } = &asked.client {
        app.backup(file).await?;
    } else {
        let answer = asked.client.send(axum::http::Method::GET, "/v1/backup", crate::client::Sent::Nothing).await?;
        std::fs::write(file, &answer.body)?;
    }
    let from = target.data.as_ref().map_or_else(|| "the server".to_owned(), |folder| folder.display().to_string());
    print::line(format!("Wrote {} from {from}. It holds the keys: guard it like the folder itself.", file.display()));
    Ok(ExitCode::SUCCESS)
}

pub fn restore(target: &Target, file: &Path) -> Result<ExitCode, Exit> {
    let folder = target.data.as_ref().ok_or_else(|| Exit::usage("Name the new folder with --data DIR."))?;
    let restored = app::restore(file, folder).map_err(app::Failure::from)?;
    print::line(format!(
        "Restored {} entries into {}; the root is {}.",
        restored.head.size,
        folder.display(),
        restored.head.root
    ));
    Ok(ExitCode::SUCCESS)
}
