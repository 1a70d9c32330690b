#!/bin/sh
# The box's Debian packages as one tar archive in the cache; prints its path.  Made when the lists
# change or a day has passed.
. image/settings.sh

# The packages' layer does not depend on our commit: its times are cut off at this one instead.
SOURCE_DATE_EPOCH=1767225600 # 2026-01-01

base_tar() {
    echo "$CACHE/base-$({ for list in $BASE_LISTS; do names "image/packages/$list.list"; done
        sed -n '/^before_kernel/,/^}/p' "image/arch/$ARCH.sh"
        cat image/base-hook.sh image/modules.py; sh image/sources.sh "$SUITE"; today; } | key).tar"
}

make_base() { # TAR
    began=$(date +%s)
    sh image/sources.sh "$SUITE" > "$CACHE/$SUITE.sources"
    # shellcheck disable=SC2086  # a command with its words, or none
    $EMULATED mmdebstrap --quiet --mode=root --variant=essential --format=tar \
        --architectures="$DEBIAN" \
        --aptopt='APT::Install-Recommends "false"' \
        --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/info/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/lintian/*' \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
        --essential-hook="sh $TREE/image/base-hook.sh before \"\$1\"" \
        --customize-hook="sh $TREE/image/base-hook.sh after \"\$1\"" \
        --include="$(names image/packages/box.list | paste -sd,)" \
        "$SUITE" "$1.new" "$CACHE/$SUITE.sources" >&2
    mv "$1.new" "$1"
    keep_only "$CACHE/base-" "$1"
    tell "$began" "base packages"
}

become_root "$0" "$@"
alone
tar=$(base_tar)
[ -e "$tar" ] || make_base "$tar"
echo "$tar"
