#!/usr/bin/env bash
# Builds the page and serves it on this machine; PORT chooses where to begin looking for a free port.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

tools/build.sh
exec node tools/serve.mjs dist
