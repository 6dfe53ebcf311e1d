#!/usr/bin/env bash
# Makes the virtual environment with everything that the demo, the tests and the checks need.
# On a bare Debian machine it installs python3-venv, Java (for Spark) and chromium first (as root, or with sudo).
# The tests open the reports in Chromium; DEDUP_NO_BROWSER=1 leaves it and those tests out.
set -euo pipefail
python=${PYTHON:-python3}
venv=${VENV:-.venv}

install_debian() {
  command -v apt-get >/dev/null || { echo "error: please install $* with your package manager" >&2; exit 2; }
  local as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  "${as_root[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq "$@" >/dev/null
}

command -v "$python" >/dev/null || install_debian python3 python3-venv
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
  || { echo "error: Python 3.11 or newer is needed, $("$python" --version) found; name another with PYTHON=..." >&2; exit 2; }
"$python" -c 'import ensurepip' 2>/dev/null || install_debian python3-venv
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable '.[dev,semantic]'

command -v java >/dev/null || [ -x "${JAVA_HOME:-/nowhere}/bin/java" ] || install_debian default-jre-headless \
  || echo "warning: no Java: the tests of the Spark engine will fail" >&2

if [ "${DEDUP_NO_BROWSER:-0}" = 0 ] && ! command -v chromium chromium-browser google-chrome >/dev/null; then
  (install_debian chromium) || echo "warning: no Chromium: tests of the reports will fail; leave them out with DEDUP_NO_BROWSER=1" >&2
fi
