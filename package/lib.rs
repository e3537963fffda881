//! The JavaScript package as one WebAssembly module: what it exports is written in `src/js/`.

pub use scale_down_js::*;
