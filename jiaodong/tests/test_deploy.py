"""The files in `deploy/`: the programs they are for accept them, and they fit the commands and settings there are."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import get_commands

from jiaodong.storage import OwnStaticFiles
from jiaodong.testing.postgres import free_port
from jiaodong.tests.test_settings import ROOT, variables_documented

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
TIMERS = sorted((DEPLOY / "systemd").glob("*.timer"))


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture
def nginx(tmp_path: Path) -> Path:
    """An nginx folder with the site's files and a certificate made for the test; what a server has in /etc lies in it."""
    (tmp_path / "tls").mkdir()
    key, certificate = tmp_path / "tls" / "privkey.pem", tmp_path / "tls" / "fullchain.pem"
    made = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=x"]
    assert run("openssl", *made, "-keyout", str(key), "-out", str(certificate), cwd=tmp_path).returncode == 0
    for name in ("jiaodong.conf", "proxy.conf"):
        text = (DEPLOY / "nginx" / name).read_text()
        text = text.replace("/etc/jiaodong/", f"{tmp_path}/").replace("/var/log/jiaodong/", f"{tmp_path}/")
        for port in ("80", "443"):  # nginx tries to have them, and only root may
            text = re.sub(rf"(listen (?:\[::\]:)?){port}\b", rf"\g<1>{free_port()}", text)
        (tmp_path / name).write_text(text)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    own = " ".join(f"{kind}_temp_path {tmp_path}/{kind};" for kind in kinds)  # only root may use the system's
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ {own} include {tmp_path}/jiaodong.conf; }}"
    )
    return tmp_path


def test_nginx_accepts_its_configuration(nginx: Path) -> None:
    done = run("nginx", "-t", "-p", str(nginx), "-c", str(nginx / "nginx.conf"), "-e", "stderr", cwd=nginx)
    assert done.returncode == 0, done.stderr
    assert "test is successful" in done.stderr
    assert "[warn]" not in done.stderr


def test_nginx_would_say_what_is_wrong(nginx: Path) -> None:
    (nginx / "proxy.conf").write_text("proxy_set_headr Host $host;\n")
    done = run("nginx", "-t", "-p", str(nginx), "-c", str(nginx / "nginx.conf"), "-e", "stderr", cwd=nginx)
    assert done.returncode == 1
    assert "proxy_set_headr" in done.stderr


def test_what_nginx_says_itself_is_said_in_chinese() -> None:
    folder = DEPLOY / "nginx"
    pages = dict(re.findall(r"error_page ([\d =]+) /([a-z_]+\.html);", (folder / "jiaodong.conf").read_text()))
    assert pages == {"502 504 =503": "unavailable.html", "413": "too_large.html"}
    assert [name for name in pages.values() if '<html lang="zh-CN">' not in (folder / name).read_text()] == []


def test_addresses_of_visitors_are_kept_for_half_a_year() -> None:
    rotation = (DEPLOY / "logrotate" / "jiaodong").read_text()
    (logs,) = set(re.findall(r"access_log (/\S+)", (DEPLOY / "nginx" / "jiaodong.conf").read_text()))
    assert rotation.split("{")[0].split()[-1] == f"{Path(logs).parent}/*.log"
    assert re.search(r"^\tdaily$", rotation, re.M)
    assert int(re.search(r"^\trotate (\d+)$", rotation, re.M).group(1)) >= 184


def verified(tmp_path: Path, change: tuple[str, str] = ("", "")) -> subprocess.CompletedProcess[str]:
    """Where the program is installed is this checkout, for as long as the units are read."""
    for unit in UNITS:
        text = unit.read_text().replace("/opt/jiaodong/.venv/bin", str(Path(sys.executable).parent))
        (tmp_path / unit.name).write_text(text.replace("/opt/jiaodong", str(ROOT)).replace(*change))
    names = [unit.name.replace("@.", "@backup.") for unit in UNITS]
    return run("systemd-analyze", "verify", "--man=no", *[str(tmp_path / name) for name in names], cwd=tmp_path)


def test_systemd_accepts_its_units(tmp_path: Path) -> None:
    done = verified(tmp_path)
    assert (done.returncode, about_ours(done, tmp_path)) == (0, [])


def test_systemd_would_say_what_is_wrong(tmp_path: Path) -> None:
    assert about_ours(verified(tmp_path, ("UMask=0077", "UMask=often")), tmp_path) != []


def about_ours(done: subprocess.CompletedProcess[str], folder: Path) -> list[str]:
    """What is said of our units, and not of others that this machine has or lacks."""
    return [line for line in done.stderr.splitlines() if str(folder) in line or "jiaodong" in line]


@pytest.mark.parametrize("timer", TIMERS, ids=lambda path: path.name)
def test_a_timer_runs_a_command_there_is(timer: Path) -> None:
    (command,) = re.findall(r"^Unit=jiaodong-task@(\w+)\.service$", timer.read_text(), re.M)
    assert command in get_commands()


def test_every_timed_command_has_its_timer() -> None:
    found = {re.search(r"@(\w+)\.", timer.read_text()).group(1) for timer in TIMERS}
    assert found == {"backup", "rebuild_standings", "send_digests", "clearsessions", "purge_uploads", "verify_audit"}


def test_the_folders_are_those_of_the_documents() -> None:
    text = (ROOT / "docs" / "operations.md").read_text()
    for unit in UNITS:
        for folder in re.findall(r"/(?:opt|var/lib|var/backups|run)/jiaodong", unit.read_text()):
            assert folder in text, (unit.name, folder)


def test_what_is_uploaded_passes_nginx() -> None:
    most = int(re.search(r"client_max_body_size (\d+)m", (DEPLOY / "nginx" / "jiaodong.conf").read_text()).group(1))
    assert most > max(int(variables_documented()[name]) for name in ("ATTACHMENT_MAX_MB", "WORKBOOK_MAX_MB"))


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """An offline bundle as `make bundle` lays it out, with next to nothing in it."""
    folder = tmp_path / "jiaodong-0-test"
    folder.mkdir()
    shutil.copy(DEPLOY / "install.sh", folder)
    (folder / "PYTHON").write_text("2.7\n")
    sums = run("sha256sum", "./install.sh", "./PYTHON", cwd=folder).stdout
    (folder / "SHA256SUMS").write_text(sums)
    return folder


def test_an_installed_version_names_its_own_static_files(settings: Any, tmp_path: Path) -> None:
    settings.BASE_DIR, settings.STATIC_ROOT = tmp_path / "program", tmp_path / "static"
    for folder, name in ((settings.BASE_DIR, "a.1.css"), (settings.STATIC_ROOT, "a.2.css")):
        folder.mkdir()
        listed = {"version": "1.1", "paths": {"a.css": name}, "hash": ""}
        (folder / "staticfiles.json").write_text(json.dumps(listed))
    assert OwnStaticFiles().stored_name("a.css") == "a.1.css"
    (settings.BASE_DIR / "staticfiles.json").unlink()
    assert OwnStaticFiles().stored_name("a.css") == "a.2.css"


class TestInstall:
    """A bundle that is not whole, or is for another Python, is refused before anything is written."""

    def install(self, bundle: Path) -> tuple[int, str]:
        target = bundle.parent / "opt"
        done = run("./install.sh", str(target), str(bundle.parent / "var"), sys.executable, cwd=bundle)
        assert not target.exists()
        return done.returncode, done.stderr.splitlines()[-1]

    def test_for_another_python(self, bundle: Path) -> None:
        code, said = self.install(bundle)
        assert (code, said[:32]) == (1, f"安装包是为 Python 2.7 做的，本机的 {sys.executable}"[:32])

    def test_changed(self, bundle: Path) -> None:
        (bundle / "PYTHON").write_text("3.11\n")
        assert self.install(bundle) == (1, "安装包不完整或被改动过，没有安装。请重新复制一份。")

    def test_cut_short(self, bundle: Path) -> None:
        (bundle / "PYTHON").unlink()
        assert self.install(bundle) == (1, "安装包不完整或被改动过，没有安装。请重新复制一份。")

    def test_with_something_added(self, bundle: Path) -> None:
        (bundle / "wheel.whl").touch()
        assert self.install(bundle) == (1, "安装包里多出了文件，没有安装。请重新复制一份。")


class TestInstalling:
    """A small program with no requirements, of this Python."""

    @pytest.fixture
    def small(self, bundle: Path) -> Path:
        (bundle / "PYTHON").write_text("{}.{}\n".format(*sys.version_info))
        for name in ("program/jiaodong", "program/tasks", "program/units", "static/css", "wheels"):
            (bundle / name).mkdir(parents=True)
        for name in ("program/requirements.txt", "program/units/__init__.py", "static/css/a.css", "wheels/none"):
            (bundle / name).touch()
        return bundle

    def install(self, small: Path) -> subprocess.CompletedProcess[str]:
        files = sorted(str(path.relative_to(small)) for path in small.rglob("*") if path.is_file())
        sums = run("sha256sum", *[f"./{name}" for name in files if name != "SHA256SUMS"], cwd=small)
        (small / "SHA256SUMS").write_text(sums.stdout)
        command = f"umask 077; ./install.sh {small.parent}/opt {small.parent}/var {sys.executable}"
        return run("bash", "-c", command, cwd=small)

    def test_others_can_read_it_whatever_roots_umask(self, small: Path) -> None:
        done = self.install(small)
        assert done.returncode == 0, done.stderr
        assert (small.parent / "opt" / "jiaodong").resolve() == small.parent / "opt" / small.name
        found = [*(small.parent / "opt").rglob("*"), *(small.parent / "var").rglob("*")]
        assert [str(path) for path in found if not path.is_symlink() and not path.stat().st_mode & 0o004] == []

    def test_what_cannot_be_finished_is_taken_back(self, small: Path) -> None:
        (small / "program" / "requirements.txt").write_text("django==5.2 --hash=sha256:" + "0" * 64)
        done = self.install(small)
        assert (done.returncode, done.stderr.splitlines()[-1][:12]) == (1, "没有装完，已撤回，正在用")
        assert list((small.parent / "opt").iterdir()) == []
