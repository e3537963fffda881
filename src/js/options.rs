//! The options of the constructor.

use super::problem::Problem;
use scale_down_session::{DEFAULT_SEED, SessionOptions, World};

/// Names of the options, as `SimulatorOptions` in `types.d.ts` declares them.
pub const OPTIONS: [&str; 4] = ["seed", "strict", "world", "history"];

/// Returns the error of an option that does not exist.
pub fn unknown(name: &str) -> Problem {
    Problem::argument(format!("there is no option '{name}': the options are {}", OPTIONS.join(", ")))
}

/// Returns the options of a run; `world` is JSON.
///
/// # Errors
///
/// `invalid_world` for a world that cannot be read.
pub fn session_options(
    seed: Option<u64>,
    strict: bool,
    world: Option<&str>,
    history: bool,
) -> Result<SessionOptions, Problem> {
    let world = world.map(World::parse).transpose()?;
    let seed = Some(seed.unwrap_or(DEFAULT_SEED));
    Ok(SessionOptions { seed, strict, world, without_history: !history, ..SessionOptions::default() })
}
