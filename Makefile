# make run, make test: each does all its own set-up in .venv. Needs Python 3.11 or newer with pip.

PYTHON ?= python3
BIN := .venv/bin
PIP := pip install --quiet --disable-pip-version-check
QUICK := not long and not packaging and not thorough

SEED ?= 1

.PHONY: run test check format servers monkey soak bench docs release clean help

run: .venv/.run  ## Browse the sample database; ARGS="shop.db --models shop/models.py" for your own
	@$(BIN)/pirate-tui $(ARGS)

test: .venv/.test  ## Run the quick tests; ARGS="tests/ui -k pinned" for some of them
	$(BIN)/pytest -n auto -m "$(QUICK)" $(ARGS)

check: .venv/.test  ## Check format, lint, spelling, dead code, types and import contracts, then run the quick tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/codespell
	$(BIN)/vulture
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n auto -m "$(QUICK)"

format: .venv/.test  ## Format the code, and fix what ruff can fix
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

servers:  ## Start PostgreSQL and MariaDB for the tests in containers, and print the variables to export
	docker compose --file tests/compose.yaml up --detach --wait
	@echo 'export PIRATE_TUI_TEST_POSTGRESQL=postgresql://postgres@127.0.0.1:5432/postgres'
	@echo 'export PIRATE_TUI_TEST_MARIADB=mysql://root@127.0.0.1:3306/test'

monkey: .venv/.test  ## Type, click and resize at random until stopped; SECONDS=600 SEED=7
	$(BIN)/python -m tests.monkey --seed $(SEED) $(if $(SECONDS),--seconds $(SECONDS))

soak: .venv/.test  ## Press ten thousand keys; fail if memory, descriptors, threads, tasks or connections grow; KEYS=3000
	$(BIN)/python -m tests.soak --seed $(SEED) $(if $(KEYS),--keys $(KEYS))

bench: .venv/.test  ## Measure speed as ratios against a bare Textual app and the bare drivers; ARGS="--peers --only launch"
	$(BIN)/python -m tests.bench $(ARGS)

docs: .venv/.run  ## Generate docs/keys.md, and take the pictures again
	$(BIN)/python docs/keys.py
	$(BIN)/python docs/pictures.py

release: .venv/.release  ## Build the sdist and the wheel in dist/, and check them; uploads nothing
	rm -rf dist
	.venv/release/bin/python -m build
	.venv/release/bin/twine check --strict dist/*

clean:  ## Delete .venv, builds and caches
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

help:  ## List these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("pirate-tui needs Python 3.11 or newer: make PYTHON=python3.11 ...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv

# A stamp for each set of packages; both are made anew when the project's needs change.
.venv/.run: pyproject.toml | .venv/bin/python
	$(BIN)/$(PIP) --editable .
	@touch $@

.venv/.test: pyproject.toml | .venv/bin/python
	$(BIN)/$(PIP) --editable '.[test]'
	@touch .venv/.run $@

# What builds a release stays apart from what runs it.
.venv/.release: Makefile | .venv/bin/python
	$(BIN)/python -m venv .venv/release
	.venv/release/bin/$(PIP) build twine
	@touch $@
