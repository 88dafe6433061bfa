# Commands of the project; `make help` lists them.

# Makes the virtual environment ready, and with PYTHON=... it is made with just that; else with the fastest that is here.
PYTHON ?= python3
BIN := .venv/bin
UP := $(PYTHON) -m deploy.local.up $(if $(filter file,$(origin PYTHON)),,--this-python)
# Node and npm are a wheel's; their commands look for one another on the path.
NODE := PATH="$(abspath $(BIN)):$$PATH"
BUF := deploy/buf/node_modules/.bin/buf
PROTOS := protos/*/v1/*.proto
PHONE := tests/miniprogram
# Those that need nothing of the stack, those that start what they need in their own process, and those that ask servers.
UNSERVED := tests/unit tests/deploy
LOOPBACK := tests/component
SERVED := tests/contract tests/e2e
CONSOLE := console
NODE_MODULES := $(foreach room,$(PHONE) miniprogram $(CONSOLE),$(room)/node_modules/.package-lock.json)
LOAD = $(foreach option,n c cold nfc viewers exports faults repeat activities pairs before only long json upgrade-from roster strangers refuse pictures,$(if $($(option)),--$(option)="$($(option))"))

LOCK := --quiet --upgrade --python-version 3.11.0 --generate-hashes --no-emit-index-url --no-header

# Where google/rpc/status.proto lies: a wheel brings it.
WHEELS = $(shell $(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')

.DEFAULT_GOAL := help
.PHONY: help up demo down status logs clean test check fmt proto lock settings vocabulary api migrate rush day listed facts exports compare chaos mutate nightly crowd dev node tests tests-alone tests-loopback tests-unserved tests-phones tests-console tests-e2e tests-contract check-python check-phone check-console console publish-static miniprogram image sbom audit cluster cluster-test cluster-down chart observe simulate

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: ## install what is missing, start everything, say where it is
	@$(UP)

demo: up ## one check-in told step by step: who asks what, and what comes back
	@$(BIN)/python -m deploy.local.stack demo

down: ## stop everything, in reverse order
	@$(UP) down

status: ## what runs, and whether it is ready
	@$(UP) status

logs: ## follow the logs: make logs s=checkin
	@$(UP) logs $(s)

clean: ## stop everything and forget its data
	@$(UP) clean

test: ## every test, against the local stack; leaves the stack as it found it
	@$(UP) --dev run -- make --no-print-directory tests

# With args, which are pytest's, only what pytest runs. What takes servers away comes first, while there is little that they
# must count anew as they come back; it waits for them most of the time, so what needs none of them runs beside it. Of the rest
# always two suites at a time, for a third makes phones late, and what takes longest first, so that both lanes end together.
ifdef args
tests:
	@$(BIN)/python -m pytest $(UNSERVED) $(LOOPBACK) $(SERVED) $(args)
else
tests:
	@$(MAKE) --no-print-directory -j3 tests-alone tests-loopback tests-unserved
	@$(MAKE) --no-print-directory -j2 tests-phones tests-console tests-e2e tests-contract
endif

tests-alone:
	@$(BIN)/python -m pytest tests/e2e -m alone

tests-loopback:
	@$(BIN)/python -m pytest $(LOOPBACK)

tests-unserved: $(NODE_MODULES)
	@$(NODE) nice npm --prefix $(PHONE) run unit
	@$(NODE) nice npm --prefix $(PHONE) run gates
	@$(NODE) nice npm --prefix $(CONSOLE) run unit
	@nice $(BIN)/python -m tests.deploy.helm
	@nice $(BIN)/python -m pytest $(UNSERVED)

tests-phones: $(NODE_MODULES)
	@$(NODE) npm --prefix $(PHONE) run e2e

tests-console: $(NODE_MODULES)
	@$(NODE) npm --prefix $(CONSOLE) run e2e

tests-e2e:
	@$(BIN)/python -m pytest tests/e2e -m "not alone"

tests-contract:
	@$(BIN)/python -m pytest tests/contract

check: ## lint, types, imports, dependencies, docstrings, protos, templates
	@$(MAKE) --no-print-directory -j2 check-python check-phone check-console

check-python: dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .

check-phone: dev $(NODE_MODULES)
	$(NODE) npm --prefix $(PHONE) run check

check-console: dev $(BUF) $(NODE_MODULES)
	@mkdir -p .local
	$(BIN)/python -m grpc_tools.protoc -I. -I$(WHEELS) --include_imports --include_source_info \
		--descriptor_set_out=.local/protos.binpb $(PROTOS)
	$(NODE) $(BUF) lint .local/protos.binpb --config buf.yaml
	$(NODE) npm --prefix $(CONSOLE) run check

console: ## build the web console, and tell what it weighs
	@$(UP) install
	@$(BIN)/python -m deploy.local.console

miniprogram: up dev $(NODE_MODULES) ## the mini-program in a browser, against the local stack
	@$(NODE) node $(PHONE)/harness/show.mjs

fmt: dev ## format the code, and fix what the linter can
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

proto: dev ## make the stubs beside the protos
	PATH="$(abspath $(BIN)):$$PATH" $(BIN)/python -m grpc_tools.protoc -I. -I$(WHEELS) --python_out=. --grpc_python_out=. --mypy_out=. --mypy_grpc_out=. \
		$(PROTOS)

lock: dev ## pin every dependency anew, for Python 3.11.0 and later
	$(BIN)/uv pip compile $(LOCK) pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile $(LOCK) --group node -o requirements-node.lock
	$(BIN)/uv pip compile $(LOCK) --extra dev --group node -c requirements.lock -c requirements-node.lock pyproject.toml -o requirements-dev.lock

settings: dev ## write the table of settings, deploy/SETTINGS.md
	$(BIN)/python -m deploy.settings_table

vocabulary: dev ## write the words of reasons, for the gateway, the mini-program and the console
	$(BIN)/python -m deploy.vocabulary

publish-static: console dev ## the built console into a bucket of S3 or COS: make publish-static bucket=... endpoint=https://...
	@$(BIN)/python -m deploy.publish_static $(bucket) $(if $(endpoint),--endpoint "$(endpoint)") $(if $(path-style),--path-style)

api: dev $(NODE_MODULES) ## write the shapes of the API for the mini-program and the console
	$(NODE) npm --prefix $(PHONE) run api -- --write
	$(NODE) npm --prefix $(CONSOLE) run api -- --write

migrate: ## bring every schema of the local stack to its newest revision
	@$(UP) --only migrations

rush: up ## the load run of one instant: make rush n=1000 c=128 cold=1, nfc=1, or viewers=500 repeat=5, or exports=10000 repeat=5
	@$(BIN)/python -m tests.load.rush $(LOAD)

ifdef faults
day: export QIANDAO_REPLICAS := gateway=2,checkin=2
endif
day: up ## 200 activities, 100,000 check-ins: make day faults=1
	@$(BIN)/python -m tests.load.day $(LOAD)

listed: up ## a rush on a roster of 5,000 with 50 strangers, recounted: make listed pairs=5 n=10000 c=128
	@$(BIN)/python -m tests.load.listed $(LOAD)

facts: up ## 20 million facts made once, and what asking and writing takes beside them: make facts n=20000000
	@$(BIN)/python -m tests.load.facts $(LOAD)

exports: dev ## what files take to make and how they look, of people with every kind of name: make exports n=2000 only=register pictures=1
	@$(BIN)/python -m tests.load.exports $(LOAD)

crowd: up $(NODE_MODULES) ## 300 people through two phones of staff, one of them offline for a while
	@$(NODE) npm --prefix $(PHONE) run crowd

compare: dev up ## this system and a tuned Koa2 + MySQL monolith in turn, or before=../other, another checkout: make compare pairs=5
	@$(NODE) $(BIN)/python -m tests.load.compare $(LOAD)

chaos: up ## rushes while the real thing is broken, reconciled: make chaos only=redis n=300
	@$(BIN)/python -m tests.chaos $(LOAD)

mutate: dev up ## disable each fallback in turn; its tests must turn red: make mutate only=claims
	@$(BIN)/python -m tests.chaos.mutate $(LOAD)

# The long property tests, 10,000 examples each, then every fault and every mutation; one that is red stops no other.
PROPERTIES := tests/unit/checkin/rules/test_merge.py tests/unit/domainkit/test_sealed.py $(addprefix tests/unit/servicekit/test_,batching.py breaker.py tokens.py)
nightly: export HYPOTHESIS_PROFILE := nightly
nightly: dev ## the long property tests, chaos with every edge and every outage, mutate, and the crowd at a door
	@code=0; $(BIN)/python -m pytest -q -o timeout=0 $(PROPERTIES) || code=1; \
	HYPOTHESIS_PROFILE=quick $(MAKE) --no-print-directory chaos long=1 || code=1; \
	HYPOTHESIS_PROFILE=quick $(MAKE) --no-print-directory mutate || code=1; \
	$(MAKE) --no-print-directory crowd || code=1; exit $$code

chart: dev ## lint the chart; write its README, its rules, its dashboards and the committed renders
	@$(BIN)/python -m deploy.observe.rules
	@$(BIN)/python -m deploy.observe.dashboards
	@$(BIN)/python -m deploy.helm.readme
	@$(BIN)/python -m tests.deploy.goldens
	@$(BIN)/python -m pytest -q tests/deploy/test_chart.py -k "nothing_to_say or refused"

observe: up dev ## a local Prometheus with our rules; make observe do=audit asks it everything, do=picture draws a rush
	@$(BIN)/python -m deploy.observe.observe $(do)

simulate: dev ## rehearse autoscaling: a day of rushes with the numbers of the chart: make simulate people=2000 silent=9.5-10.5
	@$(BIN)/python -m deploy.observe.simulate $(foreach option,seed values people silent,$(if $($(option)),--$(option)="$($(option))"))

image: dev ## the image of every process, with docker, podman or buildah: make image tag=qiandao:1.2 output=image.tar
	@$(BIN)/python -m deploy.docker.image build $(if $(tag),--tag $(tag)) $(if $(base),--base $(base)) $(if $(output),--output $(output))

sbom: dev ## what is in the image, as CycloneDX: sbom.json
	@$(BIN)/python -m deploy.docker.image sbom

audit: dev ## known vulnerabilities of what is in the image
	@$(BIN)/python -m deploy.docker.image audit

cluster: dev ## a real Kubernetes of one node, built here (25 min once, then 1 min)
	@$(BIN)/python -m tests.deploy.cluster up

cluster-test: dev ## the chart in it, under load and disturbance: make cluster-test only=rush,kill upgrade-from=v0.1.0
	@$(BIN)/python -m tests.deploy.cluster test $(LOAD)

cluster-down: ## stop the single node
	@$(BIN)/python -m tests.deploy.cluster down

dev: | node
	@$(UP) --dev install

# First, for npm installs while the other wheels are.
node:
	@$(UP) --dev --node install

# Not `npm ci`: it refuses a lock without the binaries of other platforms, which not every mirror has.
%/node_modules/.package-lock.json: %/package-lock.json | node
	$(NODE) npm install --prefix $* --ignore-scripts --no-save --no-audit --no-fund
	@touch $@

$(BUF): deploy/buf/package-lock.json | node
	$(NODE) npm install --prefix deploy/buf --ignore-scripts --no-save --no-audit --no-fund
	@touch $@
