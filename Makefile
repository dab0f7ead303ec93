# The ways into the project. Each target says what it does and installs what it lacks; the work
# itself is in scripts/.
.DEFAULT_GOAL := help
.PHONY: help demo dialogue test lint format tidy cargo-test report-test bench fuzz clean

SEED ?= 7
SCALE ?= 50000
FUZZ_SECONDS ?= 60
export SEED SCALE FUZZ_SECONDS

help: ## this list
	@echo "Bakas: the logs of several attacked agencies go in, a case comes out."
	@echo
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "Needed: a Rust toolchain (1.95 or newer) and a C compiler. What else a target needs it"
	@echo "installs by apt-get, cargo or npm, and says so first."

demo: ## build, make the bundled scenario (SEED, SCALE), investigate it, score and verify the case
	@scripts/demo

dialogue: ## play the exchange of two sides on the scenario, as docs/manual/dialogue.md has it, and check all of it
	@scripts/dialogue

test: ## the gate: format, lints, licences, all tests, the demo, the report in a browser
	@scripts/test

lint: ## format, clippy, licences and sources of dependencies, the rules of the house
	@scripts/test format clippy licences tidy

format: ## rewrite the sources in the project's format
	cargo fmt --all

tidy: ## the rules of the house alone: imports, sizes, headers, links
	@cargo run --quiet -p xtask -- tidy

cargo-test: ## unit, integration and doc tests alone
	@scripts/test tests

report-test: ## the demo's report in a headless browser
	@scripts/test release demo report

bench: ## detect on six kinds of work beside wc, rg, rsigma and GoAccess (a quarter of an hour); scripts/bench speed and seeds for the rest
	@scripts/bench

fuzz: ## every fuzz target for FUZZ_SECONDS (60)
	@scripts/fuzz

clean: ## remove what was built and the demo
	cargo clean
	rm -rf demo
