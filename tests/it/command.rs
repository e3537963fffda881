//! The native command itself: usage, misuse and exit statuses.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Runs `scale-down` in the root of the repository.
fn run(arguments: &str, input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_scale-down"));
    command.current_dir(root()).args(arguments.split_whitespace());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the command");
    // A command that is misused reads nothing.
    let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    child.wait_with_output().expect("an end")
}

#[test]
fn every_command_has_help() {
    let check = |arguments: &str, first: &str| {
        let output = run(arguments, "");
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(text.starts_with(first), "{arguments}: {text}");
        assert_eq!(output.status.code(), Some(0), "{arguments}");
        assert!(text.lines().all(|line| line.chars().count() <= 115), "{arguments}: {text}");
    };
    check("--help", "Usage: scale-down COMMAND [options]\n");
    check("-h", "Usage: scale-down COMMAND [options]\n");
    check("run --help", "Usage: scale-down run [FILE|-] [options]\n");
    check("check -h", "Usage: scale-down check FILE.md|-... [options]\n");
    check("lesson --help", "Usage: scale-down lesson check FILE|-...\n");
    check("lesson check -h", "Usage: scale-down lesson check FILE|-...\n");
    check("completions --help", "Usage: scale-down completions SHELL\n");
    check("man -h", "Usage: scale-down man [COMMAND...]\n");
    check("help run", "Usage: scale-down run [FILE|-] [options]\n");
    check("--version", concat!("scale-down ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn misuse_says_what_is_wrong() {
    let check = |arguments: &str, expected: &[&str]| {
        let output = run(arguments, "");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        for line in expected {
            assert!(text.lines().any(|own| own.trim() == *line), "{arguments}: {text}");
        }
        assert_eq!(output.status.code(), Some(2), "{arguments}");
        assert!(output.stdout.is_empty(), "{arguments}");
    };
    let usage_of_run = "Usage: scale-down run [FILE|-] [options]";
    check("", &["Usage: scale-down COMMAND [options]"]);
    check("rum", &["error: unrecognized subcommand 'rum'", "tip: a similar subcommand exists: 'run'"]);
    check("--walk", &["error: unexpected argument '--walk' found", "Usage: scale-down COMMAND [options]"]);
    check("run --walk", &["error: unexpected argument '--walk' found", usage_of_run]);
    check("run a b", &["error: unexpected argument 'b' found", usage_of_run]);
    check("run --seed", &["error: a value is required for '--seed <N>' but none was supplied"]);
    check("run --seed x", &["error: invalid value 'x' for '--seed <N>': invalid digit found in string"]);
    check(
        "run --isolated --format markdown",
        &["error: a transcript is one of lines that follow each other, not of isolated ones", usage_of_run],
    );
    check("check", &["error: the following required arguments were not provided:", "<FILE.md|->..."]);
    check(
        "check --format xml -",
        &["error: invalid value 'xml' for '--format <FORMAT>'", "[possible values: text, json, sarif]"],
    );
    check("conformance", &["error: the following required arguments were not provided:", "<FILE|->"]);
    check("lesson", &["Usage: scale-down lesson check FILE|-..."]);
    check("lesson check", &["error: the following required arguments were not provided:", "<FILE|->..."]);
    check("lesson prove x", &["error: unrecognized subcommand 'prove'"]);
    check("check nosuch.md", &["scale-down: nosuch.md: No such file or directory (os error 2)"]);
    check("man nosuch", &["scale-down: there is no command 'nosuch'"]);
}

#[test]
fn an_option_given_twice_counts_the_last_time() {
    let output = run("run --strict --strict --format jsonl --format text - --seed 7 --seed=1", "sim quota 5");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "5 vCPUs in each region\n");
}

#[test]
fn completions_and_pages_know_the_options() {
    let check = |arguments: &str, words: &[&str]| {
        let output = run(arguments, "");
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        assert_eq!(output.status.code(), Some(0), "{arguments}");
        for word in words {
            assert!(text.contains(word), "{arguments}: {word} is missing in {text}");
        }
    };
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        check(&format!("completions {shell}"), &["isolated", "conformance"]);
    }
    check("man", &[".TH scale-down 1", concat!("scale-down ", env!("CARGO_PKG_VERSION")), "conformance"]);
    check("man run", &[".TH scale-down-run 1", "isolated", "standard input"]);
    check("man lesson check", &[".TH scale-down-lesson-check 1", "exit status is 0 where nothing is wrong"]);
}

/// The options that the help of a command lists, each with the name of its value, and the values to choose from.
fn options_of(command: &str) -> BTreeMap<String, Vec<String>> {
    let help = String::from_utf8(run(&format!("{command} --help"), "").stdout).expect("UTF-8");
    let mut options: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut option = String::new();
    for line in help.lines().map(str::trim) {
        if line.starts_with("--") {
            option = line.replace(['<', '>'], "");
            options.entry(option.clone()).or_default();
        } else if let Some((value, _)) = line.strip_prefix("- ").and_then(|line| line.split_once(':')) {
            options.entry(option.clone()).or_default().push(value.to_owned());
        }
    }
    options
}

/// The commands that the help lists, without the help itself.
fn commands() -> Vec<String> {
    let help = String::from_utf8(run("--help", "").stdout).expect("UTF-8");
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names = lines.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help");
    names.map(str::to_owned).collect()
}

#[test]
fn documents_list_every_option_and_no_other() {
    let document = fs::read_to_string(root().join("docs/command.md")).expect("docs/command.md");
    let mut documented: BTreeMap<&str, BTreeMap<String, &str>> = BTreeMap::new();
    let rows = document.lines().filter(|row| row.starts_with("| `"));
    for row in rows {
        let [command, option, text] = row.trim_matches('|').splitn(3, '|').collect::<Vec<_>>()[..] else {
            panic!("a row of other cells: {row}")
        };
        let command = command.trim().trim_matches('`').split(' ').next().unwrap_or_default();
        let options = documented.entry(command).or_default();
        if !option.trim().is_empty() {
            options.insert(option.trim().trim_matches('`').to_owned(), text);
        }
    }
    let mut known = commands();
    known.sort();
    assert_eq!(documented.keys().copied().collect::<Vec<_>>(), known);
    for (command, documented) in documented {
        let options = options_of(command);
        assert_eq!(documented.keys().collect::<Vec<_>>(), options.keys().collect::<Vec<_>>(), "{command}");
        for (option, text) in documented {
            let is_missing = |value: &&String| !text.contains(&format!("`{value}`"));
            let missing: Vec<_> = options[&option].iter().filter(is_missing).collect();
            assert!(missing.is_empty(), "{command} {option}: {missing:?}");
        }
    }
}

#[test]
fn the_synopsis_of_the_check_is_true() {
    let document = fs::read_to_string(root().join("docs/check.md")).expect("docs/check.md");
    let synopsis = document.lines().find(|line| line.starts_with("    scale-down check ")).expect("a synopsis");
    let options = options_of("check").into_iter().map(|(option, values)| match option.split_once(' ') {
        Some((name, _)) if !values.is_empty() => format!("[{name} {}]", values.join("|")),
        _ => format!("[{option}]"),
    });
    assert_eq!(synopsis.trim(), format!("scale-down check FILE.md… {}", options.collect::<Vec<_>>().join(" ")));
}

#[test]
fn exit_statuses_tell() {
    let check = |arguments: &str, input: &str, status: i32, last: &str| {
        let output = run(arguments, input);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(status), "{arguments}: {text}");
        assert_eq!(text.lines().last().unwrap_or_default(), last, "{arguments}");
    };
    check("run -", "sim quota 5", 0, "5 vCPUs in each region");
    check("run", "nosuch", 127, "");
    check("run --format markdown", "sim quota 5", 0, "Spent $0.00; $0.00 an hour now.");
    check("check -", "```sh\naz aks list\n```", 0, "1 az command in 1 document: 0 errors");
    check("check -", "```sh\naz aks lits\n```", 1, "1 az command in 1 document: 1 error");
    check(
        "check tests/data/documents/today.md tests/data/documents/fair.md",
        "",
        0,
        "22 az commands in 2 documents: 0 errors, 10 commands not judged, 5 commands of other programs",
    );
    check("lesson check www/lessons/thaw.txt", "", 0, "1 lesson is sound");
    check("lesson check www/lessons/thaw.txt -", "title: x", 1, "1 of 2 lessons need work");
}
