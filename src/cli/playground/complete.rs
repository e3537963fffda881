//! Tab completion of a line of any program.

use super::sim;
use super::usage::VERBS;
use crate::az;
use crate::az::account::Account;
use crate::az::complete::NameQuery;
use crate::ground::candidate::{Candidate, Completion};
use crate::ground::span::Span;
use crate::kubectl;
use crate::shell::{CommandLine, is_assignment, open_quote, precedes_command, quoted, typed};
use scale_down_engine::Cloud;

/// Source of the names that the registry does not hold: cloud resources, programs and variables.
pub trait CompletionSource {
    /// Returns the names of the wanted kind, unquoted.
    fn names(&self, wanted: &NameQuery) -> Vec<Candidate>;
    /// Returns the programs that a line can begin with.
    fn programs(&self) -> Vec<Candidate>;
    /// Returns the words that can follow `words`, a command of a program other than `az`, unquoted.
    fn arguments(&self, words: &[String]) -> Vec<Candidate>;
    /// Returns the variables that are set, each after its `$`.
    fn variables(&self) -> Vec<Candidate>;
    /// Returns a word with its variables resolved.
    fn resolved(&self, word: &str) -> String;
}

/// Returns the candidates at `cursor`, a byte offset in the line, and the part of the line that they replace.
#[must_use]
pub fn completion(line: &str, cursor: usize, values: &dyn CompletionSource) -> Completion {
    let cursor = (0..=cursor.min(line.len())).rev().find(|end| line.is_char_boundary(*end)).unwrap_or(0);
    let Some(CommandLine { mut words, part }) = typed(line.get(..cursor).unwrap_or_default()) else {
        return Completion { replace: Span { start: cursor, end: cursor }, candidates: Vec::new() };
    };
    let mut replace = Span { start: part.start, end: cursor };
    let mut quote = part.quote;
    let mut text = part.text;
    if text.starts_with('$') && quote != Some('\'') {
        let begun = values.variables().into_iter().filter(|candidate| candidate.text.starts_with(&text));
        let candidates = begun.map(|candidate| Candidate { text: open_quote(&candidate.text, quote), ..candidate });
        return Completion { replace, candidates: candidates.collect() };
    }
    // Variables that are set for one command stand before its name, and so do keywords.
    words.drain(..words.iter().take_while(|word| is_assignment(word) || precedes_command(word)).count());
    for word in words.iter_mut().filter(|word| word.contains('$')) {
        *word = values.resolved(word);
    }
    let candidates = match words.split_first() {
        None => values.programs(),
        Some((program, words)) if program == "az" => {
            let (found, skipped) = az::complete::candidates(words, &text, &|wanted| values.names(wanted));
            if skipped > 0 {
                // A value after `--option=` is completed alone.
                let written = line.get(part.start..cursor).unwrap_or_default();
                if let Some(equals) = written.find('=') {
                    replace.start += equals + 1;
                    quote = written
                        .get(equals + 1..)
                        .and_then(|rest| rest.chars().next())
                        .filter(|first| matches!(first, '\'' | '"'));
                }
                text = text.split_off(skipped);
            }
            found
        }
        Some(_) => values.arguments(&words),
    };
    let lower = text.to_lowercase();
    let candidates = candidates
        .into_iter()
        .filter(|candidate| candidate.text.to_lowercase().starts_with(&lower))
        .map(|candidate| Candidate { text: quoted(&candidate.text, quote), ..candidate })
        .collect();
    Completion { replace, candidates }
}

/// Returns the programs that a line can begin with.
#[must_use]
pub fn programs() -> Vec<Candidate> {
    let mut programs = vec![
        Candidate::new("az", "the Azure CLI, simulated"),
        Candidate::new("kubectl", "for the Kubernetes objects of a simulated cluster"),
    ];
    for (usage, meaning) in VERBS {
        let name = usage.split(' ').next().unwrap_or_default();
        if programs.iter().all(|known| known.text != name) {
            programs.push(Candidate::new(name, *meaning));
        }
    }
    programs
}

/// Returns the words that can follow the words of a program other than `az`, unquoted.
#[must_use]
pub fn words_after(words: &[&str], cloud: &Cloud, account: &Account) -> Vec<Candidate> {
    let own = match words {
        ["kubectl", rest @ ..] => return kubectl::candidates(rest, cloud, account),
        ["wait", "--until"] => vec![Candidate::new("idle", "nothing is under way any more")],
        ["sim", rest @ ..] => sim::words_after(rest),
        _ => Vec::new(),
    };
    if own.is_empty() { words_of_usages(&words.join(" ")) } else { own }
}

/// Returns the words that the usages have after these.
fn words_of_usages(begun: &str) -> Vec<Candidate> {
    let followers = VERBS.iter().filter_map(|(usage, meaning)| {
        let next = usage.strip_prefix(begun)?.strip_prefix(' ')?.split(' ').next()?;
        // Capitals stand for a value that the person chooses.
        let is_word = next.starts_with(|first: char| first == '-' || first.is_lowercase());
        is_word.then(|| Candidate::new(next, *meaning))
    });
    let mut found: Vec<Candidate> = Vec::new();
    for candidate in followers {
        if found.iter().all(|known| known.text != candidate.text) {
            found.push(candidate);
        }
    }
    found
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::az::complete::NameKind;

    struct Cloud;

    impl CompletionSource for Cloud {
        fn names(&self, wanted: &NameQuery) -> Vec<Candidate> {
            let place = [&wanted.resource_group, &wanted.cluster].map(|name| name.as_deref().unwrap_or("-")).join("/");
            match wanted.kind {
                NameKind::ResourceGroup => vec![Candidate::new("my group", ""), Candidate::new("other", "")],
                NameKind::NodePool => vec![Candidate::new("nodepool1", place), Candidate::new("nodepool2", "")],
                NameKind::VmSize => vec![Candidate::new("Standard_DS2_v2", "2 vCPU")],
                _ => Vec::new(),
            }
        }
        fn programs(&self) -> Vec<Candidate> {
            ["az", "kubectl"].map(|name| Candidate::new(name, "")).to_vec()
        }
        fn arguments(&self, words: &[String]) -> Vec<Candidate> {
            vec![Candidate::new(format!("after-{}", words.join("-")), "")]
        }
        fn variables(&self) -> Vec<Candidate> {
            ["$CLUSTER", "$RG"].map(|name| Candidate::new(name, "")).to_vec()
        }
        fn resolved(&self, word: &str) -> String {
            word.replace("$RG", "my group")
        }
    }

    /// Completes at `^` and compares what is replaced and the first candidates.
    #[track_caller]
    fn check(line: &str, replaced: &str, expected: &[&str]) {
        let cursor = line.find('^').unwrap();
        let line = line.replace('^', "");
        let found = completion(&line, cursor, &Cloud);
        let texts: Vec<&str> = found.candidates.iter().take(expected.len()).map(|one| one.text.as_str()).collect();
        assert_eq!(texts, expected, "{line}");
        assert_eq!(&line[found.replace.start..found.replace.end], replaced, "{line}");
        if expected.is_empty() {
            assert_eq!(found.candidates, [], "{line}");
        }
    }

    #[test]
    fn commands() {
        check("^", "", &["az", "kubectl"]);
        check("a^", "a", &["az"]);
        check("kubectl get ^", "", &["after-kubectl-get"]);
        check("az ^", "", &["account", "aks"]);
        check("az aks node^", "node", &["nodepool"]);
        check("az aks nodepool s^ -n x", "s", &["scale", "show", "start", "stop"]);
        check("az AKS NODEPOOL sc^", "sc", &["scale"]);
        check("az aks; az gr^", "gr", &["group"]);
        check("if az gr^", "gr", &["group"]);
        check("for x in a b; do az gr^", "gr", &["group"]);
        check("(az gr^", "gr", &["group"]);
        check("f() {\n  az gr^", "gr", &["group"]);
        check("az nosuch ^", "", &[]);
        check("az aks # ^", "", &[]);
    }

    #[test]
    fn variables_and_substitutions() {
        check("az aks list -g $^", "$", &["$CLUSTER", "$RG"]);
        check("az aks list -g \"$R^", "\"$R", &["\"$RG"]);
        check("az aks list -g '$R^", "'$R", &[]);
        check("AZ_X=1 B= az aks node^", "node", &["nodepool"]);
        check("X=$(az gr^", "gr", &["group"]);
        check("echo \"$(az aks; az gr^", "gr", &["group"]);
        check("az aks show -n \"$(az account show)\" --resource-g^", "--resource-g", &["--resource-group"]);
        let found = completion("az aks nodepool show -g $RG -n ", 31, &Cloud);
        assert_eq!(found.candidates[0].description, "my group/-");
    }

    #[test]
    fn options_that_are_not_given() {
        check(
            "az aks nodepool scale ^",
            "",
            &["--resource-group", "--cluster-name", "--nodepool-name", "--node-count"],
        );
        check("az aks nodepool scale -g x --cluster-name=y ^", "", &["--nodepool-name"]);
        check("az aks nodepool add --scale^", "--scale", &["--scale-down-mode"]);
        check("az aks --h^", "--h", &["--help"]);
    }

    #[test]
    fn values() {
        check("az aks nodepool add --scale-down-mode ^", "", &["Delete", "Deallocate"]);
        check("az aks nodepool add --scale-down-mode=dea^", "dea", &["Deallocate"]);
        check("az aks nodepool add --scale-down-m de^", "de", &["Delete", "Deallocate"]);
        check("az aks nodepool scale -g rg --cluster-name c -n node^", "node", &["nodepool1", "nodepool2"]);
        check("az aks list -g ^", "", &["'my group'", "other"]);
        check("az aks list -g 'my^", "'my", &["'my group"]);
        check("az aks list -o t^", "t", &["table", "tsv"]);
        check("az aks nodepool add -s stan^", "stan", &["Standard_DS2_v2"]);
        check("az aks update --ca-profile scan^", "scan", &["scan-interval="]);
        check("az aks nodepool add --zones 1 ^", "", &["--resource-group"]);
    }

    #[test]
    fn what_the_line_says_is_passed_on() {
        let line = "az aks nodepool scale -g rg --cluster-name c -n ";
        let found = completion(line, line.len(), &Cloud);
        assert_eq!(found.candidates[0].description, "rg/c");
        assert_eq!(found.common_prefix(), "nodepool");
    }

    #[test]
    fn any_cursor_is_safe() {
        let line = "az aks 'é\"";
        for cursor in 0..line.len() + 3 {
            let _ = completion(line, cursor, &Cloud);
        }
    }
}
