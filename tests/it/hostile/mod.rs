//! Hostile input of eight kinds, each from a seeded generator: every input must return, soon and without a panic.
//!
//! `HOSTILE_INPUTS=100000 cargo test --test it hostile` runs more of them, from `HOSTILE_FIRST` on. A failure names
//! the number of its input, which `HOSTILE_INPUT=NUMBER` runs alone. What has failed once stands in
//! `tests/data/hostile/`.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::print_stderr, clippy::print_stdout, reason = "a test")]
#![allow(clippy::format_push_string, reason = "what is generated is short")]

mod bench;
mod draw;
mod expressions;
mod kinds;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Seek, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use bench::Bench;
use draw::Draw;
use kinds::{KINDS, Kind};

/// Inputs of a run that names no number.
const INPUTS: u64 = 1200;
/// One of so many inputs of a kind is played by a session; the others are only read.
const PLAYED: u64 = 20;
/// Stack of the thread that runs the inputs, in bytes: as much as the module of the page has.
const STACK_BYTES: usize = 1 << 20;
/// Longest time that an input may take.
const TIME_MAX: Duration = Duration::from_secs(5);
/// Name of the thread that runs the inputs.
const THREAD: &str = "hostile";
/// Failures at different places after which a run ends.
const FAILURES_MAX: usize = 40;

/// The input under way and when it began; `None` between inputs.
type Current = Arc<Mutex<Option<(u64, Instant)>>>;

#[expect(clippy::disallowed_methods, reason = "what an input takes is measured")]
fn now() -> Instant {
    Instant::now()
}

/// Returns the time that this thread has had a processor, which does not depend on what else runs; the time of the clock
/// where that is not known.
fn processor_time(began: Instant) -> Duration {
    let nanoseconds = fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = nanoseconds.and_then(|text| text.split(' ').next()?.parse().ok());
    nanoseconds.map_or_else(|| began.elapsed(), Duration::from_nanos)
}

/// Returns a number that an environment variable gives.
fn variable(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")))
}

/// Returns the kind and the text of an input.
fn input(number: u64, bench: &Bench) -> (&'static Kind, String) {
    let kind = &KINDS[usize::try_from(number % KINDS.len() as u64).expect("a small number")];
    (kind, (kind.input)(&mut Draw::new(number), bench))
}

/// What a run has seen of one kind.
#[derive(Default)]
struct Tally {
    inputs: u64,
    played: u64,
    time: Duration,
    slowest: Duration,
    slowest_input: u64,
}

/// The run of many inputs.
struct Runner {
    bench: Bench,
    current: Current,
    /// The file with the number of the input under way.
    note: File,
    /// Place of the latest panic.
    place: Arc<Mutex<String>>,
    tallies: BTreeMap<&'static str, Tally>,
    /// One message for each place at which an input has failed.
    failures: BTreeMap<String, String>,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Runner {
    fn new(current: Current) -> Self {
        let place = Arc::new(Mutex::new(String::new()));
        note_places(Arc::clone(&place));
        let note = File::create(Path::new(env!("CARGO_TARGET_TMPDIR")).join("hostile-input")).expect("a file");
        Self { bench: Bench::new(), current, note, place, tallies: BTreeMap::new(), failures: BTreeMap::new() }
    }

    fn run(&mut self, number: u64) {
        let is_played = (number / KINDS.len() as u64).is_multiple_of(PLAYED);
        let began = now();
        *lock(&self.current) = Some((number, began));
        // What ends the whole process leaves its number here.
        let noted = self.note.rewind().and_then(|()| writeln!(self.note, "{number:<20}"));
        noted.expect("a file that can be written");
        let (kind, text) = input(number, &self.bench);
        let before = processor_time(began);
        let result = catch_unwind(AssertUnwindSafe(|| (kind.run)(&text, &self.bench, is_played)));
        *lock(&self.current) = None;
        let time = processor_time(began).saturating_sub(before);
        let tally = self.tallies.entry(kind.name).or_default();
        tally.inputs += 1;
        tally.played += u64::from(is_played);
        tally.time += time;
        if time > tally.slowest {
            (tally.slowest, tally.slowest_input) = (time, number);
        }
        let problem = match result {
            Err(_) => lock(&self.place).clone(),
            Ok(()) if time > TIME_MAX => format!("{} s", time.as_secs()),
            Ok(()) => return,
        };
        let message = format!("HOSTILE_INPUT={number} ({}): {problem}\n{}", kind.name, shortened(&text));
        if self.failures.insert(problem, message.clone()).is_none() {
            eprintln!("{message}");
        }
    }

    fn report(&self) {
        for (name, tally) in &self.tallies {
            let Tally { inputs, played, time, slowest, slowest_input } = tally;
            println!(
                "{name:<10} {inputs:>9} inputs, {played:>7} played, {:>8.1} s, slowest {:>6} ms (HOSTILE_INPUT={slowest_input})",
                time.as_secs_f64(),
                slowest.as_millis()
            );
        }
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        println!("{}", status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("peak memory unknown"));
    }
}

/// Keeps the place of every panic of the runner's thread, in place of printing it.
fn note_places(place: Arc<Mutex<String>>) {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if thread::current().name() == Some(THREAD) {
            let at = panic.location().map(ToString::to_string).unwrap_or_default();
            let said = panic.payload().downcast_ref::<String>().map_or("", String::as_str);
            *lock(&place) = format!("{at}: {}", shortened(said));
        } else {
            before(panic);
        }
    }));
}

/// Returns a text, or both ends of a long one.
fn shortened(text: &str) -> String {
    const ENDS: usize = 1500;
    if text.len() <= 2 * ENDS {
        return text.to_owned();
    }
    let (first, last) = (draw::floor(text, ENDS), draw::floor(text, text.len() - ENDS));
    format!("{} … {} bytes … {}", &text[..first], last - first, &text[last..])
}

/// Ends the process if an input takes far too long, which may be for ever.
fn watch(current: Current) {
    thread::spawn(move || {
        loop {
            thread::sleep(Duration::from_millis(500));
            if let Some((number, began)) = *lock(&current)
                && began.elapsed() > 12 * TIME_MAX
            {
                eprintln!("HOSTILE_INPUT={number} does not return");
                std::process::abort();
            }
        }
    });
}

/// Runs something on a thread with the stack of the page's module.
fn on_a_small_stack<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> T {
    let thread = thread::Builder::new().name(THREAD.to_owned()).stack_size(STACK_BYTES).spawn(run);
    thread.expect("a thread").join().unwrap_or_else(|_| panic!("the run of the inputs has failed itself"))
}

#[test]
fn hostile_input_returns() {
    let current = Current::default();
    watch(Arc::clone(&current));
    let failures = on_a_small_stack(move || {
        let mut runner = Runner::new(current);
        if let Some(number) = variable("HOSTILE_INPUT") {
            println!("{}", shortened(&input(number, &runner.bench).1));
            runner.run(number);
        } else {
            let first = variable("HOSTILE_FIRST").unwrap_or(0);
            for number in first..first + variable("HOSTILE_INPUTS").unwrap_or(INPUTS) {
                runner.run(number);
                if runner.failures.len() >= FAILURES_MAX {
                    break;
                }
            }
        }
        runner.report();
        runner.failures
    });
    let messages: Vec<String> = failures.into_values().collect();
    assert!(messages.is_empty(), "{} inputs did not return as they should:\n{}", messages.len(), messages.join("\n\n"));
}

/// Each file is named by its kind, then what was wrong: `command-huge-count.txt`.
#[test]
fn what_failed_once_returns() {
    on_a_small_stack(|| {
        let bench = Bench::new();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/hostile");
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.ends_with("README.md") {
                continue;
            }
            let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
            let text = fs::read_to_string(&path).expect("a text");
            let kind = KINDS.iter().find(|kind| name.starts_with(kind.name)).expect("a kind");
            (kind.run)(text.strip_suffix('\n').unwrap_or(&text), &bench, true);
        }
    });
}
