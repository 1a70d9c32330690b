#!/bin/sh
# Python of the box, made inside the builder root: dependencies come as wheels by hash, fetched by
# this host's own package index; our wheel and callbox-isdn are compiled there.
#   wheels.sh       prints the folder with our wheel and callbox-isdn
#   wheels.sh dev   prints the development environment (to be bound at /opt/dev)
#   wheels.sh app   prints the environment of the box (to be bound at /opt/callbox), complete
. image/settings.sh

FETCHED=$CACHE/wheels
PLATFORMS='manylinux_2_17 manylinux_2_24 manylinux_2_26 manylinux_2_27 manylinux_2_28 manylinux_2_31
    manylinux_2_34 manylinux_2_35 manylinux2014 manylinux2010 manylinux1 linux'

# A lock without those packages that this architecture does not have, beside the wheels.
locked_here() { # LOCK
    mkdir -p "$FETCHED"
    awk -v without="$WITHOUT" '
        BEGIN { count = split(without, names); for (i = 1; i <= count; i++) absent[names[i]] }
        /^[^ ]/ { split($1, pin, "=="); keep = !(pin[1] in absent) }
        keep' "$1" > "$FETCHED/$(basename "$1")"
}

fetch() { # LOCK
    locked_here "$1"
    stamp=$FETCHED/$(key < "$FETCHED/$(basename "$1")").done
    [ ! -e "$stamp" ] || return 0
    began=$(date +%s)
    # shellcheck disable=SC2046,SC2086
    "$TREE/.venv/bin/pip" -qq --disable-pip-version-check download --require-hashes --no-deps \
        --only-binary=:all: --python-version 3.13 --implementation cp --abi cp313 --abi abi3 \
        --abi none $(printf -- "--platform %s_$WHEELS " $PLATFORMS) -d "$FETCHED" \
        -r "$FETCHED/$(basename "$1")" >&2
    touch "$stamp"
    tell "$began" "wheels of $(basename "$1") fetched"
}

inside() {
    sh image/builder.sh run --ro-bind "$FETCHED" /var/build/wheels "$@"
}

# An empty environment in FOLDER, seen inside as AT, with what LOCK says in it.  No program in it is
# run, so it may be another machine's: pip takes the wheels of the platform that for_target names.
environment() { # FOLDER AT LOCK
    fetch "$3"
    rm -rf "$1"
    mkdir -p "$1"
    inside --bind "$1" "$2" -- sh -euc "
        python3 -m venv --without-pip $2
        . '$HERE/arch/$ARCH.sh'
        for_target
        pip=\$(echo /usr/share/python-wheels/pip-*.whl)/pip
        $2/bin/python \$pip -q install --no-index --no-compile \
            --find-links /var/build/wheels --no-deps --require-hashes \
            -r '/var/build/wheels/$(basename "$3")'" >&2
}

environment_key() { # LOCK
    { cat "$FETCHED/$(basename "$1")"; echo "$packages"; } | key
}

dev() {
    folder=$CACHE/dev-$(environment_key image/requirements-dev.lock)
    if [ ! -d "$folder" ]; then
        began=$(date +%s)
        environment "$folder.new" /opt/dev image/requirements-dev.lock
        mv "$folder.new" "$folder"
        keep_only "$CACHE/dev-" "$folder"
        tell "$began" "development environment"
    fi
    echo "$folder"
}

# --- ours ---

sources() { # NUL-separated: what git knows, and what `make build` adds to it
    git ls-files -co --exclude-standard -z -- pyproject.toml LICENSE README.md \
        firmware cython_dsp board webui ':!:*/tests/*'
    find webui/static/vendor webui/translations -type f ! -name '*.po' -print0
}

source_key() {
    { sources | sort -z | xargs -0 sha256sum; cat image/wheels.sh
        echo "$compiler $packages"; } | key
}

native_key() {
    { git ls-files -co --exclude-standard -z -- 'cython_dsp/*.pyx' 'cython_dsp/*.pxd' \
        'cython_dsp/*.[ch]' | sort -z | xargs -0 sha256sum
        sed -n '/^\[tool.distutils/,/^\[tool.ruff/p' pyproject.toml # how they are compiled
        echo "$compiler $packages"; } | key
}

# Compiling takes longest, so the compiled extensions are kept for as long as their sources say the
# same.  Whose times are those of a check-out: the compiled ones are made newer.
compile() { # OUT
    tools=$(compile_tools)
    native=$CACHE/native-$(native_key)
    work=$(mktemp -d "$CACHE/source.XXXXXX")
    mkdir -p "$native"
    find "$native" -name '*.so' -exec touch {} +
    find "$native" -path '*/lib.*' -type f ! -name '*.so' -delete
    sources | sort -zu | tar --null -T - -c --ignore-failed-read | tar -x -C "$work"
    inside --bind "$work" /var/build/source --bind "$native" /var/build/native \
        --bind "$1" /var/build/out --bind "$tools" /opt/dev \
        --setenv TARGET "$HERE/arch/$ARCH.sh" -- sh -euc '
        cd /var/build/source
        /opt/dev/bin/python -m board.host.firmware_set \
            --version "$(sed -n "s/^version = \"\(.*\)\"/\1/p" pyproject.toml)"
        . "$TARGET"
        for_target
        /opt/dev/bin/python -c "from setuptools import setup; setup()" -q \
            build --build-base /var/build/native
        find /var/build/native -name "*.so" -exec "$STRIP" -g {} +
        /opt/dev/bin/python -c "from setuptools import setup; setup()" -q \
            build --build-base /var/build/native bdist_wheel --skip-build -d /var/build/out
        CFLAGS="-ffile-prefix-map=$PWD=." make -s -C board/isdn BUILD_DIR=/var/build/out' >&2
    rm -rf "$work"
    keep_only "$CACHE/native-" "$native"
}

ours() {
    folder=$CACHE/ours-$(source_key)
    if [ ! -d "$folder" ]; then
        began=$(date +%s)
        rm -rf "$folder.new"
        mkdir -p "$folder.new"
        compile "$folder.new"
        mv "$folder.new" "$folder"
        keep_only "$CACHE/ours-" "$folder"
        tell "$began" "our wheel and callbox-isdn"
    fi
    echo "$folder"
}

# --- together ---

locked() { # the box's environment before our wheel
    folder=$CACHE/locked-$(environment_key image/requirements.lock)
    if [ ! -d "$folder" ]; then
        began=$(date +%s)
        environment "$folder.new" /opt/callbox image/requirements.lock
        inside --bind "$folder.new" /opt/callbox -- \
            /opt/callbox/bin/python -m compileall -q --invalidation-mode unchecked-hash /opt/callbox/lib >&2
        mv "$folder.new" "$folder"
        keep_only "$CACHE/locked-" "$folder"
        tell "$began" "locked dependencies"
    fi
    echo "$folder"
}

complete() { # FOLDER LOCKED OURS
    rm -rf "$1"
    cp -a "$2" "$1"
    inside --bind "$1" /opt/callbox --ro-bind "$3" /var/build/ours \
        --setenv TARGET "$HERE/arch/$ARCH.sh" -- sh -euc '
        . "$TARGET"
        for_target
        pip=$(echo /usr/share/python-wheels/pip-*.whl)/pip
        /opt/callbox/bin/python $pip -q install --no-index \
            --no-compile --no-deps /var/build/ours/*.whl
        cd /opt/callbox
        install -m 0755 -s --strip-program="$STRIP" /var/build/ours/callbox-isdn bin/callbox-isdn
        rm -f bin/activate* bin/Activate.ps1 lib/python3.*/site-packages/*.dist-info/direct_url.json
        bin/python -m compileall -q --invalidation-mode unchecked-hash \
            lib/python3.*/site-packages/firmware lib/python3.*/site-packages/cython_dsp \
            lib/python3.*/site-packages/board lib/python3.*/site-packages/webui' >&2
}

app() {
    dependencies=$(locked)
    product=$(ours)
    folder=$CACHE/app-$(basename "$dependencies")-$(basename "$product")
    if [ ! -d "$folder" ]; then
        began=$(date +%s)
        complete "$folder.new" "$dependencies" "$product"
        mv "$folder.new" "$folder"
        keep_only "$CACHE/app-" "$folder"
        tell "$began" "environment of the box"
    fi
    echo "$folder"
}

become_root "$0" "$@"
alone
compiler=$(sed -n '/^for_target/,/^}/p' "image/arch/$ARCH.sh")
packages=$(key < "$(sh image/builder.sh)/var/lib/dpkg/status") # what the builder is made of
fetch image/requirements-dev.lock
fetch image/requirements.lock
"${1:-ours}"
