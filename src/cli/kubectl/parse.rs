//! Parsing of words into a command with flags, as kubectl's flag library (pflag) does it.

use super::registry::{Command, Flag, FlagType, registry};

/// A command with its words and flags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The command.
    pub command: &'static Command,
    /// Words that are not flags.
    pub words: Vec<String>,
    /// Words after `--`.
    pub after_dashes: Vec<String>,
    /// Text that is piped in, or a here-document.
    pub input: Option<String>,
    flags: Vec<(&'static str, String)>,
}

/// Meaning of a kubectl line.
#[derive(Debug, Clone)]
pub enum Parsed {
    /// A command to carry out.
    Request(Request),
    /// A request for the help of a command, or of kubectl itself.
    Help(Option<&'static Command>),
}

/// Flags that every command takes.
static GLOBAL: [Flag; 4] = [
    Flag {
        long: "namespace",
        short: Some('n'),
        value_type: FlagType::Text,
        default: "",
        choices: Vec::new(),
        help: "The namespace.",
    },
    Flag {
        long: "context",
        short: None,
        value_type: FlagType::Text,
        default: "",
        choices: Vec::new(),
        help: "The cluster, as az aks get-credentials names it.",
    },
    Flag {
        long: "help",
        short: Some('h'),
        value_type: FlagType::Bool,
        default: "false",
        choices: Vec::new(),
        help: "Show the help.",
    },
    Flag {
        long: "request-timeout",
        short: None,
        value_type: FlagType::Text,
        default: "0",
        choices: Vec::new(),
        help: "How long to wait for an answer.",
    },
];

fn find(command: &'static Command, test: impl Fn(&Flag) -> bool) -> Option<&'static Flag> {
    command.flags.iter().find(|flag| test(flag)).or_else(|| GLOBAL.iter().find(|flag| test(flag)))
}

/// Parses the words after `kubectl`.
///
/// # Errors
/// Returns kubectl's message without the leading `error: `.
pub fn parse(words: &[&str]) -> Result<Parsed, String> {
    // Global flags may stand before the command.
    let begins = words.iter().position(|word| !word.starts_with('-'));
    let before_command = words.iter().take(begins.unwrap_or(words.len()));
    if words.is_empty() || before_command.clone().any(|word| matches!(*word, "-h" | "--help")) {
        return Ok(Parsed::Help(None));
    }
    let (flags_before, skipped) = leading_flags(words)?;
    let rest = words.get(skipped..).unwrap_or_default();
    if rest.first() == Some(&"help") {
        let named = rest.get(1..).unwrap_or_default();
        return Ok(Parsed::Help(registry().find(named).map(|(command, _)| command)));
    }
    let Some((command, count)) = registry().find(rest) else {
        return match rest.first() {
            Some(name) => Err(unknown_command(name)),
            None => Ok(Parsed::Help(None)),
        };
    };
    let mut request =
        Request { command, words: Vec::new(), after_dashes: Vec::new(), input: None, flags: flags_before };
    request
        .read(rest.get(count..).unwrap_or_default())
        .map_err(|message| format!("{message}\nSee 'kubectl {} --help' for usage.", command.name))?;
    if request.flag("help") {
        return Ok(Parsed::Help(Some(command)));
    }
    if command.is_group() {
        return match request.words.first() {
            Some(word) => {
                Err(format!("unknown command \"{word}\"\nSee 'kubectl {} -h' for help and examples", command.name))
            }
            None => Ok(Parsed::Help(Some(command))),
        };
    }
    Ok(Parsed::Request(request))
}

type Given = Vec<(&'static str, String)>;

/// Reads the global flags before the command; returns them and the number of words they take.
fn leading_flags(words: &[&str]) -> Result<(Given, usize), String> {
    let mut given = Vec::new();
    let mut at = 0;
    while let Some(word) = words.get(at).filter(|word| word.starts_with('-')) {
        let name = word.split('=').next().unwrap_or_default();
        let is_it = |flag: &&Flag| {
            name.strip_prefix("--") == Some(flag.long) || flag.short.is_some_and(|short| name == format!("-{short}"))
        };
        let Some(flag) = GLOBAL.iter().find(is_it) else {
            return Err(format!("unknown flag: {word}\nSee 'kubectl --help' for usage."));
        };
        let value = if let Some((_, value)) = word.split_once('=') {
            value
        } else {
            at += 1;
            words.get(at).copied().ok_or_else(|| format!("flag needs an argument: {word}"))?
        };
        given.push((flag.long, value.to_owned()));
        at += 1;
    }
    Ok((given, at))
}

fn unknown_command(name: &str) -> String {
    if registry().unknown.contains(&name) {
        return format!("kubectl {name} is a real command that the playground does not simulate");
    }
    let mut message = format!("unknown command \"{name}\" for \"kubectl\"");
    let is_near = |known: &&str| distance(&name.to_lowercase(), known) <= 2 || known.starts_with(&name.to_lowercase());
    let near: Vec<&str> = registry().below("").map(|(known, _)| known).filter(is_near).collect();
    if !near.is_empty() {
        message.push_str("\n\nDid you mean this?");
        for known in near {
            message.push_str("\n\t");
            message.push_str(known);
        }
    }
    message
}

/// Returns the Levenshtein distance of two words.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.chars().enumerate() {
        let mut next = vec![index + 1];
        for ((cost, above), known) in row.iter().zip(row.iter().skip(1)).zip(&other) {
            let left = next.last().copied().unwrap_or_default();
            next.push((cost + usize::from(letter != *known)).min(above + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

impl Request {
    fn read(&mut self, words: &[&str]) -> Result<(), String> {
        let mut words = words.iter().copied();
        while let Some(word) = words.next() {
            if word == "--" {
                self.after_dashes.extend(words.by_ref().map(str::to_owned));
            } else if let Some(long) = word.strip_prefix("--") {
                let (name, value) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
                let flag =
                    find(self.command, |flag| flag.long == name).ok_or_else(|| format!("unknown flag: --{name}"))?;
                let needs = || format!("flag needs an argument: --{name}");
                self.take(flag, value, &mut words, needs)?;
            } else if word.len() > 1 && word.starts_with('-') {
                self.read_letters(word, &mut words)?;
            } else {
                self.words.push(word.to_owned());
            }
        }
        Ok(())
    }

    /// Reads short flags: `-w`, `-owide`, `-o=wide`, `-o wide`, and several in one word.
    fn read_letters<'w>(&mut self, word: &str, words: &mut impl Iterator<Item = &'w str>) -> Result<(), String> {
        let mut letters = word.get(1..).unwrap_or_default();
        while let Some(letter) = letters.chars().next() {
            let flag = find(self.command, |flag| flag.short == Some(letter));
            let flag = flag.ok_or_else(|| format!("unknown shorthand flag: '{letter}' in {word}"))?;
            let rest = letters.get(letter.len_utf8()..).unwrap_or_default();
            let takes_none = matches!(flag.value_type, FlagType::Bool | FlagType::Optional);
            let value = match rest.strip_prefix('=') {
                Some(value) => Some(value),
                None if rest.is_empty() || takes_none => None,
                None => Some(rest),
            };
            let needs = || format!("flag needs an argument: '{letter}' in {word}");
            self.take(flag, value, words, needs)?;
            if value.is_some() || !takes_none {
                break;
            }
            letters = rest;
        }
        Ok(())
    }

    fn take<'w>(
        &mut self,
        flag: &'static Flag,
        value: Option<&str>,
        words: &mut impl Iterator<Item = &'w str>,
        needs: impl Fn() -> String,
    ) -> Result<(), String> {
        let value = match (flag.value_type, value) {
            (_, Some(value)) => value,
            (FlagType::Bool, None) => "true",
            (FlagType::Optional, None) => "unchanged",
            (_, None) => words.next().ok_or_else(needs)?,
        };
        let name = flag.short.map_or(format!("--{}", flag.long), |short| format!("-{short}, --{}", flag.long));
        let invalid = |parser: &str| {
            Err(format!(
                "invalid argument \"{value}\" for \"{name}\" flag: strconv.{parser}: parsing \"{value}\": invalid syntax"
            ))
        };
        match flag.value_type {
            FlagType::Bool
                if !matches!(
                    value,
                    "true" | "false" | "1" | "0" | "t" | "f" | "T" | "F" | "True" | "False" | "TRUE" | "FALSE"
                ) =>
            {
                return invalid("ParseBool");
            }
            FlagType::Integer if value.parse::<i64>().is_err() => return invalid("ParseInt"),
            _ => self.flags.push((flag.long, value.to_owned())),
        }
        Ok(())
    }

    /// Returns `true` if the command has such a flag.
    #[must_use]
    pub fn has(&self, long: &str) -> bool {
        find(self.command, |flag| flag.long == long).is_some()
    }

    /// Returns the text of a flag or else its default; `None` if that is empty.
    #[must_use]
    pub fn text(&self, long: &str) -> Option<&str> {
        let given = self.given(long);
        let default = || find(self.command, |flag| flag.long == long).map(|flag| flag.default);
        given.or_else(default).filter(|text| !text.is_empty())
    }

    /// Returns the text of a flag that the line gives, even if it is empty.
    #[must_use]
    pub fn given(&self, long: &str) -> Option<&str> {
        self.flags.iter().rev().find(|(name, _)| *name == long).map(|(_, value)| value.as_str())
    }

    /// Returns `true` if a flag is on.
    #[must_use]
    pub fn flag(&self, long: &str) -> bool {
        self.text(long).is_some_and(|text| matches!(text, "true" | "1" | "t" | "T" | "True" | "TRUE"))
    }

    /// Returns the value of a flag as a whole number.
    #[must_use]
    pub fn integer(&self, long: &str) -> Option<i64> {
        self.text(long)?.parse().ok()
    }

    /// Returns the values of a flag that can be repeated or hold several, separated by commas.
    #[must_use]
    pub fn list(&self, long: &str) -> Vec<&str> {
        let given = self.flags.iter().filter(|(name, _)| *name == long);
        given.flat_map(|(_, value)| value.split(',')).collect()
    }

    /// Returns the namespace that a line names, or `default`.
    #[must_use]
    pub fn namespace(&self) -> &str {
        self.text("namespace").unwrap_or("default")
    }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn request(line: &str) -> Request {
        let words: Vec<&str> = line.split_whitespace().collect();
        match parse(&words) {
            Ok(Parsed::Request(request)) => request,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn flags_stand_anywhere() {
        for line in [
            "get pods -n kube-system -o wide -w",
            "get -nkube-system pods -owide -w",
            "-n kube-system get -wo wide pods",
            "--namespace=kube-system get pods --output=wide --watch=true",
            "get pods -n=kube-system -o=wide -w",
        ] {
            let found = request(line);
            assert_eq!(
                (found.namespace(), found.text("output"), found.flag("watch")),
                ("kube-system", Some("wide"), true),
                "{line}"
            );
            assert_eq!(found.words, ["pods"], "{line}");
        }
        let found = request("create deployment web --image=a,b --replicas 3 -- sleep --x");
        assert_eq!((found.list("image"), found.integer("replicas")), (vec!["a", "b"], Some(3)));
        assert_eq!(found.after_dashes, ["sleep", "--x"]);
        assert_eq!(request("cordon x --dry-run").text("dry-run"), Some("unchanged"));
        assert_eq!(request("cordon x").text("dry-run"), Some("none"));
    }

    #[test]
    fn complaints() {
        let check = |line: &str, expected: &str| {
            let words: Vec<&str> = line.split_whitespace().collect();
            assert_eq!(parse(&words).unwrap_err(), expected, "{line}");
        };
        check("get --bogus", "unknown flag: --bogus\nSee 'kubectl get --help' for usage.");
        check("get -z", "unknown shorthand flag: 'z' in -z\nSee 'kubectl get --help' for usage.");
        check("get pods -o", "flag needs an argument: 'o' in -o\nSee 'kubectl get --help' for usage.");
        check("get pods --output", "flag needs an argument: --output\nSee 'kubectl get --help' for usage.");
        check(
            "scale deploy/x --replicas=two",
            "invalid argument \"two\" for \"--replicas\" flag: strconv.ParseInt: parsing \"two\": invalid syntax\nSee 'kubectl scale --help' for usage.",
        );
        check("gte pods", "unknown command \"gte\" for \"kubectl\"\n\nDid you mean this?\n\tget");
        check("rollout nosuch", "unknown command \"nosuch\"\nSee 'kubectl rollout -h' for help and examples");
        check("logs x", "kubectl logs is a real command that the playground does not simulate");
    }
}
