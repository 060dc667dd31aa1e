#!/bin/sh
# One command for three engines: docker, podman, and host, which is a virtualenv from the same lock.
# The Makefile calls it; `make help` lists the verbs.
#
# usage: sh environment/engine.sh VERB [ARGS...]
#
#   ENGINE       docker, podman or host; default: the first that works
#   VARIANT      cpu (default) or gpu
#   IMAGE        name of the image; default: samebits/FOLDER:VARIANT
#   BASE, APT    base image, and where its Debian packages come from: snapshot or mirror
#   CA_BUNDLE    certificates for pip, where a proxy opens TLS connections
#   GPUS         for VARIANT=gpu: which ones, as `docker run --gpus` takes them; default: all
#   NETWORK      network of a container; default: none, except for `run`, `shell` and `test`
#   N, FRESH     for verify: how many runs (2), each in its own `containers` (default) or `processes`
set -eu
cd "$(dirname "$0")/.."
project=$PWD
VARIANT=${VARIANT:-cpu}
N=${N:-2}
. environment/container.sh

[ $# -gt 0 ] || fail "no verb given; see make help"
verb=$1
shift

case $verb in
base) exec sh environment/base-image.sh "$@" ;;
lock) exec sh environment/lock.sh ;;
esac

# The commit of the experiment, for the image's label and the records of its runs.
revision() {
    commit=$(git rev-parse HEAD 2>/dev/null) || commit=unknown
    [ -z "$(git status --porcelain . 2>/dev/null)" ] || commit=$commit-dirty
    echo "$commit"
}

case $VARIANT in
cpu | gpu) ;;
*) fail "VARIANT is '$VARIANT', expected cpu or gpu" ;;
esac
case ${ENGINE:-} in
docker | podman)
    find_client || fail "ENGINE=$ENGINE does not work:$why"
    engine=container
    ;;
host) engine=host ;;
'')
    if find_client; then
        engine=container
    else
        say "no container engine, using the host:$why"
        engine=host
    fi
    ;;
*) fail "ENGINE is '$ENGINE', expected docker, podman or host" ;;
esac
# shellcheck source=environment/engine-container.sh
. "environment/engine-$engine.sh"

case $verb in
build) build "$@" ;;
shell) launch run -- bash ;;
test) launch run -- python -m pytest -p no:cacheprovider tests "$@" ;;
verify) verify "$@" ;;
*) launch "$verb" "$@" ;;
esac
