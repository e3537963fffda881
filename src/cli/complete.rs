//! Tab completion: the commands, options and values that can stand at the cursor.
//!
//! The words before the cursor are read by the same registry as when the line runs, so completion
//! never offers what the parser would refuse. Names that only the simulated cloud knows come from
//! a [`Values`] that the caller provides.

use super::registry::{Argument, Command, Count, Group, Kind, registry};
use super::shell::{Span, is_variable_name};
use super::validate::decorator::AUTOSCALER_PROFILE_KEYS;

/// One thing that can stand at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Text to insert, quoted if the shell needs it.
    pub text: String,
    /// Short description, such as the summary of a command; may be empty.
    pub description: String,
}

impl Candidate {
    /// A candidate.
    #[must_use]
    pub fn new(text: impl Into<String>, description: impl Into<String>) -> Self {
        Self { text: text.into(), description: description.into() }
    }
}

/// The result of completion: the candidates, and the part of the line that they replace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// The part of the line that a candidate replaces.
    pub replace: Span,
    /// The candidates, the likeliest first.
    pub candidates: Vec<Candidate>,
}

impl Completion {
    /// Returns the longest text that every candidate begins with.
    #[must_use]
    pub fn common_prefix(&self) -> &str {
        let Some((first, rest)) = self.candidates.split_first() else { return "" };
        let mut prefix = first.text.as_str();
        for candidate in rest {
            let shared = prefix.char_indices().zip(candidate.text.chars()).find(|((_, a), b)| a != b);
            let end = shared.map_or(prefix.len().min(candidate.text.len()), |((index, _), _)| index);
            prefix = prefix.get(..end).unwrap_or(prefix);
        }
        prefix
    }
}

/// A name that only the simulated cloud knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameKind {
    /// A resource group.
    ResourceGroup,
    /// A cluster.
    Cluster,
    /// A node pool.
    NodePool,
    /// A machine of a pool.
    Machine,
    /// A VM size.
    VmSize,
    /// A region.
    Location,
    /// A Kubernetes version.
    KubernetesVersion,
    /// An availability zone.
    Zone,
    /// A subscription.
    Subscription,
    /// An extension.
    Extension,
    /// A resource provider.
    Provider,
    /// A preview feature.
    Feature,
    /// A scale set.
    ScaleSet,
}

/// A request for names, with the enclosing resources that the line already names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Kind of the wanted names.
    pub kind: NameKind,
    /// `--resource-group`.
    pub resource_group: Option<String>,
    /// `--cluster-name`, or `--name` of an `aks` command.
    pub cluster: Option<String>,
    /// `--nodepool-name`.
    pub nodepool: Option<String>,
}

/// Source of the names that the registry does not hold: cloud resources, programs and variables.
pub trait Values {
    /// Returns the names of the wanted kind, unquoted.
    fn names(&self, wanted: &Wanted) -> Vec<Candidate>;
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
pub fn completion(line: &str, cursor: usize, values: &dyn Values) -> Completion {
    let cursor = (0..=cursor.min(line.len())).rev().find(|end| line.is_char_boundary(*end)).unwrap_or(0);
    let Some(Typed { mut words, part }) = typed(line.get(..cursor).unwrap_or_default()) else {
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
    // Variables that are set for one command stand before its name.
    words.drain(..words.iter().take_while(|word| is_assignment(word)).count());
    for word in words.iter_mut().filter(|word| word.contains('$')) {
        *word = values.resolved(word);
    }
    let candidates = match words.split_first() {
        None => values.programs(),
        Some((program, words)) if program == "az" => {
            let mut context = Context { words, values };
            let (found, skipped) = context.candidates(&text);
            if skipped > 0 {
                // A value after `--option=` is completed alone.
                let written = line.get(part.start..cursor).unwrap_or_default();
                if let Some(equals) = written.find('=') {
                    replace.start += equals + 1;
                    quote = written.get(equals + 1..).and_then(|rest| rest.chars().next()).filter(|c| is_quote(*c));
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

const fn is_quote(character: char) -> bool {
    matches!(character, '\'' | '"')
}

/// Returns `true` if the word sets a variable: `NAME=value`.
fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| is_variable_name(name))
}

/// Writes a text after the quote that is open.
fn open_quote(text: &str, quote: Option<char>) -> String {
    quote.map_or_else(|| text.to_owned(), |quote| format!("{quote}{text}"))
}

/// Writes a text so that the shell reads it as one word.
fn quoted(text: &str, quote: Option<char>) -> String {
    let is_plain = |character: char| character.is_alphanumeric() || "-_./:=,@%+*[]".contains(character);
    match quote {
        Some(_) => open_quote(text, quote),
        None if text.chars().all(is_plain) => text.to_owned(),
        None => format!("'{}'", text.replace('\'', "'\\''")),
    }
}

/// The command at the cursor: its complete words, and the word that is being written.
struct Typed {
    words: Vec<String>,
    part: Part,
}

/// The word at the cursor.
#[derive(Default)]
struct Part {
    text: String,
    start: usize,
    /// The quote that is open.
    quote: Option<char>,
}

/// Reads the text before the cursor; unlike the shell, it accepts a line that is not complete.
/// `None` in a comment.
fn typed(text: &str) -> Option<Typed> {
    let mut words = Vec::new();
    let mut part = Part::default();
    let mut is_word = false;
    // The command around each open substitution; it goes on after the closing parenthesis.
    let mut outer: Vec<(Vec<String>, Part)> = Vec::new();
    let mut characters = text.char_indices().peekable();
    while let Some((index, character)) = characters.next() {
        if character == '$' && part.quote != Some('\'') && characters.next_if(|(_, next)| *next == '(').is_some() {
            if !is_word {
                part = Part { start: index, ..Part::default() };
            }
            outer.push((std::mem::take(&mut words), std::mem::take(&mut part)));
            is_word = false;
            continue;
        }
        if character == ')'
            && part.quote.is_none()
            && let Some(before) = outer.pop()
        {
            (words, part) = before;
            is_word = true;
            continue;
        }
        if let Some(quote) = part.quote {
            match character {
                _ if character == quote => part.quote = None,
                '\\' if quote == '"' => part.text.extend(characters.next().map(|(_, next)| next)),
                _ => part.text.push(character),
            }
            continue;
        }
        let starts_comment = character == '#' && !is_word;
        if matches!(character, ' ' | '\t' | '\n' | ';' | '|' | '&') || starts_comment {
            if is_word {
                words.push(std::mem::take(&mut part.text));
                is_word = false;
            }
            if !matches!(character, ' ' | '\t') {
                words.clear();
            }
            if starts_comment && !characters.any(|(_, next)| next == '\n') {
                return None;
            }
            continue;
        }
        if !is_word {
            is_word = true;
            part = Part { start: index, ..Part::default() };
        }
        match character {
            '\\' => part.text.extend(characters.next().map(|(_, next)| next)),
            _ if is_quote(character) => part.quote = Some(character),
            _ => part.text.push(character),
        }
    }
    if !is_word {
        part = Part { start: text.len(), ..Part::default() };
    }
    Some(Typed { words, part })
}

/// The words after `az`.
struct Context<'a> {
    words: &'a [String],
    values: &'a dyn Values,
}

impl Context<'_> {
    /// Returns the candidates, and how many leading bytes of the word they do not replace.
    fn candidates(&mut self, part: &str) -> (Vec<Candidate>, usize) {
        let mut path = String::new();
        for (index, word) in self.words.iter().enumerate() {
            let word = word.to_lowercase();
            let next = if path.is_empty() { word } else { format!("{path} {word}") };
            if let Some(command) = registry().command(&next) {
                let words = self.words.get(index + 1..).unwrap_or_default();
                return self.of_command(command, words, part);
            }
            if registry().group(&next).is_none() {
                return (Vec::new(), 0);
            }
            path = next;
        }
        let found = registry().group(&path).map(|group| of_group(group, part)).unwrap_or_default();
        (found, 0)
    }

    fn of_command(&self, command: &'static Command, words: &[String], part: &str) -> (Vec<Candidate>, usize) {
        if let Some((option, value)) = part.split_once('=')
            && option.starts_with("--")
            && let Some(argument) = find(command, option)
        {
            let skipped = part.len() - value.len();
            return (self.of_argument(command, argument, words), skipped);
        }
        let open = open_argument(command, words);
        if let Some((argument, is_owed)) = open
            && !part.starts_with('-')
        {
            let mut found = self.of_argument(command, argument, words);
            if !is_owed && part.is_empty() {
                found.extend(options(command, words));
            }
            return (found, 0);
        }
        (options(command, words), 0)
    }

    fn of_argument(&self, command: &'static Command, argument: &Argument, words: &[String]) -> Vec<Candidate> {
        let choices = argument.choices();
        if !choices.is_empty() {
            let is_default = |choice: &str| argument.default == Some(choice);
            let describe = |choice: &&str| if is_default(choice) { "default" } else { "" };
            return choices.iter().map(|choice| Candidate::new(*choice, describe(choice))).collect();
        }
        if argument.dest == "cluster_autoscaler_profile" {
            return AUTOSCALER_PROFILE_KEYS.iter().map(|key| Candidate::new(format!("{key}="), "")).collect();
        }
        let Some(kind) = name_kind(command, argument) else { return Vec::new() };
        let value = |dests: &[&str]| {
            let argument = command.arguments.iter().find(|argument| dests.contains(&&*argument.dest))?;
            given(command, argument, words)
        };
        let is_cluster_command = command.name.split(' ').count() == 2 && command.name.starts_with("aks ");
        let cluster = if is_cluster_command { &["name"][..] } else { &["cluster_name"] };
        let wanted = Wanted {
            kind,
            resource_group: value(&["resource_group_name", "resource_group"]),
            cluster: value(cluster),
            nodepool: value(&["nodepool_name", "agent_pool_name"]),
        };
        self.values.names(&wanted)
    }
}

fn of_group(group: &Group, part: &str) -> Vec<Candidate> {
    if part.starts_with('-') {
        return vec![Candidate::new("--help", "Show this help and stop.")];
    }
    let mut found: Vec<Candidate> = group
        .members
        .iter()
        .filter_map(|member| {
            let name = if group.name.is_empty() { (*member).to_owned() } else { format!("{} {member}", group.name) };
            let command = registry().command(&name).map(|command| command.summary);
            let summary = command.or_else(|| registry().group(&name).map(|group| group.summary))?;
            Some(Candidate::new(*member, summary))
        })
        .collect();
    found.sort_by(|a, b| a.text.cmp(&b.text));
    found
}

/// Returns the argument of a spelling, which may be an unambiguous prefix.
fn find(command: &'static Command, spelling: &str) -> Option<&'static Argument> {
    let spelled = |test: &dyn Fn(&str) -> bool| {
        let found = command.arguments.iter().filter(|argument| argument.names.iter().any(|name| test(name)));
        found.collect::<Vec<_>>()
    };
    let exact = spelled(&|name| name == spelling);
    let begun = spelled(&|name| spelling.len() > 2 && spelling.starts_with("--") && name.starts_with(spelling));
    exact.first().or_else(|| begun.first().filter(|_| begun.len() == 1)).copied()
}

/// Returns the argument that the next word would belong to, and `true` if it still needs a value.
fn open_argument(command: &'static Command, words: &[String]) -> Option<(&'static Argument, bool)> {
    let (index, option) = words.iter().enumerate().rev().find(|(_, word)| word.starts_with('-'))?;
    let argument = find(command, option)?;
    let values = words.len() - index - 1;
    match argument.count {
        Count::None => None,
        Count::One | Count::Optional if values > 0 => None,
        Count::Optional | Count::Any => Some((argument, false)),
        Count::One | Count::AtLeastOne => Some((argument, values == 0)),
    }
}

/// Returns the value that the words give to an argument.
fn given(command: &'static Command, argument: &Argument, words: &[String]) -> Option<String> {
    let mut value = None;
    for (index, word) in words.iter().enumerate() {
        let (option, glued) =
            word.split_once('=').map_or((word.as_str(), None), |(option, glued)| (option, Some(glued)));
        if option.starts_with('-') && find(command, option).is_some_and(|found| found.dest == argument.dest) {
            let next = words.get(index + 1).map(String::as_str).filter(|next| !next.starts_with('-'));
            value = glued.or(next).map(str::to_owned).or(value);
        }
    }
    value
}

/// Returns the options that the line does not have yet: required ones first, then those that the
/// simulation acts on.
fn options(command: &'static Command, words: &[String]) -> Vec<Candidate> {
    let is_given = |argument: &Argument| {
        words.iter().any(|word| {
            let option = word.split('=').next().unwrap_or_default();
            option.starts_with('-') && find(command, option).is_some_and(|found| found.dest == argument.dest)
        })
    };
    let mut open: Vec<&Argument> = command
        .arguments
        .iter()
        .filter(|argument| !argument.hidden && !argument.is_positional() && !is_given(argument))
        .collect();
    let rank = |argument: &Argument| {
        let is_global = registry().global_arguments.iter().any(|global| global.dest == argument.dest);
        match () {
            () if argument.required => 0,
            () if is_global || argument.dest == "_subscription" => 2,
            () if argument.simulated || !command.simulated => 1,
            () => 3,
        }
    };
    open.sort_by_key(|argument| rank(argument));
    let candidate = |argument: &Argument| {
        let name = argument.names.iter().find(|name| name.starts_with("--"))?;
        let has_effect = argument.simulated || argument.required || !command.simulated || rank(argument) == 2;
        let description =
            if has_effect { argument.help.to_owned() } else { format!("(not simulated) {}", argument.help) };
        Some(Candidate::new(*name, description))
    };
    open.into_iter().filter_map(candidate).collect()
}

/// Returns the kind of names that an argument takes, if only the cloud knows them.
fn name_kind(command: &Command, argument: &Argument) -> Option<NameKind> {
    let group = command.name.split(' ').next().unwrap_or_default();
    let creates = command.verb() == "create";
    Some(match (&*argument.dest, group) {
        ("resource_group_name" | "resource_group", _) => NameKind::ResourceGroup,
        ("name" | "rg_name", "group") if !creates => NameKind::ResourceGroup,
        ("cluster_name", _) => NameKind::Cluster,
        ("name", "aks") if !creates => NameKind::Cluster,
        ("nodepool_name" | "agent_pool_name", _) if !creates && command.verb() != "add" => NameKind::NodePool,
        ("nodepool_name", _) if command.name.contains("-scale ") => NameKind::NodePool,
        ("machine_name" | "machine_names", _) => NameKind::Machine,
        ("node_vm_size" | "vm_sizes" | "current_vm_sizes" | "current_node_vm_size", _) => NameKind::VmSize,
        ("location", _) => NameKind::Location,
        ("kubernetes_version", _) => NameKind::KubernetesVersion,
        ("zones", _) => NameKind::Zone,
        ("_subscription" | "subscription", _) => NameKind::Subscription,
        ("extension_name", _) => NameKind::Extension,
        ("resource_provider_namespace", _) => NameKind::Provider,
        ("feature_name", _) => NameKind::Feature,
        ("vm_scale_set_name" | "virtual_machine_scale_set_name" | "name", "vmss") => NameKind::ScaleSet,
        _ if argument.kind == Kind::Location => NameKind::Location,
        _ => return None,
    })
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    struct Cloud;

    impl Values for Cloud {
        fn names(&self, wanted: &Wanted) -> Vec<Candidate> {
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
