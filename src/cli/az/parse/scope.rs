//! The commands that a line can mean, from its leading words.
//!
//! The Azure CLI loads only the commands that the leading words could begin, and then parses against
//! those alone. The loaded commands decide which words are "misspelled" and which are suggested, so its
//! parser's prefix rule is reproduced here.

use crate::az::registry::registry;

/// The commands that are loaded for one line.
#[derive(Debug)]
pub(super) struct Scope {
    /// Full names, one per next word.
    names: Vec<String>,
    /// Number of leading words that were recognised; they count in any letter case.
    pub(super) recognised: usize,
    /// `true` if those words are the name of a command.
    pub(super) is_command: bool,
}

impl Scope {
    /// Finds the commands for the words after `az`.
    pub(super) fn of(words: &[&str]) -> Self {
        let is_noun = |word: &&&str| !word.is_empty() && !word.starts_with('-');
        let known = known_names();
        // More words than the longest name has begin nothing.
        let longest = known.iter().map(|name| name.split(' ').count()).max().unwrap_or(0);
        let nouns = words.iter().take_while(is_noun).take(longest);
        let nouns: Vec<String> = nouns.map(|noun| noun.to_lowercase()).collect();
        // Modules are loaded by the whole first word, the rest by what it begins.
        let is_loaded = nouns
            .first()
            .is_none_or(|first| registry().group("").is_some_and(|root| root.members.contains(&first.as_str())));
        let begins = |count: usize| {
            let search = nouns.get(..count).unwrap_or_default().join(" ");
            known.iter().any(|name| name.starts_with(&search))
        };
        let recognised = (1..=nouns.len()).rev().find(|count| is_loaded && begins(*count)).unwrap_or(0);
        let command = nouns.get(..recognised).unwrap_or_default().join(" ");
        let is_command = known.contains(&command);
        let names = if is_command {
            vec![command]
        } else if recognised == 0 && !nouns.is_empty() {
            // An unknown first word loads nothing at all.
            Vec::new()
        } else {
            first_of_each(&known, &command)
        };
        Self { names, recognised, is_command }
    }

    /// Returns the words that can follow the given ones.
    pub(super) fn children(&self, path: &[&str]) -> Vec<&str> {
        let mut children = Vec::new();
        for name in &self.names {
            let mut words = name.split(' ');
            let below = path.iter().all(|step| words.next() == Some(step));
            if let Some(child) = words.next().filter(|child| below && !children.contains(child)) {
                children.push(child);
            }
        }
        children
    }
}

/// Returns, of the names that begin with the text, the first for every next word.
fn first_of_each(known: &[String], begin: &str) -> Vec<String> {
    let mut seen = Vec::new();
    let mut names = Vec::new();
    for name in known {
        let Some(rest) = name.strip_prefix(begin) else { continue };
        let next = rest.trim().split(' ').next().unwrap_or_default();
        if !seen.contains(&next) {
            seen.push(next);
            names.push(name.clone());
        }
    }
    names
}

/// Returns every name known, in the order of the real CLI; a group that the registry does not describe
/// counts as one name.
fn known_names() -> Vec<String> {
    let mut names = Vec::new();
    for group in &registry().groups {
        // Groups below `az` itself are listed on their own.
        for member in &group.members {
            let name = if group.name.is_empty() { (*member).to_owned() } else { format!("{} {member}", group.name) };
            if registry().group(&name).is_none() && (!group.name.is_empty() || registry().command(&name).is_some()) {
                names.push(name);
            }
        }
    }
    names
}

/// Returns the leading words of a real command that the registry does not describe; `None` for any other line.
pub(super) fn not_simulated(words: &[&str]) -> Option<String> {
    let mut path = String::new();
    for word in words {
        let word = word.to_lowercase();
        let group = registry().group(&path)?;
        if !group.members.contains(&word.as_str()) {
            return None;
        }
        if !path.is_empty() {
            path.push(' ');
        }
        path.push_str(&word);
        if registry().command(&path).is_some() {
            return None;
        }
        if registry().group(&path).is_none() {
            return Some(path);
        }
    }
    None
}
