//! Programs that are not here.

use super::super::builtins::{self, CONTROLS, RUNNERS};
use super::super::filter::{self, FILTERS};
use super::super::state::State;
use super::environment::Environment;

/// Programs of a real system that people's scripts use, and that are not here.
pub(super) const ABSENT: &[&str] = &[
    "apt",
    "apt-get",
    "base64",
    "bc",
    "brew",
    "cargo",
    "cert-manager",
    "chmod",
    "chown",
    "code",
    "comm",
    "cp",
    "curl",
    "cmp",
    "dd",
    "df",
    "diff",
    "dig",
    "docker",
    "du",
    "envsubst",
    "expr",
    "find",
    "flux",
    "gcc",
    "gh",
    "git",
    "go",
    "gpg",
    "gzip",
    "helm",
    "helmfile",
    "host",
    "htop",
    "id",
    "iptables",
    "istioctl",
    "java",
    "join",
    "journalctl",
    "k9s",
    "kind",
    "kubectx",
    "kubelogin",
    "kubens",
    "kustomize",
    "less",
    "ln",
    "ls",
    "make",
    "man",
    "md5sum",
    "minikube",
    "mkdir",
    "mktemp",
    "more",
    "mv",
    "nano",
    "nc",
    "node",
    "npm",
    "npx",
    "nslookup",
    "od",
    "openssl",
    "perl",
    "pidof",
    "ping",
    "pip",
    "pip3",
    "ps",
    "pwsh",
    "python",
    "python3",
    "realpath",
    "rm",
    "rmdir",
    "rsync",
    "scp",
    "service",
    "sha256sum",
    "shuf",
    "snap",
    "socat",
    "split",
    "ssh",
    "ssh-keygen",
    "stat",
    "stern",
    "strings",
    "stty",
    "su",
    "systemctl",
    "tar",
    "telnet",
    "terraform",
    "tmux",
    "top",
    "touch",
    "tput",
    "tree",
    "tsort",
    "uname",
    "unzip",
    "uuidgen",
    "vi",
    "vim",
    "wget",
    "xxd",
    "yq",
    "yum",
    "zip",
];

/// Returns the message about a program that a pipeline leads to and that is not here, with its exit status.
pub(super) fn unavailable(name: &str) -> (String, i32) {
    if ABSENT.contains(&name) {
        (format!("{name}: {}", filter::unavailable()), 127)
    } else {
        (format!("bash: {name}: command not found"), 127)
    }
}

/// Returns `true` for a command that can be carried out.
pub(super) fn is_known(name: &str, state: &State, environment: &Environment<'_>) -> bool {
    state.functions.contains_key(name)
        || builtins::find(name).is_some()
        || CONTROLS.contains(&name)
        || RUNNERS.contains(&name)
        || FILTERS.contains(&name)
        || (environment.is_program)(name)
        || state.aliases.contains_key(name)
}
