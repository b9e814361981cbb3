# make run     a portal to try out: http://127.0.0.1:8000/
# make test    the tests; with DATABASE_URL and REDIS_URL set they run on PostgreSQL and Redis
PYTHON ?= python3
PORT ?= 8000
HOST ?= 127.0.0.1
TESTS ?=
MARKS ?= not browser
# EXTRAS=sso adds the campus sign-on.
EXTRAS ?=
# Two at a time where there are two cores; TESTS="tests/talks -n 0" for one by one.
PARALLEL ?= -n auto --dist worksteal
VENV := .venv
PY := $(VENV)/bin/python

.PHONY: help setup setup-dev run test test-services browser lint types house backup-rounds locks mutation clean

help:
	@echo "make run [PORT=8000]    启动试用平台（虚构数据）"
	@echo "make setup EXTRAS=sso   连同统一身份认证（CAS）一起安装"
	@echo "make test               运行测试"
	@echo "make test-services      在 PostgreSQL 和 Redis 上运行测试（需要 DATABASE_URL、REDIS_URL）"
	@echo "make browser            浏览器测试（需要 Chromium）"
	@echo "make lint types house   代码检查"
	@echo "make backup-rounds      边写入边备份、恢复、比对，十轮"
	@echo "make locks              更新依赖锁（需要 uv 和 npm）"

setup: $(VENV)/.base $(EXTRAS:%=$(VENV)/.%) static/vendor/.lock

setup-dev: $(VENV)/.dev static/vendor/.lock

$(PY):
	$(PYTHON) -m venv $(VENV)

# A stamp holds a copy of what was installed: nothing is asked of the network while it is still true.
$(VENV)/.base: requirements/base.txt | $(PY)
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/base.txt
	cp requirements/base.txt $@

$(VENV)/.sso: requirements/sso.txt | $(VENV)/.base
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/sso.txt
	cp requirements/sso.txt $@

$(VENV)/.dev: requirements/dev.txt | $(PY)
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	cp requirements/dev.txt $@
	cp requirements/base.txt $(VENV)/.base

static/vendor/.lock: package.json package-lock.json requirements/node.txt | $(VENV)/.base
	$(PY) manage.py vendor_assets
	touch $@

run: setup
	$(PY) manage.py ensure_database
	$(PY) manage.py migrate --verbosity 0
	$(PY) manage.py demo --if-empty
	$(PY) manage.py portal --host $(HOST) --port $(PORT)

test: setup-dev
	$(PY) -m pytest $(PARALLEL) -m "$(MARKS)" $(TESTS)

test-services: setup-dev
	@test -n "$$DATABASE_URL" -a -n "$$REDIS_URL" || { echo "请先设置 DATABASE_URL 和 REDIS_URL。"; exit 2; }
	CAREHUB_REQUIRE_TESTS=service $(PY) -m pytest $(PARALLEL) -m "$(MARKS)" $(TESTS)

browser: setup-dev
	CAREHUB_REQUIRE_TESTS=browser $(PY) -m pytest $(PARALLEL) -m browser $(TESTS)

lint: setup-dev
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/djlint templates --lint --quiet
	$(VENV)/bin/lint-imports
	$(VENV)/bin/bandit --quiet --recursive --configfile pyproject.toml carehub members talks hardship

types: setup-dev
	$(VENV)/bin/mypy carehub members talks hardship

house: setup-dev
	$(PY) -m pytest tests/house

# B1 without any rest between the writes, and as many rounds as the promise says, also on PostgreSQL.
backup-rounds: setup-dev
	CAREHUB_BACKUP_ROUNDS=10 CAREHUB_BACKUP_PAUSE=0 $(PY) -m pytest -n 0 -s tests/survival/test_rounds.py

locks:
	for name in base dev node sso; do \
		uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url \
			--python-version 3.11 requirements/$$name.in -o requirements/$$name.txt || exit 1; \
	done
	npm install --package-lock-only --ignore-scripts

clean:
	rm -rf $(VENV) var static/vendor staticfiles

mutation: setup-dev
	$(PY) -m tests.mutation.run
