#!/bin/sh
# Ends a RUN of a Dockerfile: drops what differs from build to build and sets every newer time stamp back to
# SOURCE_DATE_EPOCH, so that the same inputs give a layer with the same digest.
set -eu

# Emptied rather than deleted: deleting a file of the base leaves a marker with a time stamp in the layer.
find /var/log /var/cache/ldconfig -type f -size +0 -exec truncate --size 0 {} +
rm -rf /var/lib/apt/lists/*_*

# The pruned ones are mounts while a build runs. So are the three files, which the engine lends read-only.
find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /mnt -o -path /run/secrets/ca \) -prune -o \
    -newermt "@$SOURCE_DATE_EPOCH" \
    ! -path /etc/hosts ! -path /etc/hostname ! -path /etc/resolv.conf \
    -exec touch --no-dereference --date "@$SOURCE_DATE_EPOCH" {} +
