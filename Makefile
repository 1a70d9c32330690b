# The only entry: one target for each thing a person does.  CI calls these and nothing else.
.PHONY: help install build run test check format bench load soak glare faults fuzz fuzz-short proof prompts lock clean
.PHONY: image image-unit image-repro pki bundle image-test image-audit image-bench powercut
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8443
PAGE ?= 8081
RATE ?= 60
FXO ?= 4
APT := $(if $(filter 0,$(shell id -u)),,sudo) env DEBIAN_FRONTEND=noninteractive apt-get

help: ## What can be done
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' $(MAKEFILE_LIST)

# --- install: what is missing, and only that ---

install: build/debian.stamp build/venv.stamp build/npm.stamp ## Install what is missing

build/debian.stamp: packages.debian
	@mkdir -p build
	@missing=$$(for p in $$(sed 's/#.*//' packages.debian) $$(command -v npm >/dev/null || echo nodejs npm); do \
	    dpkg-query -W -f '$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done); \
	if [ -n "$$missing" ]; then echo "installing:" $$missing; \
	    $(APT) update -q >/dev/null && $(APT) install -y -q --no-install-recommends $$missing; fi
	@touch $@

build/venv.stamp: requirements.lock build/debian.stamp
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

build/npm.stamp: webui/package-lock.json build/debian.stamp
	cd webui && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

build/goosebit.stamp: hil_tests/goosebit.lock build/debian.stamp # the update server of the tests
	test -x .venv-goosebit/bin/python || $(PYTHON) -m venv .venv-goosebit
	.venv-goosebit/bin/pip install -q --disable-pip-version-check --require-hashes -r hil_tests/goosebit.lock
	@touch $@

# --- build ---

NATIVE := $(shell find cython_dsp -name '*.pyx' -o -name '*.pxd' -o -name '*.h' -o -name '*.c' 2>/dev/null)

build: install build/engine.stamp board/isdn/callbox-isdn build/pages.stamp ## Build what the box needs

build/engine.stamp: $(filter-out %.pyx.c,$(NATIVE)) pyproject.toml build/venv.stamp
	$(BIN)/python -c "from setuptools import setup; setup()" -q build_ext --inplace
	@touch $@

board/isdn/callbox-isdn: $(wildcard board/isdn/*.c board/isdn/*.h) build/debian.stamp
	@$(MAKE) -s -C board/isdn
	@touch $@

build/pages.stamp: $(shell find webui/translations -name '*.po' 2>/dev/null) build/npm.stamp
	$(BIN)/pybabel -q compile -d webui/translations
	sh webui/vendor.sh
	@touch $@

# --- use ---

run: build ## Start the whole box on a simulated exchange: PORT=8443 PAGE=8081 RATE=calls an hour FXO=4
	@exec $(BIN)/python -m firmware.supervisor --port $(PORT) --page $(PAGE) --rate $(RATE) --fxo-ports $(FXO)

test: build build/goosebit.stamp ## Every test; those that need the wall clock by themselves
	$(BIN)/pytest -q -n 2 --dist worksteal -m "not realtime and not browser and not image"
	$(BIN)/pytest -q -m "(realtime or browser) and not image"

check: build ## Format, lint, types, import rules, budgets
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m hil_tests.house_rules
	$(BIN)/python board/tests/check_mcu.py

format: ## Put everything into the house's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: build ## Speed and memory against a peer, lateness at full load; their parts of BENCHMARKS.md
	$(BIN)/python -m cython_dsp.bench
	$(BIN)/python -m hil_tests.load.bench

SIZE ?= P30
MINUTES ?= 60
SEED ?= 1

load: build ## Simulated callers and agents, judged by the exchange: SIZE=P16, P30 or P60 MINUTES=60 SEED=1
	$(BIN)/python -m hil_tests.load --size $(SIZE) --minutes $(MINUTES) --seed $(SEED)

soak: build ## Two hours of a full load on virtual time; callboxd's memory has to stay: SIZE=P30 SEED=1
	$(BIN)/python -m hil_tests.load.soak --size $(SIZE) --seed $(SEED)

ATTEMPTS ?= 10000

glare: build ## E1 call attempts from both sides at once: ATTEMPTS=10000 SEED=1
	$(BIN)/python -m hil_tests.load.glare --attempts $(ATTEMPTS) --seed $(SEED)

RUNS ?= 200

faults: build ## Kills, unplugged boards, alarms, disks, clocks in the middle of calls: RUNS=200 SEED=1
	$(BIN)/python -m hil_tests.faults --runs $(RUNS) --seed $(SEED)

SECONDS ?= 3600

fuzz: build ## Hostile input to every parser, an hour each: SECONDS=3600
	$(BIN)/python -m hil_tests.fuzz --seconds $(SECONDS)

fuzz-short: build ## The same for 10 s each
	$(BIN)/python -m hil_tests.fuzz --seconds 10

proof: build ## Long proofs: hang-up tones, an hour of speech and music, caller ID, echo paths
	$(BIN)/python -m cython_dsp.tests.progress.proof
	$(BIN)/python -m cython_dsp.tests.line.fsk
	$(BIN)/python -m cython_dsp.tests.line.paths

# --- the image: image/settings.sh says where its caches are ---

ARCH ?= x86_64
VERSION ?= $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
SLOT_MIB ?= 3072
KILLS ?= 30
FIRST ?= 0
MADE := build/image$(if $(filter x86_64,$(ARCH)),,/$(ARCH))
IMAGE := env ARCH=$(ARCH) VERSION=$(VERSION) SLOT_MIB=$(SLOT_MIB)

image: build ## The disk of a new box: VERSION=x.y.z ARCH=x86_64 or arm64 SLOT_MIB=size of a slot
	$(IMAGE) sh image/rootfs.sh
	$(IMAGE) sh image/builder.sh run --bind $(CURDIR)/build $(CURDIR)/build --setenv SLOT_MIB $(SLOT_MIB) \
	    --setenv ARCH $(ARCH) -- \
	    sh image/boot/disk.sh $(MADE)/rootfs.ext4 $(MADE)/callbox-$(ARCH).img

image-unit: build ## Unit tests with the box's own Python, in a Debian 13 root: ARCH=x86_64 or arm64
	$(IMAGE) sh image/unit.sh

pki: ## Keys for development and tests, in build/pki: never for a product
	@sh image/pki/make.sh build/pki

bundle: build pki ## An update of the root `make image` built: VERSION=x.y.z CALLBOX_SIGN_KEY=file or pkcs11:...
	$(IMAGE) sh image/bundle.sh

image-test: build pki build/goosebit.stamp ## Start the built image in a virtual machine, update it, break it
	$(BIN)/pytest -q -s -m image hil_tests/qemu/test_token.py hil_tests/qemu/test_image.py hil_tests/qemu/test_security.py

image-audit: build pki ## A start under BIOS, and an audit of the running image by lynis
	$(BIN)/pytest -q -s -m image hil_tests/qemu/test_bios.py hil_tests/qemu/test_audit.py

image-bench: build pki build/goosebit.stamp ## Size, start, outage and memory of the image, in a virtual machine; its part of BENCHMARKS.md
	$(BIN)/python -m hil_tests.qemu.figures build
	$(MAKE) image image-test
	$(BIN)/python -m hil_tests.qemu.figures write

powercut: build pki ## Kill callbox-ota 200 times, and pull the plug 30 times, in an update: KILLS=30 FIRST=0
	$(BIN)/python -m firmware.tests.ota.powercut --kills 200
	KILLS=$(KILLS) FIRST=$(FIRST) $(BIN)/pytest -q -s -m image hil_tests/qemu/test_powercut.py

image-repro: build ## Build the root twice and compare: FULL=1 fetches the packages twice, too
	$(IMAGE) FULL=$(FULL) sh image/repro.sh

prompts: build build/prompts.stamp ## Speak all prompts again and have each recognised (half an hour)
	OMP_NUM_THREADS=1 .venv-prompts/bin/python -m firmware.prompts.make
	OMP_NUM_THREADS=1 $(BIN)/python -m hil_tests.play hil_tests/play/spoken/two-languages.yaml

build/prompts.stamp: prompts.lock firmware/prompts/voices/package-lock.json build/debian.stamp
	test -x .venv-prompts/bin/python || $(PYTHON) -m venv .venv-prompts
	.venv-prompts/bin/pip install -q --disable-pip-version-check --require-hashes -r prompts.lock
	cd firmware/prompts/voices && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

lock: ## Renew the lock files from the .in files
	uv pip compile -q --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	    requirements-dev.in -o requirements.lock
	uv pip compile -q --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	    prompts.in -o prompts.lock
	for lock in requirements requirements-dev; do \
	    uv pip compile -q --python-version 3.13 --generate-hashes --no-emit-index-url --no-header \
	        -c requirements.lock image/$$lock.in -o image/$$lock.lock; done

clean: ## Remove what was built
	rm -rf build run board/isdn/callbox-isdn
	find . -path ./$(VENV) -prune -o \( -name '*.so' -o -name __pycache__ \) -print | xargs rm -rf
