//! `scale-down check`: what the real CLI would say to the command lines of documents.

use std::process::ExitCode;

use lexopt::ValueExt as _;
use lexopt::prelude::{Long, Short, Value};
use scale_down::session::World;
use scale_down::session::check::{Level, check, render, sarif};

use super::{Problem, misuse, print, read};

const USAGE: &str = "\
Usage: scale-down check FILE.md|-... [options]

Runs the command lines of Markdown documents in order, strictly, on a simulated subscription, and says what the
Azure CLI would refuse, and what to write instead. Blocks fenced as azurecli, azurecli-interactive, azure-cli,
bash, sh, shell or console are read; only their az commands are run. What a document presumes (a cluster, a
group, a pool) is put in place; what cannot be judged for certain is counted and not reported.

Options:
  --format FORMAT    text (default), json, or sarif (SARIF 2.1.0)
  --notes            also say what was presumed and what was not judged (text only; json has it always)
  --world FILE       begin with the resources in FILE, as in 'scale-down run'
  -h, --help         this text

The exit status is 0 where nothing is refused, 1 where something is, 2 where the command itself was misused.
Warnings, about arguments that only an extension might know, leave it at 0.
";

#[derive(Clone, Copy, Default)]
enum Format {
    #[default]
    Text,
    Json,
    Sarif,
}

#[derive(Default)]
struct Check {
    files: Vec<String>,
    format: Format,
    notes: bool,
    world: Option<String>,
    help: bool,
}

impl Check {
    fn parse(mut arguments: lexopt::Parser) -> Result<Self, lexopt::Error> {
        let mut check = Self::default();
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("format") => {
                    check.format = arguments.value()?.parse_with(|format| match format {
                        "text" => Ok(Format::Text),
                        "json" => Ok(Format::Json),
                        "sarif" => Ok(Format::Sarif),
                        _ => Err("expected text, json or sarif"),
                    })?;
                }
                Long("notes") => check.notes = true,
                Long("world") => check.world = Some(arguments.value()?.string()?),
                Short('h') | Long("help") => check.help = true,
                Value(file) => check.files.push(file.string()?),
                other => return Err(other.unexpected()),
            }
        }
        Ok(check)
    }
}

pub fn command(arguments: lexopt::Parser) -> Result<ExitCode, Problem> {
    let arguments = Check::parse(arguments).map_err(|error| misuse("check", error))?;
    if arguments.help {
        return print(USAGE);
    }
    if arguments.files.is_empty() {
        return Err(misuse("check", "a file is missing"));
    }
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
