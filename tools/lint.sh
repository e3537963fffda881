#!/usr/bin/env bash
# Checks format and lints; any warning fails.
#
# Everything is checked for this machine, with the default toolchain: what is compiled to wasm is compiled
# natively too, but for tests/headless.rs, whose warnings the compiler prints.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

tools/setup.sh native

say "Checking the format"
cargo fmt --all --check || fail "the format differs; 'cargo fmt --all' mends it"

say "Comparing what the page and the package are made of"
# The crates of a build for wasm, each with its features.
crates_of() {
  cargo tree --locked --package "$1" --target "$wasm_target" --edges normal --prefix none --format '{p} {f}' |
    sed 's/ (\*)$//' | sort -u
}
page=$(crates_of scale-down-app)
package=$(crates_of scale-down-package)
apart=$(comm -13 <(printf '%s\n' "$page") <(printf '%s\n' "$package") | grep -v '^scale-down-' || true)
[ -z "$apart" ] ||
  fail "compiled twice, for the page and for the package, as their features differ (see src/js/Cargo.toml): $apart"

say "Linting"
# Without its default feature, the crate of fuzz targets is checked and the fuzzer, in C++, is not compiled.
timed "clippy" cargo clippy --quiet --locked --workspace --all-targets --no-default-features --features scale-down-js/constructor,command \
  -- -D warnings || fail "clippy has something to say; see above"

say "Checking the documentation"
RUSTDOCFLAGS="-D warnings" timed "rustdoc" cargo doc --quiet --locked --workspace --exclude scale-down-fuzz --no-deps ||
  fail "rustdoc has something to say; see above"
