# make run     set up (apt, .venv) and run the demo
# make test    set up and run the tests
# make check   ruff, mypy, import contracts and the tests
.PHONY: run test check lint setup clean

BIN := .venv/bin

run: setup
	$(BIN)/dormouse demo

test: setup
	$(BIN)/python -m pytest

check: setup lint
	$(BIN)/python -m pytest

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

setup:
	@scripts/setup.sh

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
