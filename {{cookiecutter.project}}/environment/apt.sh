#!/bin/sh
# Installs the Debian packages that the images need; does nothing where the base already has them.
#
# usage: sh apt.sh snapshot   packages of the base's own date, from the Debian archive's snapshot of that day
#        sh apt.sh mirror     today's packages, from the mirror that the base names
set -eu
packages='python3 python3-venv ca-certificates tini'

# shellcheck disable=SC2086 # a list
if dpkg --status $packages >/dev/null 2>&1; then
    exit 0
fi

case ${1:-} in
mirror) ;;
snapshot)
    # Debian's official images name the snapshot that they were made from in a comment above each URI.
    sources=/etc/apt/sources.list.d/debian.sources
    if ! grep -qs '^# http://snapshot\.' "$sources"; then
        echo "apt.sh: $sources names no snapshot, so this is not one of Debian's official images:" \
            "build with APT=mirror" >&2
        exit 2
    fi
    # A snapshot is never refreshed, so apt would call it expired.
    sed -i '/^# http:\/\/snapshot\./ { N; s/^# \(.*\)\nURIs:.*/URIs: \1\nCheck-Valid-Until: no/ }' "$sources"
    ;;
*)
    echo "apt.sh: APT is '${1:-}', expected snapshot or mirror" >&2
    exit 2
    ;;
esac

export DEBIAN_FRONTEND=noninteractive
apt-get update
# shellcheck disable=SC2086
apt-get install --yes --no-install-recommends $packages
apt-get clean
