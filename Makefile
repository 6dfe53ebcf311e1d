# Two commands for a newcomer: `make demo` and `make test`. Both set everything up themselves.
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3
SHELL := /bin/bash

.DEFAULT_GOAL := help
.PHONY: help setup warm-up demo test test-all check lint format types layers same gate peers screenshots clean
.PHONY: bench bench-diff bench-documents bench-index bench-memory bench-scale bench-series bench-spark bench-stages
.PHONY: bench-compare bench-formats bench-judgement bench-passages bench-peers bench-sources bench-stories

help: ## list the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

$(VENV)/.product $(VENV)/.tests: pyproject.toml scripts/setup.sh
	@PYTHON=$(PYTHON) VENV=$(VENV) bash scripts/setup.sh $(@:$(VENV)/.%=%)
	@touch $@

$(VENV)/.tests: $(VENV)/.product

setup: $(VENV)/.tests ## install everything that tests and checks need

demo: $(VENV)/.product ## clean 2,000 real press releases and five articles, and show what happened
	@$(BIN)/dedup clean examples/congress.jsonl.gz examples/story -o demo --overwrite
	@echo; echo "Here \`dedup\` is $(BIN)/dedup, and \`make test\` runs the tests."

warm-up: setup # compiles all kernels once, before the workers of the tests start
	@$(BIN)/dedup warm-up

test: warm-up ## run the tests: every promise, a few minutes
	$(BIN)/python -m pytest -q -n auto --dist worksteal -m 'not nightly and not shared and not peers'

test-all: warm-up ## run all tests: exhaustive forms, the shared news data, kills at random moments, every look in the browser
	$(BIN)/python -m pytest -q -n auto --dist worksteal --hypothesis-profile nightly

format: setup ## rewrite the code in the house format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: setup
	$(BIN)/mypy

layers: setup
	$(BIN)/lint-imports

check: lint types layers test-all ## lint, types, layers, all tests: what CI runs

same: setup ## compare all that the commands write with another commit: BASE=3fc97d7 (default: HEAD), SAME=--quick
	$(BIN)/python scripts/same_output.py $(SAME) $(BASE)

bench-memory: setup ## speed of `dedup.deduplicate` on texts in memory beside semhash, rensa and datasketch
	$(BIN)/python benchmarks/bench_peers.py --only memory --tools datasketch rensa semhash --out benchmarks/.cache/memory

bench-diff: setup ## time, readability and moves of `dedup diff`, beside other tools
	$(BIN)/python benchmarks/bench_diff.py

clean: ## remove what the other commands made
	rm -rf $(VENV) demo build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

bench-documents: setup ## speed, memory and start of `dedup clean` beside a floor program
	$(BIN)/python benchmarks/bench_documents.py

bench-scale: setup ## seconds and memory of `dedup clean` by the number of short articles; 8 GB of disk
	$(BIN)/python benchmarks/bench_scale.py --documents 300000 1000000

bench-index: setup ## 50,000 documents through an index of 1,000,000: time, memory, size; a quarter of an hour, 13 GB of disk
	$(BIN)/python benchmarks/bench_index.py

bench-stages: setup ## where the time of `dedup clean` goes, beside what the machine allows
	$(BIN)/python -m pip install --quiet pysimdjson
	$(BIN)/python benchmarks/bench_stages.py

bench-series: setup ## 10,000 daily reports of one frame beside as many unrelated articles
	$(BIN)/python benchmarks/bench_series.py

bench-passages: setup ## planted passages, repeats, containment, scripts and cost of finding what is printed twice
	$(BIN)/python benchmarks/bench_passages.py

bench-formats: setup ## what each input format costs beside plain .jsonl, documents only and with the defaults
	$(BIN)/python benchmarks/bench_formats.py

bench-spark: setup ## decisions, time and shuffle volume of the Spark engine beside the local one
	$(BIN)/python benchmarks/bench_spark.py

bench-stories: setup ## events told apart by `dedup stories`, beside TF-IDF, and its time
	$(BIN)/python -m pip install --quiet scikit-learn
	$(BIN)/python benchmarks/bench_stories.py

bench-compare: setup ## links, rows and time of `dedup compare` on labelled stories, both engines
	$(BIN)/python benchmarks/bench_compare.py

bench-sources: setup ## credits, families and directions that two readers judged, planted releases, and time of `dedup sources`
	$(BIN)/python benchmarks/bench_sources.py

bench-judgement: setup ## removals and cuts that two readers judged: right, wrong, contested; what goes and what stays
	$(BIN)/python benchmarks/bench_judgement.py
	$(BIN)/python benchmarks/check_cuts.py

screenshots: setup ## take the screenshots of docs/ in Chromium
	$(BIN)/python scripts/make_screenshots.py

gate: setup ## hold every quality figure above its floor in benchmarks/floors.toml
	$(BIN)/python benchmarks/gate.py

peers: setup ## make an environment for every tool that dedup is compared with
	$(BIN)/python benchmarks/peers/environments.py

bench-peers: peers ## check the adapters of these tools on a toy corpus
	$(BIN)/python -m pytest -q -m peers tests/test_bench_peers.py

bench: peers ## speed, memory and quality beside other tools, up to 4,000,000 documents: hours, 40 GB; BENCH="--largest 1000000"
	$(BIN)/python benchmarks/bench_peers.py $(BENCH)
