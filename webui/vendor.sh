#!/bin/sh
# Copy the front-end libraries that the box serves itself out of node_modules.
set -eu
cd "$(dirname "$0")"
mkdir -p static/vendor
cp node_modules/htmx.org/dist/htmx.min.js static/vendor/htmx.js
cp node_modules/wavesurfer.js/dist/wavesurfer.esm.js static/vendor/wavesurfer.js
cp node_modules/htmx.org/LICENSE static/vendor/htmx.LICENSE
cp node_modules/wavesurfer.js/LICENSE static/vendor/wavesurfer.LICENSE
