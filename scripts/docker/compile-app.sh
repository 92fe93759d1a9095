#!/bin/sh
# Compiles one app and the packages it stands on, and collects what runs: code with its source maps, manifests, SQL.
# usage: compile-app.sh APP OUT, in the folder with the sources
set -eu
npx tsc -b "apps/$1"
mkdir -p "$2"
for built in */*/dist/src; do
  workspace=${built%/dist/src}
  find "$workspace/package.json" "$built" -type f ! -name '*.d.ts' ! -name '*.d.ts.map' -exec cp --parents {} "$2" \;
  for sql in migrations functions; do
    if [ -d "$workspace/$sql" ]; then cp -r --parents "$workspace/$sql" "$2"; fi
  done
done
