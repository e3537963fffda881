//! The native headless command: runs scripts of command lines on the simulated cloud, and cases of
//! what others found true on its engine.
//!
//! It drives the same session layer as the page, so that what a document shows can be checked, and
//! what a scale-down costs computed, without a browser.

use std::fs;
use std::io::{self, Read, Write};
use std::process::ExitCode;

use lexopt::prelude::{Long, Short, Value};
use scale_down::cli::shell;
use scale_down::session::conformance::{self, Verdict};
use scale_down::session::{Session, SessionOptions, World, report};

const USAGE: &str = "\
Usage: scale-down run [FILE|-] [options]
       scale-down conformance FILE [--suite NAME]

'run' runs the command lines of FILE, or of standard input, in simulated time. Its options:

  --world FILE      begin with the resources in FILE: {\"groups\", \"clusters\", \"agentPools\"}
                    or the output of 'az aks show' or 'az aks nodepool list' in JSON
  --seed N          decides every duration that is drawn (default 1)
  --strict          the verdict on every line is the real CLI's
  --isolated        run each line by itself, on a fresh copy of the world
  --format FORMAT   text (default) or jsonl: one object a line
  --snapshot        close with the state of nodes, pools and cost (one line of JSON)

'conformance' holds the engine against the cases in FILE (JSON: {\"cases\": [{\"id\", \"suite\",
\"input\", \"expect\"}]}), a line for each that fails or is skipped, with the reason.

  --suite NAME      only the cases of this suite

  -h, --help        this text
  -V, --version     the version

The exit status is that of the last line run, or 1 where a case fails; 2 where the command itself
was misused.
";

/// The exit status of a misuse of this command, as shells have it.
const MISUSE: u8 = 2;

fn main() -> ExitCode {
    match command(lexopt::Parser::from_env()) {
        Ok(status) => status,
        Err(problem) => {
            // Nothing is left to do where even the complaint cannot be written.
            let _ = writeln!(io::stderr(), "scale-down: {problem}");
            ExitCode::from(MISUSE)
        }
    }
}

/// What went wrong with the command itself, as a sentence.
type Problem = String;

fn command(mut arguments: lexopt::Parser) -> Result<ExitCode, Problem> {
    let say = |error: lexopt::Error| error.to_string();
    match arguments.next().map_err(say)? {
        Some(Value(name)) if name == "run" => run(&Run::parse(arguments).map_err(say)?),
        Some(Value(name)) if name == "conformance" => conform(arguments),
        Some(Short('h') | Long("help")) => print(USAGE),
        Some(Short('V') | Long("version")) => print(&format!("scale-down {}\n", env!("CARGO_PKG_VERSION"))),
        Some(Value(name)) => Err(format!(
            "there is no command '{}': try 'scale-down run', 'scale-down conformance' or 'scale-down --help'",
            name.to_string_lossy()
        )),
        Some(other) => Err(other.unexpected().to_string()),
        None => Err("a command is missing: try 'scale-down run FILE' or 'scale-down --help'".to_owned()),
    }
}

fn print(text: &str) -> Result<ExitCode, Problem> {
    io::stdout().write_all(text.as_bytes()).map_err(|error| error.to_string())?;
    Ok(ExitCode::SUCCESS)
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
    jsonl: bool,
    snapshot: bool,
    help: bool,
}

impl Run {
    fn parse(mut arguments: lexopt::Parser) -> Result<Self, lexopt::Error> {
        use lexopt::ValueExt as _;
        let mut run = Self::default();
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("world") => run.world = Some(arguments.value()?.string()?),
                Long("seed") => run.seed = Some(arguments.value()?.parse()?),
                Long("strict") => run.strict = true,
                Long("isolated") => run.isolated = true,
                Long("snapshot") => run.snapshot = true,
                Long("format") => {
                    run.jsonl = arguments.value()?.parse_with(|format| match format {
                        "jsonl" => Ok(true),
                        "text" => Ok(false),
                        _ => Err("expected text or jsonl"),
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

fn run(arguments: &Run) -> Result<ExitCode, Problem> {
    if arguments.help {
        return print(USAGE);
    }
    let script = read_script(arguments.file.as_deref())?;
    let world = arguments.world.as_deref().map(read_world).transpose()?;
    let options = SessionOptions { seed: arguments.seed, strict: arguments.strict, world };
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
            write_entry(entry, arguments.jsonl)?;
        }
    }
    if arguments.snapshot {
        let snapshot = serde_json::json!({ "snapshot": report::snapshot(&session, false) });
        print(&format!("{snapshot}\n"))?;
    }
    // Exit statuses above 255 do not exist; nothing here makes one.
    Ok(ExitCode::from(u8::try_from(status).unwrap_or(u8::MAX)))
}

fn conform(mut arguments: lexopt::Parser) -> Result<ExitCode, Problem> {
    use lexopt::ValueExt as _;
    let say = |error: lexopt::Error| error.to_string();
    let (mut file, mut suite) = (None, None);
    while let Some(argument) = arguments.next().map_err(say)? {
        match argument {
            Long("suite") => suite = Some(arguments.value().and_then(|suite| suite.string()).map_err(say)?),
            Short('h') | Long("help") => return print(USAGE),
            Value(path) if file.is_none() => file = Some(path.string().map_err(say)?),
            other => return Err(other.unexpected().to_string()),
        }
    }
    let file = file.ok_or("a file of cases is missing: try 'scale-down conformance FILE'")?;
    let text = fs::read_to_string(&file).map_err(|error| format!("{file}: {error}"))?;
    let outcomes = conformance::run(&text, suite.as_deref()).map_err(|error| format!("{file}: {error}"))?;
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    let mut lines = String::new();
    for conformance::Outcome { id, suite, verdict } in &outcomes {
        match verdict {
            Verdict::Passed => passed += 1,
            Verdict::Failed(why) => {
                failed += 1;
                lines.push_str(&format!("failed {id} ({suite}): {why}\n"));
            }
            Verdict::Skipped(why) => {
                skipped += 1;
                lines.push_str(&format!("skipped {id} ({suite}): {why}\n"));
            }
        }
    }
    print(&format!("{lines}{passed} passed, {failed} failed, {skipped} skipped\n"))?;
    Ok(ExitCode::from(u8::from(failed > 0)))
}

fn write_entry(entry: &scale_down::session::Entry, jsonl: bool) -> Result<(), Problem> {
    if jsonl {
        return print(&format!("{}\n", report::entry(entry))).map(drop);
    }
    print(&entry.stdout())?;
    let stderr = entry.stderr();
    io::stderr().write_all(stderr.as_bytes()).map_err(|error| error.to_string())
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

fn read_script(file: Option<&str>) -> Result<String, Problem> {
    let Some(file) = file.filter(|file| *file != "-") else {
        let mut text = String::new();
        let read = io::stdin().read_to_string(&mut text);
        return read.map(|_| text).map_err(|error| format!("standard input: {error}"));
    };
    fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))
}

fn read_world(file: &str) -> Result<World, Problem> {
    let text = fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
    World::parse(&text).map_err(|error| format!("{file}: {error}"))
}
