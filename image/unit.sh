#!/bin/sh
# Unit tests of the product with the box's Python, in a root of its suite and architecture: the
# packages are those of the wheel, unpacked; only the tests come from the tree.  unit.sh [pytest options]
. image/settings.sh

# `make test` runs these on the host: RAUC mounts bundles by loop devices, which the builder root has
# none of; the foreign update server, the browser and the type checker are the host's.
ELSEWHERE='board/tests/test_check_mcu board/tests/sim/exchange/test_lines
    firmware/tests/media/webrtc/test_chromium firmware/tests/ota/ddi/test_chain
    firmware/tests/ota/ddi/test_goosebit firmware/tests/ota/test_bus firmware/tests/ota/test_drain
    firmware/tests/ota/test_install firmware/tests/ota/test_policy firmware/tests/ota/test_powercut
    firmware/tests/ota/test_refusals firmware/tests/ota/test_server'

become_root "$0" "$@"
product=$(sh image/wheels.sh)
tools=$(sh image/wheels.sh dev)
work=$(mktemp -d "$CACHE/unit.XXXXXX")
trap 'rm -rf "$work" "$work-root"' EXIT INT TERM

"$PYTHON" -m zipfile -e "$product"/callbox-*.whl "$work"
git ls-files -co --exclude-standard -z -- pyproject.toml hil_tests 'cython_dsp/tests/*' \
    'cython_dsp/*.[ch]' 'board/tests/*' 'firmware/tests/*' 'board/isdn/*' |
    tar --null -T - -c --ignore-failed-read | tar -x -C "$work"
cp "$product/callbox-isdn" "$work/board/isdn/"
root=$(unit_root "$work-root")
unit_peers "$work"
# shellcheck disable=SC2046,SC2086
[ $# -gt 0 ] || set -- -q -n 2 --dist worksteal -m "not realtime and not browser" \
    $(printf -- '--ignore %s.py ' $ELSEWHERE) $UNIT_TESTS
began=$(date +%s)
# CI is told on: Hypothesis then draws the same examples each time and knows no time limit.
# shellcheck disable=SC2086
$EMULATED sh image/builder.sh in "$root" --bind "$work" /var/build/unit --ro-bind "$tools" /opt/dev \
    --setenv PATH /opt/dev/bin:/usr/sbin:/usr/bin:/sbin:/bin ${CI:+--setenv CI "$CI"} -- \
    sh -euc 'cd /var/build/unit && exec /opt/dev/bin/python -m pytest -p no:cacheprovider "$@"' sh "$@"
tell "$began" "unit tests with the box's Python"
