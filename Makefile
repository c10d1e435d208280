# Everything sets itself up: a .venv with the locked dependencies, nothing outside this folder.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/pip --disable-pip-version-check --quiet

.PHONY: help demo install test slow check bench lock clean

help:  ## what can be made here
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 10

demo: .venv/.run  ## Earshot in the browser with a practice Spotify: no account, no key, no internet
	@$(BIN)/earshot demo

install: .venv/.run  ## what Earshot needs, into .venv

# Half of the tests wait for something: three processes for two cores.
WORKERS := $(shell echo $$(( ($$(nproc 2>/dev/null || echo 2) * 3 + 1) / 2 )))

test: .venv/.dev  ## the test suite
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m "not slow"

slow: .venv/.dev  ## what takes minutes: the Dockerfile by hand, every week of every zone
	@$(BIN)/python -m pytest -m slow

check: .venv/.dev  ## style, types, who may import whom
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --cache-dir .import_linter_cache

bench: .venv/.dev  ## how fast, as ratios taken in one run
	@$(BIN)/python -m benchmarks.ingest
	@$(BIN)/python -m benchmarks.due
	@$(BIN)/python -m benchmarks.polling
	@$(BIN)/python -m benchmarks.recap
	@$(BIN)/python -m benchmarks.cards
	@$(BIN)/python -m benchmarks.answering
	@$(BIN)/python -m benchmarks.posting --kills 20

# One lock for running, one for working on it (the same versions and more). Every file is checked by its hash.
.venv/.run: requirements/run.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing what Earshot needs into .venv (once) …"
	@$(PIP) install --require-hashes -r requirements/run.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: .venv/.run requirements/dev.lock
	@echo "Installing what the tests need into .venv (once) …"
	@$(PIP) install --require-hashes -r requirements/dev.lock
	@touch $@

LOCK := $(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-header \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --build-deps-for wheel

lock: .venv/.dev  ## write the two lock files anew
	$(LOCK) --upgrade -o requirements/run.lock pyproject.toml
	$(LOCK) --upgrade --extra dev -c requirements/run.lock -o requirements/dev.lock pyproject.toml

clean:  ## remove the .venv and every cache (no data)
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis *.egg-info
