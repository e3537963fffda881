//! Random lines against the shell, the parser and completion.
//!
//! Nothing that people type or paste may panic, and bash itself, where it is present, is the oracle
//! of how a line splits into words.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::print_stdout, clippy::unwrap_used)]

#[path = "../support/exercise.rs"]
pub mod exercise;

use std::collections::BTreeMap;
use std::process::Command;

use exercise::exercise;
use scale_down::cli::az::registry::registry;
use scale_down::cli::kubectl::yaml::manifests;
use scale_down::cli::shell::lex;
use scale_down::session::{Session, SessionOptions};

/// A linear congruential generator (Knuth's MMIX constants): enough to draw test lines, and the
/// same on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

#[test]
fn nothing_panics() {
    #[rustfmt::skip]
    const CHARACTERS: &[&str] = &[
        "a", "z", "0", "9", " ", "  ", "\t", "\n", "\r\n", "'", "\"", "\\", "$", "{", "}", "(", ")", "`", "#",
        "-", "--", "=", ",", ".", "..", ":", "/", ";", "&", "|", "<", ">", "*", "?", "!", "~", "@", "_", "é",
        "—", "\u{a0}", "\u{200b}", "٣", "🧊", "\0", "\u{1b}",
    ];
    let mut random = Random(1);
    for _ in 0..1500 {
        let length = random.below(40);
        let mut text = String::from(["", "az ", "az aks nodepool add "][random.below(3)]);
        for _ in 0..length {
            text.push_str(random.pick(CHARACTERS));
        }
        let cursor = random.below(text.len() + 2);
        exercise(&text, cursor);
    }
}

#[test]
fn no_arguments_panic() {
    const VALUES: &[&str] = &[
        "5",
        "-1",
        "''",
        "1_0",
        "np",
        "a=b",
        "a=b=c",
        "x/y=z:NoSchedule",
        "-",
        "--",
        "=",
        "é",
        "99999999999999999999999",
        "1e400",
        "nan",
        "%",
        "true",
        "/subscriptions/s",
        "1.30",
        "{1..20}",
        "8.8.8.8/0",
        "a,b,,",
    ];
    let mut random = Random(2);
    let commands = &registry().commands;
    for _ in 0..2500 {
        let command = &commands[random.below(commands.len())];
        let mut line = format!("az {}", command.name);
        for argument in &command.arguments {
            if !(argument.required && random.below(10) > 0 || random.below(command.arguments.len()) < 3) {
                continue;
            }
            let name = argument.names.get(random.below(argument.names.len().max(1))).copied().unwrap_or_default();
            let glue = random.pick(&[" ", " ", " ", "=", ""]);
            let value =
                if argument.choices().is_empty() { random.pick(VALUES) } else { random.pick(argument.choices()) };
            line = format!("{line} {name}{glue}{value}");
        }
        let cursor = random.below(line.len() + 1);
        exercise(&line, cursor);
    }
}

/// A manifest with most of what is read, to be mutated.
const MANIFEST: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 3
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels:
        app: web
    spec:
      nodeSelector: {disk: ssd}
      tolerations:
      - {key: dedicated, operator: Exists, effect: NoSchedule}
      containers:
      - name: web
        image: \"nginx:1\"
        command: [sleep, '5']
        resources:
          requests: {cpu: 100m, memory: 64Mi}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: web
spec:
  minAvailable: 50%
  selector:
    matchExpressions:
    - {key: app, operator: In, values: [web]}
";

#[test]
fn no_kubectl_line_panics() {
    #[rustfmt::skip]
    const WORDS: &[&str] = &[
        "get", "describe", "create", "deployment", "run", "apply", "delete", "scale", "set", "resources", "image",
        "rollout", "restart", "status", "cordon", "drain", "taint", "label", "annotate", "top", "config", "nodes",
        "node", "pods", "pod", "deploy", "rs", "jobs", "pdb", "events", "all", "web", "deploy/web", "-A", "-n",
        "kube-system", "-o", "json", "yaml", "name", "wide", "jsonpath={.items[*].metadata.name}",
        "custom-columns=A:.metadata.name,B:.spec", "-l", "app=web", "agentpool", "--all", "--replicas=2", "-w",
        "--image=nginx", "--ignore-daemonsets", "--force", "--timeout=5s", "a=b:NoSchedule", "a-", "a=b",
        "--requests=cpu=1", "--sort-by=.metadata.name", "--field-selector", "status.phase=Running", "-f", "-", "--", "é",
        "--grace-period", "-1", "web=nginx:2", "--dry-run", "--dry-run=client", "-h", "x/y/z", "--max=3", ",",
    ];
    let mut random = Random(4);
    let mut session = Session::new(SessionOptions::default());
    session.submit("az aks nodepool add -g g --cluster-name c -n pool1 -c 2");
    session.advance_until_answered();
    for _ in 0..600 {
        let mut line = String::from("kubectl");
        for _ in 0..=random.below(7) {
            line = format!("{line} {}", random.pick(WORDS));
        }
        if random.below(5) == 0 {
            let mut manifest: Vec<char> = MANIFEST.chars().collect();
            for _ in 0..random.below(4) {
                let (at, from) = (random.below(manifest.len()), random.below(manifest.len()));
                manifest[at] = manifest[from];
            }
            let manifest: String = manifest.into_iter().collect();
            line = format!("kubectl apply -f - <<'END'\n{manifest}\nEND");
        }
        let cursor = random.below(line.len() + 1);
        exercise(&line, cursor);
        let _ = session.complete(&line, cursor);
        session.submit(&line);
        session.advance_until_answered();
    }
}

/// Fragments that lines for bash are made of; one that should be frequent stands here several times.
#[rustfmt::skip]
const FRAGMENTS: &[&str] = &[
    "a", "b-c", "--x", " ", " ", "  ", "\t", "'", "'", "\"", "\"", "\\", "$RG", "${RG}", "$N", "$NONE",
    "\"$RG\"", "${NONE:-d}", "${N-$RG}", "${EMPTY:+\"x y\"}", "${NONE:-a b}", "${#RG}", "${RG:1:4}", "${RG^^}", "$((N+1))",
    "${RG%g*}", "\"${RG#* }\"", "${RG##*[a-m]}", "${RG%%[!p]*}", "\"${RG/ /_}\"", "${N//5/<&>}", "${RG/#m?/x}", "~", "~/k",
    "{a,b}", "{1..3}", "{c..a}", "{01..3}", "{", "}", ",", "#", " #", "=", "x=y",
    "*", "[?n]", "$'\\t\\x41'", "\\n", "é", "...", "''", "!", "%", "@", ":", "/",
];

#[test]
fn no_manifest_panics() {
    #[rustfmt::skip]
    const PARTS: &[&str] = &[
        "a", "b: ", "\n", "\n  ", "\n    ", "- ", "? ", ": ", "[", "]", "{", "}", ",", "&x ", "*x", "!t ", "!", "!!int ",
        "!<a>", "|", "|2-\n", ">", "|+\n", "'", "\"", "\\", "\\x41", "#", " #c", "---\n", "...\n", "%YAML 1.1\n", "\t",
        "\r\n", "\r", "é", "\u{feff}", "\u{85}", "\u{2028}", "0x1", "~", "<<: ", "@", "\0", "\u{1}", "%C3%A9", "\n- ",
    ];
    let mut random = Random(3);
    let mut read = 0;
    for _ in 0..20_000 {
        let length = random.below(24);
        let text: String = (0..length).map(|_| random.pick(PARTS)).collect();
        read += usize::from(manifests(&text).is_ok());
    }
    assert!(read > 1_000, "only {read} texts could be read");
}

/// The words that bash makes of a line, `None` if it refuses the line.
fn bash(line: &str) -> Option<Vec<String>> {
    let script = format!("set -f; f() {{ printf '%s\\0' \"$@\"; }}; f -- {line}");
    let output = Command::new("bash")
        .args(["--norc", "--noprofile", "-c", &script])
        .env_clear()
        .env("RG", "my group")
        .env("N", "5")
        .env("HOME", "/home/user")
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let words: Vec<String> = text.split_terminator('\0').skip(1).map(str::to_owned).collect();
    output.status.success().then_some(words)
}

#[test]
fn words_are_those_of_bash() {
    if Command::new("bash").arg("--version").output().is_err() {
        println!("skipped: there is no bash here");
        return;
    }
    let variables: BTreeMap<String, String> =
        [("RG", "my group"), ("N", "5")].map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let mut random = Random(3);
    for _ in 0..300 {
        let mut line = String::new();
        for _ in 0..=random.below(9) {
            line.push_str(random.pick(FRAGMENTS));
        }
        let here = lex(&format!("f -- {line}"), &variables, 0).ok();
        if here.as_ref().is_some_and(|commands| commands.len() > 1) || line.contains("$$") || line.contains("$-") {
            // A line break after a comment, so that what follows is no argument; or the number and
            // the options of the bash process.
            continue;
        }
        let here = here.map(|commands| {
            let words = commands.into_iter().flat_map(|command| command.words);
            words.skip(2).map(|word| word.text).collect::<Vec<_>>()
        });
        assert_eq!(here, bash(&line), "{line:?}");
    }
}
