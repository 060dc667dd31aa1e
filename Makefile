# Everything works from a fresh clone: each target sets up what it needs. Python ≥3.11 is needed.
PYTHON ?= python3
PYTEST_ARGS ?=
export ENGINE

PROJECT := {{cookiecutter.project}}
DEMO_VENV := .venv/demo
DEV_VENV := .venv/dev
.DEFAULT_GOAL := help
.PHONY: help demo test lint lock benchmark clean

## show this list
help:
	@awk '/^## / { text = substr($$0, 4) } \
	    /^[a-z]+:/ && text { sub(/:.*/, ""); printf "  make %-9s %s\n", $$0, text; text = "" }' Makefile

## generate a project in demo/, build its image, prepare real data, train, verify the bits (ENGINE=host: no container)
demo: $(DEMO_VENV)/.complete
	@COOKIECUTTER=$(DEMO_VENV)/bin/cookiecutter sh scripts/demo

## lint and test; with a container engine also in the image (PYTEST_ARGS="-k words" chooses)
test: lint
	@PATH="$(CURDIR)/$(DEV_VENV)/bin:$$PATH" sh scripts/test $(PYTEST_ARGS)

## ruff, mypy, shellcheck and hadolint
lint: $(DEV_VENV)/.complete
	@PATH="$(CURDIR)/$(DEV_VENV)/bin:$$PATH" sh scripts/lint

## compile the locks of the template again (UPGRADE=numpy, UPGRADE=all, UNTIL=2026-11-01)
lock:
	@cd "$(PROJECT)" && sh environment/engine.sh lock

## measure what hook and guard cost at start-up (VENV=… as `make build ENGINE=host` prints it)
benchmark:
	@$(PYTHON) benchmarks/startup.py "$(VENV)"

## remove virtualenvs, caches and the demo
clean:
	rm -rf .venv .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis demo

# pip is told to check every file against the lock.
$(DEMO_VENV)/.complete: requirements/template.txt
	@rm -rf $(DEMO_VENV)
	$(PYTHON) -m venv $(DEMO_VENV)
	$(DEMO_VENV)/bin/python -m pip install --quiet --require-hashes --no-deps --requirement $<
	@touch $@

$(DEV_VENV)/.complete: requirements/dev.txt $(PROJECT)/environment/requirements/cpu.txt
	@rm -rf $(DEV_VENV)
	$(PYTHON) -m venv $(DEV_VENV)
	$(DEV_VENV)/bin/python -m pip install --quiet --require-hashes --no-deps \
	    --requirement requirements/dev.txt --requirement "$(PROJECT)/environment/requirements/cpu.txt"
	@touch $@
