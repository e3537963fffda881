#!/usr/bin/env bash
# Builds the page for release into dist/ and checks what it weighs.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

tools/setup.sh page
say "Building the page (release)"
with_wasm trunk build --release --quiet || fail "the page did not build; see the message above"
node tools/page-size.mjs dist
