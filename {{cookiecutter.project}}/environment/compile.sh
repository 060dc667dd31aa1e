#!/bin/sh
# Compiles the locks of the working directory. lock.sh runs it inside the base image, because a lock is resolved
# for the Python and the C library that it is resolved on. Reads UPGRADE and UNTIL, see lock.sh.
set -eu

tools=$(mktemp -d)
python3 -m venv "$tools"
"$tools/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --requirement tools.txt

# A lock names no mirror. And what has no wheel could not be installed: install.sh never builds.
set -- --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-options \
    --pip-args --only-binary=:all:
case ${UPGRADE:-} in
'') ;;
all) set -- "$@" --upgrade ;;
*) set -- "$@" --upgrade-package "$UPGRADE" ;;
esac
[ -z "${UNTIL:-}" ] || set -- "$@" --uploaded-prior-to "${UNTIL}T00:00:00Z"
export CUSTOM_COMPILE_COMMAND='make lock'

echo "compiling tools.txt"
"$tools/bin/pip-compile" "$@" --output-file tools.txt tools.in
echo "compiling cpu.txt"
"$tools/bin/pip-compile" "$@" --output-file cpu.txt cpu.in
echo "compiling gpu.txt"
"$tools/bin/pip-compile" "$@" --output-file gpu.txt gpu.in

# pip chooses wheels by these two; there is no option to resolve for another processor.
arm64=$(mktemp -d)
echo 'import platform; platform.machine = lambda: "aarch64"' >"$arm64/sitecustomize.py"
echo "compiling cpu-arm64.txt"
PYTHONPATH=$arm64 _PYTHON_HOST_PLATFORM=linux-aarch64 \
    "$tools/bin/pip-compile" "$@" --output-file cpu-arm64.txt cpu-arm64.in
