#!/bin/sh
# The disk of a new box: disk.sh ROOTFS.ext4 OUT.img
# GPT with bios, esp, rootfs-a (filled), rootfs-b (empty), data; starts under UEFI, and under BIOS
# where ARCH has one; elsewhere the partition is empty, so that slots have the same numbers.
# SLOT_MIB: size of a slot.  DATA_MIB: data as delivered, it grows at the first start.
# TRIES: starts of a slot before the other one is taken, 1 to 3.  CMDLINE: more words for the
# kernel, for tests in machines that need them.  No mounts, no loop devices.
set -eu

rootfs=$(realpath "$1")
out=$(realpath -m "$2")
here=$(dirname "$(realpath "$0")")
# shellcheck source=/dev/null
. "$here/../arch/${ARCH:-x86_64}.sh"
SLOT_MIB=${SLOT_MIB:-3072}
DATA_MIB=${DATA_MIB:-256}
TRIES=${TRIES:-3}
CMDLINE=${CMDLINE:-}
ESP_MIB=128
# Types of partitions; that of data is our own, so that systemd-repart finds it and no other.
DATA_TYPE=7b8f6a52-5d3c-4c6e-9a41-ca11b0c5da7a
# Fixed, for images that are the same byte for byte.
DATA_UUID=7b8f6a52-5d3c-4c6e-9a41-ca11b0c5da7b
DISK_UUID=7b8f6a52-5d3c-4c6e-9a41-ca11b0c50000
BIOS_FIRST=2048

mkdir -p "$(dirname "$out")"
work=$(mktemp -d -p "$(dirname "$out")") # beside it: the disk is moved, not copied
trap 'rm -rf "$work"' EXIT INT TERM
input=$work/input
mkdir -p "$input" "$work/empty" "$work/tmp"

grub_cores() {
    # Before `normal` GRUB's parser knows no comments.
    sed '/^#/d' "$here/early.cfg" >"$work/early.cfg"
    common="part_gpt fat ext2 normal linux loadenv search search_label test echo configfile
        sleep reboot serial terminal regexp minicmd ls boot"
    # shellcheck disable=SC2086  # the module names are words
    grub-mkimage -O "$GRUB_EFI" -c "$work/early.cfg" -p /grub -o "$input/$EFI_FILE" \
        $common efi_gop all_video
    [ -n "$GRUB_BIOS" ] || return 0
    # shellcheck disable=SC2086
    grub-mkimage -O "$GRUB_BIOS" -c "$work/early.cfg" -p /grub -o "$work/core.img" $common biosdisk
}

bios_code() { # DISK
    [ -n "$GRUB_BIOS" ] || return 0
    python3 "$here/mbr.py" "$1" "/usr/lib/grub/$GRUB_BIOS/boot.img" "$work/core.img" "$BIOS_FIRST" 2048
}

esp_files() {
    sed -e "s/^set tries=.*/set tries=$TRIES/" -e "s/console=ttyS0,115200/console=$SERIAL/" \
        -e "s/^\(set cmdline=.*\)\"\$/\1${CMDLINE:+ $CMDLINE}\"/" \
        "$here/grub.cfg" >"$input/grub.cfg"
    grub-script-check "$input/grub.cfg"
    grub-editenv "$input/grubenv" create
    grub-editenv "$input/grubenv" set "ORDER=A B" A_OK=1 A_TRY=0 B_OK=0 B_TRY=0
    cp "$input/grubenv" "$input/grubenv.safe"
}

data_image() {
    mke2fs -q -t ext4 -L data -U "$DATA_UUID" -E "hash_seed=$DATA_UUID,root_owner=0:0" \
        -d "$work/empty" "$input/data.ext4" "${DATA_MIB}M"
}

genimage_config() {
    cat <<END
image esp.vfat {
    vfat {
        label = "BOXESP"
        extraargs = "-i ca11b0c5 --invariant"
        file EFI/BOOT/$EFI_FILE {
            image = "$EFI_FILE"
        }
        file grub/grub.cfg {
            image = "grub.cfg"
        }
        file grub/grubenv {
            image = "grubenv"
        }
        file grub/grubenv.safe {
            image = "grubenv.safe"
        }
    }
    size = ${ESP_MIB}M
}
image disk.img {
    hdimage {
        partition-table-type = "gpt"
        align = 1M
        disk-uuid = "$DISK_UUID"
    }
$(partition bios 21686148-6449-6e6f-744e-656564454649 1M "" 1)
$(partition esp U ${ESP_MIB}M esp.vfat 2)
$(partition rootfs-a L "${SLOT_MIB}M" rootfs.ext4 3)
$(partition rootfs-b L "${SLOT_MIB}M" "" 4)
$(partition data "$DATA_TYPE" "${DATA_MIB}M" data.ext4 5)
}
END
}

partition() { # name type size image number
    cat <<END
    partition $1 {
        partition-type-uuid = "$2"
        partition-uuid = "7b8f6a52-5d3c-4c6e-9a41-ca11b0c5000$5"
        size = $3
        ${4:+image = "$4"}
    }
END
}

grub_cores
esp_files
data_image
ln -s "$rootfs" "$input/rootfs.ext4"
genimage_config >"$work/genimage.cfg"
genimage --loglevel 0 --config "$work/genimage.cfg" --rootpath "$work/empty" \
    --tmppath "$work/tmp" --inputpath "$input" --outputpath "$work/out"
bios_code "$work/out/disk.img"
mv "$work/out/disk.img" "$out"
