# Everything a newcomer or a release needs. `make` lists it.

PYTHON ?= python3
PORT   ?= 8000
MINUTES ?= 30
USERS  ?= 200
PY     := .venv/bin/python
SITE   := .venv/.site
DEV    := .venv/.dev

# Each core begins with a stretch of whole files, with their scenes; one that is done takes half of what another has left.
ON_ALL_CORES := -n auto --dist worksteal

export SITE_ENV := development
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help run demo test fuzz check bench bench-scale load bundle lighthouse screenshot lock prerequisites clean

help:  ## 列出这些命令
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

run: $(SITE)  ## 准备并启动网站；端口用 PORT=8001 指定，默认 8000
	@$(PY) manage.py prepare_site --port $(PORT)
	@exec .venv/bin/granian --interface wsgi --host 127.0.0.1 --port $(PORT) \
		--workers 1 --blocking-threads 4 --no-ws --respawn-failed-workers jiaodong.wsgi:application

demo: export DEMO := true
demo: export DATABASE_URL := sqlite:///$(CURDIR)/var/demo.sqlite3
demo: $(SITE)  ## 演示：另一个数据库，各角色账号和八期虚构的填报；端口同上
	@mkdir -p var
	@$(PY) manage.py migrate --verbosity 0
	@$(PY) manage.py load_demo
	@$(PY) manage.py collectstatic --noinput --verbosity 0
	@echo "演示网站：http://127.0.0.1:$(PORT)/　按 Ctrl-C 停止"
	@exec .venv/bin/granian --interface wsgi --host 127.0.0.1 --port $(PORT) \
		--workers 1 --blocking-threads 4 --no-ws --respawn-failed-workers jiaodong.wsgi:application

test: $(DEV) prerequisites  ## 全部测试：先在 SQLite 上，再在临时 PostgreSQL 上（连同浏览器测试）
	DATABASE_URL=sqlite://:memory: $(PY) -m pytest $(ON_ALL_CORES) -m "not browser and not postgresql"
	$(PY) -m jiaodong.testing.postgres -- $(PY) -m pytest $(ON_ALL_CORES) --asking-a-database

fuzz: export FUZZ_REQUESTS := 10000
fuzz: export DATABASE_URL := sqlite://:memory:
fuzz: $(DEV) prerequisites  ## 一万次随机请求打到真正运行的网站（临时 PostgreSQL），不得有一次 500；再读 FUZZ_FILES=520 个特制文件，每个不超过 2 秒、300 MB；种子用 FUZZ_SEED=2 换
	$(PY) -m jiaodong.testing.postgres -- $(PY) -m pytest tasks/tests/test_fuzz.py
	$(PY) -m tasks.tests.hostile_reading

check: $(DEV)  ## 静态检查：代码、模板、类型、迁移、正式环境的设置
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/djlint templates --lint --quiet
	.venv/bin/mypy
	$(PY) -m pip check
	DATABASE_URL=sqlite://:memory: $(PY) manage.py makemigrations --check --dry-run
	SITE_ENV=production SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(50))') \
		ALLOWED_HOSTS=example.org DATABASE_URL=postgres://localhost/jiaodong \
		$(PY) manage.py check --deploy --fail-level WARNING

bench: $(DEV) prerequisites  ## 量速度：页面、吞吐、导出和读回，写入 var/bench.json
	$(PY) manage.py bench

bench-scale: $(DEV) prerequisites  ## 同上，再量 79000 项举措、一百万份填报时的各个页面（临时 PostgreSQL，十几分钟）
	$(PY) -m jiaodong.testing.postgres -- $(PY) manage.py bench --scale

load: $(DEV) prerequisites  ## 模拟 200 人同时使用 30 分钟（临时 PostgreSQL），写入 var/load.json；可用 MINUTES=5 USERS=50
	$(PY) -m jiaodong.testing.postgres -- $(PY) -m jiaodong.testing.load --minutes $(MINUTES) --users $(USERS)

bundle: $(SITE)  ## 制作离线安装包：程序、依赖、静态文件和校验值，写入 var/bundle/
	@deploy/make_bundle.sh

lighthouse: $(DEV) prerequisites  ## 用 Lighthouse 检查总览、清单、看板和台账，四项都不低于 95（需要 npm）
	$(PY) -m jiaodong.testing.lighthouse

screenshot: $(DEV) prerequisites  ## 重拍 docs/screenshot.png
	$(PY) -m pytest jiaodong/testing/screenshot.py

lock:  ## 按 requirements*.in 重新锁定依赖；加 UPGRADE=1 取新版本
	$(PYTHON) -m venv var/lock
	var/lock/bin/pip install --quiet uv
	for name in requirements requirements-dev; do \
		var/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
			$(if $(UPGRADE),--upgrade) $$name.in -o $$name.txt || exit 1; \
	done

prerequisites: $(DEV)  ## 查看测试所需的系统软件；是 root 时用 apt 补齐
	@$(PY) -m jiaodong.testing.prerequisites

clean:  ## 删除虚拟环境和缓存；var/ 里的数据不动
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis var/static var/lock
	find . -name __pycache__ -prune -exec rm -rf {} +

# A stamp is as new as the requirements that were installed last.
$(SITE): requirements.txt | .venv/bin/pip
	@echo "安装依赖……"
	@.venv/bin/pip install -qq --require-hashes -r requirements.txt
	@touch $@

$(DEV): requirements-dev.txt | .venv/bin/pip
	@echo "安装测试和检查所需的依赖……"
	@.venv/bin/pip install -qq --require-hashes -r requirements-dev.txt
	@touch $@

.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "需要 Python 3.11 或更新的版本，例如：make run PYTHON=python3.13")'
	@$(PYTHON) -m venv .venv || { echo "不能建立虚拟环境。在 Debian 上请先：apt-get install python3-venv"; exit 1; }
