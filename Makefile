# make run   sets up, ingests the sample corpus, answers a question, serves the web page
# make test  sets up, checks style, types and layers, and runs every test

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TORCH := torch==2.13.0
TORCH_CPU := https://download.pytorch.org/whl/cpu
QUESTION ?= Hvem kan treffe vedtak i hastesaker på vegne av kommunestyret i Granvik?
PORT ?= 8000

.PHONY: run test setup lint types contracts tests bench lock clean

run: setup
	$(BIN)/mandat ingest corpus
	-$(BIN)/mandat ask "$(QUESTION)"
	$(BIN)/mandat serve --port $(PORT)

test: lint types contracts tests

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Mandat needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt pip
	@# On Linux the ordinary torch package brings gigabytes of CUDA; PyTorch's own index has a CPU build.
	@if [ "$$(uname -s)" = Linux ] && $(BIN)/python -c 'import urllib.request as r; r.urlopen("$(TORCH_CPU)/torch/", timeout=5)' 2>/dev/null; \
	then $(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt $(TORCH) --index-url $(TORCH_CPU); \
	else $(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt $(TORCH); fi
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: setup
	$(BIN)/mypy

contracts: setup
	$(BIN)/lint-imports

tests: setup
	$(BIN)/pytest -n 2

bench: setup
	$(BIN)/mandat bench

lock: setup
	$(BIN)/python -m pip freeze --exclude-editable --exclude mandat | sed 's/+cpu$$//' > constraints.txt

clean:
	rm -rf $(VENV) .mandat build dist
