# Run "make" to see what there is. Everything works in an environment of its own, .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help demo test install check lint fix coverage package test-real fuzz mutants docs samples pictures hostile-table clean

help: ## show the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

demo: $(READY) ## see the main job on an invented catalogue; the workbooks stay in bulkedit-demo
	@$(BIN)/bulkedit demo

install: $(READY) ## make the environment .venv with bulkedit and what developing it needs

$(READY): pyproject.toml bulkedit/__init__.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "bulkedit needs Python 3.11 or later; give one with: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	@echo "Making the environment $(VENV) with all that bulkedit needs (a minute, once) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --use-pep517 --editable '.[dev]'
	@touch $@

check: lint coverage test ## all that must hold before a change lands (format, lint, types, layers, tests, docs up to date)

lint: $(READY) ## format, lint, types, layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: $(READY) ## repair what can be repaired: format and simple lint
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

test: $(READY) ## the tests that need nothing but Python
	$(BIN)/python -m pytest -n auto

coverage: $(READY) ## the tests of the core, and which of its lines and branches they leave out (none may be)
	HYPOTHESIS_PROFILE=counted $(BIN)/python -m pytest -n auto tests/core --cov

package: $(READY) ## build what people install into dist/, and try it away from here (a minute)
	$(BIN)/python tests/installed/try_package.py

test-real: $(READY) ## the tests with LibreOffice and real CKANs, and a kill at every boundary
	BULKEDIT_EVERY_BOUNDARY=1 $(BIN)/python -m pytest -n auto tests/killing
	BULKEDIT_REAL=1 $(BIN)/python -m pytest -n auto tests/contract tests/real

MINUTES ?= 10
fuzz: $(READY) ## try strange catalogues, workbooks and answers until one breaks something (MINUTES=10)
	$(BIN)/python tests/fuzz/run.py --minutes $(MINUTES) $(ONLY)

mutants: $(READY) ## break the code on purpose, a promise at a time: which test notices? (half an hour; ONLY=diff.py)
	$(BIN)/python tests/mutants/run.py $(ONLY)

docs: $(READY) ## write docs/commands.md and docs/messages.md anew; says which messages of the code are not explained
	$(BIN)/python docs/commands.py
	$(BIN)/python docs/messages.py

samples: $(READY) ## make the sample workbooks anew
	$(BIN)/python tests/story/sample_workbooks.py

pictures: $(READY) ## draw the sheets of the sample workbooks anew (needs LibreOffice and pdftoppm)
	$(BIN)/python docs/pictures/draw.py

hostile-table: $(READY) ## write docs/hostile-files.md anew: hostile files here and in openpyxl (Linux, a quarter of an hour)
	$(BIN)/python docs/hostile_files.py

clean: ## remove the environment and everything made, the demo's workbooks too
	rm -rf bulkedit-demo* $(VENV) build dist *.egg-info .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
