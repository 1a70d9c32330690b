#!/bin/sh
# A signed update bundle: bundle.sh [ROOTFS.ext4 [OUT.raucb]]; VERSION and BUILD as in the root.
#
# CALLBOX_SIGN_KEY and CALLBOX_SIGN_CERT name the key that signs, both files; without them the
# development key of `make pki` does.  A release key lives in a token and is named by its URI:
#   CALLBOX_SIGN_KEY='pkcs11:token=callbox;object=release' CALLBOX_SIGN_CERT=release.pem
#   CALLBOX_PKCS11_MODULE=/usr/lib/.../libsofthsm2.so   the token's own library
#   CALLBOX_PKCS11_FILES=/var/lib/softhsm:/my/softhsm.conf=/etc/softhsm/softhsm2.conf
#                                                       what the library needs to see, HERE[=THERE]
#   RAUC_PKCS11_PIN                                     given to the token, never written
#
# RAUC of the box's own suite makes it: an older one would drop the notes from the manifest.
. image/settings.sh

rootfs=$(realpath "${1:-$OUT/rootfs.ext4}")
out=$(realpath -m "${2:-$OUT/callbox-$ARCH-$VERSION.raucb}")
pki=$TREE/build/pki
key=${CALLBOX_SIGN_KEY:-$pki/release.key}
certificate=$(realpath "${CALLBOX_SIGN_CERT:-$pki/release.pem}")
keyring=$(realpath "${CALLBOX_KEYRING:-$pki/keyring.pem}")
BUILD=${BUILD:-$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y%m%dT%H%M%SZ)}
LEVEL=${LEVEL:-6}
MOST_MIB=300

began=$(date +%s)
work=$(mktemp -d -p "$OUT")
trap 'rm -rf "$work"' EXIT INT TERM

contents() {
    mkdir "$work/in"
    ln "$rootfs" "$work/in/rootfs.ext4" 2>/dev/null ||
        cp --sparse=always --reflink=auto "$rootfs" "$work/in/rootfs.ext4"
    "$PYTHON" image/bundle_manifest.py "$VERSION" "$BUILD" "$COMPATIBLE" "${NOTES:-image/notes}" CHANGELOG.md \
        >"$work/in/manifest.raucm"
    cp "$certificate" "$work/certificate.pem"
    cp "$keyring" "$work/keyring.pem"
    cat >"$work/system.conf" <<END
[system]
compatible=$COMPATIBLE
bootloader=noop
[keyring]
path=$work/keyring.pem
check-purpose=codesign
END
}

sign() {
    set -- --bind "$work" "$work"
    case $key in
        pkcs11:*)
            set -- "$@" --setenv RAUC_PKCS11_MODULE "$CALLBOX_PKCS11_MODULE" \
                --setenv RAUC_PKCS11_PIN "$RAUC_PKCS11_PIN"
            for path in $(echo "$CALLBOX_PKCS11_FILES" | tr : ' '); do
                set -- "$@" --bind "${path%%=*}" "${path##*=}"
            done
            ;;
        *)
            key=$(realpath "$key")
            set -- "$@" --ro-bind "$key" "$key"
            ;;
    esac
    sh image/builder.sh run "$@" -- rauc --conf="$work/system.conf" bundle \
        --cert="$work/certificate.pem" --key="$key" \
        --mksquashfs-args="-comp zstd -Xcompression-level $LEVEL -b 256K -processors 2" \
        "$work/in" "$work/out.raucb" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
}

contents
sign
mib=$(($(stat -c %s "$work/out.raucb") >> 20))
[ "$mib" -le "$MOST_MIB" ] || { echo "bundle: $mib MiB, the limit is $MOST_MIB" >&2; exit 1; }
mkdir -p "$(dirname "$out")"
mv "$work/out.raucb" "$out"
tell "$began" "bundle $VERSION, $mib MiB"
