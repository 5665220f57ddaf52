# Everything is done by Python; these are the names to remember.
PYTHON ?= python3
PRODUCT = "$$($(PYTHON) -m cluster.environment)"
DEVELOPMENT = "$$($(PYTHON) -m cluster.environment --development)"

.DEFAULT_GOAL := help
.PHONY: help up dev down clean status logs test soak check bench pictures snapshots

help: ## what there is to call
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile

up: ## the dashboard at once, Kubernetes and the store images behind it
	@$(PRODUCT) -m cluster.platform up

dev: ## the same, and started anew at each change of the code
	@$(PRODUCT) -m cluster.platform dev

down: ## stop it all; data is kept
	@$(PRODUCT) -m cluster.platform down

status: ## how every part and image fares
	@$(PRODUCT) -m cluster.platform status

logs: ## what a part printed: PART=dashboard (or another one), FOLLOW=1 to go on
	@$(PRODUCT) -m cluster.platform logs $(if $(PART),$(PART)) $(if $(FOLLOW),--follow)

clean: ## remove every trace, stores included; asks first (YES=1 for scripts)
	@$(PRODUCT) -m cluster.platform clean $(if $(YES),--yes)

check: ## lint, types, import rules, unit tests: seconds
	@python=$(DEVELOPMENT) && bin=$$(dirname "$$python") \
	&& "$$bin/ruff" check . && "$$bin/ruff" format --check . && "$$bin/mypy" \
	&& "$$bin/lint-imports" && "$$python" -m pytest tests/unit

test: ## check, then the proof on real clusters in a state folder of its own
	@python=$(DEVELOPMENT) && $(MAKE) --no-print-directory check \
	&& "$$python" -m tests.programs && "$$python" -m pytest tests/services tests/cluster tests/browser

soak: ## every fault in every life, and CYCLES=1000 stores while workers are killed: hours
	@python=$(DEVELOPMENT) && CYCLES=$(or $(CYCLES),1000) "$$python" -m pytest -s tests/soak

bench: ## the figures; OF=live for one of bench/ alone
	@python=$(DEVELOPMENT) && for each in $(or $(OF),cluster from_nothing engines visible deletions durability dashboard live medusa_boot); \
	do "$$python" -m "bench.$$each" || exit; done

pictures: ## the pictures in docs/images, taken of the running product
	@python=$(DEVELOPMENT) && "$$python" -m tests.pictures

snapshots: ## whether every page still looks as it did; AGREE=1 agrees on how it looks now
	@python=$(DEVELOPMENT) && "$$python" -m tests.snapshots $(if $(filter 1,$(AGREE)),--make)
