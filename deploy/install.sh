#!/usr/bin/env bash
# 从离线安装包安装或升级，不访问网络。用法：./install.sh [安装位置] [数据目录] [Python]
# 每个版本装在自己的目录里，/opt/jiaodong 指向正在用的；退回上一版只需改回这个链接。
set -euo pipefail
umask 022  # 程序和静态文件由别的账号读，不管 root 平时的 umask 是多少
cd "$(dirname "$0")"

prefix=${1:-/opt}
var=${2:-/var/lib/jiaodong}
python=${3:-python3}
home=$prefix/$(basename "$PWD")

stop() { echo "$1" >&2; exit 1; }
undo() { rm -rf "$home"; stop '没有装完，已撤回，正在用的版本没有变。原因见上面的英文，常见的是磁盘写满。'; }

sha256sum --check --quiet --strict SHA256SUMS || stop '安装包不完整或被改动过，没有安装。请重新复制一份。'
present=$(find . -type f ! -name SHA256SUMS | wc -l)
[ "$present" -eq "$(wc -l < SHA256SUMS)" ] || stop '安装包里多出了文件，没有安装。请重新复制一份。'
have=$("$python" -c 'import sys; print(f"{sys.version_info.major}.{sys.version_info.minor}")')
[ "$have" = "$(cat PYTHON)" ] || stop "安装包是为 Python $(cat PYTHON) 做的，本机的 $python 是 $have。请在相同版本的机器上重做安装包。"
"$python" -c 'import ensurepip' 2> /dev/null || stop '缺少 venv。在 Debian 上请先安装 python3-venv。'
[ ! -e "$home" ] || stop "$home 已经存在，没有改动。要重装的，请先移走它。"

trap undo ERR
mkdir -p "$prefix" "$var/static"
cp -r program "$home"
"$python" -m venv "$home/.venv"
"$home/.venv/bin/pip" install --isolated --quiet --disable-pip-version-check --no-index --find-links wheels --require-hashes \
    --requirement "$home/requirements.txt"
"$home/.venv/bin/python" -m compileall -q "$home/jiaodong" "$home/tasks" "$home/units"
cp -r static/. "$var/static/"
[ ! -f "$prefix/jiaodong/.env" ] || cp -p "$prefix/jiaodong/.env" "$home/.env"
ln -sfn "$home" "$prefix/jiaodong"
echo "已安装到 $home，$prefix/jiaodong 指向它。接下来见 $home/docs/operations.md。"
