# The engine host: a virtualenv from the same lock, shared by all projects with that lock. Sourced by engine.sh.
# shellcheck shell=sh disable=SC2154 # engine.sh sets the project

venv=
venvs=${SAMEBITS_VENVS:-${XDG_CACHE_HOME:-$HOME/.cache}/samebits}

# build [--quiet]
build() {
    make_venv
    [ "${1:-}" != --quiet ] || return 0
    say "host engine with $(command -v "$python") ($version), virtualenv $venv"
    launch doctor
}

# The runtime itself applies the policy where no SAMEBITS_ENGINE says that an image has done so.
launch() {
    [ -n "$venv" ] || make_venv
    exec env --unset SAMEBITS_ENGINE SAMEBITS_VARIANT="$VARIANT" SAMEBITS_REVISION="$(revision)" \
        SAMEBITS_HOME="$project/environment" SAMEBITS_PROJECT="$project" \
        "$venv/bin/python" -m samebits "$@"
}

verify() {
    launch verify --processes "$N" "$@"
}

# Sets `venv`, and makes it where it is missing.
make_venv() {
    find_python
    lock=environment/requirements/$VARIANT.txt
    if [ "$VARIANT-$(uname -m)" = cpu-aarch64 ]; then
        lock=environment/requirements/cpu-arm64.txt
    fi
    venv=$venvs/$(cat "$lock" environment/samebits.pth | sha256sum | cut -c1-12)-py$version
    # Written last: a virtualenv without it was interrupted.
    complete=$venv/.complete
    # The second condition fails when the interpreter behind the virtualenv is gone.
    if [ -e "$complete" ] && [ -x "$venv/bin/python" ]; then
        return
    fi
    mkdir -p "$venvs"
    (
        flock 9
        if [ ! -e "$complete" ] || [ ! -x "$venv/bin/python" ]; then
            say "installing $lock with $python into $venv"
            rm -rf "$venv"
            PYTHON=$python sh environment/install.sh "$venv" "$lock" >&2 && touch "$complete"
        fi
    ) 9>"$venv.lock" || fail "installing $lock into $venv failed, see above"
}

# Sets `python` and its `version`. Each candidate is run, because a shim on PATH can stand for nothing.
find_python() {
    probe='
import ensurepip, platform, sys, sysconfig
print("%d.%d" % sys.version_info[:2])
fits = (3, 11) <= sys.version_info[:2] <= (3, 13)
fits = fits and sysconfig.get_platform() in ("linux-x86_64", "linux-aarch64")
sys.exit(not (fits and platform.libc_ver()[0] == "glibc"))'
    for python in ${SAMEBITS_PYTHON:+"$SAMEBITS_PYTHON"} python3.13 python3.12 python3.11 python3; do
        if version=$("$python" -c "$probe" 2>/dev/null); then
            return
        fi
        [ -z "${SAMEBITS_PYTHON:-}" ] || break
    done
    if [ -n "${SAMEBITS_PYTHON:-}" ]; then
        problem="SAMEBITS_PYTHON=$SAMEBITS_PYTHON cannot be used"
    else
        problem="none of python3.13, python3.12, python3.11 and python3 on PATH can be used"
    fi
    fail "$problem: the host engine needs CPython 3.11, 3.12 or 3.13 with its venv module, on Linux with glibc," \
        "x86-64 or 64-bit Arm. On Debian and Ubuntu: apt-get install python3 python3-venv. One in another" \
        "place: make build SAMEBITS_PYTHON=/path/to/python3"
}
