#!/bin/sh
# Installs a lock into a virtualenv, which then holds exactly what the lock lists, without pip.
# The images and the host engine both use this, so their packages cannot differ.
#
# usage: sh install.sh VENV LOCK [NAME-REGEX]
#
# NAME-REGEX installs only the packages whose name matches, so that a Dockerfile can give large ones a layer
# of their own; a last call without it installs the rest and checks the whole.
#
# Reads PYTHON (default: python3), and pip's own variables such as PIP_INDEX_URL and PIP_CERT.
set -eu
here=$(dirname "$0")
venv=$1
lock=$2
regex=${3:-}

# A build secret: the certificates of a lab whose proxy opens TLS connections.
ca=/run/secrets/ca
if [ -s "$ca" ]; then
    export PIP_CERT="$ca"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' HUP INT TERM

"${PYTHON:-python3}" -m venv "$work/pip"
if [ ! -e "$venv/bin/python" ]; then
    "${PYTHON:-python3}" -m venv --without-pip "$venv"
fi
pip() { "$work/pip/bin/python" -m pip --disable-pip-version-check --python "$venv/bin/python" "$@"; }

# An entry is a line `name==version \` and the indented lines of its hashes.
awk -v regex="$regex" '/^[A-Za-z0-9]/ { name = $0; sub(/==.*/, "", name); keep = name ~ regex } keep' \
    "$lock" >"$work/lock.txt"
pip install --quiet --require-hashes --no-deps --only-binary=:all: --requirement "$work/lock.txt"

if [ -z "$regex" ]; then
    pip check
    cp "$here/samebits.pth" "$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
fi
