# Plateau sets itself up in .venv on a machine with Python >= 3.11, < 3.14, and make.

STUDY ?= studies/blinatumomab
RELEASES ?= releases
THREADS ?= 2
KEEP_LAST ?=
BENCH_MAX ?= 100000
BENCH_ROWS ?= 10000000
UV_VERSION := 0.13.9
BIN := .venv/bin
READY := .venv/ready
SUPERSET := .cache/superset-$(firstword $(shell cksum < bi/superset/requirements.lock))
STREAMLIT := .cache/streamlit-$(firstword $(shell cksum < bi/streamlit/requirements.lock))

# the first Python of the right version that can make an environment
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
	>/dev/null 2>&1 && echo $$python && break; done)

.DEFAULT_GOAL := help
.PHONY: help setup spark build model refresh docs domains report qc bench test test-unit test-times test-spark \
	torture streamlit test-streamlit superset-bundle test-superset superset-picture lint synthesize sdtm reference clean

help:  ## Show these lines
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-16s %s\n", $$1, $$2}'

setup: $(READY)  ## Make .venv with the locked packages (the other targets do it by themselves)

spark: .venv/spark  ## Add Apache Spark to .venv, for builds with --engine spark (needs Java 17 or later)

build: $(READY)  ## Build and publish a study (STUDY=folder, default studies/blinatumomab)
	@$(BIN)/plateau build $(STUDY) --releases $(RELEASES) --threads $(THREADS)

model: $(READY)  ## Build and test one dbt model on a copy of the published study (M=int_relapses)
	@if [ -z "$(M)" ]; then echo "make model needs the name of a model: make model M=int_relapses" >&2; exit 1; fi
	@$(BIN)/python tests/transform/one_model.py '$(M)' $(STUDY) --releases $(RELEASES)

refresh: $(READY)  ## Build and publish only if something changed (KEEP_LAST=10 keeps ten releases)
	@$(BIN)/plateau refresh $(STUDY) --releases $(RELEASES) --threads $(THREADS) $(if $(KEEP_LAST),--keep-last $(KEEP_LAST))

domains: $(READY)  ## Write what follows from analytics/study/domains: docs/input-contract.md and the dbt macro record_layout
	@$(BIN)/plateau contract > docs/input-contract.md
	@$(BIN)/python -m analytics.study.domains.record_layout > dbt_project/macros/record_layout.sql

report: $(READY)  ## Write the report of the published release again, into reports/<study>
	@$(BIN)/plateau report --releases $(RELEASES)

docs: $(READY)  ## Write docs/input-contract.md, docs/python.md, and docs/data-dictionary.md and docs/site/dbt.html from the published release
	@$(BIN)/plateau contract > docs/input-contract.md
	@$(BIN)/python -m analytics.api.reference docs/python.md
	@$(BIN)/plateau docs --releases $(RELEASES)

qc: $(READY)  ## Compute every result of the published release again with R and compare (needs R)
	@$(BIN)/python tests/double_programming/runner.py $(STUDY) --releases $(RELEASES)

bench: $(READY)  ## Measure speed and memory and write docs/benchmarks.md (BENCH_MAX=1000000 for more patients; an hour)
	@$(BIN)/python tests/benchmarks/bench.py --patients $(BENCH_MAX) --rows $(BENCH_ROWS)

test: $(READY)  ## Run all tests but those of Spark, the dbt unit tests included
	@$(BIN)/python -m pytest --ignore=tests/spark --numprocesses auto --dist loadfile

# compiled tests are kept, whatever the environment says: it halves the time to collect them
test-unit: $(READY)  ## Run the tests that answer in seconds (ROOM=methods for those of one room)
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -m "not integration and not slow" \
		--numprocesses auto --dist loadfile $(if $(ROOM),tests/$(ROOM))

test-times: $(READY)  ## Measure again which tests are slow, and write tests/slow_tests.txt, which test-unit leaves out
	@$(BIN)/python -m pytest -m "not integration" --write-slow-tests --numprocesses auto --dist loadfile

# in a process of its own: Java is started by a fork, which a process with much memory is refused
test-spark: .venv/spark  ## Build the default study on Spark as on DuckDB (EVERY=1: every study, and lose a worker; half an hour)
	@PLATEAU_SPARK=$(EVERY) $(BIN)/python -m pytest tests/spark

torture: $(READY)  ## Kill, corrupt, starve and move releases in full: what make test does a tenth of (an hour)
	@PLATEAU_TORTURE=1 $(BIN)/python -m pytest --numprocesses auto --dist loadfile \
		tests/torture tests/ingest tests/synthesis/test_nsclc_expected.py \
		tests/end_to_end/test_releases_over_time.py tests/end_to_end/test_mutated_trial.py \
		tests/end_to_end/test_adam_round_trip.py tests/end_to_end/test_default_study.py \
		tests/end_to_end/test_no_value_is_code.py tests/end_to_end/test_reuse.py

streamlit: $(STREAMLIT)/ready  ## Show the dashboard of the published studies in the browser, with Streamlit
	@$(STREAMLIT)/bin/python -m analytics.streamlit --releases $(RELEASES)

test-streamlit: $(READY)  ## Run the Streamlit dashboard and compare its charts with the warehouse
	@$(MAKE) --no-print-directory $(STREAMLIT)/ready || { \
		echo "test-streamlit is skipped: Streamlit cannot be installed here, for the reason above." >&2; \
		exit 0; \
	} && PLATEAU_STREAMLIT=$(STREAMLIT)/bin $(BIN)/python -m pytest tests/streamlit

superset-bundle: $(READY)  ## Write the zip file of the published study's dashboard, which Superset imports
	@$(BIN)/plateau superset --releases $(RELEASES)

test-superset: $(READY)  ## Import the dashboard in a real Superset and compare each chart with the warehouse
	@$(MAKE) --no-print-directory $(SUPERSET)/ready || { \
		echo "test-superset is skipped: Superset cannot be installed here, for the reason above." >&2; \
		exit 0; \
	} && PLATEAU_SUPERSET=$(SUPERSET)/bin $(BIN)/python -m pytest tests/superset

superset-picture: $(READY) $(SUPERSET)/ready  ## Take the picture of the dashboard in docs/images (needs chromium)
	@$(BIN)/python tests/superset/superset_picture.py $(SUPERSET)/bin --releases $(RELEASES)

lint: $(READY)  ## Check style and types of Python and SQL
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@cd dbt_project && PLATEAU_WAREHOUSE=:memory: DO_NOT_TRACK=1 ../$(BIN)/sqlfluff lint models

synthesize: $(READY)  ## Search the synthetic cohort again from its seed and write its SDTM files (6 minutes on two cores)
	@$(BIN)/python -m synthesis.blinatumomab.calibration
	@$(BIN)/python -m synthesis.blinatumomab

sdtm: $(READY)  ## Write the SDTM files of the embedded studies again, byte for byte
	@$(BIN)/python -m synthesis.blinatumomab
	@$(BIN)/python -m synthesis.myeloid
	@$(BIN)/python -m synthesis.nsclc

reference:  ## Remake the R reference numbers of the tests (needs R)
	@command -v Rscript >/dev/null || { \
		echo "make reference needs Rscript: install R >= 4.2 with the packages survival, cmprsk and metafor." >&2; \
		exit 1; \
	}
	@cd tests/reference && for script in make_*.R; do echo "$$script" >&2; Rscript --vanilla "$$script" || exit 1; done

clean:  ## Remove .venv and all caches; releases stay
	@rm -rf .venv .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis *.egg-info dbt_project/target dbt_project/logs
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# uv does not read pip's settings: a package index or certificate configured for pip is handed on
define PIP_SETTINGS
setting() { $(BIN)/python -m pip config list | sed -n "s/^global\.$$1='\(.*\)'$$/\1/p"; }; \
index=$${PIP_INDEX_URL:-$$(setting index-url)}; cert=$${PIP_CERT:-$$(setting cert)}; \
if [ -n "$$index" ] && [ -z "$$UV_INDEX_URL" ]; then \
	UV_DEFAULT_INDEX=$${UV_DEFAULT_INDEX:-$$index}; export UV_DEFAULT_INDEX; \
fi; \
if [ -n "$$cert" ]; then SSL_CERT_FILE=$${SSL_CERT_FILE:-$$cert}; export SSL_CERT_FILE; fi
endef

# environments of their own: Superset and Streamlit need other versions of the packages that Plateau
# needs
$(SUPERSET)/ready $(STREAMLIT)/ready: %/ready: | $(READY)
	@echo "Setting up $* with its locked packages" >&2
	@rm -rf $*
	@$(BIN)/python -m venv $*
	@$(PIP_SETTINGS); \
	$(BIN)/uv pip install --quiet --python $*/bin/python --require-hashes -r $<
	@touch $@

$(SUPERSET)/ready: bi/superset/requirements.lock
$(STREAMLIT)/ready: bi/streamlit/requirements.lock

# the packages of the extra `spark`, which requirements.lock does not have
.venv/spark: analytics/spark.lock $(READY)
	@echo "Adding Apache Spark and its locked packages to .venv" >&2
	@$(PIP_SETTINGS); \
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --require-hashes -r $<
	@touch $@

# made anew when the lock or the project's own metadata changes
$(READY): requirements.lock pyproject.toml
	@if [ -z "$(PYTHON)" ]; then \
		echo "Plateau needs Python >= 3.11, < 3.14 with venv; install it or name it: make PYTHON=/path/to/python3." >&2; \
		exit 1; \
	fi
	@echo "Setting up .venv with $(PYTHON) and the locked packages" >&2
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@$(PIP_SETTINGS); \
	uv="$(BIN)/uv pip install --quiet --python $(BIN)/python"; \
	$$uv --require-hashes -r requirements.lock && $$uv --no-deps --no-build-isolation -e .
	@touch $(READY)
