# The engines docker and podman. Sourced by engine.sh.
# shellcheck shell=sh disable=SC2154 # engine.sh sets the project, container.sh the client and the base

case $project in
*:*) fail "the path $project contains a colon, which container engines take for a separator; rename the folder" ;;
esac
folder=$(basename "$project" | tr '[:upper:]' '[:lower:]' | sed 's/[^a-z0-9]\{1,\}/-/g; s/^-//; s/-$//')
IMAGE=${IMAGE:-samebits/${folder:-project}:$VARIANT}

# build [--quiet]: the first build takes minutes and is never quiet.
build() {
    [ "${1:-}" != --quiet ] || have_image || shift
    find_base
    find_ca
    set -- "$@" --file "Dockerfile.$VARIANT" --target project --tag "$IMAGE" \
        --build-arg "BASE=$base" --build-arg "APT=$apt" --build-arg "REVISION=$(revision)"
    [ -z "$ca" ] || set -- "$@" --secret "id=ca,src=$ca"
    [ -z "${PIP_INDEX_URL:-}" ] || set -- "$@" --build-arg "PIP_INDEX_URL=$PIP_INDEX_URL"
    if "$client" buildx version >/dev/null 2>&1 && ! is_podman; then
        set -- buildx build --load "$@"
    else
        set -- build "$@"
    fi
    DOCKER_BUILDKIT=1 "$client" "$@" .
}

have_image() {
    "$client" image inspect "$IMAGE" >/dev/null 2>&1
}

# launch VERB [ARGS...] does not return.
launch() {
    have_image || fail "there is no image $IMAGE; make it with: make build"
    # The engine would make them as root.
    mkdir -p data runs || fail "cannot make the folders data and runs in $project"

    network=none # an experiment that fetches something is not reproducible
    case $1 in
    run) network= ;;
    esac
    network=${NETWORK:-$network}

    set -- "$IMAGE" "$@"
    [ -z "$network" ] || set -- --network "$network" "$@"
    if [ -t 0 ] && [ -t 1 ]; then
        set -- --interactive --tty "$@"
    fi
    case $VARIANT-$(basename "$client") in
    gpu-podman) set -- --device "nvidia.com/gpu=${GPUS:-all}" "$@" ;;
    gpu-*) set -- --gpus "${GPUS:-all}" "$@" ;;
    esac
    exec_container --volume "$project/data:/project/data" --volume "$project/runs:/project/runs" "$@"
}

# verify RUN RUN... compares finished runs. Without names: trainings in containers of their own, then compared.
verify() {
    case ${1:-} in
    [!-]*) launch verify "$@" ;;
    esac
    case ${FRESH:-containers} in
    containers) ;;
    processes) launch verify --processes "$N" "$@" ;;
    *) fail "FRESH is '$FRESH', expected containers or processes" ;;
    esac
    [ "$N" -ge 2 ] 2>/dev/null || fail "N is '$N', expected a number of runs of at least 2"
    name=verify-$(date -u +%Y%m%dT%H%M%SZ)
    runs=
    i=1
    while [ "$i" -le "$N" ]; do
        say "verify: run $i of $N, in a fresh container"
        (launch train --again --run "$name/$i" "$@") || exit
        runs="$runs $name/$i"
        i=$((i + 1))
    done
    # shellcheck disable=SC2086 # a list
    launch verify $runs --fresh containers
}
