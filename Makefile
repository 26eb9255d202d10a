# Every target explains itself: `make help`.
.DEFAULT_GOAL := help
SHELL := /bin/sh

PYTHON ?= python3
UV_VERSION := 0.13.9
UV := .boot/bin/uv
BIN := .venv/bin
export UV_PROJECT_ENVIRONMENT := $(CURDIR)/.venv

.PHONY: help setup test e2e lint types check doctor down clean

help: ## show this
	@sed -n 's/^\([a-z0-9]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | while IFS='	' read -r name text; do printf '  make %-8s %s\n' "$$name" "$$text"; done

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.11 $(MAKECMDGOALS)" >&2; exit 2; }
	@echo "uv                 fetching uv $(UV_VERSION)" >&2
	@$(PYTHON) -m venv .boot || { echo "python3 -m venv failed; on Debian: apt-get install python3-venv" >&2; exit 2; }
	@.boot/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

setup: $(UV) ## fetch and build everything that is missing (first time about 8 minutes)
	@test -x $(BIN)/python || $(UV) venv --quiet --python $(PYTHON) .venv
	@test -f $(BIN)/../.floe-setup -a $(BIN)/../.floe-setup -nt uv.lock || { $(UV) sync --quiet --locked --inexact --only-group setup && touch $(BIN)/../.floe-setup; }
	@$(BIN)/python -m environments.local.provision

test: setup ## the project's own tests
	$(BIN)/pytest tests/ -n 2

e2e: setup ## the whole platform on this machine, every scenario
	$(BIN)/pytest features/ --env=local

lint: setup ## ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup ## mypy
	$(BIN)/mypy

check: lint types test ## lint, types and tests

doctor: setup ## what is there, what is missing
	$(BIN)/harness doctor

down: ## end every stack that is up
	$(BIN)/harness down

clean: ## remove what the set-up made in this folder (the user's cache stays)
	rm -rf .venv .boot .harness .pytest_cache .mypy_cache .ruff_cache
