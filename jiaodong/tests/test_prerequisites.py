"""System packages: installed where that is possible, otherwise asked for in one sentence; never left out."""

import pytest

from jiaodong.testing import prerequisites


@pytest.fixture
def lacking_font(monkeypatch) -> list[list[str]]:
    """A machine without the font; what is asked of apt is collected, and brings it."""
    calls: list[list[str]] = []
    monkeypatch.setattr(prerequisites, "PREREQUISITES", {"git": lambda: True, "fonts-noto-cjk": lambda: bool(calls)})
    monkeypatch.setattr(prerequisites.subprocess, "run", lambda command, **options: calls.append(command))
    monkeypatch.setattr(prerequisites.shutil, "which", lambda name: f"/usr/bin/{name}")
    return calls


def test_root_on_debian_gets_them_installed(lacking_font, monkeypatch) -> None:
    monkeypatch.setattr(prerequisites.os, "geteuid", lambda: 0)
    assert prerequisites.main() == 0
    assert lacking_font == [
        ["apt-get", "update", "--quiet"],
        ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", "fonts-noto-cjk"],
    ]


def test_anyone_else_is_told_what_to_install(lacking_font, monkeypatch, capsys) -> None:
    monkeypatch.setattr(prerequisites.os, "geteuid", lambda: 1000)
    assert prerequisites.main() == 1
    assert lacking_font == []
    assert capsys.readouterr().err == (
        "测试还需要这些系统软件：fonts-noto-cjk。请安装后再运行，在 Debian 上是：sudo apt-get install fonts-noto-cjk\n"
    )


def test_so_is_root_where_there_is_no_apt(lacking_font, monkeypatch, capsys) -> None:
    monkeypatch.setattr(prerequisites.os, "geteuid", lambda: 0)
    monkeypatch.setattr(prerequisites.shutil, "which", lambda name: None)
    assert prerequisites.main() == 1
    assert capsys.readouterr().err.startswith("测试还需要这些系统软件：fonts-noto-cjk。")


def test_everything_is_here_while_tests_run() -> None:
    assert prerequisites.missing() == []
