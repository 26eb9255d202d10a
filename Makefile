# Every target explains itself: `make help`.
.DEFAULT_GOAL := help
SHELL := /bin/sh

PYTHON ?= python3
BIN := .venv/bin
E2E ?= --env=local

.PHONY: help boot setup test e2e lint types check bench doctor down clean

help: ## show this
	@sed -n 's/^\([a-z0-9]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | while IFS='	' read -r name text; do printf '  make %-8s %s\n' "$$name" "$$text"; done

boot:
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) was not found: Python 3.11 to 3.13 is needed, e.g. make PYTHON=python3.12" >&2; exit 2; }
	@$(PYTHON) environments/local/provision/bootstrap.py

setup: boot ## fetch and build everything that is missing (first time about 8 minutes)
	@$(BIN)/python -m environments.local.provision

test: setup ## the project's own tests
	$(BIN)/pytest tests/ -n 2

e2e: setup ## the whole platform on this machine, every scenario (E2E="--env=kind --images=built" for another environment)
	$(BIN)/pytest features/ $(E2E)

lint: setup ## ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup ## mypy
	$(BIN)/mypy

check: lint types test ## lint, types and tests

bench: setup ## measure what docs/performance.md tells (BENCH="standup scenario" for some; BENCH=setup for the first set-up)
	$(BIN)/python -m bench $(BENCH)

doctor: boot ## what is there, what is missing, what would be fetched
	@$(BIN)/python -m harness.cli doctor

down: ## end every stack that is up
	$(BIN)/harness down

clean: ## remove what the set-up made in this folder (the user's cache stays)
	rm -rf .venv .boot .harness .pytest_cache .mypy_cache .ruff_cache
