//! The options of the constructor.

use serde::Deserialize;
use serde_json::Value;

use super::problem::{Problem, integer};
use scale_down_session::{DEFAULT_SEED, SessionOptions, World};

/// The options, as `SimulatorOptions` in `types.d.ts` declares them.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Options {
    seed: Option<f64>,
    strict: bool,
    world: Option<Value>,
}

/// Reads the options of a run; null stands for none.
///
/// # Errors
///
/// `invalid_argument` for options that do not exist, `invalid_world` for a world that cannot be read.
pub fn session_options(value: Value) -> Result<SessionOptions, Problem> {
    let options: Option<Options> =
        serde_json::from_value(value).map_err(|error| Problem::argument(error.to_string()))?;
    let options = options.unwrap_or_default();
    let seed = options.seed.map(|seed| integer("seed", seed)).transpose()?;
    let world = options.world.map(|world| World::parse(&world.to_string())).transpose()?;
    Ok(SessionOptions {
        seed: Some(seed.unwrap_or(DEFAULT_SEED)),
        strict: options.strict,
        world,
        ..SessionOptions::default()
    })
}
