//! `scale-down completions` and `scale-down man`: what is generated from the description of the arguments.

use std::process::ExitCode;

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::{HELP, Problem, print};

/// Print a script with which a shell completes commands and options.
#[derive(Args)]
#[command(
    override_usage = "scale-down completions SHELL",
    help_template = HELP,
    after_help = "bash, for example, reads it with: source <(scale-down completions bash)"
)]
pub struct Completions {
    /// The shell.
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,
}

/// Prints the script for a shell.
pub fn completions(arguments: &Completions) -> Result<ExitCode, Problem> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut super::Arguments::command(), "scale-down", &mut script);
    print(&String::from_utf8_lossy(&script))
}

/// Print the manual page of scale-down, or of one of its commands.
#[derive(Args)]
#[command(
    override_usage = "scale-down man [COMMAND...]",
    help_template = HELP,
    after_help = "It is shown with: scale-down man run | man -l -"
)]
pub struct Man {
    /// The command, such as run, or lesson check.
    #[arg(value_name = "COMMAND")]
    words: Vec<String>,
}

/// Prints the manual page of a command.
pub fn man(arguments: &Man) -> Result<ExitCode, Problem> {
    let mut described = super::Arguments::command();
    described.build();
    let mut command = &described;
    for word in &arguments.words {
        command = command.find_subcommand(word).ok_or_else(|| format!("there is no command '{word}'"))?;
    }
    let page = clap_mangen::Man::new(command.clone());
    let page = page.source(concat!("scale-down ", env!("CARGO_PKG_VERSION"))).manual("Scale-Down Playground");
    let mut roff = Vec::new();
    page.render(&mut roff).map_err(|error| error.to_string())?;
    print(&String::from_utf8_lossy(&roff))
}
