#!/bin/sh
# The production modules of one app and of the packages it stands on, and nothing else: what only compilers and debuggers
# read (declarations, source maps) and the WebAssembly build of sharp, which is never loaded beside a native one, go.
# usage: install-modules.sh APP, in the folder with the production manifests
set -eu
npm ci --omit=dev --omit=peer --ignore-scripts --workspace "@pressroom/$1"
find . -name node_modules -prune -o -type f -exec rm {} +
find . -type d -empty -delete
find . -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete
if ls node_modules/@img/sharp-linux* >/dev/null 2>&1; then rm -rf node_modules/@img/sharp-wasm32; fi
