#!/bin/sh
# What mmdebstrap calls on the box's root: base-hook.sh before|after ROOT
set -eu
HERE=$(cd "$(dirname "$0")" && pwd)
ROOT=$2

before() { # the kernel package makes the initramfs, so what goes into it is said first
    mkdir -p "$ROOT/etc/initramfs-tools/conf.d" "$ROOT/etc/initramfs-tools/hooks"
    printf 'MODULES=list\nCOMPRESS=zstd\nRESUME=none\n' > "$ROOT/etc/initramfs-tools/conf.d/callbox"
    # They are in it, and udev loads those whose device is there: loading them all takes time.
    { printf '#!/bin/sh\nset -e\n[ "$1" != prereqs ] || exit 0\n'
        printf '. /usr/share/initramfs-tools/hook-functions\n'
        sed -e 's/#.*//' -e '/^$/d' -e 's/^/manual_add_modules /' "$HERE/packages/initramfs.list"
    } > "$ROOT/etc/initramfs-tools/hooks/callbox"
    chmod 755 "$ROOT/etc/initramfs-tools/hooks/callbox"
}

trim_modules() {
    for version in "$ROOT"/usr/lib/modules/*; do
        python3 "$HERE/modules.py" "$version" "$HERE/packages/modules.list"
        chroot "$ROOT" depmod "$(basename "$version")"
    done
}

boot_links() { # names that stay when the kernel changes
    for file in vmlinuz initrd.img; do
        newest=$(cd "$ROOT/boot" && find . -name "$file-*" -printf '%f\n' | sort -V | tail -n 1)
        ln -sf "$newest" "$ROOT/boot/$file"
    done
    rm -f "$ROOT"/vmlinuz* "$ROOT"/initrd.img* "$ROOT"/boot/System.map-*
}

compile_python() { # by content, not by time of the source: the image's times are not the archive's
    find "$ROOT/usr/lib/python3" "$ROOT"/usr/lib/python3.* -name __pycache__ -prune -exec rm -rf {} +
    rm -rf "$ROOT"/usr/lib/python3.*/test "$ROOT"/usr/lib/python3.*/turtledemo
    PYTHONHASHSEED=0 chroot "$ROOT" python3 -m compileall -q --invalidation-mode unchecked-hash \
        /usr/lib/python3 /usr/lib/python3.13
}

clean() { # traces of this host and of the moment; rootfs.sh drops what apt itself still uses
    rm -rf "$ROOT"/var/log/* "$ROOT"/var/lib/dpkg/*-old "$ROOT"/var/lib/systemd/random-seed \
        "$ROOT"/usr/lib/udev/hwdb.d "$ROOT"/root/.ssh \
        "$ROOT"/usr/share/grub "$ROOT"/usr/bin/grub-mk* "$ROOT"/etc/.pwd.lock "$ROOT"/etc/passwd- \
        "$ROOT"/etc/group- "$ROOT"/etc/shadow- "$ROOT"/etc/gshadow- "$ROOT"/etc/hostname
    ln -sf ../run/systemd/resolve/stub-resolv.conf "$ROOT/etc/resolv.conf"
    echo uninitialized > "$ROOT/etc/machine-id"
    echo callbox > "$ROOT/etc/hostname"
    mkdir -p "$ROOT/data" "$ROOT/boot/efi" "$ROOT/var/cache/ldconfig"
}

after() {
    trim_modules
    boot_links
    compile_python
    clean
    chroot "$ROOT" passwd -q --lock root
}

"$1"
