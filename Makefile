# Everything runs in .venv, which each target sets up by itself. A fresh machine needs Python 3.11+, pip and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint requirements.lock
DATA ?= data

.PHONY: help ui install test check eval bench lock clean ray

help:  ## show this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

ui: $(VENV)/.installed  ## serve the chat on http://127.0.0.1:7860; the first start indexes the sample documents
	@$(BIN)/seedqa ui

install: $(VENV)/.installed  ## make .venv, with `seedqa` and `python` in .venv/bin

test: $(VENV)/.installed-dev  ## install what tests need, run them all
	@$(BIN)/python -m pytest

ray: $(VENV)/.installed-dev  ## install Ray, test shards on a small cluster of this machine
	@$(PIP) --editable '.[ray]'
	@if unshare -rn ip link set lo up 2>/dev/null; then unshare -rn sh -c 'ip link set lo up && exec $(BIN)/python -m pytest tests/test_ray.py'; \
	else $(BIN)/python -m pytest tests/test_ray.py; fi  # bound to loopback, Ray may wait for ever outside a network of its own

check: $(VENV)/.installed-dev  ## lint, format and types, as CI does
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

eval: $(VENV)/.installed  ## score finding, reading, asking: make eval DATA=folder with squad_v1_dev_a.json, squad_v2_dev_a.json
	@for set in squad_v1_dev_a squad_v2_dev_a; do echo "$$set"; $(BIN)/seedqa eval $(DATA)/$$set.json || exit; done

bench: $(VENV)/.installed-dev  ## finding, asking, speed, as in bench/README.md: make bench DATA=folder with squad_v1_dev_a.json
	@$(BIN)/python -m bench.retrieval $(DATA)/squad_v1_dev_a.json
	@$(BIN)/python -m bench.end_to_end $(DATA)/squad_v1_dev_a.json --limit 1000
	@$(BIN)/python -m bench.speed $(DATA)/squad_v1_dev_a.json --paragraphs 200

lock: $(VENV)/.installed-dev  ## write the versions that are installed now to requirements.lock
	@$(BIN)/python -m pip freeze --exclude-editable | sed 's/+cpu$$//' > requirements.lock

clean:  ## remove .venv and what tools cached
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis dist

$(VENV)/.installed: requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing what seedqa needs into $(VENV) (the first time takes a few minutes) …"
	@$(PIP) --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	@$(PIP) --editable '.[dev,train]'
	@touch $@
