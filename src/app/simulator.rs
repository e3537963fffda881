//! The simulator, which arrives after the page.
//!
//! Shell, command line and cloud are two thirds of the wasm, and the page can be drawn, read and
//! typed at without them. So they are a file of their own, which `tools/split.mjs` cuts off:
//! everything that is reached only through [`open`].

use wasm_split_helpers::{SplitLoaderError, wasm_split};

use scale_down_session::{Session, SessionOptions, Simulation};

/// Begins a run, as soon as the simulator is there.
///
/// # Errors
///
/// The simulator could not be downloaded; asked again, it is downloaded again.
#[allow(clippy::unnecessary_wraps, reason = "the download before it fails")]
#[wasm_split(simulator, fallible)]
pub fn open(options: SessionOptions) -> Result<Box<dyn Simulation>, SplitLoaderError> {
    Ok(Box::new(Session::new(options)))
}
