//! `scale-down check`: what the real CLI would say to the command lines of documents.

use std::process::ExitCode;

use clap::{Args, ValueEnum, ValueHint};
use scale_down::session::World;
use scale_down::session::check::{Level, check, render, sarif};

use super::{HELP, Problem, print, read};

/// Check the command lines of Markdown documents.
///
/// They are run in order, strictly, on a simulated subscription. The report says what the Azure CLI would refuse, and
/// what to write instead. Blocks fenced as azurecli, azurecli-interactive, azure-cli, bash, sh, shell or console are
/// read; only their az commands are run. What a document presumes (a cluster, a group, a pool) is put in place; what
/// cannot be judged for certain is counted and not reported.
#[derive(Args)]
#[command(
    override_usage = "scale-down check FILE.md|-... [options]",
    help_template = HELP,
    after_help = "The exit status is 0 where nothing is refused, 1 where something is, 2 where the command itself was \
                  misused. Warnings, about arguments that only an extension might know, leave it at 0."
)]
pub struct Arguments {
    /// The documents.
    #[arg(value_name = "FILE.md|-", required = true, value_hint = ValueHint::FilePath)]
    files: Vec<String>,

    /// The form of the report.
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: Format,

    /// Also say what was presumed and what was not judged (text only; json has it always).
    #[arg(long)]
    notes: bool,

    /// Begin with the resources in FILE, as in 'scale-down run'.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    world: Option<String>,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum Format {
    /// A line for each finding, and its fix.
    #[default]
    Text,
    /// One JSON object.
    Json,
    /// SARIF 2.1.0, with the changes as fixes.
    Sarif,
}

pub fn command(arguments: &Arguments) -> Result<ExitCode, Problem> {
    let world = match &arguments.world {
        Some(file) => Some(World::parse(&read(file)?).map_err(|error| format!("{file}: {error}"))?),
        None => None,
    };
    let mut checked = Vec::new();
    for file in &arguments.files {
        checked.push((file.clone(), check(&read(file)?, world.as_ref())));
    }
    print(&match arguments.format {
        Format::Text => render::text(&checked, arguments.notes),
        Format::Json => format!("{:#}\n", render::json(&checked)),
        Format::Sarif => format!("{:#}\n", sarif::log(&checked, env!("CARGO_PKG_VERSION"))),
    })?;
    Ok(ExitCode::from(u8::from(render::count(&checked, Level::Error) > 0)))
}
