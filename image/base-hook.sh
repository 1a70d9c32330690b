#!/bin/sh
# What mmdebstrap calls on the box's root: base-hook.sh before|after ROOT, with ARCH as in settings.sh
set -eu
HERE=$(cd "$(dirname "$0")" && pwd)
ROOT=$2
# shellcheck source=/dev/null
. "$HERE/arch/$ARCH.sh"

before() {
    before_kernel "$ROOT"
}

trim_modules() {
    for version in "$ROOT"/usr/lib/modules/*; do
        sh "$HERE/names.sh" "$HERE/packages/modules.list" | python3 "$HERE/modules.py" "$version" /dev/stdin
        chroot "$ROOT" depmod "$(basename "$version")"
    done
}

boot_links() { # names that stay when the kernel changes
    newest=$(cd "$ROOT/boot" && find . -name 'vmlinuz-*' -printf '%f\n' | sort -V | tail -n 1)
    ln -sf "$newest" "$ROOT/boot/vmlinuz"
    ln -sf "initrd.img-${newest#vmlinuz-}" "$ROOT/boot/initrd.img"
    rm -f "$ROOT"/vmlinuz* "$ROOT"/initrd.img* "$ROOT"/boot/System.map-*
}

compile_python() { # by content, not by time of the source: the image's times are not the archive's
    find "$ROOT/usr/lib/python3" "$ROOT"/usr/lib/python3.* -name __pycache__ -prune -exec rm -rf {} +
    rm -rf "$ROOT"/usr/lib/python3.*/test "$ROOT"/usr/lib/python3.*/turtledemo
    compile_in "$ROOT" /usr/lib/python3 /usr/lib/python3.13
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
