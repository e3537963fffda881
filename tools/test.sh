#!/usr/bin/env bash
# Runs every test, or those of one kind:
#
#   tools/test.sh [lint] [native] [package] [e2e] [smoke] [headless]
#
#   lint      format and lints, which is no part of the tests unless it is asked for
#   native    unit tests, scripts and properties, on this machine
#   headless  the same engine as wasm, in a real Chromium, by wasm-pack
#   package   the JavaScript package, as npm installs it, in Node.js and in a plain page
#   e2e       the built page in a real browser, alone and in other people's pages: in Chromium, or in the engine that
#             the variable ENGINE names (firefox or webkit)
#   smoke     the page in twenty steps, in Firefox and in WebKit, which is no part of the tests unless it is asked for
#
# Ends with a table of how long each step took.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

if [ -z "${STEP_TIMES:-}" ]; then
  STEP_TIMES=$(mktemp)
  export STEP_TIMES
fi

test_lint() {
  tools/lint.sh
}

# What has tests that run natively.
tested=(--workspace --exclude scale-down-fuzz --exclude scale-down-package --exclude scale-down-benches)

test_native() {
  say "Testing natively"
  timed "native tests: compile" cargo test --quiet --locked "${tested[@]}" --no-run &&
    timed "native tests: run" cargo test --quiet --locked "${tested[@]}"
}

# Compiled as the package is, so that what both are made of is compiled once.
build_headless() (
  for_the_web
  timed "headless tests: compile" with_wasm cargo test --quiet --release --locked --target "$wasm_target" --no-default-features --test headless --no-run
)

test_headless() {
  await build_headless
  say "Testing as wasm in Chromium"
  run_headless
}

run_headless() (
  for_the_web
  # The driver looks for a browser of this name, and has no option for another.
  browser=$(mktemp -d)
  trap 'rm -rf "$browser"' EXIT
  ln -s "$(find_chromium)" "$browser/google-chrome"
  export PATH="$browser:$PATH"
  with_wasm wasm-pack test --headless --chrome --chromedriver "$(find_chromedriver)" --mode no-install \
    --release -- --locked --no-default-features --test headless
)

test_package() {
  await tools/package.sh
  say "Testing the JavaScript package"
  CHROMIUM=$(find_chromium) node --test tests/package/*.test.mjs
}

# test_in ENGINE FILE …; three at a time: each test waits now and then for its page.
test_in() {
  say "Testing the page in $1"
  ENGINE=$1 CHROMIUM=$(find_chromium) FIREFOX=$(find_firefox || true) \
    node --test --test-concurrency=3 --test-timeout=240000 "${@:2}"
}

test_e2e() {
  await tools/build.sh
  test_in "$engine" tests/e2e/*.test.mjs tests/hosts/*.test.mjs
}

test_smoke() {
  await tools/build.sh
  timed "smoke: firefox" test_in firefox tests/e2e/smoke.test.mjs &&
    timed "smoke: webkit" test_in webkit tests/e2e/smoke.test.mjs
}

# What is compiled to wasm is built while the rest is checked: that takes long, keeps one core busy, and uses
# other folders of cargo's. What it says is indented.
builds=()
will_build() { [[ " ${builds[*]} " == *" $1 "* ]] || builds+=("$1"); }
built=$(mktemp -d)
building=
begin_builds() {
  [ ${#builds[@]} -gt 0 ] || return 0
  # In a process group of its own, to be ended as a whole.
  set -m
  (
    for build in "${builds[@]}"; do
      "$build" || exit 1
      touch "$built/$(basename "$build")"
    done 2>&1 | while IFS= read -r line; do printf '    %s\n' "$line"; done >&2
  ) &
  building=$!
  set +m
  trap 'kill -- "-$building" 2>/dev/null || true; rm -rf "$built"' EXIT
}

# await BUILD: until it is done.
await() {
  timed "waiting for $1" until_built "$1" || fail "a build failed; see above"
}
until_built() {
  while [ ! -e "$built/$(basename "$1")" ]; do
    kill -0 "$building" 2>/dev/null || [ -e "$built/$(basename "$1")" ] || return 1
    sleep 0.2
  done
}

engine=${ENGINE:-chromium}
engines=()
begun=$SECONDS
[ $# -gt 0 ] || set -- native package e2e headless
for kind in "$@"; do
  case "$kind" in
  lint | native) ;;
  headless) will_build build_headless ;;
  package) will_build tools/package.sh ;;
  e2e)
    will_build tools/build.sh
    engines+=("$engine")
    ;;
  smoke)
    will_build tools/build.sh
    engines+=(firefox webkit)
    ;;
  *) fail "unknown kind of test '$kind': lint, native, headless, package, e2e or smoke" ;;
  esac
done
timed "set-up" tools/setup.sh test "${engines[@]}"
begin_builds
for kind in "$@"; do
  timed "$kind" "test_$kind" || fail "the $kind tests failed"
done
say "Every test passed, in $((SECONDS - begun)) s:"
print_steps
