//! Hostile expressions: `JMESPath`, paths and columns of kubectl, the shell's own, patterns, and conformance cases.
//!
//! The first letter of an input says which of them it is.

use super::bench::{self, Bench};
use super::draw::Draw;
use scale_down::cli::kubectl::path;
use scale_down::cli::output;
use scale_down::engine::ground::pattern::Pattern;
use serde_json::{Value, json};

#[rustfmt::skip]
const QUERY: &[&str] = &[
    "[]", "[*]", "[?", "]", "[0]", "[-1]", "[::2]", "[1:", ":", ".", "*", "a", "count", "name", "@", "&", "|", "||", "&&", "!", "==", "!=", "<", "<=",
    ">", ">=", "(", ")", ",", "{", "}", "{a: a, b: @}", "`1`", "`\"a\"`", "'a'", "\"a\"", "length(@)", "sort_by(@, &a)", "max_by(", "sum(", "avg(", "to_number(",
    "to_string(@)", "join(',', ", "map(&", "contains(", "reverse(", "keys(@)", "not_null(", "merge(", "ceil(", "floor(", "abs(", "starts_with(", "type(@)", "group_by(",
];

#[rustfmt::skip]
const PATH: &[&str] = &[
    "{", "}", "{.items[*]", "{range .items[*]}", "{end}", ".metadata.name", "..", "..name", "[*]", "[0]", "[-1]", "[0:3:2]", "[?(@.", "==", ")]", "'a'",
    "\"\\n\"", "{\"\\t\"}", "$", "@", "['a']", "[0,1]", ".spec", ".status.conditions", "custom-columns=", "A:", ".metadata", ",", "B:{.spec}", "\\.", "jsonpath=",
];

#[rustfmt::skip]
const SHELL: &[&str] = &[
    "$((", "))", "${", "}", "N", "RG", "#", "##", "%", "%%", "/", "//", "/#", "^", "^^", ",", ",,", ":", ":-", ":+", ":?", ":=", "-", "+", "*", "**", "<<", ">>", "<", "&", "|",
    "~", "!", "?", "(", ")", "=", "==", "&&", "||", "++", "--", "[", "]", "[!a-z]", "[[:alpha:]]", "*(a)", "@", "\"", "$N", "${#RG}", " ", "{1..", "}", "..", "$'\\x", "'",
];

#[rustfmt::skip]
const REGEX: &[&str] = &[
    "a", ".", "*", "+", "?", "|", "(", ")", "(a|b)", "[", "]", "[^", "[a-z]", "[[:digit:]]", "[z-a]", "{", "}", "{2}", "{0,}", "{1,3}", "{255}", "{1000}", "^", "$",
    "\\", "\\(", "\\)", "\\{", "\\}", "\\w", "\\b", "\\1", "(?i)", "(?:", ".*", "(a*)*", "((a+)+)+", "é", "aks-", "vmss", "=", ";", "10=",
];

/// Returns a text of words from a list, with hostile values between them.
fn sentence(draw: &mut Draw, words: &[&str], most: usize) -> String {
    let mut text = String::new();
    for _ in 0..draw.below(most) {
        if draw.one_in(6) {
            text.push_str(&draw.value());
        } else {
            text.push_str(draw.pick(words));
        }
    }
    draw.mutate(&mut text, 1);
    text
}

pub fn input(draw: &mut Draw, bench: &Bench) -> String {
    match draw.below(7) {
        0 => format!("q{}", sentence(draw, QUERY, 20)),
        1 => {
            let mut query = draw.choose(&bench.queries).clone();
            draw.mutate(&mut query, 3);
            format!("q{query}")
        }
        2 => format!("k{}", sentence(draw, PATH, 14)),
        3 => format!("s{}", sentence(draw, SHELL, 14)),
        4 => format!("r{}", sentence(draw, REGEX, 14)),
        5 => format!("p{}", sentence(draw, REGEX, 14)),
        _ => {
            let mut case = draw.choose(&bench.cases).clone();
            if let Some(input) = case.get_mut("input") {
                draw.mutate_json(input, 3);
            }
            format!("c{case}")
        }
    }
}

pub fn run(input: &str, bench: &Bench, is_played: bool) {
    let (kind, text) = input.split_at(1);
    let quoted = text.replace('\'', "'\\''");
    match kind {
        "q" => {
            let _ = output::is_query(text);
            let _ = output::query(&queried(), text);
            if is_played {
                bench::play(
                    &bench.sessions[1],
                    &format!("az aks nodepool list -g g --cluster-name c --query '{quoted}' -o table\n? {text}"),
                );
            }
        }
        "k" if !is_played => {
            let _ = path::path(text).map(|path| path.text(&queried()));
            let _ = path::template(text).map(|template| template.fill(&queried()));
        }
        "s" | "p" if !is_played => crate::cli_random::exercise::exercise(text, 0),
        "k" => {
            let lines = format!(
                "kubectl get nodes -o '{quoted}'\nkubectl get nodes -o jsonpath='{quoted}'\nkubectl get pods -A -o custom-columns='{quoted}'\nkubectl get nodes --sort-by '{quoted}'"
            );
            bench::play(&bench.sessions[2], &lines);
        }
        "s" => bench::play(
            &bench.sessions[0],
            &format!("N=5; RG='my group'\necho {text}\necho $(({text}))\necho ${{RG{text}}} \"${{N{text}}}\""),
        ),
        "r" => {
            for (is_extended, ignores_case) in [(true, false), (false, false), (true, true)] {
                let pattern = Pattern::new(text, is_extended, ignores_case);
                let lines = ["", "aks-nodepool1-12345678-vmss", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", text];
                let _ = pattern.map(|pattern| lines.iter().filter(|line| pattern.is_in(line)).count());
            }
        }
        "p" => {
            let lines = format!(
                "sim autoscaler priorities '{quoted}'\nsim autoscaler expander priority\nsim load steady 20\nkubectl apply -f - <<'HOSTILE'\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: cluster-autoscaler-priority-expander\n  namespace: kube-system\ndata:\n  priorities: |-\n    10:\n      - {text}\nHOSTILE\necho '{quoted}' | grep -E '{quoted}' | sort | wc"
            );
            bench::play(&bench.sessions[2], &lines);
        }
        _ => {
            let _ = scale_down::conformance::run(&format!("{{\"cases\": [{text}]}}"), None);
        }
    }
}

/// Returns a value with something of every type, to be queried.
fn queried() -> Value {
    json!([
        {"name": "a", "count": 5, "a": [1, -1, 1.5, u64::MAX, i64::MIN, 1e308, -1e308], "b": {"a": null, "b": true, "é": "🧊"}},
        {"name": "b", "count": 18_446_744_073_709_551_615_u64, "a": [[[[]]]], "b": "text", "c": ""},
        {"name": null, "count": -0.0, "a": {}, "b": ["x", "y", 1, null, false]},
    ])
}
