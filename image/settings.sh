# What every script of the image shares; read by `. image/settings.sh` from the top folder.
# shellcheck shell=sh disable=SC2034
set -eu
umask 022

TREE=$PWD
HERE=$TREE/image
export ARCH=${ARCH:-x86_64}
[ -e "image/arch/$ARCH.sh" ] || {
    echo "image: ARCH=$ARCH cannot be built, only x86_64 and arm64" >&2
    exit 2
}
# shellcheck source=/dev/null
. "image/arch/$ARCH.sh"
OUT=$TREE/build/image$BELOW
LOCK=${CALLBOX_CACHE:-$HOME/.cache/callbox}/lock
CACHE=${CALLBOX_CACHE:-$HOME/.cache/callbox}$BELOW
SUITE=trixie
COMPATIBLE=callbox-$ARCH
SLOT_MIB=${SLOT_MIB:-3072}
PYTHON=$TREE/.venv/bin/python
VERSION=${VERSION:-$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)}
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH LC_ALL=C.UTF-8

mkdir -p "$OUT" "$CACHE"

# Root inside a user namespace where we are not root outside: files keep their owners, nothing else.
become_root() { # $0 "$@"
    [ "$(id -u)" = 0 ] || exec unshare --map-auto --map-root-user -- sh "$@"
}

# One build at a time: the scripts share a cache.  Those started by the one that waited do not wait.
alone() {
    [ -z "${CALLBOX_ALONE:-}" ] || return 0
    exec 9> "$LOCK"
    flock 9
    export CALLBOX_ALONE=1
}

names() { # of a list file, for this architecture
    sh image/names.sh "$1"
}

key() { # of what stdin says, short enough for a file name
    sha256sum | cut -c1-16
}

today() {
    date -u +%Y-%m-%d
}

tell() { # how long a step took: tell SECONDS_AT_ITS_START words
    started=$1
    shift
    echo "image: $* ($(($(date +%s) - started)) s)" >&2
}

keep_only() { # PREFIX KEPT: the rest of a kind goes
    for old in "$1"*; do
        [ "$old" = "$2" ] || [ ! -e "$old" ] || rm -rf -- "$old"
    done
}
