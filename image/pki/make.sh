#!/bin/sh
# Keys for development and tests: make.sh DIRECTORY.  What is there is kept.
#   root.pem root.key        first root, in every box's keyring
#   release.pem release.key  its leaf; signs bundles
#   next-root.* next.*       the root and leaf that come after a rotation
#   wrong-root.* wrong.*     a CA no box knows, for the tests of refusals
#   keyring.pem              what a box trusts now: the first root
#   keyring-both.pem         what an update ships before the change: both roots
#   keyring-next.pem         what boxes trust when the change is over
# A real release key is made the same way, but in a PKCS#11 token (see image/bundle.sh).
set -eu

dir=$1
DAYS=7300
umask 077
mkdir -p "$dir"
cd "$dir"

config=$(mktemp)
trap 'rm -f "$config"' EXIT INT TERM
cat >"$config" <<'END'
[req]
distinguished_name = name
prompt = no
[name]
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, codeSigning
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
END

key() { # name: an EC key for a certificate
    openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key"
}

root() { # name subject
    [ -e "$1.pem" ] && return
    key "$1"
    openssl req -new -x509 -config "$config" -extensions root -key "$1.key" -days "$DAYS" \
        -subj "/O=Callbox/CN=$2" -out "$1.pem.new"
    mv "$1.pem.new" "$1.pem"
}

leaf() { # name root subject
    [ -e "$1.pem" ] && return
    key "$1"
    openssl req -new -config "$config" -key "$1.key" -subj "/O=Callbox/CN=$3" -out "$1.csr"
    openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -days "$DAYS" \
        -set_serial "0x$(openssl rand -hex 16)" -extfile "$config" -extensions leaf \
        -out "$1.pem.new" 2>/dev/null
    rm "$1.csr"
    mv "$1.pem.new" "$1.pem"
}

keyring() { # name roots...
    name=$1
    shift
    cat "$@" >"$name.new"
    chmod 644 "$name.new"
    mv "$name.new" "$name"
}

root root "Callbox development root"
root next-root "Callbox development root 2"
root wrong-root "Somebody else"
leaf release root "Callbox development release"
leaf next next-root "Callbox development release 2"
leaf wrong wrong-root "Callbox development release"
keyring keyring.pem root.pem
keyring keyring-both.pem root.pem next-root.pem
keyring keyring-next.pem next-root.pem
