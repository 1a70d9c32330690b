#!/bin/sh
# Run a command while programs of arm64 are started by qemu-user: emulated.sh COMMAND
# Mounts binfmt_misc and registers qemu-user where nobody did, and takes both back afterwards.
set -eu

entry=qemu-aarch64
line=/usr/lib/binfmt.d/$entry.conf
binfmt=/proc/sys/fs/binfmt_misc

[ -e "$line" ] || {
    echo "image: ARCH=arm64 needs the Debian packages qemu-user-static and arch-test" >&2
    exit 2
}
exec 8< "$line" # one at a time: the first to end would take it from the others
flock 8
undo=
trap 'eval "$undo"' EXIT INT TERM
[ -e "$binfmt/register" ] || {
    mount -t binfmt_misc none "$binfmt"
    undo="umount $binfmt"
}
[ -e "$binfmt/$entry" ] || {
    cat "$line" > "$binfmt/register"
    undo="echo -1 > $binfmt/$entry; $undo"
}
"$@" 8<&-
