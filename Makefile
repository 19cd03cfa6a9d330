# `make demo` and `make test` set everything up by themselves.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: env demo test test-slow lint fingerprints

env: .venv/.done

.venv/.done: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test]'
	touch $@

demo: env
	$(BIN)/bench run-all --preset demo

test: env lint
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile  # files share runs that take minutes

test-slow: env
	$(BIN)/python -m pytest -m slow

lint: env
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

fingerprints: env  # after a stage's version was raised
	$(BIN)/python -m tests.fingerprints.record
