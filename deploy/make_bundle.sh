#!/usr/bin/env bash
# 制作离线安装包：程序（已提交的版本）、依赖的 wheel、已生成的静态文件、校验值。
# wheel 适用于与本机相同的系统、处理器和 Python 小版本。用法：make bundle
set -euo pipefail
umask 022  # 安装以后由别的账号读
cd "$(dirname "$0")/.."

python=.venv/bin/python
version=$("$python" -c 'import tomllib; print(tomllib.load(open("pyproject.toml", "rb"))["project"]["version"])')
name=jiaodong-$version-$(git rev-parse --short=8 HEAD)
out=$PWD/var/bundle
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bundle=$work/$name

mkdir -p "$bundle/program" "$bundle/wheels" "$out"
git archive HEAD | tar -x -C "$bundle/program"
"$python" -m pip download --quiet --require-hashes --only-binary :all: \
    --requirement "$bundle/program/requirements.txt" --dest "$bundle/wheels"
(cd "$bundle/program" && SITE_ENV=development DEBUG=false VAR_DIR="$work/var" \
    "$OLDPWD/$python" manage.py collectstatic --noinput --verbosity 0)
mv "$work/var/static" "$bundle/static"
mv "$bundle/static/staticfiles.json" "$bundle/program/"  # each version keeps its own, see jiaodong/storage.py
find "$bundle/program" -name __pycache__ -prune -exec rm -rf {} +
mv "$bundle/program/deploy/install.sh" "$bundle/install.sh"
"$python" -c 'import sys; print(f"{sys.version_info.major}.{sys.version_info.minor}")' > "$bundle/PYTHON"
(cd "$bundle" && find . -type f ! -name SHA256SUMS -print0 | LC_ALL=C sort -z | xargs -0 sha256sum > SHA256SUMS)
tar -C "$work" --sort=name --owner=0 --group=0 --numeric-owner -czf "$out/$name.tar.gz" "$name"
(cd "$out" && sha256sum "$name.tar.gz" > "$name.tar.gz.sha256")
echo "离线安装包：$out/$name.tar.gz（$(du -h "$out/$name.tar.gz" | cut -f1)）"
echo "校验值：$(cut -d ' ' -f 1 "$out/$name.tar.gz.sha256")"
