//! The native command itself: usage, misuse and exit statuses.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

/// Runs `scale-down` in the root of the repository.
fn run(arguments: &str, input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_scale-down"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments.split_whitespace());
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
    check("--version", concat!("scale-down ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn misuse_says_where_help_is() {
    let check = |arguments: &str, expected: &str| {
        let output = run(arguments, "");
        assert_eq!(String::from_utf8_lossy(&output.stderr), format!("scale-down: {expected}\n"), "{arguments}");
        assert_eq!(output.status.code(), Some(2), "{arguments}");
        assert!(output.stdout.is_empty(), "{arguments}");
    };
    check("", "a command is missing: try 'scale-down --help'");
    check("walk", "there is no command 'walk': try 'scale-down --help'");
    check("--walk", "invalid option '--walk': try 'scale-down --help'");
    check("run --walk", "invalid option '--walk': try 'scale-down run --help'");
    check("run a b", "unexpected argument \"b\": try 'scale-down run --help'");
    check("run --seed", "missing argument for option '--seed': try 'scale-down run --help'");
    check(
        "run --isolated --format markdown",
        "a transcript is one of lines that follow each other, not of isolated ones: try 'scale-down run --help'",
    );
    check("check", "a file is missing: try 'scale-down check --help'");
    check(
        "check --format xml -",
        "cannot parse argument \"xml\": expected text, json or sarif: try 'scale-down check --help'",
    );
    check("lesson", "'check' is missing: try 'scale-down lesson --help'");
    check("lesson check", "a file is missing: try 'scale-down lesson --help'");
    check("lesson prove x", "there is no 'lesson prove': try 'scale-down lesson --help'");
    check("check nosuch.md", "nosuch.md: No such file or directory (os error 2)");
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
