#!/bin/sh
# The manifests of all workspaces in a folder, twice: as they are, to build with, and without what only development
# needs, to run with. npm counts every workspace as wanted, so `--omit=dev` alone would bring in what the
# devDependencies of a workspace lead to (the embedded database, Jest). Times are set to zero: engines that compare them
# then see that nothing changed, and keep the layers that install.
# usage: split-manifests.sh SOURCE FULL PRODUCTION
set -eu
source=$1 full=$2 production=$3
for folder in "$full" "$production"; do
  mkdir -p "$folder"
  (
    cd "$source"
    find . -name node_modules -prune -o -name package.json -exec cp --parents {} "$folder" \;
    cp package-lock.json .npmrc "$folder"
  )
done
(cd "$production" && npm pkg delete devDependencies scripts --workspaces --include-workspace-root)
find "$full" "$production" -exec touch -d @0 {} +
