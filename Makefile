# `make help` lists the targets. Needs make, git and Python 3.11 or newer; everything else is
# installed from requirements/ into .venv.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
CANDIDATES := python3.13 python3.12 python3.11 python3.14 python3
PYTHON ?= $(shell for python in $(CANDIDATES); do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo "$$python" && break; done)
# Processes of the integration tests, and further arguments of pytest (ARGS="-k cart").
WORKERS ?= 2
ARGS ?=
DOMAIN_TESTS := accounts audit authorization cart catalog idempotency ordering payments relay shared \
	wishlist

# PYTHON on the command line replaces a virtual environment of another version.
ifeq ($(origin PYTHON),command line)
$(shell ! test -x $(BIN)/python || test "$$($(BIN)/python -V)" = "$$('$(PYTHON)' -V)" \
	|| rm -f $(addprefix $(VENV)/,.created .runtime .dev .package))
endif

UV_COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-header --no-emit-index-url

##@ Run

.PHONY: help
help: ## list the targets
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@/ { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: $(VENV)/.package $(VENV)/.storefront ## install what is missing, then run web and worker; Ctrl-C stops both
	@$(BIN)/python scripts/build_storefront.py --optional
	@exec $(BIN)/novacart dev

.PHONY: storefront-dev
storefront-dev: $(VENV)/.storefront ## the storefront with hot reload, on the API of `make run`
	@$(BIN)/python scripts/build_storefront.py --packages
	@cd storefront && PATH="$(abspath $(BIN)):$$PATH" npm run --silent dev

.PHONY: install
install: $(VENV)/.dev $(VENV)/.package ## install the locked dependencies into .venv

##@ Check

.PHONY: test
test: lint format types imports lock-check storefront unit integration ## every check and every test
	@echo '== all checks passed'

.PHONY: check
check: lint format types imports unit ## the quick checks: no database, under a minute

.PHONY: lint
lint: install ## ruff, with every rule on
	@echo '== lint'
	@$(BIN)/ruff check .

.PHONY: format
format: install ## check the formatting; `make fix` changes it
	@echo '== format'
	@$(BIN)/ruff format --check .

.PHONY: types
types: install ## mypy, strict
	@echo '== types'
	@$(BIN)/mypy

.PHONY: imports
imports: install ## import contracts
	@echo '== import contracts'
	@$(BIN)/lint-imports --no-logo

.PHONY: lock-check
lock-check: install ## check that the lock matches pyproject.toml
	@echo '== lock'
	@$(BIN)/python scripts/check_lock.py

.PHONY: storefront
storefront: install ## linters, types, unit tests and build of the storefront
	@echo '== storefront'
	@$(BIN)/python scripts/build_storefront.py --packages
	@cd storefront && PATH="$(abspath $(BIN)):$$PATH" npm run --silent check
	@$(BIN)/python -m scripts.storefront_types --check
	@$(BIN)/python scripts/build_storefront.py

.PHONY: storefront-static
storefront-static: $(VENV)/.storefront ## the storefront for a static host in build/storefront; API_URL is the API's
	@$(BIN)/python scripts/build_storefront.py --packages
	@cd storefront && PATH="$(abspath $(BIN)):$$PATH" VITE_API_URL="$(API_URL)" \
		npm run --silent build -- --outDir ../build/storefront

.PHONY: unit
unit: install ## unit tests: no database, no socket
	@echo '== unit tests'
	@$(BIN)/pytest tests/unit -q -n $(WORKERS) --dist worksteal $(ARGS)

.PHONY: domain
domain: install ## the rules of the domain and the use cases alone, in seconds
	@echo '== domain tests'
	@HYPOTHESIS_PROFILE=quick $(BIN)/pytest $(addprefix tests/unit/,$(DOMAIN_TESTS)) -q \
		-m 'not slow and not stress' $(ARGS)

.PHONY: integration
integration: install ## integration tests, on SQLite and on PostgreSQL
	@echo '== integration tests'
	@$(BIN)/pytest tests/integration -q -n $(WORKERS) --dist worksteal $(ARGS)

##@ Analyse

.PHONY: coverage
coverage: install ## line and branch coverage of all tests
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest tests -q $(ARGS)
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

.PHONY: mutation
mutation: install ## mutation score of the domain
	@$(BIN)/mutmut run
	@$(BIN)/mutmut results

.PHONY: stress
stress: install ## races and faults with many seeds; takes half an hour
	@HYPOTHESIS_PROFILE=stress $(BIN)/pytest tests -m stress -n $(WORKERS) --dist worksteal $(ARGS)

.PHONY: test-engines
test-engines: install ## migrations and SQL adapters on PostgreSQL 15 to 18
	@$(BIN)/python -m scripts.test_engines $(ARGS)

.PHONY: bench
bench: install ## benchmarks beside a floor, with targets; AGAINST=FOLDER adds another checkout
	@$(BIN)/python -m benchmarks $(if $(AGAINST),--against '$(AGAINST)') $(ARGS)

##@ Change

.PHONY: fix
fix: install ## format, and fix lint errors where ruff can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

.PHONY: storefront-types
storefront-types: install ## generate the storefront's types of the API
	@$(BIN)/python scripts/build_storefront.py --packages
	@$(BIN)/python -m scripts.storefront_types

.PHONY: lock
lock: install ## update the lock after a change of pyproject.toml
	@$(UV_COMPILE) pyproject.toml --group build --output-file requirements/runtime.txt $(UPGRADE)
	@$(UV_COMPILE) pyproject.toml --group build --extra otel \
		--constraint requirements/runtime.txt --output-file requirements/otel.txt $(UPGRADE)
	@$(UV_COMPILE) pyproject.toml --group build --extra otel --group dev --group storefront \
		--constraint requirements/otel.txt --output-file requirements/dev.txt $(UPGRADE)
	@$(UV_COMPILE) --group storefront --constraint requirements/dev.txt \
		--output-file requirements/storefront.txt $(UPGRADE)

.PHONY: postman
postman: install ## generate the Postman collection from the OpenAPI document
	@$(BIN)/python -m scripts.postman

.PHONY: upgrade
upgrade: ## lock the newest versions that pyproject.toml allows
	@$(MAKE) --no-print-directory lock UPGRADE=--upgrade

.PHONY: clean
clean: ## remove caches and reports; keep .venv and var/
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .schemathesis \
		.coverage .coverage.* htmlcov mutants build dist
	@rm -rf storefront/node_modules src/novacart/adapters/storefront/built \
		src/novacart/adapters/admin/static/packages
	@find src tests scripts -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: clean-venv
clean-venv: ## remove .venv
	@rm -rf $(VENV)

# --- the virtual environment: a stamp file for each step ---------------------------------------

$(VENV)/.created:
	@if [ -z '$(PYTHON)' ]; then \
		echo 'NovaCart needs Python 3.11 or newer; none was found on the PATH. Install one or' >&2; \
		echo 'set it: make PYTHON=/path/to/python3 …' >&2; exit 1; fi
	@'$(PYTHON)' -c 'import ensurepip, venv' 2>/dev/null || { \
		echo '$(PYTHON) cannot create virtual environments: venv or ensurepip is missing.' >&2; \
		echo 'On Debian and Ubuntu: apt-get install python3-venv' >&2; exit 1; }
	@echo "Creating $(VENV) with $$('$(PYTHON)' --version)"
	@'$(PYTHON)' -m venv --clear $(VENV)
	@touch $@

$(VENV)/.runtime: requirements/runtime.txt | $(VENV)/.created
	@$(BIN)/python scripts/install.py requirements/runtime.txt
	@touch $@

# The development lock includes the runtime lock.
$(VENV)/.dev: requirements/dev.txt | $(VENV)/.created
	@$(BIN)/python scripts/install.py requirements/dev.txt
	@touch $@ $(VENV)/.runtime $(VENV)/.storefront

# Node, which builds the storefront.
$(VENV)/.storefront: requirements/storefront.txt $(VENV)/.runtime
	@$(BIN)/python scripts/install.py requirements/storefront.txt
	@touch $@

$(VENV)/.package: pyproject.toml $(VENV)/.runtime
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-index --no-deps \
		--no-build-isolation --editable .
	@touch $@
