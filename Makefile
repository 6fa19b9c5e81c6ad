# One-liners under Pelican's own target names. A fresh machine needs git, make and Python 3.11+.
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8000

.PHONY: demo test lint bench audit lock html build clean regenerate serve devserver publish reference help

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14
demo: .venv/run  ## install, build the site, send the newest post to a demo reader in the sandbox
	@$(BIN)/publish demo
test: .venv/dev .venv/browser .venv/rigs/ready lint  ## install what the tests need (a browser too) and run them all
	@sh .ci/test
lint: .venv/dev  ## ruff, mypy and the import contracts
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports
bench: .venv/dev  ## what the daily jobs cost, beside other generators, as docs/performance.md has it
	$(BIN)/python benchmarks/plan.py && $(BIN)/python -m benchmarks --write docs/performance.md
html: .venv/run  ## build output/ with stock Pelican
	$(BIN)/pelican content
build: .venv/run  ## check and build output/
	$(BIN)/publish build
clean:  ## remove output/ and the cache; content and its ledger stay
	rm -rf output .publish
regenerate: .venv/run  ## stock Pelican, again at every change
	$(BIN)/pelican content --autoreload
serve: .venv/run  ## stock Pelican's server for output/
	$(BIN)/pelican --listen --port $(PORT)
devserver: .venv/run  ## preview with drafts and mails, rebuilt at every change
	$(BIN)/publish preview --port $(PORT)
publish: .venv/run  ## check, build, then send new posts (asks first; sandbox without a key)
	$(BIN)/publish build && $(BIN)/publish send
reference: .venv/run  ## write docs/reference.md from the commands' --help
	$(BIN)/python -m publish.cli.reference --write
audit: .venv/dev .venv/browser  ## the outside judges: Nu HTML checker, Lighthouse; needs node and java
	@sh .ci/audit
lock:  ## resolve the requirements again, with hashes and without index addresses
	sh .ci/lock

.venv/run: requirements.txt pyproject.toml
	@sh .ci/venv "$(PYTHON)" requirements.txt
	@touch $@
.venv/dev: requirements-dev.txt pyproject.toml
	@sh .ci/venv "$(PYTHON)" requirements-dev.txt
	@touch $@ .venv/run
.venv/rigs/ready: .venv/dev requirements-rigs.txt
	@sh .ci/rigs
	@touch $@
.venv/browser: .venv/dev
	@sh .ci/browser
	@touch $@
