# shellcheck shell=sh disable=SC2034
# x86-64 machines, by UEFI or BIOS.  Every architecture has a file here with these names.

# --- the build ---
DEBIAN=amd64
BUILDER=amd64
WHEELS=x86_64           # as platforms of wheels are called
WITHOUT=''              # locked Python packages that nobody publishes for it
EMULATED=''             # by what its programs are started on the machine that builds
BASE_LISTS='box modules initramfs' # what the packages' layer is made of
BELOW=''                # folder in the cache and in build/image: no build removes another's

# --- the start ---
GRUB_EFI=x86_64-efi
EFI_FILE=BOOTX64.EFI
GRUB_BIOS=i386-pc
SERIAL=ttyS0,115200

before_kernel() { # ROOT: the kernel package makes the initramfs, so what goes into it is said first
    mkdir -p "$1/etc/initramfs-tools/conf.d" "$1/etc/initramfs-tools/hooks"
    printf 'MODULES=list\nCOMPRESS=zstd\nRESUME=none\n' > "$1/etc/initramfs-tools/conf.d/callbox"
    # They are in it, and udev loads those whose device is there: loading them all takes time.
    { printf '#!/bin/sh\nset -e\n[ "$1" != prereqs ] || exit 0\n'
        printf '. /usr/share/initramfs-tools/hook-functions\n'
        sh "$HERE/names.sh" "$HERE/packages/initramfs.list" | sed 's/^/manual_add_modules /'
    } > "$1/etc/initramfs-tools/hooks/callbox"
    chmod 755 "$1/etc/initramfs-tools/hooks/callbox"
}

compile_in() { # ROOT FOLDER FOLDER: byte code of what Python finds there
    PYTHONHASHSEED=0 chroot "$1" python3 -m compileall -q --invalidation-mode unchecked-hash "$2" "$3"
}

make_initramfs() { # ROOT: the kernel package did
    :
}

for_target() { # the compiler's environment: its own machine's is the box's
    STRIP=strip
}

compile_tools() { # the folder to be bound at /opt/dev while our wheel is made
    dev
}

UNIT_TESTS='cython_dsp board firmware'

unit_root() { # FOLDER: prints the root for unit tests, made there if there is none yet
    sh image/builder.sh
}

unit_peers() { # FOLDER: what the tests compile, if their root cannot
    :
}
