#!/usr/bin/env bash
# setup.sh product | tests: installs what a command of the Makefile needs into the virtual environment.
#   product  what `dedup` itself needs; `make demo` needs no more.
#   tests    also what the tests and checks need: their packages, Java (for Spark) and Chromium (for the reports).
# On a bare Debian machine it installs packages of Debian that are missing, as root or with sudo.
# The tests open the reports in Chromium; DEDUP_NO_BROWSER=1 leaves it and those tests out.
set -euo pipefail
python=${PYTHON:-python3}
venv=${VENV:-.venv}
log=$(mktemp)
trap 'rm -f "$log"' EXIT

quietly() { # shows what a command printed only if it failed
  "$@" >"$log" 2>&1 || { cat "$log" >&2; return 1; }
}

install_debian() {
  command -v apt-get >/dev/null || { echo "error: please install $* with your package manager" >&2; exit 2; }
  local as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  echo "Installing $* from Debian ..."
  quietly "${as_root[@]}" apt-get update
  quietly "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y "$@"
}

install_python() { # without bytecode: Python compiles what it imports, and the rest never
  quietly "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile --editable "$1"
}

install_product() {
  command -v "$python" >/dev/null || install_debian python3 python3-venv
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
    || { echo "error: Python 3.11 or newer is needed, $("$python" --version) found; name another with PYTHON=..." >&2; exit 2; }
  "$python" -c 'import ensurepip' 2>/dev/null || install_debian python3-venv
  echo "Installing dedup into $venv (some 200 MB to download) ..."
  [ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
  install_python .
}

install_tests() {
  echo "Installing what the tests need into $venv ..."
  install_python '.[dev,semantic]'
  command -v java >/dev/null || [ -x "${JAVA_HOME:-/nowhere}/bin/java" ] || (install_debian default-jre-headless) \
    || echo "warning: no Java: the tests of the Spark engine will fail" >&2
  [ "${DEDUP_NO_BROWSER:-0}" != 0 ] || command -v chromium-headless-shell >/dev/null \
    || { apt-cache show chromium-headless-shell >/dev/null 2>&1 && (install_debian chromium-headless-shell); } \
    || command -v chromium chromium-browser google-chrome >/dev/null || (install_debian chromium) \
    || echo "warning: no Chromium: tests of the reports will fail; leave them out with DEDUP_NO_BROWSER=1" >&2
}

"install_$1"
