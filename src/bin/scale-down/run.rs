//! `scale-down run`: the command lines of a script, as a shell would show them or as JSON.

use std::io::{self, Write};
use std::process::ExitCode;

use lexopt::ValueExt as _;
use lexopt::prelude::{Long, Short, Value};
use scale_down::cli::shell;
use scale_down::session::{Entry, Session, SessionOptions, World, report};

use super::{Problem, misuse, print, read};

const USAGE: &str = "\
Usage: scale-down run [FILE|-] [options]

Runs the command lines of FILE, or of standard input, in simulated time.

Options:
  --world FILE      begin with the resources in FILE: {\"groups\", \"clusters\", \"agentPools\"}
                    or the output of 'az aks show' or 'az aks nodepool list' in JSON
  --seed N          decides every duration that is drawn (default 1)
  --strict          the verdict on every line is the real CLI's
  --isolated        run each line by itself, on a fresh copy of the world
  --format FORMAT   text (default), jsonl (one object a line), or markdown (the transcript, to be pasted)
  --snapshot        close with the state of nodes, pools and cost (one line of JSON)
  -h, --help        this text

The exit status is that of the last line; 2 where the command itself was misused.
";

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Format {
    #[default]
    Text,
    Jsonl,
    Markdown,
}

/// The arguments of `run`.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent flags of a command line")]
struct Run {
    file: Option<String>,
    world: Option<String>,
    seed: Option<u64>,
    strict: bool,
    isolated: bool,
    format: Format,
    snapshot: bool,
    help: bool,
}

impl Run {
    fn parse(mut arguments: lexopt::Parser) -> Result<Self, lexopt::Error> {
        let mut run = Self::default();
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("world") => run.world = Some(arguments.value()?.string()?),
                Long("seed") => run.seed = Some(arguments.value()?.parse()?),
                Long("strict") => run.strict = true,
                Long("isolated") => run.isolated = true,
                Long("snapshot") => run.snapshot = true,
                Long("format") => {
                    run.format = arguments.value()?.parse_with(|format| match format {
                        "text" => Ok(Format::Text),
                        "jsonl" => Ok(Format::Jsonl),
                        "markdown" => Ok(Format::Markdown),
                        _ => Err("expected text, jsonl or markdown"),
                    })?;
                }
                Short('h') | Long("help") => run.help = true,
                Value(file) if run.file.is_none() => run.file = Some(file.string()?),
                other => return Err(other.unexpected()),
            }
        }
        Ok(run)
    }
}

pub fn command(arguments: lexopt::Parser) -> Result<ExitCode, Problem> {
    let arguments = Run::parse(arguments).map_err(|error| misuse("run", error))?;
    if arguments.help {
        return print(USAGE);
    }
    if arguments.isolated && arguments.format == Format::Markdown {
        return Err(misuse("run", "a transcript is one of lines that follow each other, not of isolated ones"));
    }
    let script = read(arguments.file.as_deref().unwrap_or("-"))?;
    let world = arguments.world.as_deref().map(read_world).transpose()?;
    let options = SessionOptions { seed: arguments.seed, strict: arguments.strict, world, ..SessionOptions::default() };
    let mut session = Session::new(options);
    let mut status = 0;
    for line in lines(&script, arguments.isolated) {
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
