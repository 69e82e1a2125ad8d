# Every target installs what it needs into .venv; `make help` lists them.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
RUN := $(BIN)/python -W error::SyntaxWarning
PIP := $(BIN)/python -m pip install --disable-pip-version-check
EXTRAS := dashboard,metrics,nats,redis,scenario,structs,zlib-ng
# Each of these has tools that the development does not need: .venvs/site, .venvs/release.
TOOLS := .venvs

.DEFAULT_GOAL := help
.PHONY: help demo test test-all test-lowest coverage check generate check-generated import-docs lint format types bench bench-plots bench-guard interop fuzz kill-test soak fleet-test docs site wheels reshard-test cluster-demo cluster-test worker-test release clean install

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

# A copied folder has a .venv that is still that of the original, and would test that: it is made anew.
STRAY := $(if $(filter-out help clean site wheels release,$(MAKECMDGOALS)),$(shell test ! -x $(BIN)/python || $(BIN)/python -I .ci/stray_venv.py))
ifneq ($(STRAY),)
.PHONY: $(BIN)/python
endif

$(BIN)/python:
	$(if $(STRAY),$(info == removing $(VENV), which belongs to another folder: $(STRAY)))
	@$(if $(STRAY),rm -rf $(VENV),:)
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer found; install one, or say make PYTHON=/path/to/python3"; exit 1; }
	@echo "== making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: $(BIN)/python pyproject.toml
	@echo "== installing gatewaysdk and what it needs to run"
	@$(PIP) --progress-bar off -e . | sed -u -n 's/^Collecting/   fetching/p;s/^Successfully installed/   installed/p'
	@$(BIN)/python -c 'import gatewaysdk'
	@touch $@

$(VENV)/.dev: $(BIN)/python pyproject.toml
	@echo "== installing gatewaysdk and what its development needs"
	@$(PIP) --quiet --upgrade 'pip>=25.1'
	@$(PIP) --progress-bar off -e '.[$(EXTRAS)]' --group dev | sed -u -n 's/^Collecting/   fetching/p;s/^Successfully installed/   installed/p'
	@$(PIP) --progress-bar off --quiet -e '.[erlpack]' \
		|| echo "   erlpack could not be built, which takes a C++ compiler; its tests are skipped"
	@$(BIN)/python -c 'import gatewaysdk, pytest'
	@$(BIN)/gatewaysdk doctor
	@touch $@ $(VENV)/.runtime

install: $(VENV)/.dev ## set up .venv for development

demo: $(VENV)/.runtime ## a gateway on loopback, a shard, and all events on the screen
	@$(BIN)/gatewaysdk demo $(ARGS)

# A file goes to one process as a whole, so what its tests share is made once. In order of their names, as the files with the
# fewest tests, which would come last otherwise, take longest.
JOBS := -n auto --dist loadfile --no-loadscope-reorder

test: $(VENV)/.dev ## run the test suite, a process a core; ARGS="-k name" narrows it down, JOBS= takes one
	@$(BIN)/python -m pytest $(JOBS) $(ARGS)

test-all: $(VENV)/.dev ## the suite on every Python 3.11 to 3.14 here, and on uvloop
	@$(BIN)/python -m tests.pythons $(ARGS)

test-lowest: $(VENV)/.dev ## the suite with the oldest dependencies that pyproject.toml allows
	@$(BIN)/python -m tests.pythons --only lowest $(ARGS)

# The core has to be covered by its own tests, the rest by all that run in this process; in those that take very long under
# measurement, or look at files rather than at the package, there is nothing more to find.
COVERAGE := $(BIN)/python -m coverage
UNMEASURED := protocol soak kill codegen typing schema benchmarks pythons test_typing.py test_readme.py

coverage: $(VENV)/.dev ## measure which branches the tests take, and fail below the floor
	@$(COVERAGE) run -m pytest -q --timeout 600 tests/protocol
	@$(COVERAGE) report --include='src/gatewaysdk/protocol/*' --fail-under=100
	@$(COVERAGE) run --append -m pytest -q --timeout 600 $(UNMEASURED:%=--ignore tests/%) tests
	@$(COVERAGE) report

check: check-generated lint types test bench-guard ## all checks, and the whole suite on one Python

interop: $(VENV)/.dev ## other people's clients against the simulator; FAULTS=1, ARGS=--quick
	@$(BIN)/python -m interop $(if $(FAULTS),--faults) $(ARGS)

generate: $(VENV)/.dev ## make the generated code from schema/
	@$(BIN)/python -m codegen

check-generated: $(VENV)/.dev ## fail when the generated code is not what schema/ says
	@$(BIN)/python -m codegen --check
	@$(BIN)/python -m codegen.docs --check

import-docs: $(VENV)/.dev ## compare schema/ with Discord's documentation; ARGS="CHECKOUT --write"
	@$(BIN)/python -m codegen.import_docs $(ARGS)

lint: $(VENV)/.dev ## check style
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m ruff format --check .

format: $(VENV)/.dev ## format and mend what can be mended
	@$(BIN)/python -m ruff check --fix .
	@$(BIN)/python -m ruff format .

types: $(VENV)/.dev ## check types with mypy and pyright
	@$(BIN)/python -m mypy
	@$(BIN)/python -m pyright --pythonpath $(BIN)/python

bench: $(VENV)/.dev ## measure what the README claims; ARGS=--quick for a look
	@$(BIN)/python -m benchmarks $(ARGS)

bench-plots: $(VENV)/.dev ## draw what the last whole `make bench` measured
	@$(BIN)/python -m benchmarks.plots
	@$(BIN)/python -m benchmarks.flame

bench-guard: $(VENV)/.dev ## count the work for an event; ARGS=--record records it
	@$(BIN)/python -m benchmarks.guard $(ARGS)

kill-test: $(VENV)/.dev ## kill -9 a listener N times (N=100) and count its events; SEED=n
	@$(BIN)/python -m tests.kill $(or $(N),100) $(or $(SEED),0)

fuzz: $(VENV)/.dev ## the property tests, with many more examples
	@$(BIN)/python -m pytest -m fuzz --hypothesis-profile=fuzz $(ARGS)

soak: $(VENV)/.dev ## SEEDS=1000 simulated months against a faulty gateway; SEED=n replays one
	@$(BIN)/python -m tests.soak $(if $(SEED),--seed $(SEED),--seeds $(or $(SEEDS),1000))

fleet-test: $(VENV)/.dev ## 1,000 shards live SECONDS=300, whatever happens; ARGS="--shards 100"
	@$(BIN)/python -m tests.fleet.long --seconds $(or $(SECONDS),300) $(ARGS)

cluster-demo: $(VENV)/.dev ## two hosts on NATS, one killed, the other taking over, in a minute
	@$(BIN)/python -m tests.cluster.demo

cluster-test: $(VENV)/.dev ## hosts and brokers killed, frozen and cut; ARGS="--seeds 1 --seconds 60"
	@$(BIN)/python -m tests.cluster $(ARGS)

reshard-test: $(VENV)/.dev ## SEEDS=20 changes from 4 to 8 shards under numbered events, with cuts
	@$(BIN)/python -m tests.fleet.reshards --seeds $(or $(SEEDS),20) $(ARGS)

worker-test: $(VENV)/.dev ## TIMES=20 kills of workers and TIMES=20 rolling deploys, under numbered events
	@$(BIN)/python -m tests.fleet.workers kill --times $(or $(TIMES),20)
	@$(BIN)/python -m tests.fleet.workers reload --times $(or $(TIMES),20)

docs: $(VENV)/.dev ## write the tables of docs/reference, and those of faults and steps
	@$(BIN)/python -m codegen.docs
	@$(BIN)/python -m tests.simulator.tables

# pip 25.1 is the first that knows dependency groups.
$(TOOLS)/%/.made: pyproject.toml
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer found; install one, or say make PYTHON=/path/to/python3"; exit 1; }
	@echo "== installing the tools of the group $* into $(TOOLS)/$*"
	@rm -rf $(TOOLS)/$* && $(PYTHON) -m venv $(TOOLS)/$*
	@$(TOOLS)/$*/bin/python -m pip install --disable-pip-version-check --quiet --upgrade 'pip>=25.1'
	@$(TOOLS)/$*/bin/python -m pip install --disable-pip-version-check --quiet --group $*
	@touch $@

site: $(TOOLS)/site/.made ## build the documentation site in build/site, and check its links
	@$(TOOLS)/site/bin/python -m codegen.site
	@NO_MKDOCS_2_WARNING=1 PATH="$(CURDIR)/$(TOOLS)/site/bin:$$PATH" $(TOOLS)/site/bin/python -m mkdocs build --quiet --strict -f build/mkdocs.yml
	@echo "built; to read it: python -m http.server --directory build/site"

wheels: $(TOOLS)/release/.made ## build sdist and wheels in dist/, and test them where no compiler is
	@$(TOOLS)/release/bin/python -m release.wheels

release: $(TOOLS)/release/.made ## check that dist/ can be released; uploads nothing
	@$(TOOLS)/release/bin/python -m release.check

clean: ## remove what the other targets made
	@rm -rf $(VENV) .venvs .coverage htmlcov build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis src/*.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
