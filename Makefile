# Any verb first makes the environment if there is none. STUDY is the study to work on.
STUDY ?= configs/demo.toml
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
RUN := $(BIN)/zwiesprache

.PHONY: help corpus tokens timelines topics intrusion keywords paper report check status lock test lint bench fuzz demo pin clean

help:
	@echo "make corpus | tokens | timelines | topics | intrusion | keywords | paper | report | check | status | lock   [STUDY=configs/NAME.toml]"
	@echo "make test | lint | bench | fuzz | demo | pin | clean"

corpus tokens timelines topics intrusion keywords paper report check status lock: $(VENV)/.runtime
	@$(RUN) $@ --study $(STUDY)

test: $(VENV)/.dev
	@$(BIN)/python -m pytest -m "not alone" --numprocesses 2 --dist loadfile
	@$(BIN)/python -m pytest -m alone

lint: $(VENV)/.dev
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(VENV)/.dev
	@$(BIN)/python -m tests.bench

fuzz: $(VENV)/.dev
	@$(BIN)/python -m tests.fuzz

# The demo corpus again from its manuscripts.
demo: $(VENV)/.dev
	@$(BIN)/python corpora/demo/make_demo.py

# Pin the dependencies anew: needs uv. No lock names a package index. (The verb lock is that of the lexicon.)
PIN := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet
pin:
	$(PIN) --extra build --output-file requirements.lock
	$(PIN) --extra build --extra cluster --extra dev --extra ocr --extra remote --extra segmenter --output-file requirements-dev.lock

clean:
	rm -rf $(VENV) exports models/demo corpora/demo/*.parquet corpora/demo/*.arrow corpora/demo/manifest.json corpora/demo/rejects.csv
	rm -rf corpora/demo/.parts corpora/demo/.kept corpora/demo/.cuts corpora/demo/.mentions corpora/demo/.words corpora/demo/.lock

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Zwiesprache needs Python 3.11 or newer")'
	@echo "making the environment in $(VENV); this takes a minute or two, once"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.lock pyproject.toml | $(VENV)/bin/python
	@$(PIP) install --require-hashes --requirement requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@$(PIP) install --require-hashes --requirement requirements-dev.lock
	@touch $@
