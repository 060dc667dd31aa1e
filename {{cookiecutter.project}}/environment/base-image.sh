#!/bin/sh
# Makes an equivalent of the images' base from Debian packages and imports it into docker or podman: for labs
# without a way to an image registry. `make base` calls it; `make build` finds the result by its tag.
#
# usage: [MIRROR=URL] sh environment/base-image.sh [TAG]
set -eu
here=$(dirname "$0")
# shellcheck source=environment/container.sh
. "$here/container.sh"
tag=${1:-$local_base}

[ "$(id -u)" = 0 ] || fail "making a base needs root; run: sudo sh $here/base-image.sh"
find_client || fail "there is no engine to import the base into: $why"

SOURCE_DATE_EPOCH=$(sed -n 's/^ARG SOURCE_DATE_EPOCH=//p' "$here/../Dockerfile.cpu")
export SOURCE_DATE_EPOCH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' HUP INT TERM

# Where mmdebstrap is missing, its package is unpacked into the temporary folder; nothing is installed.
mmdebstrap=$(command -v mmdebstrap) || {
    for tool in apt-get perl; do
        command -v "$tool" >/dev/null || fail "mmdebstrap is not installed, and without $tool it cannot be fetched"
    done
    mkdir -p "$work/lists/partial"
    set -- -qq -o "Dir::State::Lists=$work/lists" -o APT::Sandbox::User=root
    (apt-get "$@" update && cd "$work" && apt-get "$@" download mmdebstrap && dpkg -x mmdebstrap_*.deb .) >&2 ||
        fail "mmdebstrap could not be fetched; on Debian and Ubuntu: apt-get install mmdebstrap"
    mmdebstrap=$work/usr/bin/mmdebstrap
}
"$mmdebstrap" --variant=minbase --include=python3,python3-venv,ca-certificates,tini \
    trixie "$work/base.tar" ${MIRROR:+"$MIRROR"}
"$client" import "$work/base.tar" "$tag"
echo "samebits: imported $tag"
