# The book's commands. Each target makes the environment if it is not there, then calls the migrationbook command.
PYTHON ?= python3
BOOK = .venv/bin/migrationbook

.PHONY: help book pdf epub test lab bench audit linkcheck clean lock environment

help:  ## say what can be made
	@echo "make book   execute every chapter and build the site in _build/html"
	@echo "make pdf    the same as one PDF, _build/book.pdf"
	@echo "make epub   the same for e-readers, _build/book.epub"
	@echo "make test   everything that continuous integration checks"
	@echo "make lab    open the chapters in JupyterLab"
	@echo "make bench  time the press beside what one would run instead (40 minutes; OPTIONS=--quick: 15)"
	@echo "make audit  measure the built pages with Lighthouse against a budget, beside a plain Jupyter Book (needs Node; OPTIONS=\"index --runs 1\")"
	@echo "make linkcheck  try every link of the built site that leads elsewhere"
	@echo "make lock   rewrite requirements.txt from lib/pyproject.toml"
	@echo "make clean  remove _build (the environment in .venv stays)"

environment:
	@command -v $(PYTHON) >/dev/null || { echo "book: no $(PYTHON) found; install Python 3.11, 3.12 or 3.13, or run: make book PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) lib/environment.py

book: environment
	@$(BOOK) build

pdf epub: environment
	@$(BOOK) $@

test: environment
	@$(BOOK) test

lab: environment
	@$(BOOK) lab

bench: environment
	@.venv/bin/python benchmarks $(OPTIONS)

audit: environment
	@$(BOOK) audit $(OPTIONS)

linkcheck: environment
	@$(BOOK) linkcheck

lock: environment
	@$(BOOK) lock

clean:
	@rm -rf _build
