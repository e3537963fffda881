//! AKS Scale-Down Mode in simulated time: every layer of the simulator under one name, for tests and measurements.
//!
//! Each layer is a crate and knows only those above it in this list: the simulated cloud ([`engine`]), text in
//! and typed outcome out ([`cli`]), one run ([`session`]), cases of what the real programs do
//! ([`conformance`]). The faces are crates of their own: the page (`src/app/`), the JavaScript package
//! (`src/js/`, `package/`) and the native command (`src/bin/scale-down/`).

pub use scale_down_cli as cli;
pub use scale_down_conformance as conformance;
pub use scale_down_engine as engine;
pub use scale_down_session as session;
