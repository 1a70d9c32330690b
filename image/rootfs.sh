#!/bin/sh
# The root file system: build/image/root.tar and build/image/rootfs.ext4.
# Layers: Debian packages (base.sh), the application (wheels.sh), the overlay; each from its cache.
. image/settings.sh

UUID=2f0f6a3c-ca11-4b0c-b007-0000ca11b0c5 # the same in both slots: they are told apart by PARTLABEL

unpack_base() {
    tar -xf "$base" -C "$stage" --numeric-owner
    # What only a package manager needs, and with it every address it had.
    rm -rf "$stage"/etc/apt "$stage"/var/lib/apt "$stage"/var/cache/* "$stage"/var/log/*
    rm -rf "$stage"/etc/systemd/system/*.wants # the overlay's preset says what starts
}

lay_application() {
    mkdir -p "$stage/opt"
    cp -a "$application" "$stage/opt/callbox"
    chown -R 0:0 "$stage/opt/callbox"
}

check_machine() { # a wheel for the machine that builds would start nowhere else
    "$PYTHON" image/machine.py "$stage/opt/callbox" "$WHEELS" >&2
}

lay_overlay() { # what git knows of it; modes of git, owner root
    git ls-files -co --exclude-standard -z -- image/overlay | tar --null -T - -c \
        --owner=0 --group=0 --mode=u=rwX,go=rX --transform='s,^image/overlay/,,' |
        tar -x -C "$stage" --no-same-permissions --keep-directory-symlink
}

lay_update_trust() { # how RAUC sees slots and whom it trusts
    [ ! -e image/rauc/install.sh ] || sh image/rauc/install.sh "$stage"
}

release() {
    printf 'VERSION=%s\nBUILD=%s\nCOMPATIBLE=%s\n' "$VERSION" \
        "$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y%m%dT%H%M%SZ)" "$COMPATIBLE" \
        > "$stage/etc/callbox-release"
    touch "$stage/usr/lib/clock-epoch" # systemd never sets the clock before this file's time
}

settle() { # users and enabled units, by the box's own systemd, offline
    sh image/builder.sh run --bind "$stage" "$stage" -- sh -euc "
        systemd-sysusers --root='$stage'
        systemctl --quiet --root='$stage' preset-all" >&2
    rm -f "$stage"/etc/.pwd.lock "$stage"/etc/passwd- "$stage"/etc/group- "$stage"/etc/shadow- \
        "$stage"/etc/gshadow-
    # A password's age is the day of the build; the same account the same day gives the same file.
    sed -i "s/^\([^:]*:[^:]*\):[0-9][0-9]*:/\1:$((SOURCE_DATE_EPOCH / 86400)):/" "$stage/etc/shadow"
}

bill_of_materials() {
    mkdir -p "$stage/usr/share/callbox"
    "$PYTHON" image/sbom.py "$stage" webui/package-lock.json "$VERSION" \
        > "$stage/usr/share/callbox/sbom.json"
}

pack() { # in order of names, owners by number, one time: those of a cache are when it was filled
    rm -f "$OUT/root.tar" "$OUT/rootfs.ext4"
    tar -C "$stage" -c --sort=name --format=gnu --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" \
        -f "$OUT/root.tar" .
    sh image/builder.sh run --bind "$OUT" "$OUT" -- \
        mke2fs -q -t ext4 -b 4096 -m 0 -O ^has_journal -U "$UUID" \
        -E "hash_seed=$UUID,root_owner=0:0" -d "$OUT/root.tar" "$OUT/rootfs.ext4" "${SLOT_MIB}M" >&2
}

layer() { # FUNCTION words
    began=$(date +%s)
    "$1"
    shift
    tell "$began" "$*"
}

become_root "$0" "$@"
alone
base=$(sh image/base.sh)
application=$(sh image/wheels.sh app)
stage=$(mktemp -d "$CACHE/stage.XXXXXX")
trap 'rm -rf "$stage"' EXIT INT TERM
chmod 0755 "$stage"
layer unpack_base "base unpacked"
make_initramfs "$stage"
layer lay_application "application laid over"
check_machine
lay_overlay
lay_update_trust
release
layer settle "users and units"
[ ! -e image/sbom.py ] || layer bill_of_materials "bill of materials"
layer pack "packed"
du -sm "$stage" | cut -f1 | sed 's/$/ MiB in the root/' >&2
ls -l "$OUT/root.tar" "$OUT/rootfs.ext4" >&2
