# Shared by every script in tools/: where things are, which toolchain builds wasm, how to speak.
#
# Sourced, not run. Each script sources it first, so that all of them agree on the toolchain, on the
# PATH and on where build output goes, whatever the current folder is.
# shellcheck shell=bash

set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

wasm_target=wasm32-unknown-unknown
# Newer Trunks need a newer compiler than `rust-version` in Cargo.toml promises.
trunk_version=0.21.14
wasm_pack_version=0.15.1
# Reads what `wasm_split_helpers` in Cargo.toml writes.
wasm_split_version=0.2.4

cargo_home=${CARGO_HOME:-$HOME/.cargo}
# The tools of this project, for all of its clones: nothing is added to the user's own.
tools_home=${SCALE_DOWN_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/scale-down-playground}
npm_tools=$root/tests/e2e/node_modules
python_tools=$tools_home/python-$(cksum <tests/hosts/requirements.txt | cut -d ' ' -f 1)
export PATH="$tools_home/bin:$npm_tools/.bin:$python_tools/bin:$PATH"
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$root/target}
# Only the set-up downloads, and with `locked` what the lock files name: whatever else a build would
# fetch fails here, on every machine, and not only on the first one whose cache is empty.
export CARGO_NET_OFFLINE=true

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

# Runs a command, and notes in the file $STEP_TIMES, where there is one, how long it took.
# timed NAME COMMAND [ARGUMENT …]
timed() {
  local name=$1 begun=$SECONDS status=0
  shift
  "$@" || status=$?
  if [ -n "${STEP_TIMES:-}" ]; then
    printf '%s\t%s\n' "$((SECONDS - begun))" "$name" >>"$STEP_TIMES"
  fi
  return "$status"
}

# Prints the table of the steps that were timed. Steps run side by side, so they add up to more than the whole.
print_steps() {
  awk -F'\t' '{ printf "  %4d s  %s\n", $1, $2 }' "$STEP_TIMES" >&2
}

# The version that Cargo.lock pins for a crate: a tool that reads another crate's output must match it.
locked_version() {
  awk -v crate="$1" -F'"' '$1 == "name = " { name = $2 } $1 == "version = " && name == crate { print $2; exit }' Cargo.lock
}

# --- the compiler for wasm --------------------------------------------------------------------------
#
# One wasm, whatever the machine: the standard library is always built here, from its source, for size.
# It gets a sysroot of its own, so that no toolchain is changed, and one that is changed by somebody else
# does not change what is built.

# Makes the page smaller: it trades a little speed of sorts and of printing numbers.
sysroot_features="panic-unwind compiler-builtins-mem optimize_for_size"
# Goes up when tools/setup.sh builds the library in another way.
sysroot_recipe=1

# Prints the first toolchain whose standard library's source is here, as RUSTUP_TOOLCHAIN names it: the
# default one (an empty name is none for rustup), or that of a distribution's packages, by its folder.
wasm_toolchain() {
  local toolchain
  for toolchain in "${RUSTUP_TOOLCHAIN:-}" /usr; do
    if RUSTUP_TOOLCHAIN=$toolchain has_library_source; then
      printf '%s' "$toolchain"
      return
    fi
  done
  return 1
}

# Whether the compiler is as new as Cargo.toml asks, and the source of its library can be built for size.
has_library_source() {
  local oldest version
  oldest=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
  version=$(rustc --version 2>/dev/null | cut -d ' ' -f 2)
  [ "$(printf '%s\n' "$oldest" "$version" | sort -V | head -n 1)" = "$oldest" ] &&
    grep -qs '^optimize_for_size' "$(rustc --print sysroot)/$library_source/sysroot/Cargo.toml"
}

# Where a toolchain has the source, for whoever has rustup's `rust-src` or Debian's `rust-web-src`.
library_source=lib/rustlib/src/rust/library

# The folder of the standard library for wasm that goes with the toolchain.
wasm_sysroot() {
  local key
  key=$({ rustc -vV && rustc --print sysroot && printf '%s\n' "$sysroot_recipe" "$sysroot_features"; } | cksum)
  printf '%s/sysroot-%s' "$tools_home" "${key%% *}"
}

# Runs a command with the toolchain that builds wasm.
with_wasm() (
  RUSTUP_TOOLCHAIN=$(wasm_toolchain) || fail "no Rust toolchain here builds $wasm_target; run 'make setup' first"
  export RUSTUP_TOOLCHAIN
  export RUSTFLAGS="${RUSTFLAGS:-} --sysroot=$(wasm_sysroot)"
  "$@"
)

# For wasm that is sent over a network: it is built for size, and without the paths of this machine,
# which panic messages would carry.
for_the_web() {
  export CARGO_PROFILE_RELEASE_OPT_LEVEL=z
  export RUSTFLAGS="${RUSTFLAGS:-} --remap-path-prefix=$cargo_home/registry/src=crates --remap-path-prefix=$root=playground"
}

# --- browsers ---------------------------------------------------------------------------------------

# The browser that tests drive: $CHROMIUM, or the first that is installed.
find_chromium() {
  local name
  for name in "${CHROMIUM:-}" chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable; do
    if [ -n "$name" ] && have "$name"; then
      command -v "$name"
      return
    fi
  done
  return 1
}

# Firefox as it is installed, for the tests that are run in it: $FIREFOX, or the first that is there.
find_firefox() {
  local name
  for name in "${FIREFOX:-}" firefox-esr firefox; do
    if [ -n "$name" ] && have "$name"; then
      command -v "$name"
      return
    fi
  done
  return 1
}

# WebKitGTK's driver ($WEBKIT_DRIVER) and the display that its browser is shown on.
has_webkit() { have "${WEBKIT_DRIVER:-WebKitWebDriver}" && have Xvfb; }

has_engine() {
  case "$1" in
  chromium) find_chromium && find_chromedriver ;;
  firefox) find_firefox ;;
  webkit) has_webkit ;;
  *) fail "unknown engine '$1': chromium, firefox or webkit" ;;
  esac >/dev/null
}

find_chromedriver() {
  local name
  for name in "${CHROMEDRIVER:-}" chromedriver; do
    if [ -n "$name" ] && have "$name"; then
      command -v "$name"
      return
    fi
  done
  return 1
}
