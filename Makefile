# The commands of the project. Each installs what it needs and is missing; `make help` lists them.

.DEFAULT_GOAL := help
.PHONY: help setup serve build test lint fresh bench package clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s  %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install everything that building and testing need
	@tools/setup.sh

serve: ## Build the page, serve it and print its address (PORT=8080)
	@tools/serve.sh

build: ## Build the page for release into dist/ and check its size
	@tools/build.sh && node tools/page-size.mjs

test: ## Run every test: native, wasm, package, page (KIND=native|package|e2e|smoke|headless)
	@tools/test.sh $(KIND)

lint: ## Check format and lints
	@tools/lint.sh

fresh: ## Prove both commands on a fresh machine, in a throw-away home, and time their steps
	@tools/fresh.sh

bench: ## Measure the engine in seconds and instructions
	@tools/bench.sh

package: ## Build the JavaScript package into pkg/
	@tools/package.sh

clean: ## Remove what was built
	@cargo clean --quiet && rm -rf dist pkg
