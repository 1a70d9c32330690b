#!/bin/sh
# The names in a list file for ARCH, one a line: names.sh LIST
# A name with [x86_64] or [arm64] behind it is for that architecture only; comments are dropped.
set -eu
sed -e 's/#.*//' -e "s/\[${ARCH:-x86_64}\]//" -e '/\[/d' "$1" | xargs -n1
