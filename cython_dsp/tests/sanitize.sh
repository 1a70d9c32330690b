#!/bin/sh
# The extensions with AddressSanitizer and UndefinedBehaviorSanitizer, and tests with them:
#   sanitize.sh PYTHON ARGUMENTS-OF-PYTEST
# All is made in a copy of the tree, build/sanitize/tree: what is built in place stays as it is.
set -eu
python=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
shift
cd "$(dirname "$0")/../.."
tree=$PWD/build/sanitize/tree
stamp=$PWD/build/sanitize/built.stamp

mkdir -p "$tree"
find "$tree" -name '*.py' -delete # a test that is gone must not run
git ls-files -z --cached --others --exclude-standard | xargs -0 cp -Pp --parents -t "$tree"
# What extra-compile-args say comes last on the compiler's line, so it is said there.
flags='"-O1", "-g1", "-fno-omit-frame-pointer", "-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"'
sed -i "s/\"-O3\"/$flags/" "$tree/pyproject.toml"

changed=new
[ ! -e "$stamp" ] || changed=$(find pyproject.toml "$0" cython_dsp -newer "$stamp" -name '*.[cht]*' | head -n 1)
cd "$tree"
if [ -n "$changed" ]; then
    echo "sanitize: building the extensions"
    rm -rf build
    LDFLAGS=-fsanitize=address,undefined \
        "$python" -W ignore -c "from setuptools import setup; setup()" -q build_ext --inplace --force --parallel "$(nproc)"
    touch "$stamp"
fi

# Python leaks by design.  Its own allocator would hide what is read beyond an object's end.
# The sanitizer's library has to be there before any other; the compiler a test starts needs none.
export ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1 PYTHONMALLOC=malloc
LD_PRELOAD=$(gcc -print-file-name=libasan.so) exec "$python" -m pytest -q -p no:cacheprovider -o timeout=120 "$@"
