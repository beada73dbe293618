# shellcheck shell=bash
# A Docker engine for scripts that need one. Sourced after lib.sh, never run.
#
# engine_up [network]   uses the engine that answers, else starts one for the time of the script (as root). DOCKER is the
#                       client to use. With `network`, containers of the engine reach each other: the engine then runs
#                       in a network namespace of its own, so that nothing of this machine's network changes.
#                       ENGINE_RUN is then what to put before a command that is to reach the containers.

ENGINE_PID=""
ENGINE_FOLDER="${SENS_DOCKER_FOLDER:-/var/lib/sens-docker}"
# shellcheck disable=SC2034 # for the sourcing script
ENGINE_RUN=()

# A client that speaks BuildKit: with the buildx plugin, or one of the versions that had it built in.
buildkit_client() {
  local client version
  for client in docker /usr/bin/docker; do
    have "$client" || continue
    if "$client" buildx version >/dev/null 2>&1; then
      printf '%s\n' "$client"
      return
    fi
    version="$(first_version "$("$client" --version)")"
    if ! version_at_least "$version" 23.0 && version_at_least "$version" 20.10; then
      printf '%s\n' "$client"
      return
    fi
  done
  return 1
}

engine_up() {
  DOCKER="$(buildkit_client)" || die "a Docker client with BuildKit is needed: install docker with its buildx plugin (Debian: apt-get install docker.io)"
  if "$DOCKER" version >/dev/null 2>&1; then
    # An engine without its bridge only builds.
    if [ -z "${1:-}" ] || "$DOCKER" network inspect bridge >/dev/null 2>&1; then return; fi
  fi
  have dockerd || die "no Docker engine answers and dockerd is not installed: start one, or install it (Debian: apt-get install docker.io)"
  [ "$(id -u)" = 0 ] || die "no Docker engine answers, and only root can start one: start it, or run this as root"
  mkdir -p "$ENGINE_FOLDER"
  export DOCKER_HOST="unix://$ENGINE_FOLDER/docker.sock"
  if ! "$DOCKER" version >/dev/null 2>&1; then start_engine "${1:-}"; fi
}

start_engine() {
  local options=(--data-root "$ENGINE_FOLDER/data" --exec-root "$ENGINE_FOLDER/exec" -H "$DOCKER_HOST" --pidfile "$ENGINE_FOLDER/pid")
  say "starting a Docker engine"
  if [ -n "$1" ]; then
    unshare --net bash -c 'ip link set lo up && exec dockerd "$@"' dockerd "${options[@]}" >"$ENGINE_FOLDER/engine.log" 2>&1 </dev/null &
  else
    dockerd --iptables=false --ip6tables=false --ip-forward=false --ip-masq=false --bridge=none "${options[@]}" >"$ENGINE_FOLDER/engine.log" 2>&1 </dev/null &
  fi
  ENGINE_PID=$!
  trap engine_down EXIT
  for _ in $(seq 120); do
    if "$DOCKER" version >/dev/null 2>&1; then
      # shellcheck disable=SC2034 # for the sourcing script
      [ -z "$1" ] || ENGINE_RUN=(nsenter --net --target "$ENGINE_PID")
      return
    fi
    [ -d "/proc/$ENGINE_PID" ] || break
    sleep 0.5
  done
  die "the Docker engine did not start: see $ENGINE_FOLDER/engine.log"
}

# Ends the engine that this script started, and no other.
engine_down() {
  [ -n "$ENGINE_PID" ] || return 0
  kill -TERM "$ENGINE_PID" 2>/dev/null || true
  wait "$ENGINE_PID" 2>/dev/null || true
  ENGINE_PID=""
}
