#!/bin/sh
# What RAUC needs on the box: install.sh ROOT.  The keyring is CALLBOX_KEYRING, else that of
# `make pki`; FLOOR is the lowest version this image lets itself be replaced by.
. image/settings.sh

root=$1
keyring=${CALLBOX_KEYRING:-$TREE/build/pki/keyring.pem}
FLOOR=${FLOOR:-$(cat image/rauc/floor)}

[ -e "$keyring" ] || sh image/pki/make.sh "$TREE/build/pki"
mkdir -p "$root/etc/rauc"
sed -e "s/@COMPATIBLE@/$COMPATIBLE/" -e "s/@FLOOR@/$FLOOR/" image/rauc/system.conf.in \
    >"$root/etc/rauc/system.conf"
install -m 644 "$keyring" "$root/etc/rauc/keyring.pem"
chmod 644 "$root/etc/rauc/system.conf"

# A key that the box's RAUC does not know keeps its service from starting; the builder's is the same.
said=$(sh image/builder.sh run --ro-bind "$root/etc/rauc" /etc/rauc -- \
    sh -c 'rauc --conf=/etc/rauc/system.conf info /dev/null 2>&1 || true')
case $said in
*"Using system config file"*) ;;
*) echo "$said" >&2; exit 1 ;;
esac
