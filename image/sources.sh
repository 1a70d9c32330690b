#!/bin/sh
# The box's apt sources, as deb822 on stdout: the suites of this host under another name, from
# wherever this host itself fetches.  sources.sh [SUITE]
set -eu

SUITE=${1:-trixie}
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

host_suite() {
    # shellcheck disable=SC1091
    (. /etc/os-release && echo "$VERSION_CODENAME")
}

host_targets() { # "URI suite" of every Debian suite this host has configured
    apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
        awk '$3 == "main" { print $1, $2 }' | sort -u
}

stanzas() {
    awk -v host="$1" -v suite="$SUITE" -v keyring="$KEYRING" '
        $2 == host || $2 == host "-updates" || $2 == host "-security" {
            sub("^" host, suite, $2)
            printf "Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n\n", $1, $2, keyring
            found++
        }
        END { if (!found) { print "no Debian source is configured for " host > "/dev/stderr"; exit 1 } }'
}

host_targets | stanzas "$(host_suite)"
