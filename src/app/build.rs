//! Has the linker keep the relocations of the page's module, by which `tools/split.mjs` cuts it in two.
//!
//! A flag for this one program, so that everything below it is compiled once for the page and the package.
#![allow(clippy::print_stdout, reason = "cargo reads it")]

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|architecture| architecture == "wasm32") {
        println!("cargo::rustc-link-arg-bin=playground=--emit-relocs");
    }
}
