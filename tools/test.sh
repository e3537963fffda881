#!/usr/bin/env bash
# Runs every test, or those of one kind:
#
#   tools/test.sh [native] [headless] [package] [e2e]
#
#   native    unit tests, scripts and properties, on this machine
#   headless  the same engine as wasm, in a real Chromium, by wasm-pack
#   package   the JavaScript package, as npm installs it, in Node.js and in a plain page
#   e2e       the built page in a real Chromium, by playwright-core, alone and in other people's pages
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

test_native() {
  say "Testing natively"
  cargo test --quiet --locked --all-features
}

test_headless() {
  say "Testing as wasm in Chromium"
  with_wasm wasm-pack test --headless --chrome --chromedriver "$(find_chromedriver)" --mode no-install \
    -- --locked --features js --test headless
}

test_package() {
  tools/package.sh
  say "Testing the JavaScript package"
  CHROMIUM=$(find_chromium) node --test tests/package/*.test.mjs
}

test_e2e() {
  tools/build.sh
  say "Testing the page in Chromium"
  CHROMIUM=$(find_chromium) node --test --test-timeout=240000 tests/e2e/*.test.mjs tests/hosts/*.test.mjs
}

[ $# -gt 0 ] || set -- native headless package e2e
tools/setup.sh test
for kind in "$@"; do
  case "$kind" in
  native | headless | package | e2e) "test_$kind" || fail "the $kind tests failed" ;;
  *) fail "unknown kind of test '$kind': native, headless, package or e2e" ;;
  esac
done
