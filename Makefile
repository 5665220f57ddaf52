# Everything is done by Python; these are the names to remember.
PYTHON ?= python3
PRODUCT = "$$($(PYTHON) -m cluster.environment)"
DEVELOPMENT = "$$($(PYTHON) -m cluster.environment --development)"

.DEFAULT_GOAL := help
.PHONY: help up down clean status test check bench

help: ## what there is to call
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile

up: ## Kubernetes and the store images, from whatever is there
	@$(PRODUCT) -m cluster up

down: ## stop it all; data is kept
	@$(PRODUCT) -m cluster down

status: ## how every part and image fares
	@$(PRODUCT) -m cluster status

clean: ## remove every trace, stores included; asks first (YES=1 for scripts)
	@$(PRODUCT) -m cluster clean $(if $(YES),--yes)

check: ## lint, types, import rules, unit tests: seconds
	@python=$(DEVELOPMENT) && bin=$$(dirname "$$python") \
	&& "$$bin/ruff" check . && "$$bin/ruff" format --check . && "$$bin/mypy" \
	&& "$$bin/lint-imports" && "$$python" -m pytest tests/unit

test: ## check, then the proof on real clusters in a state folder of its own
	@python=$(DEVELOPMENT) && $(MAKE) --no-print-directory check \
	&& "$$python" -m tests.programs && "$$python" -m pytest tests/cluster

bench: ## the figures
	@python=$(DEVELOPMENT) && "$$python" -m bench.cluster
