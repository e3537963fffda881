//! Everything that a line goes through before a command acts, for random and for fuzzed lines.

use std::collections::BTreeMap;

use scale_down::cli::az::complete::NameQuery;
use scale_down::cli::az::help;
use scale_down::cli::az::parse::{ParseOptions, Parsed, parse};
use scale_down::cli::az::validate::{autoscaler_profile, changes_nothing, validate};
use scale_down::cli::ground::candidate::Candidate;
use scale_down::cli::kubectl;
use scale_down::cli::playground::{CompletionSource, completion};
use scale_down::cli::shell::{lex, split_lines, typography};

struct Nothing;

impl CompletionSource for Nothing {
    fn names(&self, _: &NameQuery) -> Vec<Candidate> {
        vec![Candidate::new("é 'x", "")]
    }
    fn programs(&self) -> Vec<Candidate> {
        Vec::new()
    }
    fn arguments(&self, _: &[String]) -> Vec<Candidate> {
        Vec::new()
    }
    fn variables(&self) -> Vec<Candidate> {
        vec![Candidate::new("$é", "")]
    }
    fn resolved(&self, word: &str) -> String {
        word.replace('$', "")
    }
}

const OPTIONS: ParseOptions<'static> = ParseOptions { strict: false, is_query: |text| !text.is_empty(), defaults: &[] };

/// Runs a line through everything before a command acts.
pub fn exercise(text: &str, cursor: usize) {
    for line in split_lines(text) {
        let _ = typography(&line.text);
        let Ok(commands) = lex(&line.text, &BTreeMap::new(), 1) else { continue };
        for command in commands {
            let words: Vec<&str> = command.words.iter().skip(1).map(|word| word.text.as_str()).collect();
            let _ = kubectl::parse::parse(&words);
            match parse(&words, &OPTIONS) {
                Ok(Parsed::Invocation(mut invocation)) => {
                    let _ = validate(&mut invocation);
                    let _ = autoscaler_profile(invocation.list("cluster_autoscaler_profile"));
                    let _ = changes_nothing(&invocation);
                    let _ = invocation.pairs("tags");
                }
                Ok(Parsed::Help(target)) => assert!(!help::text(&target).is_empty()),
                Ok(Parsed::Version) => {}
                Err(error) => assert!(error.stderr().ends_with('\n')),
            }
        }
    }
    let _ = kubectl::yaml::manifests(text);
    let found = completion(text, cursor, &Nothing);
    assert!(text.get(found.replace.start..found.replace.end).is_some(), "{text:?} {cursor}");
    let _ = found.common_prefix();
}
