# Everything a person does with this checkout. `make help` lists it.
#
# Needs make, git and a Python of 3.11 or newer; the rest comes from requirements/ into .venv.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
CANDIDATES := python3.13 python3.12 python3.11 python3.14 python3
PYTHON ?= $(shell for python in $(CANDIDATES); do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo "$$python" && break; done)
# How many processes share the integration tests, and what else to tell pytest (ARGS="-k cart").
WORKERS ?= 2
ARGS ?=

UV_COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-header --no-emit-index-url

##@ Use it

.PHONY: help
help: ## list what can be made
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@/ { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: $(VENV)/.package ## set up what is missing and run the shop: web and worker, Ctrl-C stops both
	@exec $(BIN)/novacart dev

.PHONY: install
install: $(VENV)/.dev $(VENV)/.package ## set up .venv with all that running and checking need

##@ Check it

.PHONY: test
test: lint format types imports lock-check unit integration ## every check and every test
	@echo '== all checks passed'

.PHONY: check
check: lint format types imports unit ## the quick ones: no database, under a minute

.PHONY: lint
lint: install ## ruff, with every rule on
	@echo '== lint'
	@$(BIN)/ruff check .

.PHONY: format
format: install ## is everything formatted? (`make fix` does it)
	@echo '== format'
	@$(BIN)/ruff format --check .

.PHONY: types
types: install ## mypy, strict
	@echo '== types'
	@$(BIN)/mypy

.PHONY: imports
imports: install ## the import contracts of the architecture
	@echo '== import contracts'
	@$(BIN)/lint-imports --no-logo

.PHONY: lock-check
lock-check: install ## do the locked requirements fit pyproject.toml?
	@echo '== lock'
	@$(BIN)/python scripts/check_lock.py

.PHONY: unit
unit: install ## unit tests: no database, no socket
	@echo '== unit tests'
	@$(BIN)/pytest tests/unit -q $(ARGS)

.PHONY: integration
integration: install ## integration tests, on SQLite and on PostgreSQL
	@echo '== integration tests'
	@$(BIN)/pytest tests/integration -q -n $(WORKERS) --dist worksteal $(ARGS)

##@ Look closer

.PHONY: coverage
coverage: install ## the tests' coverage, line by line and branch by branch
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest tests -q $(ARGS)
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

.PHONY: mutation
mutation: install ## how many mutants of the domain the unit tests catch
	@$(BIN)/mutmut run
	@$(BIN)/mutmut results

.PHONY: torture
torture: install ## races and faults with many seeds; takes long
	@HYPOTHESIS_PROFILE=torture $(BIN)/pytest tests -m torture -n $(WORKERS) --dist worksteal $(ARGS)

.PHONY: bench
bench: install ## measure the speed, against a bare Flask route in the same run
	@$(BIN)/python -m benchmarks $(ARGS)

##@ Change it

.PHONY: fix
fix: install ## format, and repair what ruff can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

.PHONY: lock
lock: install ## lock what pyproject.toml asks for, changing no more than it must
	@$(UV_COMPILE) pyproject.toml --group build --output-file requirements/runtime.txt $(UPGRADE)
	@$(UV_COMPILE) pyproject.toml --group build --group dev \
		--constraint requirements/runtime.txt --output-file requirements/dev.txt $(UPGRADE)

.PHONY: upgrade
upgrade: ## lock the newest versions that pyproject.toml allows
	@$(MAKE) --no-print-directory lock UPGRADE=--upgrade

.PHONY: clean
clean: ## remove what the checks left behind; .venv and the shop's var/ stay
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .schemathesis \
		.coverage .coverage.* htmlcov mutants build dist screenshots
	@find src tests scripts -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: clean-venv
clean-venv: ## remove .venv; the next make sets it up anew
	@rm -rf $(VENV)

# --- the virtual environment: one stamp a step, so that a second run has nothing to do ------

$(VENV)/.created:
	@if [ -z '$(PYTHON)' ]; then \
		echo 'NovaCart needs Python 3.11 or newer, and none is on the PATH. Install one, or' >&2; \
		echo 'name it: make PYTHON=/path/to/python3 …' >&2; exit 1; fi
	@'$(PYTHON)' -c 'import ensurepip, venv' 2>/dev/null || { \
		echo '$(PYTHON) cannot make virtual environments: its venv or ensurepip is missing.' >&2; \
		echo 'On Debian and Ubuntu: apt-get install python3-venv' >&2; exit 1; }
	@echo "Making $(VENV) with $$('$(PYTHON)' --version)"
	@'$(PYTHON)' -m venv --clear $(VENV)
	@touch $@

$(VENV)/.runtime: requirements/runtime.txt | $(VENV)/.created
	@$(BIN)/python scripts/install.py requirements/runtime.txt
	@touch $@

# The development lock holds the runtime's as well.
$(VENV)/.dev: requirements/dev.txt | $(VENV)/.created
	@$(BIN)/python scripts/install.py requirements/dev.txt
	@touch $@ $(VENV)/.runtime

$(VENV)/.package: pyproject.toml $(VENV)/.runtime
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-index --no-deps \
		--no-build-isolation --editable .
	@touch $@
