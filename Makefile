# Every target makes .venv itself; Python 3.11+ and make are all that is needed to begin.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# `make test ARGS="-k rollback"` hands further arguments to the tool that does the work.
ARGS ?=
BIN := .venv/bin

# A filesystem mirror of the AWS provider, where this machine has one: then Terraform's registry is not asked.
with_mirror = MENDIXCTL_PROVIDER_MIRROR="$${MENDIXCTL_PROVIDER_MIRROR:-$$($(BIN)/python tools/provider_mirror.py)}"

.PHONY: help demo transcript test soak lint format bench modules docs messages clean runtime development scanners bytecode

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: runtime ## walk from YAML to AWS and back on the emulator (at most 5 minutes)
	@$(with_mirror) $(BIN)/python tools/demo.py $(ARGS)

transcript: runtime ## write docs/demo.md and docs/zh/demo.md from one walk of the demo
	@$(with_mirror) $(BIN)/python tools/transcript.py

test: ## lint, then every test (about fourteen minutes on two cores)
	@$(MAKE) -j3 lint scanners bytecode
	@PYTHONDONTWRITEBYTECODE= $(with_mirror) $(BIN)/python -m pytest -n auto --dist loadgroup --no-loadscope-reorder $(ARGS)

soak: development ## what takes hours: the long chains of kills, and twenty times the examples of each property
	@$(with_mirror) $(BIN)/python -m pytest -n auto --dist loadgroup --no-loadscope-reorder -m "soak or hypothesis" \
		--hypothesis-profile=soak $${MENDIXCTL_SOAK_SEED:+--hypothesis-seed="$$MENDIXCTL_SOAK_SEED"} $(ARGS)

lint: development ## style, types and the rules of which package imports which
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-cache --verbose > .mypy_cache/imports.log || { cat .mypy_cache/imports.log; exit 1; }
	@$(BIN)/python tools/defaults.py

format: development ## put the Python sources into form
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format --quiet .

bench: development ## the benchmarks, side by side
	@$(with_mirror) $(BIN)/python -m bench $(ARGS)

modules: development ## build the newest version of each area's module from its Python
	@$(with_mirror) $(BIN)/mendixctl modules build $(ARGS)

docs: development ## write docs/cli.md and schema/environment.json from the sources
	@$(BIN)/python tools/documentation.py
	@$(BIN)/mendixctl schema --write

messages: development ## take the texts of the sources into the catalogue of translations, and say what is missing
	@$(BIN)/python tools/messages.py update
	@$(BIN)/python tools/messages.py compile
	@$(BIN)/python tools/messages.py check

clean: ## remove .venv, caches and what the demo left (never an environment's state)
	@rm -rf .venv .venv-scanners .demo build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

runtime:
	@python3 tools/environment.py runtime

scanners:
	@python3 tools/environment.py scanners

# Rewriting the assertions of all tests takes longer than importing them, so one process does it for all workers, even
# where Python is told to write no bytecode.
bytecode: development
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --collect-only -qq > /dev/null || true

development:
	@python3 tools/environment.py development
