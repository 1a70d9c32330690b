#!/bin/sh
# Is the image the same when it is built again?  Builds the root twice from the same sources, the
# second time with an empty cache for everything of ours (FULL=1: for Debian's packages and the
# builder root too), and compares.  What differs is listed and ends with status 1.
. image/settings.sh

build() { # the hash of the file system, its archive kept as $1
    began=$(date +%s)
    sh image/rootfs.sh
    cp "$OUT/root.tar" "$1"
    tell "$began" "built"
    sha256sum "$OUT/rootfs.ext4" | cut -d' ' -f1
}

fetched() { # FROM TO: what is not ours
    mkdir -p "$2"
    [ "${FULL:-}" = 1 ] ||
        find "$1" -maxdepth 1 \( -name 'base-*' -o -name 'builder-*' \) -exec ln -s -t "$2" {} +
    ln -s "$1/wheels" "$2/wheels"
}

empty_cache() { # another folder, so that this build's own cache stays as it was
    all=${CACHE%"$BELOW"}
    export CALLBOX_CACHE="$again/cache"
    fetched "$all" "$CALLBOX_CACHE"
    [ -z "$BELOW" ] || fetched "$CACHE" "$CALLBOX_CACHE$BELOW"
}

listing() { # every entry of an archive with its owner, mode, time, size and content's hash
    "$PYTHON" image/tar_listing.py "$1"
}

become_root "$0" "$@"
alone
again=$(mktemp -d "$CACHE/again.XXXXXX")
trap 'rm -rf "$again"' EXIT INT TERM
first=$(build "$again/first.tar")
empty_cache
second=$(build "$again/second.tar")
echo "rootfs.ext4 $first"
echo "rootfs.ext4 $second"
[ "$first" != "$second" ] || exit 0
listing "$again/first.tar" > "$again/first"
listing "$again/second.tar" > "$again/second"
diff "$again/first" "$again/second" || exit 1
echo "the archives have the same entries: the file system itself differs"
exit 1
