#!/usr/bin/env bash
# Goes through `make serve` and `make test` as on a fresh machine, and says how long each step took.
#
# As somebody who has just installed Rust, Node.js and make: a clone of the last commit, a home of its own and so
# empty caches of crates, npm and pip and no tools, and none of the Debian packages that the set-up installs. Those
# are taken away in a copy-on-write view of this machine, which needs root; nothing outside of it changes. Where there
# is no such view, packages stay, and those that are missing are installed for good.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

packages=(cargo-web rustc-web rust-web-src lld-22 lld-19 chromium chromium-common chromium-driver chromium-headless-shell)

if [ "${1:-}" != inside ]; then
  place=$(mktemp -d)
  trap 'rm -rf "$place"' EXIT
  mkdir "$place/changes" "$place/work" "$place/view" "$place/user"
  git clone --quiet . "$place/user/playground"
  if unshare --mount true 2>/dev/null && unshare --mount sh -c "mount -t tmpfs none $place/view" 2>/dev/null; then
    say "Beginning in a view of this machine without the packages of the set-up"
    unshare --mount bash -c '
      set -e
      place=$1
      mount -t overlay overlay -o "lowerdir=/,upperdir=$place/changes,workdir=$place/work" "$place/view"
      mount --bind "$place/user" "$place/view/mnt"
      for folder in proc dev sys; do mount --rbind "/$folder" "$place/view/$folder"; done
      exec chroot "$place/view" env HOME=/mnt "${@:2}"
    ' - "$place" bash /mnt/playground/tools/fresh.sh inside "$(command -v rustup || true)" "${RUSTUP_HOME:-$HOME/.rustup}" view
  else
    say "No view of this machine can be made here: Debian packages that are installed are used"
    HOME=$place/user bash "$place/user/playground/tools/fresh.sh" inside "$(command -v rustup || true)" "${RUSTUP_HOME:-$HOME/.rustup}"
  fi
  exit
fi

# --- inside: HOME is empty but for the clone --------------------------------------------------------

rustup=$2
unset CARGO_HOME CARGO_TARGET_DIR XDG_CACHE_HOME SCALE_DOWN_TOOLS CARGO_NET_OFFLINE npm_config_cache PIP_CACHE_DIR
export RUSTUP_HOME=$3 STEP_TIMES=$HOME/steps
if [ -n "$rustup" ]; then
  # The compiler as rustup has installed it, and none of the programs beside it.
  mkdir -p "$HOME/.cargo/bin"
  cp "$rustup" "$HOME/.cargo/bin/rustup"
  for program in cargo rustc rustdoc rustfmt cargo-fmt cargo-clippy clippy-driver; do
    ln -s rustup "$HOME/.cargo/bin/$program"
  done
  PATH=$HOME/.cargo/bin:$(printf '%s' "$PATH" | tr ':' '\n' | grep -v '/.cargo/bin$\|/scale-down-playground/\|/node_modules/' | paste -sd:)
  export PATH
fi
if [ "${4:-}" = view ] && [ "$HOME" = /mnt ] && have dpkg; then
  mapfile -t installed < <(dpkg-query --show --showformat '${Package} ${db:Status-Status}\n' "${packages[@]}" 2>/dev/null | sed -n 's/ installed$//p')
  if [ ${#installed[@]} -gt 0 ]; then
    DEBIAN_FRONTEND=noninteractive apt-get purge -y --allow-remove-essential "${installed[@]}" >/dev/null 2>&1 ||
      fail "the packages could not be taken away: ${installed[*]}"
  fi
  rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb
fi

begun=$SECONDS
: >"$STEP_TIMES"
trap print_steps EXIT
say "make serve"
PORT=18080 make serve >"$HOME/address" &
serving=$!
trap 'kill "$serving" 2>/dev/null || true; print_steps' EXIT
until grep -qs 'http://' "$HOME/address"; do
  kill -0 "$serving" 2>/dev/null || fail "make serve ended without a page"
  sleep 1
done
address=$(grep -o 'http://[^ ]*' "$HOME/address")
node --input-type=module --eval "
  const answer = await fetch('$address');
  if (!answer.ok || !(await answer.text()).includes('boot.js')) process.exit(1);
" || fail "the page at $address does not answer"
printf '%s\t%s\n' "$((SECONDS - begun))" "MAKE SERVE, to a served page" >>"$STEP_TIMES"
kill "$serving"
trap print_steps EXIT

begun=$SECONDS
say "make test"
make test >"$HOME/test.log" 2>&1 </dev/null || {
  tail -n 80 "$HOME/test.log" >&2
  fail "make test failed; see above"
}
printf '%s\t%s\n' "$((SECONDS - begun))" "MAKE TEST" >>"$STEP_TIMES"

node tools/page-size.mjs
say "Both commands work on a fresh machine ($(nproc) cores, $(rustc --version))"
