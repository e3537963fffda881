//! Prompts before pasted commands.

/// Removes the prompt of a shell from the start of a line: `$ `, `PS C:\\> `, `user@host:~$ `, and those of Cloud Shell,
/// root, zsh, containers and well-known themes.
#[must_use]
pub fn strip_prompt(line: &str) -> &str {
    const FORMS: [fn(&str) -> Option<&str>; 8] =
        [dollar, power_shell, in_brackets, cloud_shell, at_host, z_shell, of_version, with_arrow];
    let trimmed = line.trim_start();
    FORMS.iter().find_map(|form| form(trimmed)).unwrap_or(line)
}

/// `$ command`.
fn dollar(line: &str) -> Option<&str> {
    line.strip_prefix("$ ")
}

/// `PS> command` and `PS C:\> command`.
fn power_shell(line: &str) -> Option<&str> {
    let (path, rest) = line.strip_prefix("PS")?.split_once("> ")?;
    (path.is_empty() || path.starts_with(' ')).then_some(rest)
}

/// `[user@host folder]$ command`, with `#` for root.
fn in_brackets(line: &str) -> Option<&str> {
    let (place, rest) = line.strip_prefix('[')?.split_once(']')?;
    let is_place =
        place.split_once('@').is_some_and(|(user, host)| is_user(user) && !host.is_empty() && !host.starts_with(' '));
    if is_place { after_sign(rest) } else { None }
}

/// `user [ ~ ]$ command`.
fn cloud_shell(line: &str) -> Option<&str> {
    let (user, rest) = line.split_once(" [ ")?;
    let (_, rest) = rest.split_once(" ]")?;
    if is_user(user) { after_sign(rest) } else { None }
}

/// `user@host:~/folder$ command`, with `#` for root.
fn at_host(line: &str) -> Option<&str> {
    let place = line.split(char::is_whitespace).next()?;
    let (user, host) = place.split_once('@')?;
    let is_place = is_user(user) && (host.ends_with('$') || (host.ends_with('#') && host.contains(':')));
    let rest = line.get(place.len()..)?.strip_prefix(' ')?;
    is_place.then_some(rest)
}

/// `user@host folder % command`.
fn z_shell(line: &str) -> Option<&str> {
    let (place, rest) = line.split_once(" % ")?;
    let (user, host) = place.split_once('@')?;
    (is_user(user) && host.split(' ').count() == 2).then_some(rest)
}

/// `bash-5.1$ command`.
fn of_version(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("bash-").or_else(|| line.strip_prefix("sh-"))?;
    let rest = rest.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
    after_sign(rest)
}

/// `❯ command`, `➜  folder git:(main) ✗ command`, and `user ➜ folder (main ✗) $ command`.
fn with_arrow(line: &str) -> Option<&str> {
    if let Some(rest) = line.strip_prefix("❯ ") {
        return Some(rest);
    }
    if let Some((user, rest)) = line.split_once(" ➜ ") {
        return if is_user(user) { rest.split_once(" $ ").map(|(_, rest)| rest) } else { None };
    }
    let rest = line.strip_prefix("➜ ")?;
    // The name of a folder stands behind two blanks.
    let Some(place) = rest.strip_prefix(' ') else { return Some(rest) };
    let (_, mut rest) = place.split_once(' ')?;
    if let Some(branch) = rest.strip_prefix("git:(") {
        rest = branch.split_once(") ")?.1;
    }
    Some(rest.strip_prefix("✗ ").unwrap_or(rest))
}

fn after_sign(rest: &str) -> Option<&str> {
    rest.strip_prefix("$ ").or_else(|| rest.strip_prefix("# "))
}

fn is_user(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter.is_alphanumeric() || "-_.+".contains(letter))
}

#[cfg(test)]
mod tests {
    use super::strip_prompt;

    #[test]
    fn prompts_are_removed() {
        for prompt in [
            "$ ",
            "PS> ",
            "PS C:\\> ",
            "PS /home/user> ",
            "me@host:~/x$ ",
            "joey [ ~ ]$ ",
            "joey [ ~/clouddrive/my scripts ]$ ",
            "root@vm:/# ",
            "[me@host dir]$ ",
            "[root@host ~]# ",
            "me@mac ~ % ",
            "bash-5.1$ ",
            "sh-4.4# ",
            "❯ ",
            "➜  ~ ",
            "➜  work git:(main) ✗ ",
            "➜  work git:(main) ",
            "vscode ➜ /workspaces/x (main ✗) $ ",
        ] {
            assert_eq!(strip_prompt(&format!("{prompt}az group list")), "az group list", "{prompt}");
        }
        for line in ["echo 5 % 3", "[ a = b ] && echo $ x", "az a --query \"[?x]$ \"", "a@b c", "# root@x", "[x@]# y"] {
            assert_eq!(strip_prompt(line), line);
        }
    }
}
