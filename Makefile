# Everything a stranger needs is `make demo` and `make test`.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# One more than two cores: many tests wait for processes and browsers they started.
WORKERS ?= 3

.DEFAULT_GOAL := help
.PHONY: help demo test test-long test-differential check format browser bless bench clean

help: ## what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "newsletter needs Python 3.11 or newer; try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing; on Debian: apt install python3-venv"; exit 2; }
	@touch $@

$(VENV)/.run: pyproject.toml constraints.txt | $(VENV)/.made
	@echo "Setting up $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(VENV)/.made
	@echo "Setting up $(VENV) for development ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@ $(VENV)/.run

demo: $(VENV)/.run ## compose, check and send a real issue to 1,000 sample readers (ONCE=1: then exit)
	@$(BIN)/newsletter demo $(if $(ONCE),--once) $(ARGS)

browser: $(VENV)/.dev ## find Chromium for the browser tests, or get it
	@$(BIN)/python -m tests.chromium

test: $(VENV)/.dev browser ## all tests in their short form, ten minutes on two cores
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not long" $(ARGS)

test-long: $(VENV)/.dev browser ## all tests, the long fault and matrix runs too
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

test-differential: $(VENV)/.dev ## our pipeline against MJML's compiler (Node, npm) and css-inline
	@$(BIN)/python -m pytest differential $(ARGS)

check: $(VENV)/.dev ## lint, types, layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(VENV)/.dev ## put the code in order
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bless: $(VENV)/.dev ## write the golden files anew; review the diff
	@BLESS=1 $(BIN)/python -m pytest tests/golden

bench: $(VENV)/.dev ## the benchmarks
	@$(BIN)/python -m benchmarks

clean: ## remove what make made
	rm -rf $(VENV) var dist build
