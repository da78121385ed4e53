//! `indult demo`: the sample company, made anew or found again, and served.

use std::path::PathBuf;
use std::process::ExitCode;

use app::sample;

use super::serve;
use crate::arguments::{Demo, Target};
use crate::exit::Exit;
use crate::receivers::Reach;
use crate::{local, print};

pub async fn demo(target: &Target, demo: Demo) -> Result<ExitCode, Exit> {
    serve::start_logging();
    let folder = target.data.clone().unwrap_or_else(|| PathBuf::from("indult-demo"));
    let listener = serve::bind(&demo.listen).await?;
    let address = listener.local_addr()?;
    let filled = folder.join("ledger.db").exists();
    let (app, secret) = if filled {
        let app = local::open(&folder)?;
        let sample = app.snapshot().state.organisation.as_ref().is_some_and(|organisation| organisation.sample);
        if !sample {
            return Err(Exit::with_code(
                7,
                format!(
                    "{} holds an organisation of yours; serve it with indult serve, or name another folder.",
                    folder.display()
                ),
            ));
        }
        let (secret, _) =
            app.issue_link(app.operator_for(Some("petr@meridian.example"))?, domain::id::AccountId(1)).await?;
        (app, secret)
    } else {
        print::note(format!("Making the sample company in {} …", folder.display()));
        let (app, secret) = sample::make(&folder, local::surroundings()).await?;
        app.read_workbooks_with(crate::workbooks::reader());
        (app, secret)
    };
    let ready = format!("Open http://{address}/set-up/{} (works once, within four days)", secret.0);
    serve::run(app, listener, None, Reach::of(demo.webhooks_to_private_addresses), ready).await
}
