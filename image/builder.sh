#!/bin/sh
# The builder root, a Debian 13 tree in the cache, made when its package list changes or a day has
# passed.  `builder.sh` prints where it is; `builder.sh run [bwrap options] -- COMMAND` runs in it:
# no network, nothing of this host but what is bound, the tree itself read-only at its own path.
# `builder.sh in ROOT [bwrap options] -- COMMAND` does the same in another root.
. image/settings.sh

builder_root() {
    echo "$CACHE/builder-$({ names image/packages/builder.list; sh image/sources.sh "$SUITE"; today; } | key)"
}

make_root() { # DIR
    began=$(date +%s)
    rm -rf "$1.new"
    sh image/sources.sh "$SUITE" > "$CACHE/$SUITE.sources"
    mmdebstrap --quiet --mode=root --variant=minbase --format=directory \
        --architectures="$BUILDER" \
        --aptopt='APT::Install-Recommends "false"' \
        --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' \
        --include="$(names image/packages/builder.list | paste -sd,)" \
        "$SUITE" "$1.new" "$CACHE/$SUITE.sources" >&2
    rm -f "$1.new/etc/resolv.conf" "$1.new/etc/hostname"
    mkdir -p "$1.new$TREE" "$1.new$CACHE" "$1.new/opt"
    mv "$1.new" "$1"
    keep_only "$CACHE/builder-" "$1"
    tell "$began" "builder root"
}

run_in() { # DIR [bwrap options] -- COMMAND
    root=$1
    shift
    exec bwrap --bind "$root" / --dev /dev --proc /proc --tmpfs /tmp --tmpfs /run \
        --ro-bind "$TREE" "$TREE" --unshare-net --unshare-pid --unshare-ipc --unshare-uts \
        --hostname builder --die-with-parent --clearenv --setenv LC_ALL C.UTF-8 --setenv HOME /root \
        --setenv PATH /usr/sbin:/usr/bin:/sbin:/bin --setenv SOURCE_DATE_EPOCH "$SOURCE_DATE_EPOCH" \
        --setenv PYTHONHASHSEED 0 --chdir "$TREE" "$@"
}

become_root "$0" "$@"
[ "${1:-}" != in ] || { shift && run_in "$@"; }
root=$(builder_root)
[ -d "$root" ] || { alone && [ -d "$root" ]; } || make_root "$root"
case ${1:-} in
    run) shift && run_in "$root" "$@" ;;
    *) echo "$root" ;;
esac
