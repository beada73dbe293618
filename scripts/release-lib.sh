# shellcheck shell=bash
# What the release scripts share. Sourced after lib.sh, never run.
#
# REGISTRY      registry and path of our images (default ghcr.io/sens-platform)
# INFRA_URL     the infrastructure repository, as git reaches it
# RELEASE_BY    who asks for it (default: git's user.name)
# RUN_URL       the pipeline's run, for the records

REGISTRY="${REGISTRY:-ghcr.io/sens-platform}"
# shellcheck disable=SC2034 # for the sourcing script
DEPLOYABLES=(platform-api mqtt-ingestion-worker telemetry-worker sensctl device-simulator web-console docs mock-mqtt)

# sens_release ARGUMENTS...: the program; built where it is not yet.
sens_release() {
  if [ -z "${SENS_RELEASE:-}" ]; then
    cargo build --quiet --locked -p sens-release || die "sens-release could not be built: see above"
    SENS_RELEASE="${CARGO_TARGET_DIR:-$ROOT/target}/debug/sens-release"
  fi
  "$SENS_RELEASE" "$@"
}

# put_tag SOURCE TARGET: gives what SOURCE names the tag TARGET; a tag that names something else is never moved.
put_tag() {
  local digest there
  digest="$(crane digest "$1")" || die "$1 is not in the registry"
  if there="$(crane digest "$2" 2>/dev/null)"; then
    [ "$there" = "$digest" ] || die "$2 is there already and is $there, not $digest: a tag never moves; make a new version"
    say "$2 is there already, the same"
    return
  fi
  crane tag "$1" "${2##*:}"
  [ "$(crane digest "$2")" = "$digest" ] || die "$2 is not $digest after tagging: look at the registry"
}

# field NAME OUTPUT: the value of a line 'NAME=…'.
field() { sed -n "s/^$1=//p" <<<"$2"; }

# infra_clone FOLDER: the infrastructure repository with all tags.
infra_clone() {
  [ -n "${INFRA_URL:-}" ] || die "INFRA_URL is not set: the address of the infrastructure repository"
  git clone --quiet "$INFRA_URL" "$1" || die "the infrastructure repository cannot be cloned: check INFRA_URL and the token"
}

# origin: who does it and in which run, as arguments of sens-release.
origin() {
  printf '%s\0' --by "${RELEASE_BY:-$(git config user.name || id -un)}"
  [ -z "${RUN_URL:-}" ] || printf '%s\0' --run-url "$RUN_URL"
  [ -z "${REASON:-}" ] || printf '%s\0' --reason "$REASON"
}
