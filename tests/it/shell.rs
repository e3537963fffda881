//! Scripts through a session, compared with what bash printed, and the limits of what they may do.

#![allow(clippy::indexing_slicing)]

use std::fs;
use std::path::Path;

use scale_down::session::{Session, SessionOptions};
use serde_json::Value;

/// Types a script, and returns its standard output and its exit status.
fn run(script: &str) -> (String, i32) {
    let mut session = Session::new(SessionOptions::default());
    session.submit(script);
    session.advance_until_answered();
    if !session.has_exited() && session.has_exit_trap() {
        session.submit("exit");
        session.advance_until_answered();
    }
    let output = session.transcript().iter().map(|entry| entry.stdout()).collect();
    (output, session.transcript().last().and_then(|entry| entry.exit_code).unwrap_or(0))
}

fn hold(file: &str, cases_min: usize) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/shell").join(file);
    let text = fs::read_to_string(path).expect(file);
    let mut failures = Vec::new();
    for line in text.lines() {
        let case: Value = serde_json::from_str(line).expect("a case");
        let script = case["script"].as_str().expect("a script");
        let expected =
            (case["stdout"].as_str().expect("an output").to_owned(), case["exit"].as_i64().expect("a status"));
        let (output, status) = run(script);
        if (output.as_str(), i64::from(status)) != (expected.0.as_str(), expected.1) {
            failures.push(format!(
                "{}:\n{script}\n--- bash ({})\n{}\n--- here ({status})\n{output}",
                case["name"], expected.1, expected.0
            ));
        }
    }
    assert!(text.lines().count() >= cases_min, "only {} cases", text.lines().count());
    assert!(failures.is_empty(), "{} differ\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn recorded_scripts_do_what_they_do_in_bash() {
    hold("recorded.jsonl", 30);
}

#[test]
fn own_scripts_do_what_they_do_in_bash() {
    hold("own.jsonl", 300);
}

/// A condition that is false deletes nothing.
#[test]
fn a_body_that_is_not_taken_does_not_run() {
    let mut session = Session::new(SessionOptions::default());
    session.submit("sim cluster rg/c\naz aks nodepool add -g rg --cluster-name c -n keep -c 2 -o none");
    session.advance_until_answered();
    let delete = "az aks nodepool delete -g rg --cluster-name c -n keep";
    for script in [
        format!("CONFIRM=no\nif [ \"$CONFIRM\" = yes ]; then\n  {delete}\nfi"),
        format!("drop() {{\n  {delete}\n}}"),
        format!("while false; do {delete}; done"),
        format!("case x in y) {delete};; esac"),
        format!("false && {delete}"),
        format!("set -e\nfalse\n{delete}"),
        format!("exit 3\n{delete}"),
        format!("select x in a b; do {delete}; done"),
        format!("if true; then\n  {delete}\n"),
        format!("if true; then\n  {delete}\n  done\nfi"),
        format!("if then\n  {delete}\nfi"),
        format!("for x in a; do done\n  {delete}\ndone"),
        format!("(\n  fi\n  {delete}\n)"),
        format!("f() {{\n  done\n  {delete}\n}}"),
        format!("while\n  {delete} )\ndo echo; done"),
        format!("coproc {delete}"),
        format!("case x in\n  x) esac )\n  {delete}\nesac"),
        format!("x=$(\n  {delete}\n  fi\n)"),
        format!("if false; then echo a; else ; {delete}; fi"),
        format!("[[ 1 -eq 2 ]] && {{ {delete}; }}"),
        format!("for x in; do {delete}; done"),
        format!("{delete} > list.txt"),
        format!("{{ {delete}; }} > list.txt"),
    ] {
        session.submit(&script);
        session.advance_until_answered();
        session.submit("az aks nodepool show -g rg --cluster-name c -n keep --query provisioningState -o tsv");
        session.advance_until_answered();
        assert_eq!(session.transcript().last().map(|entry| entry.stdout()).as_deref(), Some("Succeeded\n"), "{script}");
    }
}

#[test]
fn scripts_act_on_the_cloud() {
    let script = "\
set -euo pipefail
RG=rg CLUSTER=c
az group create -n $RG -l eastus -o none
az aks create -g $RG -n $CLUSTER --node-count 1 --no-wait --generate-ssh-keys -o none
while [ \"$(az aks show -g $RG -n $CLUSTER --query provisioningState -o tsv)\" != Succeeded ]; do
  sleep 10
done
[ $SECONDS -gt 60 ] && echo waited
for p in np1 np2; do
  az aks nodepool add -g $RG --cluster-name $CLUSTER -n $p -c 2 -o none
done
for p in $(az aks nodepool list -g $RG --cluster-name $CLUSTER --query '[].name' -o tsv); do
  count=$(az aks nodepool show -g $RG --cluster-name $CLUSTER -n \"$p\" --query count -o tsv)
  if ((count > 1)); then echo \"$p $count\"; fi
done
az aks get-credentials -g $RG -n $CLUSTER -o none
kubectl get nodes -o name | grep np1 | while read -r node; do
  kubectl cordon \"$node\" > /dev/null && echo cordoned
done
az aks nodepool list -g $RG --cluster-name $CLUSTER | jq -r '.[] | select(.mode == \"User\") | .name' | sort -r | xargs -n1 echo pool
time az aks nodepool show -g $RG --cluster-name $CLUSTER -n np1 --query count
";
    let (output, status) = run(script);
    assert_eq!(output, "waited\nnp1 2\nnp2 2\ncordoned\ncordoned\npool np2\npool np1\n2\n");
    assert_eq!(status, 0);
}

#[test]
fn what_would_not_end_is_ended() {
    let stopped = |script: &str, sentence: &str| {
        let mut session = Session::new(SessionOptions::default());
        session.submit(script);
        session.advance_until_answered();
        let entry = session.transcript().last().expect("an entry").clone();
        assert_eq!(entry.exit_code, Some(1), "{script}");
        assert!(entry.stderr().contains(sentence), "{script}: {}", entry.stderr());
    };
    stopped("while true; do :; done", "stopped");
    stopped("while true; do sleep 60; done", "a day of simulated time");
    stopped("f() { f; }; f", "nested too deeply");
    stopped("f() { echo $(f); }; f", "nested too deeply");
    stopped("x=aaaa; while true; do x=$x$x; done", "too long");
    stopped("for ((;;)); do :; done", "stopped");
    stopped("while true; do echo y; done", "stopped");
}

#[test]
fn a_script_ends_where_it_cannot_be_read() {
    let mut session = Session::new(SessionOptions::default());
    session.submit("echo a\nif then\n  echo b\nfi\necho c");
    let told: Vec<_> = session.transcript().iter().map(|entry| (entry.stdout(), entry.exit_code)).collect();
    assert_eq!(told, [("a\n".to_owned(), Some(0)), (String::new(), Some(2)), (String::new(), Some(2))]);
    assert!(session.has_exited() && session.busy().is_none());
    assert!(session.transcript()[1].stderr().contains("syntax error near unexpected token `then'"));
    assert!(session.transcript()[2].stderr().starts_with("NOTE: Not run"));
    session.submit("echo d");
    assert_eq!(session.transcript().last().map(|entry| entry.stdout()).as_deref(), Some("d\n"));
}

#[test]
fn ctrl_c_ends_a_loop() {
    let mut session = Session::new(SessionOptions::default());
    session.submit("while true; do sleep 10; done\necho after");
    session.advance(25_000);
    assert!(session.busy().is_some());
    session.interrupt();
    assert!(session.busy().is_none());
    assert_eq!(session.transcript().iter().map(|entry| entry.exit_code).collect::<Vec<_>>(), [Some(130), Some(130)]);
    session.submit("echo $?");
    assert_eq!(session.transcript().last().map(|entry| entry.stdout()).as_deref(), Some("130\n"));
}

#[test]
fn a_shell_lasts_from_line_to_line() {
    let mut session = Session::new(SessionOptions { terminal: true, ..SessionOptions::default() });
    session.submit("greet() {\n  echo \"hello $1\"\n}\nnames=(a b)\nalias k=kubectl");
    session.submit("greet \"${names[1]}\"");
    assert_eq!(session.transcript().last().map(|entry| entry.stdout()).as_deref(), Some("hello b\n"));
    // A typed line answers `read`, an empty one too.
    session.submit("read -p 'Name: ' name; echo \"[$name]\"");
    assert!(session.question().is_some());
    session.submit("me");
    session.submit("read -p 'Enter: '; echo done");
    session.submit("");
    assert_eq!(session.transcript().last().map(|entry| entry.stdout()).as_deref(), Some("Enter: \ndone\n"));
    let end_ms = session.now_ms();
    let played = session.transcript().to_vec();
    session.seek(0);
    session.seek(end_ms);
    assert_eq!(session.transcript(), played);
}

/// Pieces of scripts, some of which do not fit together.
const PIECES: &[&str] = &[
    "if ",
    "then ",
    "else ",
    "elif ",
    "fi",
    "while ",
    "until ",
    "for x in ",
    "for ((i=0;i<3;i++)) ",
    "do ",
    "done",
    "case x in ",
    "esac",
    "a) ",
    ";; ",
    ";& ",
    "; ",
    "\n",
    " && ",
    " || ",
    " | ",
    "& ",
    "! ",
    "{ ",
    "}",
    "( ",
    ")",
    "(( ",
    "))",
    "[[ ",
    "]]",
    "[ ",
    "]",
    "f() ",
    "f ",
    "f() { f; }\nf",
    "return ",
    "break 2",
    "continue",
    "exit 3",
    "echo ",
    "a ",
    "$x ",
    "\"$@\" ",
    "${x:-",
    "}",
    "${#a[@]} ",
    "$(",
    "`",
    "'",
    "\"",
    "\\",
    "<(",
    "<<E\n",
    "E\n",
    "<<<",
    "> /dev/null ",
    "2>&1 ",
    "x=1 ",
    "a=(",
    "a[1]=",
    "declare -A m ",
    "m[k]=v ",
    "read x ",
    "printf '%5s|%d\\n' ",
    "$((",
    "1+2",
    "x++ ",
    "set -e\n",
    "set -u\n",
    "trap 'echo t' EXIT\n",
    "trap 'f' ERR\n",
    "eval ",
    "xargs ",
    "sleep 1 ",
    "true ",
    "false ",
    "test ",
    "-n ",
    "== ",
    "=~ ",
    "-eq ",
    "local y ",
    "shift ",
    "getopts ab: o ",
    "mapfile l ",
    "seq 3 ",
    "sed 's/a/b/' ",
    "awk '{print $1}' ",
    "jq . ",
    "sort ",
    "tr a b ",
    "watch ",
    "exec ",
    "time ",
    "sudo ",
    "bash -c ",
    "{1..9} ",
    "az group list ",
    "kubectl get nodes ",
];

/// Whatever is typed ends, without a panic, on the stack of a page.
#[test]
fn nothing_panics() {
    let run = || {
        let mut state = 7_u64;
        let mut below = |bound: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).expect("a number") % bound
        };
        for _ in 0..1_500 {
            let text: String = (0..=below(24)).map(|_| PIECES[below(PIECES.len())]).collect();
            let mut session = Session::new(SessionOptions { terminal: below(2) == 0, ..SessionOptions::default() });
            session.submit(&text);
            session.advance_until_answered();
            session.submit("y");
            session.advance_until_answered();
            session.interrupt();
            assert!(session.busy().is_none(), "{text}");
        }
        for deep in [
            "(",
            "{ ",
            "if ",
            "$(",
            "\"$(",
            "`",
            "((",
            "[[ ! ",
            "[[ (",
            "f() ",
            "while ",
            "${x:-",
            "case x in a) ",
            "! ",
            "<(",
            "$(( (",
        ] {
            let (output, _) = run(&deep.repeat(5_000));
            assert!(output.len() < 1_000, "{deep}");
        }
        run(&format!("echo $(({}1{}))", "(".repeat(4_000), ")".repeat(4_000)));
        run(&format!("[ {} x ]", "! ".repeat(4_000)));
        run(&format!("echo x | jq '{}.{}'", "[".repeat(4_000), "]".repeat(4_000)));
        run(&format!("awk 'BEGIN {{ print {}1{} }}'", "(".repeat(4_000), ")".repeat(4_000)));
    };
    let thread = std::thread::Builder::new().stack_size(1 << 20).spawn(run).expect("a thread");
    thread.join().expect("no panic");
}
