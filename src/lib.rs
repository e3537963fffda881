//! AKS Scale-Down Mode in simulated time.
//!
//! The layers, each of which knows only those above it in this list: the simulated cloud
//! (`engine`), text in and typed outcome out (`cli`), one run (`session`), and the faces: the
//! page (`app`), the JavaScript package (`js`) and the native command (`src/bin/scale-down/`).

#[cfg(feature = "app")]
pub mod app;
pub mod cli;
pub mod engine;
pub mod session;

#[cfg(feature = "js")]
pub mod js;
