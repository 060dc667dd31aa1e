# What the scripts of the container engines share. Sourced, with the project's folder as working directory.
# shellcheck shell=sh disable=SC2034 # its users read what it sets

local_base=samebits-base:trixie

fail() {
    echo "samebits: $*" >&2
    exit 2
}

say() {
    echo "samebits: $*" >&2
}

# Sets `client` to the first docker or podman that works, as ENGINE asks. Otherwise returns 1, with the
# reasons in `why`.
find_client() {
    why=
    case ${ENGINE:-} in
    docker) find_docker ;;
    podman) find_podman ;;
    *) find_docker || find_podman ;;
    esac
}

# A machine can have several docker clients, and the first one on PATH need not be one that can build.
find_docker() {
    found=
    old_ifs=$IFS
    IFS=:
    for folder in $PATH; do
        IFS=$old_ifs
        client=$folder/docker
        [ -x "$client" ] || continue
        found=yes
        # podman-docker
        ! "$client" --version 2>/dev/null | grep -qi podman || continue
        if ! "$client" version --format '{{.Server.Version}}' >/dev/null 2>&1; then
            why="$why $client: no engine answers."
        elif ! can_build "$client"; then
            why="$why $client cannot build: install docker-buildx."
        else
            return 0
        fi
    done
    IFS=$old_ifs
    [ -n "$found" ] || why="$why docker is not installed."
    return 1
}

# The builder is part of the clients before version 23, and the buildx plugin since.
can_build() {
    "$1" buildx version >/dev/null 2>&1 ||
        [ "$("$1" version --format '{{.Client.Version}}' | cut -d. -f1)" -lt 23 ]
}

find_podman() {
    client=$(command -v podman) || {
        why="$why podman is not installed."
        return 1
    }
    "$client" info >/dev/null 2>&1 || {
        why="$why $client does not work; see podman info."
        return 1
    }
}

is_podman() {
    [ "$(basename "$client")" = podman ]
}

# Sets `base`, and `apt` for the base's packages.
find_base() {
    base=${BASE:-$(sed -n 's/^ARG BASE=//p' "Dockerfile.${VARIANT:-cpu}")}
    apt=${APT:-snapshot}
    if "$client" image inspect "$base" >/dev/null 2>&1 || "$client" pull --quiet "$base" >/dev/null 2>&1; then
        return
    fi
    [ -z "${BASE:-}" ] || fail "BASE=$base is neither on this machine nor can it be pulled"
    "$client" image inspect "$local_base" >/dev/null 2>&1 ||
        fail "the base $base is not on this machine and no registry can be reached;" \
            "\`make base\` makes an equivalent from Debian packages"
    say "no registry can be reached: using $local_base in place of $base"
    base=$local_base
    apt=${APT:-mirror}
}

# Sets `ca` to the certificates that pip has to trust inside a build, or to nothing.
find_ca() {
    for ca in "${CA_BUNDLE:-}" "${PIP_CERT:-}" "${SSL_CERT_FILE:-}" /etc/ssl/certs/ca-certificates.crt; do
        [ ! -f "$ca" ] || return 0
    done
    ca=
}

# exec_container OPTIONS... IMAGE COMMAND... replaces this process by `run` as the caller, to whom then belongs
# what the container writes. Signals and the exit status pass through.
exec_container() {
    if is_podman; then
        # Without a label SELinux refuses the mounts; relabelling would change the user's folders for good.
        set -- --user "$(id -u):$(id -g)" --security-opt label=disable "$@"
        # podman itself refuses this to root, who needs it not.
        [ "$(id -u)" = 0 ] || set -- --userns keep-id "$@"
    else
        # In rootless docker the container's root is the caller.
        case $("$client" info --format '{{.SecurityOptions}}') in
        *rootless*) set -- --user 0:0 "$@" ;;
        *) set -- --user "$(id -u):$(id -g)" "$@" ;;
        esac
    fi
    exec "$client" run --rm "$@"
}
