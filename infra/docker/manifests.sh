#!/bin/sh
# Copies what decides about the dependencies and nothing else: manifests and lock file, with an empty program in the place
# of every target. A layer built from the copy is built again only when a manifest changes.
#
# Usage: manifests.sh SOURCE COPY
set -eu
source="$1" copy="$2"
cd "$source"
find . \( -name node_modules -o -name target \) -prune -o \( -name Cargo.toml -o -name Cargo.lock \) -print |
  while read -r file; do
    mkdir -p "$copy/${file%/*}"
    cp "$file" "$copy/$file"
  done
find . \( -name node_modules -o -name target \) -prune -o -name '*.rs' -print |
  grep -E '/(src/(lib|main)|src/bin/[^/]+|benches/[^/]+|examples/[^/]+|tests/[^/]+)\.rs$' |
  while read -r file; do
    mkdir -p "$copy/${file%/*}"
    case "$file" in
      */src/lib.rs) : >"$copy/$file" ;;
      *) echo 'fn main() {}' >"$copy/$file" ;;
    esac
  done
