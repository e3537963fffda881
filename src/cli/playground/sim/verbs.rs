//! The function of every verb of `sim`.

use super::verb::{Call, Result, misuse};
use super::{autoscaler, fault, load, settings};
use crate::az::exec::Context;
use crate::ground::candidate::Candidate;
use crate::playground::usage::help;

/// A verb.
struct Verb {
    name: &'static str,
    execute: fn(&mut Call<'_, '_>) -> Result<String>,
    /// Returns the words that can follow some words after the verb, if they are not in its usage.
    words_after: fn(&[&str]) -> Vec<Candidate>,
    /// `true` if it says more by itself, without words, than its usage does.
    explains_itself: bool,
}

const fn verb(name: &'static str, execute: fn(&mut Call<'_, '_>) -> Result<String>) -> Verb {
    Verb { name, execute, words_after: |_| Vec::new(), explains_itself: false }
}

const VERBS: [Verb; 10] = [
    verb("cluster", settings::cluster),
    Verb { words_after: load::words_after, explains_itself: true, ..verb("load", load::run) },
    Verb { words_after: fault::words_after, explains_itself: true, ..verb("fault", fault::run) },
    verb("autoscaler", autoscaler::run),
    verb("why", autoscaler::why),
    Verb { words_after: settings::scheduler_words, ..verb("scheduler", settings::scheduler) },
    Verb { words_after: settings::timings_words, ..verb("timings", settings::timings) },
    verb("quota", settings::quota),
    verb("fail-allocations", settings::fail_allocations),
    verb("events", settings::events),
];

fn find(name: &str) -> Option<&'static Verb> {
    VERBS.iter().find(|verb| verb.name == name)
}

/// Carries out a `sim` line, given its words after `sim`, and returns its output.
pub(in crate::playground) fn run(words: &[&str], input: Option<&str>, context: &mut Context<'_>) -> Result<String> {
    let (name, mut words) = match words {
        [] | ["--help" | "-h"] => return Ok(help("sim ")),
        [name, words @ ..] => (*name, words),
    };
    let verb = find(name);
    if let [.., "--help" | "-h"] = words {
        let usage = help(&format!("sim {name}"));
        if verb.is_some_and(|verb| verb.explains_itself) {
            words = &[];
        } else if !usage.is_empty() {
            return Ok(usage);
        }
    }
    match verb {
        Some(verb) => (verb.execute)(&mut Call { verb: name, words, input, context }),
        None => Err(misuse(name)),
    }
}

/// Returns the words that can follow these words after `sim`; none where the usage says them.
pub(in crate::playground) fn words_after(words: &[&str]) -> Vec<Candidate> {
    let Some((name, words)) = words.split_first() else { return Vec::new() };
    find(name).map(|verb| (verb.words_after)(words)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verb_has_a_usage_and_every_usage_a_verb() {
        for Verb { name, .. } in &VERBS {
            assert!(!help(&format!("sim {name}")).is_empty(), "{name}");
        }
        for line in help("sim ").lines() {
            let name = line.split(' ').nth(1).unwrap_or_default();
            assert!(find(name).is_some(), "{line}");
        }
    }
}
