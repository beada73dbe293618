# shellcheck shell=bash
# What the steps share. Sourced by apply and verify, never run.
# shellcheck disable=SC2034 # settings are read by the steps

SERVER="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
changes=0 faults=0

say() { printf '==> %s\n' "$*" >&2; }
die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}
# changed WHAT: counts and names a change.
changed() { changes=$((changes + 1)) && printf 'changed  %s\n' "$*"; }

# settings: those of the host over those of the example; what the environment says wins.
settings() {
  local name given
  declare -A given=()
  for name in ADMIN_FROM SSH_PORT TLS_SANS REBOOT_AT BACKUP_ENDPOINT BACKUP_BUCKET BACKUP_REGION BACKUP_KEEP K3S_BINARY \
    BACKUP_ACCESS_KEY BACKUP_SECRET_KEY K3S_VERSION K3S_SHA256 CERT_MANAGER_VERSION; do
    [ -z "${!name+set}" ] || given[$name]="${!name}"
  done
  # shellcheck source=infra/server/versions.env
  . "$SERVER/versions.env"
  [ -f "$SERVER/server.env" ] || die "$SERVER/server.env is missing: copy server.env.example and fill it in"
  # shellcheck source=infra/server/server.env.example
  . "$SERVER/server.env"
  for name in "${!given[@]}"; do printf -v "$name" '%s' "${given[$name]}"; done
  [ -n "${ADMIN_FROM:-}" ] || die "ADMIN_FROM is empty: nobody could reach this host any more"
  case "$ADMIN_FROM" in *[!0-9a-fA-F.:/\ ]*) die "ADMIN_FROM may hold addresses and networks only: $ADMIN_FROM" ;; esac
  [[ "${SSH_PORT:=22}" =~ ^[0-9]+$ ]] || die "SSH_PORT is no number: $SSH_PORT"
  [[ "${REBOOT_AT:=03:30}" =~ ^[0-2][0-9]:[0-5][0-9]$ ]] || die "REBOOT_AT is no time: $REBOOT_AT"
  [[ "${BACKUP_KEEP:=28}" =~ ^[1-9][0-9]*$ ]] || die "BACKUP_KEEP is no number: $BACKUP_KEEP"
  if [ -n "${BACKUP_ENDPOINT:-}" ]; then
    [ -n "${BACKUP_BUCKET:-}" ] && [ -n "${BACKUP_ACCESS_KEY:-}" ] && [ -n "${BACKUP_SECRET_KEY:-}" ] ||
      die "BACKUP_ENDPOINT is set, but BACKUP_BUCKET, BACKUP_ACCESS_KEY or BACKUP_SECRET_KEY is not"
  fi
  export DEBIAN_FRONTEND=noninteractive
}

# supported: Debian and Ubuntu, as root.
supported() {
  [ "$(id -u)" = 0 ] || die "run this as root"
  # shellcheck source=/dev/null
  . /etc/os-release
  case "$ID-$VERSION_ID" in
    debian-1[23]* | ubuntu-24.04*) ;;
    *) die "$PRETTY_NAME is not among what this was tried on: Debian 12 and 13, Ubuntu 24.04" ;;
  esac
}

# booted: whether services can be started here; they cannot in a chroot.
booted() { [ -d /run/systemd/system ]; }

# put MODE FILE: standard input becomes the file, when it differs. Succeeds when it changed something.
put() {
  local mode="$1" file="$2" new
  new="$(mktemp)"
  cat >"$new"
  if [ -f "$file" ] && cmp -s "$new" "$file" && [ "$(stat -c %a "$file")" = "$((10#$mode))" ]; then
    rm "$new"
    return 1
  fi
  install -D -m "$mode" "$new" "$file"
  rm "$new"
  changed "$file"
}

# absent FILE: takes a file away. Succeeds when it was there.
absent() {
  [ -e "$1" ] || return 1
  rm -f "$1"
  changed "$1 is gone"
}

# is_installed PACKAGE
is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# packages NAME...: installs what is missing.
packages() {
  local missing=() name
  for name in "$@"; do is_installed "$name" || missing+=("$name"); done
  [ "${#missing[@]}" -gt 0 ] || return 0
  apt-get update -qq
  apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null
  changed "packages ${missing[*]}"
}

# enabled UNIT: starts at every boot.
enabled() {
  systemctl is-enabled --quiet "$1" 2>/dev/null && return
  systemctl enable --quiet "$1" 2>/dev/null || die "$1 cannot be enabled"
  changed "$1 is enabled"
}
# restart UNIT / reload: where there is something to restart.
restart() { ! booted || systemctl restart "$1"; }

# --- verify ------------------------------------------------------------------------------------------------------------------------------------

# check TEXT COMMAND...: a line of the report.
check() {
  local text="$1"
  shift
  if "$@" >/dev/null 2>&1; then
    printf 'ok    %s\n' "$text"
  else
    printf 'FAIL  %s\n' "$text"
    faults=$((faults + 1))
  fi
}
# live TEXT COMMAND...: the same, where services run.
live() { if booted; then check "$@"; else printf 'skip  %s: no services run here\n' "$1"; fi; }
is() { [ "$1" = "$2" ]; }
# mode FILE MODE
mode() { is "$(stat -c %a "$1")" "$2"; }
