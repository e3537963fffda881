//! `scale-down run`: the command lines of a script, as a shell would show them or as JSON.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Args, ValueEnum, ValueHint};
use scale_down::cli::shell;
use scale_down::session::{Entry, Session, SessionOptions, World, report};

use super::{HELP, Problem, conflict, print, read};

/// Run the command lines of a script, in simulated time.
#[derive(Args)]
#[command(
    override_usage = "scale-down run [FILE|-] [options]",
    help_template = HELP,
    after_help = "The exit status is that of the last line; 2 where the command itself was misused."
)]
pub struct Arguments {
    /// The script; standard input without one.
    #[arg(value_name = "FILE|-", default_value = "-", hide_default_value = true, value_hint = ValueHint::FilePath)]
    file: String,

    /// Begin with the resources in FILE: {"groups", "clusters", "agentPools"}, or the output of 'az aks show' or 'az aks
    /// nodepool list' in JSON.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    world: Option<String>,

    /// Draw other durations than those of seed 1.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// Give the real CLI's verdict on every line.
    #[arg(long)]
    strict: bool,

    /// Run each line by itself, on a fresh copy of the world.
    #[arg(long)]
    isolated: bool,

    /// The form of the output.
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: Format,

    /// Close with the state of nodes, pools and cost (one line of JSON).
    #[arg(long)]
    snapshot: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// As a shell would show it.
    #[default]
    Text,
    /// One JSON object a line.
    Jsonl,
    /// The transcript, to be pasted.
    Markdown,
}

pub fn command(arguments: &Arguments) -> Result<ExitCode, Problem> {
    if arguments.isolated && arguments.format == Format::Markdown {
        return Ok(conflict("run", "a transcript is one of lines that follow each other, not of isolated ones"));
    }
    let script = read(&arguments.file)?;
    let world = arguments.world.as_deref().map(read_world).transpose()?;
    let options = SessionOptions { seed: arguments.seed, strict: arguments.strict, world, ..SessionOptions::default() };
    let mut session = Session::new(options);
    let mut status = 0;
    let mut lines: VecDeque<String> = lines(&script, arguments.isolated).into();
    while let Some(line) = lines.pop_front() {
        if arguments.isolated {
            session.reset();
        }
        let begun = session.transcript().len();
        session.submit(&line);
        session.advance_until_answered();
        for entry in session.transcript().iter().skip(begun) {
            status = entry.exit_code.unwrap_or(0);
            write_entry(entry, arguments.format)?;
        }
        if arguments.isolated {
            continue;
        }
        if session.has_exited() {
            break;
        }
        if lines.is_empty() && session.has_exit_trap() {
            // The shell of a script ends with it.
            lines.push_back("exit".to_owned());
        }
    }
    if arguments.format == Format::Markdown {
        print(&session.markdown())?;
    }
    if arguments.snapshot {
        let snapshot = serde_json::json!({ "snapshot": report::snapshot(&session, false) });
        print(&format!("{snapshot}\n"))?;
    }
    // Exit statuses above 255 do not exist; nothing here makes one.
    Ok(ExitCode::from(u8::try_from(status).unwrap_or(u8::MAX)))
}

fn write_entry(entry: &Entry, format: Format) -> Result<(), Problem> {
    match format {
        Format::Text => {
            print(&entry.stdout())?;
            let stderr = entry.stderr();
            io::stderr().write_all(stderr.as_bytes()).map_err(|error| error.to_string())
        }
        Format::Jsonl => print(&format!("{}\n", report::entry(entry))).map(drop),
        // It is written as a whole, in the end.
        Format::Markdown => Ok(()),
    }
}

/// The lines to run. By themselves, each line of the file ends where it ends, even in the middle of
/// a quote; together, they are read as a shell reads a script.
fn lines(script: &str, isolated: bool) -> Vec<String> {
    let logical = |text: &str| -> Vec<String> { shell::split_lines(text).into_iter().map(|line| line.text).collect() };
    if !isolated {
        return logical(script);
    }
    let mut lines = Vec::new();
    let mut continued = String::new();
    for line in script.lines() {
        continued.push_str(line);
        if line.ends_with('\\') {
            continued.push('\n');
        } else {
            lines.extend(logical(&std::mem::take(&mut continued)));
        }
    }
    lines.extend(logical(&continued));
    lines
}

fn read_world(file: &str) -> Result<World, Problem> {
    World::parse(&read(file)?).map_err(|error| format!("{file}: {error}"))
}
