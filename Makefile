# make demo | serve | stop | test | test-next | test-scale | check | e2e | bars | bars-full | bench | schemas | fix | lock | clean
# Each does its own set-up.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := test

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null && echo $$p && break; done)
COOLDOWN ?= 7 days
BIN := .venv/bin
INSTALL = $(BIN)/uv pip install --quiet --no-deps --build-constraints requirements/build.lock --editable .

ELSEWHERE = not e2e and not bars and not bars_full and not bench and not scale
PURE = $(ELSEWHERE) and not prefect and not local_model
# 5: all that ARGS name is in the other half.
OR_ELSEWHERE = $(if $(ARGS),|| test $$? = 5)

NEXT_PYTHON ?= $(shell for p in python3.13 $(HOME)/.pyenv/versions/3.13*/bin/python3.13; do \
	$$p -c '' 2>/dev/null && echo $$p && break; done)

.PHONY: demo serve stop test test-next test-scale check e2e bars bars-full bench schemas fix lock clean

demo: .venv/demo
	$(BIN)/promptship demo

test: .venv/dev
	$(BIN)/pytest -n 2 -m '$(PURE)' $(ARGS) $(OR_ELSEWHERE)
	$(BIN)/pytest -m '$(ELSEWHERE) and (prefect or local_model)' $(ARGS) $(OR_ELSEWHERE)

# What does not need Prefect or a model, on the newest Python and on the next DuckDB.
test-next: .venv-next/dev
	.venv-next/bin/pytest -n 2 tests/registry tests/tasks -m '$(PURE)' $(ARGS)

check: .venv/dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

# Peers of the benches are in no lock: what is skipped says how to install it, and BENCH_PEERS=<folder> says where.
e2e bars bench: .venv/dev
	$(BIN)/pytest -rs -m $@ $(ARGS)

test-scale: .venv/dev
	$(BIN)/pytest -m scale $(ARGS)

# Server, work pool, deployments and worker on this machine; `make stop` ends them.
serve: .venv/demo
	$(BIN)/promptship serve

stop: .venv/demo
	$(BIN)/promptship serve --stop

bars-full: .venv/dev
	$(BIN)/pytest -m 'bars or bars_full' --timeout 0 $(ARGS)

schemas: .venv/dev
	$(BIN)/python -m deployments.schemas

fix: .venv/dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

# A release needs to be this old before a lock takes it: long enough for others to notice a malicious one.
lock: COMPILE = $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --exclude-newer '$(COOLDOWN)'
lock: PROJECT = --override requirements/overrides.txt --constraint requirements/constraints.txt pyproject.toml
lock: EXTRAS = $(foreach extra,local local-matrix s3 otel openfeature scale,--extra $(extra))
lock: $(BIN)/uv
	$(COMPILE) requirements/uv.in --output-file requirements/uv.lock
	$(COMPILE) requirements/build.in --output-file requirements/build.lock
	$(COMPILE) --no-deps requirements/next.in --output-file requirements/next.lock
	$(COMPILE) $(PROJECT) --extra local --output-file requirements/demo.lock
	$(COMPILE) $(PROJECT) $(EXTRAS) --group dev --constraint requirements/demo.lock --output-file requirements/dev.lock

clean:
	rm -rf .venv .venv-next .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .benchmarks
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/uv: requirements/uv.lock
	@test -x $(BIN)/python || test -n "$(PYTHON)" || { echo 'No Python of 3.11 to 3.13 was found. Install one, or name it: make PYTHON=/path/to/python'; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/uv.lock
	@touch $@

# One environment: dev.lock holds everything of demo.lock, so what is set up for development also runs the demo.
.venv/demo: requirements/demo.lock requirements/build.lock pyproject.toml $(BIN)/uv
	@if test -e .venv/dev; then $(MAKE) --no-print-directory .venv/dev; else \
		$(BIN)/uv pip sync --quiet --require-hashes requirements/demo.lock && $(INSTALL); fi
	@touch $@

.venv/dev: requirements/dev.lock requirements/build.lock pyproject.toml $(BIN)/uv
	$(BIN)/uv pip sync --quiet --require-hashes requirements/dev.lock
	$(INSTALL)
	@touch $@

.venv-next/dev: requirements/dev.lock requirements/next.lock requirements/build.lock pyproject.toml $(BIN)/uv
	@test -n "$(NEXT_PYTHON)" || { echo 'No Python 3.13 was found. Name it: make test-next NEXT_PYTHON=/path/to/python3.13'; exit 1; }
	$(BIN)/uv venv --quiet --clear --python $(NEXT_PYTHON) .venv-next
	$(BIN)/uv pip sync --quiet --python .venv-next --require-hashes requirements/dev.lock
	$(BIN)/uv pip install --quiet --python .venv-next --require-hashes --no-deps --requirement requirements/next.lock
	$(BIN)/uv pip install --quiet --python .venv-next --no-deps --build-constraints requirements/build.lock --editable .
	@touch $@
