#!/usr/bin/env bash
# Installs what building and testing need and this machine lacks. Quick when nothing is missing.
#
#   tools/setup.sh          everything
#   tools/setup.sh page     what the page needs: a compiler for wasm, Trunk, wasm-bindgen, wasm-opt
#   tools/setup.sh package  what the JavaScript package needs: the above and wasm-pack
#   tools/setup.sh test     what the tests need: all of the above, Chromium and its driver, MkDocs and mdBook
#
# Everything comes from package registries by their own clients: rustup or the distribution's
# packages, crates.io, npm, PyPI. It never downloads a binary from anywhere else, so it also works where
# only registries can be reached.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif have sudo; then
    sudo "$@"
  else
    fail "installing packages needs root: run 'make setup' once as root, or install sudo"
  fi
}

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

apt_lists_fresh=
install_packages() {
  have apt-get || fail "please install these yourself, this script knows only apt-get: $*"
  say "Installing Debian packages: $*"
  if [ -z "$apt_lists_fresh" ]; then
    quietly as_root apt-get update || say "apt-get update failed; going on with the package lists that are there"
    apt_lists_fresh=yes
  fi
  quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" ||
    fail "apt-get could not install: $*. See its message above"
}

need_basics() {
  if ! have cc; then
    install_packages gcc libc6-dev
  fi
  have node && have npm ||
    fail "Node.js 20 or newer and npm are needed: install them (packages nodejs and npm) and run this again"
  have cargo || fail "Rust is needed: install it from https://rustup.rs and run this again"
}

# --- a compiler for wasm ----------------------------------------------------------------------------

# Some machines carry one fixed toolchain and say so with RUSTUP_AUTO_INSTALL=0. There, the
# distribution's compiler is installed beside it.
rustup_may_install() { have rustup && [ "${RUSTUP_AUTO_INSTALL:-1}" != 0 ]; }

need_wasm_compiler() {
  if ! wasm_toolchain >/dev/null || sysroot_is_stale; then
    install_wasm_compiler
  fi
  forget_other_builds
}

# What was built with other libraries does not go with these, and cargo does not notice when they change.
forget_other_builds() {
  local built=$CARGO_TARGET_DIR/$wasm_target libraries origin
  libraries=$(with_wasm rustc --print target-libdir --target "$wasm_target")
  origin=$(cksum "$libraries"/libstd-*.rlib)
  if [ "$origin" != "$(cat "$built/.standard-library" 2>/dev/null)" ]; then
    rm -rf "${built:?}"
    mkdir -p "$built"
    printf '%s\n' "$origin" >"$built/.standard-library"
  fi
}

install_wasm_compiler() {
  if rustup_may_install; then
    say "Adding the target $wasm_target to the Rust toolchain"
    rustup target add "$wasm_target" ||
      fail "rustup could not add $wasm_target; check its message above and the network"
  else
    install_distribution_compiler
  fi
  wasm_toolchain >/dev/null || fail "the Rust toolchain still has no $wasm_target library; please report this"
}

# The last makes the page a tenth smaller: it trades a little speed of sorts and of printing numbers.
sysroot_features="panic-unwind compiler-builtins-mem optimize_for_size"
sysroot_stamp=/usr/lib/rustlib/$wasm_target/built-by-compiler
sysroot_origin() { printf '%s\nfeatures: %s\n' "$(/usr/bin/rustc -vV 2>/dev/null)" "$sysroot_features"; }

# Built by this script, and since then the distribution's compiler was upgraded, or this script wants
# other libraries.
sysroot_is_stale() { [ -e "$sysroot_stamp" ] && [ "$(sysroot_origin)" != "$(cat "$sysroot_stamp")" ]; }

install_distribution_compiler() {
  # Debian's releases carry a newer compiler under the names that its browsers build with.
  install_packages rustc-web cargo-web rust-web-src rust-web-clippy
  local llvm programs
  llvm=$(/usr/bin/rustc -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
  install_packages "lld-$llvm"
  # The compiler looks for its linker for wasm under this name, next to its own libraries.
  programs=$(dirname "$(/usr/bin/rustc --print target-libdir)")/bin
  as_root mkdir -p "$programs"
  as_root ln -sf "/usr/bin/lld-$llvm" "$programs/rust-lld"
  builds_wasm /usr/bin/rustc && ! sysroot_is_stale || build_standard_library
  if have rustup; then
    rustup toolchain link "$distribution_toolchain" /usr
  fi
}

# The distribution packages the standard library for its own machines only, and its source.
build_standard_library() {
  say "Building Rust's standard library for $wasm_target (half a minute)"
  local work source libraries
  source=$(dirname "$(dpkg -L rust-web-src | grep -m1 '/library/sysroot/Cargo.toml$')")/..
  work=$(mktemp -d)
  # The vendored copies of its dependencies are left out by the package; crates.io has them.
  cp -rL "$source" "$work/library"
  rm -rf "$work/library/vendor"
  (
    cd "$work/library/sysroot"
    # The flags are those of the compiler's own bootstrap: they make the result a sysroot.
    env -u RUSTUP_TOOLCHAIN -u CARGO_BUILD_TARGET \
      RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="$work/target" \
      __CARGO_DEFAULT_LIB_METADATA=playground \
      RUSTFLAGS="-Zforce-unstable-if-unmarked -Cembed-bitcode=yes --remap-path-prefix=$cargo_home/registry/src=crates --remap-path-prefix=$work=rust" \
      /usr/bin/cargo build --quiet --release --target "$wasm_target" \
      --features "$sysroot_features"
  ) || fail "the standard library for $wasm_target did not build; see the compiler's message above"
  libraries=/usr/lib/rustlib/$wasm_target/lib
  as_root mkdir -p "$libraries"
  as_root rm -f "$libraries"/*.rlib
  find "$work/target/$wasm_target/release/deps" -name '*.rlib' ! -name 'libsysroot-*' -print0 |
    as_root xargs -0 cp -t "$libraries"
  sysroot_origin | as_root tee "$sysroot_stamp" >/dev/null
  rm -rf "$work"
}

# --- tools from crates.io ---------------------------------------------------------------------------

# need_crate CRATE VERSION PROGRAM MINUTES [cargo install options]
need_crate() {
  local crate=$1 version=$2 program=$3 minutes=$4
  shift 4
  if have "$program" && {
    "$program" --version 2>/dev/null | grep -qF " $version" ||
      cargo install --list --root "$cargo_home" | grep -qxF "$crate v$version:"
  }; then
    return
  fi
  say "Installing $crate $version from crates.io (once; about $minutes min)"
  # These tools spend their time waiting for others; compiling them fast is worth more than their speed.
  local work
  work=$(mktemp -d)
  CARGO_TARGET_DIR=$work CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off \
    CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_DEBUG=0 \
    cargo install "$crate" --version "=$version" --force --quiet \
    --root "$cargo_home" "$@" >&2 || fail "$crate $version did not install; see cargo's message above"
  rm -rf "$work"
}

need_wasm_bindgen() {
  # The program must be of the same version as the crate: they share an unversioned format.
  need_crate wasm-bindgen-cli "$(locked_version wasm-bindgen)" wasm-bindgen 2
}

# --- tools from npm ---------------------------------------------------------------------------------

need_npm_tools() {
  local stamp=$npm_tools/.installed-from
  if [ -e "$stamp" ] && cmp -s "$stamp" tests/e2e/package-lock.json; then
    return
  fi
  say "Installing the npm tools of tests/e2e (wasm-opt, playwright-core, axe-core)"
  quietly npm ci --prefix tests/e2e --no-audit --no-fund ||
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
  quietly "$python_tools/bin/pip" install --quiet --disable-pip-version-check --requirement tests/hosts/requirements.txt ||
    fail "pip could not install tests/hosts/requirements.txt; see its message above"
  cp tests/hosts/requirements.txt "$stamp"
}

# --- a browser --------------------------------------------------------------------------------------

need_browser() {
  if ! find_chromium >/dev/null; then
    install_packages chromium
  fi
  if ! find_chromedriver >/dev/null; then
    install_packages chromium-driver
  fi
}

need_page() {
  need_basics
  need_npm_tools
  need_wasm_compiler
  need_wasm_bindgen
  need_crate wasm_split_cli_support "$wasm_split_version" wasm-split-cli 1 --locked --features build-binary
  need_crate trunk "$trunk_version" trunk 4 --locked --no-default-features
}

need_package() {
  need_basics
  need_npm_tools
  need_wasm_compiler
  need_wasm_bindgen
  need_crate wasm-pack "$wasm_pack_version" wasm-pack 1
}

case "${1:-test}" in
page) need_page ;;
package) need_package ;;
test)
  need_browser
  need_python_tools
  need_page
  need_package
  ;;
*) fail "unknown part '$1': page, package or test" ;;
esac
