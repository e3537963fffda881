//! The JavaScript package as one WebAssembly module: what it exports is written in `src/js.rs` of the library.

pub use scale_down::js::*;
