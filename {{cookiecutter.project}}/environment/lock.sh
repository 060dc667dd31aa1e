#!/bin/sh
# Compiles the locks again, inside the base image, and what follows from them. `make lock` calls it.
#
# usage: sh environment/lock.sh
#
#   UPGRADE=numpy        take a newer version of this package; all: of every package; default: keep the pins
#   UNTIL=2026-11-01     take nothing that was uploaded on that day (UTC) or later
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=environment/container.sh
. environment/container.sh

case ${UNTIL:-} in
'' | [0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]) ;;
*) fail "UNTIL is '$UNTIL', expected a day such as 2026-11-01" ;;
esac
find_client || fail "locks are compiled inside the base image, and no container engine works:$why"
find_base
find_ca

# Compiled on copies and moved at the end: an interrupted compilation leaves the old locks.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' HUP INT TERM
cp environment/requirements/* "$work"

in_base() {
    set -- --init --env HOME=/tmp --env PIP_INDEX_URL --env UPGRADE --env UNTIL \
        --volume "$PWD:/project" --volume "$work:/locks" "$@"
    [ -z "$ca" ] || set -- --env PIP_CERT=/run/ca.crt --volume "$ca:/run/ca.crt:ro" "$@"
    (exec_container "$@")
}

in_base --workdir /locks "$base" sh /project/environment/compile.sh
for lock in "$work"/*.txt; do
    name=$(basename "$lock")
    cp "$lock" "environment/requirements/.$name.new"
    mv "environment/requirements/.$name.new" "environment/requirements/$name"
done
in_base --workdir /project "$base" python3 environment/samebits/derived.py --write
