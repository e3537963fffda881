#!/usr/bin/env bash
# Installs what building and testing need and this machine lacks. Quick when nothing is missing.
#
#   tools/setup.sh          everything
#   tools/setup.sh native   the crates, and nothing else
#   tools/setup.sh bench    what measuring needs: the crates, valgrind and the runner of its benches
#   tools/setup.sh wasm     what compiling to wasm needs: the crates, a compiler and a standard library
#   tools/setup.sh page     what the page needs: all of that, Trunk, wasm-bindgen, wasm-opt
#   tools/setup.sh package  what the JavaScript package needs: the compiler, wasm-bindgen, wasm-opt
#   tools/setup.sh test     what the tests need: all of the above, wasm-pack, Chromium and its driver, MkDocs and mdBook
#   tools/setup.sh test firefox webkit     the same, and the engines that are named
#
# Everything comes from package registries by their own clients: rustup or the distribution's
# packages, crates.io, npm, PyPI. It never downloads a binary from anywhere else, so it also works where
# only registries can be reached. What does not depend on each other is installed side by side.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# Here, and only here.
export CARGO_NET_OFFLINE=false

# Runs a command whose output matters only if it fails.
quietly() {
  local log status=0
  log=$(mktemp)
  "$@" >"$log" 2>&1 </dev/null || status=$?
  if [ "$status" != 0 ]; then
    tail -n 60 "$log" >&2
  fi
  rm -f "$log"
  return "$status"
}

# Runs cargo; says now and then how far it is, and all that it said if it fails.
with_progress() {
  local name=$1 log status=0
  shift
  log=$(mktemp)
  "$@" 2>&1 </dev/null | tee "$log" | awk -v name="$name" '
    BEGIN { "date +%s" | getline begun; close("date +%s"); said = begun }
    /^ *Compiling / { crates += 1 }
    {
      "date +%s" | getline now; close("date +%s")
      if (now - said >= 15) { printf "    %s: %d crates compiled in %d s\n", name, crates, now - begun; fflush(); said = now }
    }' >&2 || status=$?
  if [ "$status" != 0 ]; then
    tail -n 60 "$log" >&2
  fi
  rm -f "$log"
  return "$status"
}

# --- Debian's packages ------------------------------------------------------------------------------

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif have sudo; then
    sudo -n "$@"
  else
    fail "installing packages needs root: run 'make setup' once as root, or install sudo"
  fi
}

# In the foreground: a job in the background could not ask.
ask_for_password() {
  if [ "$(id -u)" != 0 ] && have sudo; then
    sudo -v || fail "installing packages needs root: run 'make setup' once as root"
  fi
}

install_packages() {
  have apt-get || fail "please install these yourself, this script knows only apt-get: $*"
  say "Installing Debian packages: $*"
  if [ -z "${apt_lists_fresh:-}" ]; then
    quietly as_root apt-get update || say "apt-get update failed; going on with the package lists that are there"
    apt_lists_fresh=yes
  fi
  # Nothing that is there is taken away for it, and another installation under way is waited for.
  quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends --no-remove \
    -o DPkg::Lock::Timeout=300 "$@" ||
    fail "apt-get could not install: $*. See its message above. (A browser and its driver may be named by CHROMIUM and CHROMEDRIVER)"
}

# --- what whoever starts must bring -----------------------------------------------------------------

need_basics() {
  have node && have npm ||
    fail "Node.js 20 or newer and npm are needed: install them (packages nodejs and npm) and run this again"
  have cargo && rustc --version >/dev/null 2>&1 ||
    fail "Rust is needed: install it from https://rustup.rs (and 'rustup default stable') and run this again"
  if ! have cc; then
    ask_for_password
    install_packages gcc libc6-dev
  fi
}

# --- a compiler for wasm ----------------------------------------------------------------------------

# Some machines carry one fixed toolchain and say so with RUSTUP_AUTO_INSTALL=0. There, the
# distribution's compiler is installed beside it.
rustup_may_install() { have rustup && [ "${RUSTUP_AUTO_INSTALL:-1}" != 0 ]; }

# A distribution's toolchain counts only where rustup may add nothing to its own.
lacks_wasm_toolchain() {
  if rustup_may_install; then ! has_library_source; else ! wasm_toolchain >/dev/null; fi
}

need_wasm_compiler() {
  if lacks_wasm_toolchain; then
    if rustup_may_install; then
      say "Adding the source of the standard library to the Rust toolchain (rustup component add rust-src)"
      quietly rustup component add rust-src || fail "rustup could not add rust-src; see its message above"
    else
      # Debian's releases carry a newer compiler under the names that its browsers build with.
      install_packages rustc-web cargo-web rust-web-src
    fi
    wasm_toolchain >/dev/null || fail "the Rust toolchain still has no source of its library ($library_source); please report this"
  fi
  with_wasm need_standard_library
}

# Runs inside `with_wasm`. Makes a folder that the compiler takes for its own: its libraries for this
# machine, the linker for wasm, and the standard library for wasm.
need_standard_library() {
  local sysroot host target_folder
  sysroot=$(wasm_sysroot)
  host=$(rustc -vV | sed -n 's/^host: //p')
  # The link to the toolchain is followed: it may be gone.
  [ ! -e "$sysroot/lib/rustlib/$host/lib/" ] || return 0
  mkdir -p "$tools_home"
  target_folder=$(mktemp -d "$tools_home/building.XXXXXX")
  mkdir -p "$target_folder/lib/rustlib/$host/bin" "$target_folder/lib/rustlib/$wasm_target/lib"
  ln -s "$(rustc --print target-libdir)" "$target_folder/lib/rustlib/$host/lib"
  ln -s "$(wasm_linker "$host")" "$target_folder/lib/rustlib/$host/bin/rust-lld"
  # The name now: at the exit it is out of scope.
  # shellcheck disable=SC2064
  trap "rm -rf '$target_folder'" EXIT
  timed "standard library for wasm" build_standard_library "$target_folder" ||
    fail "the standard library for $wasm_target did not build; see the compiler's message above"
  # Only what is whole gets the name that others look for.
  rm -rf "$sysroot"
  mv "$target_folder" "$sysroot"
}

# Prints where the linker is: rustup brings it with the compiler, Debian has a package of the same version.
wasm_linker() {
  local own llvm
  own=$(rustc --print sysroot)/lib/rustlib/$1/bin/rust-lld
  llvm=$(rustc -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
  if [ -e "$own" ]; then
    printf '%s' "$own"
  else
    have "lld-$llvm" || install_packages "lld-$llvm"
    command -v "lld-$llvm"
  fi
}

build_standard_library() {
  say "Building Rust's standard library for $wasm_target (half a minute)"
  local into=$1/lib/rustlib/$wasm_target/lib work=$1/work
  mkdir "$work" && cp -rL "$(rustc --print sysroot)/$library_source" "$work/library" || return 1
  # Vendored copies of its dependencies, where there are any, are not complete; crates.io has them.
  rm -rf "$work/library/vendor"
  (
    cd "$work/library/sysroot" || exit 1
    # The flags are those of the compiler's own bootstrap: they make the result a sysroot.
    env -u CARGO_BUILD_TARGET RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="$work/target" \
      __CARGO_DEFAULT_LIB_METADATA=playground \
      RUSTFLAGS="-Zforce-unstable-if-unmarked -Cembed-bitcode=yes --remap-path-prefix=$cargo_home/registry/src=crates --remap-path-prefix=$work=rust" \
      cargo build --quiet --release --locked --target "$wasm_target" --features "$sysroot_features"
  ) && cp "$work/target/$wasm_target/release/deps/"*.rlib "$into/" && rm "$into"/libsysroot-*.rlib && rm -rf "$work"
}

# --- crates -----------------------------------------------------------------------------------------

# Everything that Cargo.lock names, for every platform: cargo reads all of it to describe the project to Trunk.
need_crates() {
  if cargo fetch --quiet --locked --offline 2>/dev/null; then
    return
  fi
  say "Fetching the crates that Cargo.lock names"
  timed "crates" cargo fetch --locked >&2 || fail "cargo could not fetch the crates; see its message above"
}

# need_program CRATE VERSION PROGRAM [cargo install options]
need_program() {
  local crate=$1 version=$2 program=$3
  shift 3
  if have "$program" && {
    grep -qsF "\"$crate $version " "$tools_home/.crates.toml" ||
      "$program" --version 2>/dev/null | grep -qF " $version"
  }; then
    return
  fi
  say "Installing $crate $version from crates.io"
  # These programs spend their time waiting for others; compiling them fast is worth more than their speed.
  # They are compiled in one folder: what two of them use is compiled once.
  CARGO_TARGET_DIR=$programs_target CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off \
    CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_DEBUG=0 RUSTFLAGS='' \
    timed "$crate" with_progress "$program" cargo install "$crate" --version "=$version" --force \
    --root "$tools_home" "$@" || fail "$crate $version did not install; see cargo's message above"
}

# need_programs NAME …
#
# Two take the newest of what they are made of: the lock files of their releases name versions that not every copy
# of crates.io has.
need_programs() {
  local name
  programs_target=$(mktemp -d)
  trap 'rm -rf "$programs_target"' EXIT
  for name in "$@"; do
    case "$name" in
    # The program must be of the same version as the crate: they share an unversioned format.
    wasm-bindgen) need_program wasm-bindgen-cli "$(locked_version wasm-bindgen)" wasm-bindgen ;;
    wasm-split) need_program wasm_split_cli_support "$wasm_split_version" wasm-split-cli --locked --features build-binary ;;
    trunk) need_program trunk "$trunk_version" trunk --locked --no-default-features ;;
    # Of the same version as the crate, whose output it reads.
    gungraun) need_program gungraun-runner "$(locked_version gungraun)" gungraun-runner ;;
    wasm-pack) need_program wasm-pack "$wasm_pack_version" wasm-pack ;;
    esac
  done
}

# --- tools from npm ---------------------------------------------------------------------------------

need_npm_tools() {
  local stamp=$npm_tools/.installed-from
  if [ -e "$stamp" ] && cmp -s "$stamp" tests/e2e/package-lock.json; then
    return
  fi
  say "Installing the npm tools of tests/e2e (wasm-opt, playwright-core, ws, axe-core)"
  timed "npm tools" quietly npm ci --prefix tests/e2e --no-audit --no-fund ||
    fail "npm ci failed in tests/e2e; run it there by hand to see why"
  cp tests/e2e/package-lock.json "$stamp"
}

# --- tools from PyPI --------------------------------------------------------------------------------

# MkDocs and mdBook, which build the pages that tests embed the playground in.
need_python_tools() {
  local stamp=$python_tools/.installed-from
  if [ -e "$stamp" ] && cmp -s "$stamp" tests/hosts/requirements.txt; then
    return
  fi
  say "Installing the Python tools of tests/hosts (MkDocs, mdBook)"
  rm -rf "$python_tools"
  if ! have python3 || ! quietly python3 -m venv "$python_tools"; then
    install_packages python3 python3-venv
    quietly python3 -m venv "$python_tools" || fail "python3 makes no virtual environment; see its message above"
  fi
  timed "Python tools" quietly "$python_tools/bin/pip" install --quiet --disable-pip-version-check --requirement tests/hosts/requirements.txt ||
    fail "pip could not install tests/hosts/requirements.txt; see its message above"
  cp tests/hosts/requirements.txt "$stamp"
}

# --- a browser --------------------------------------------------------------------------------------

# Chromium for all tests, and the other engines that are asked for.
need_browsers() {
  local engine missing=()
  find_chromium >/dev/null || missing+=(chromium-headless-shell)
  find_chromedriver >/dev/null || missing+=(chromium-driver)
  for engine in "${engines[@]}"; do
    has_engine "$engine" || case "$engine" in
    firefox)
      have apt-get || fail "Firefox is needed: install it, or name it by FIREFOX, and run this again"
      missing+=(firefox-esr)
      ;;
    webkit)
      have apt-get ||
        fail "WebKitGTK's WebDriver and Xvfb are needed: install them (in Debian they are webkit2gtk-driver and xvfb) and run this again, or test in another engine"
      missing+=(webkit2gtk-driver xvfb)
      ;;
    esac
  done
  if [ ${#missing[@]} -gt 0 ]; then
    timed "browser" install_packages "${missing[@]}"
  fi
}

# --- measuring --------------------------------------------------------------------------------------

need_valgrind() { have valgrind || install_packages valgrind libc6-dbg; }

# --- parts ------------------------------------------------------------------------------------------

# Debian's packages are installed one after the other: the package manager allows no more.
packages_of_test() {
  need_wasm_compiler
  need_browsers
  need_python_tools
}

# Asks for a password where packages will be installed.
prepare_packages() {
  local missing=
  if ! rustup_may_install && lacks_wasm_toolchain; then missing=yes; fi
  local engine
  if [ "$1" = test ]; then
    for engine in chromium "${engines[@]}"; do
      has_engine "$engine" || missing=yes
    done
  fi
  if [ "$1" = bench ] && ! have valgrind; then missing=yes; fi
  if [ -n "$missing" ]; then
    ask_for_password
  fi
}

# Runs its arguments, each a command of one or more words, side by side; ends all when one fails. They are waited for
# in their order, so the quick ones come first.
side_by_side() {
  local job jobs=()
  set -m
  trap 'kill -- $(jobs -p | sed "s/^/-/") 2>/dev/null || true' EXIT
  for job in "$@"; do
    # The words of each are wanted.
    # shellcheck disable=SC2086
    $job &
    jobs+=("$!")
  done
  set +m
  for job in "${jobs[@]}"; do
    wait "$job" || exit 1
  done
  trap - EXIT
}

engines=("${@:2}")
need_basics
[ "${1:-test}" = native ] || prepare_packages "${1:-test}"
case "${1:-test}" in
native) need_crates ;;
bench) side_by_side need_crates need_valgrind "need_programs gungraun" ;;
wasm) side_by_side need_crates need_wasm_compiler ;;
page) side_by_side need_crates need_npm_tools need_wasm_compiler "need_programs wasm-bindgen wasm-split trunk" ;;
package) side_by_side need_crates need_npm_tools need_wasm_compiler "need_programs wasm-bindgen" ;;
test) side_by_side need_crates need_npm_tools packages_of_test "need_programs wasm-bindgen wasm-split trunk wasm-pack" ;;
*) fail "unknown part '$1': native, bench, wasm, page, package or test" ;;
esac
