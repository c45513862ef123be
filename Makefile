# make run, make test: each does all its own set-up in .venv. Needs Python 3.11 or newer with pip.

PYTHON ?= python3
BIN := .venv/bin
QUICK := not long and not packaging and not thorough

SEED ?= 1

.PHONY: run test check format monkey soak bench docs clean

run: .venv/.run
	@$(BIN)/pirate-tui $(ARGS)

test: .venv/.test
	$(BIN)/pytest -n auto -m "$(QUICK)" $(ARGS)

check: .venv/.test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n auto -m "$(QUICK)"

format: .venv/.test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Types, clicks and pulls at the window at random, until it is stopped or the time is over: make monkey SECONDS=600 SEED=7
monkey: .venv/.test
	$(BIN)/python -m tests.monkey --seed $(SEED) $(if $(SECONDS),--seconds $(SECONDS))

# Browses for ten thousand keys, and fails if memory, descriptors, threads, tasks or connections grow: make soak KEYS=3000
soak: .venv/.test
	$(BIN)/python -m tests.soak --seed $(SEED) $(if $(KEYS),--keys $(KEYS))

bench: .venv/.test
	$(BIN)/python -m tests.bench $(ARGS)

docs: .venv/.run
	$(BIN)/python docs/pictures.py

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("pirate-tui needs Python 3.11 or newer: make PYTHON=python3.11 ...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv

# A stamp for each set of packages; both are made anew when the project's needs change.
.venv/.run: pyproject.toml | .venv/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/.test: pyproject.toml | .venv/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch .venv/.run $@
