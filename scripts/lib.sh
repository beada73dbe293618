# shellcheck shell=bash
# What every script of this repository needs. Sourced, never run.
# After sourcing: working directory = repository root, project tools first on PATH.

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
TOOLS="$ROOT/.tools"
PATH="$TOOLS/bin:$TOOLS/node/bin:$PATH"
export ROOT TOOLS PATH
cd "$ROOT" || exit 1

# say MESSAGE: progress, on standard error so that it never mixes with a recipe's output.
say() { printf '==> %s\n' "$*" >&2; }

# die MESSAGE: one line naming what failed and what to do.
die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# version_at_least HAVE WANT: compares dotted versions.
version_at_least() {
  [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]
}

# first_version TEXT: the first dotted version number in TEXT, empty if there is none.
first_version() { grep -oE '[0-9]+(\.[0-9]+)+' <<<"$1" | head -n 1 || true; }

# as_root COMMAND...: runs it as root, by sudo where needed.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif have sudo; then
    sudo -- "$@"
  else
    die "root rights are needed for '$*': run it as root, then try again"
  fi
}

# python_with_venv: prints a Python 3 that can create virtual environments.
# Debian's own python3 cannot until python3-venv is installed.
python_with_venv() {
  local candidate
  for candidate in python3 python3.13 python3.12 python3.11 /usr/bin/python3; do
    if "$candidate" -c 'import ensurepip, venv' >/dev/null 2>&1; then
      printf '%s\n' "$candidate"
      return
    fi
  done
  if have apt-get; then
    say "installing python3-venv"
    { as_root apt-get update -q && as_root apt-get install -qy --no-install-recommends python3 python3-venv; } >&2 || return 1
    if /usr/bin/python3 -c 'import ensurepip, venv' >/dev/null 2>&1; then
      printf '/usr/bin/python3\n'
      return
    fi
  fi
  return 1
}

# wheels PACKAGE==VERSION...: installs Python wheels into the project-local environment.
wheels() {
  local python
  if [ ! -x "$TOOLS/venv/bin/pip" ]; then
    python="$(python_with_venv)" || return 1
    "$python" -m venv "$TOOLS/venv" || return 1
  fi
  "$TOOLS/venv/bin/pip" install --quiet --disable-pip-version-check "$@" >&2
}

# link_tool NAME: puts a program of the project-local environment on PATH, and nothing else of it.
link_tool() {
  mkdir -p "$TOOLS/bin"
  ln -sfn "../venv/bin/$1" "$TOOLS/bin/$1"
}
