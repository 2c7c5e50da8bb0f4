# Five verbs: run, test, check, bench, trial. Each works from a bare clone.
.DEFAULT_GOAL := help
.PHONY: help ready run test check bench trial map
SHELL := /bin/sh
BIN := .venv/bin
UV = $$(command -v uv || echo .uv/bin/uv)

help:
	@echo "make run     the demo authority on http://localhost:8000 (PORT= changes it), Ctrl-C stops all of it"
	@echo "make test    the whole suite, on the bundled PostgreSQL or the one of DATABASE_URL"
	@echo "make check   style, types, layers, migrations, translations"
	@echo "make bench   the benchmarks, side by side with alternatives"
	@echo "make trial   what takes longer than the suite may, as a table; TRIALS= names some"

# uv makes the environment exactly as uv.lock says; where uv is missing, it comes from PyPI first.
.venv/.ready: pyproject.toml uv.lock
	@command -v uv >/dev/null || [ -x .uv/bin/uv ] || { python3 -m venv .uv && .uv/bin/pip install --quiet uv; }
	@echo "Installing (the first time this takes a minute or two) ..."
	@"$(UV)" sync --frozen --inexact --all-extras --compile-bytecode --quiet
	@touch $@

ready: .venv/.ready
	@$(BIN)/python -m xactin.web.setup

run: ready
	@exec $(BIN)/xactin up --demo

test: ready
	@exec $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder $(TESTS)

check: ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy src
	$(BIN)/lint-imports
	DJANGO_SETTINGS_MODULE=xactin.web.settings XACTIN_MODE=test $(BIN)/python -m tests.architecture.migrations
	DJANGO_SETTINGS_MODULE=xactin.web.settings XACTIN_MODE=test $(BIN)/python -m tests.architecture.translations

bench: ready
	@"$(UV)" sync --frozen --inexact --all-extras --quiet --group bench
	@exec $(BIN)/python -m bench

trial: ready
	@"$(UV)" sync --frozen --inexact --all-extras --quiet --group trial
	@exec $(BIN)/python -m trial $(TRIALS)

map: ready
	@DJANGO_SETTINGS_MODULE=xactin.web.settings XACTIN_MODE=test $(BIN)/python -m tests.architecture.map
