"""What tests of reporting ask for: the personas with their small plan, and a clock that stands; and LibreOffice."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from django.utils import timezone

from tasks.models import ProgressReport
from tasks.queries.dashboard import Dashboard
from tasks.services.amending import amend_measure
from tasks.tests.journeys import YEAR_END, approved, earlier_period
from tasks.tests.on_paper import Convert
from tasks.tests.people import NOW, Stage, make_stage
from tasks.tests.scene import LATER, TODAY, Scene, make_scene


@pytest.fixture
def stage(db: None) -> Stage:
    return make_stage()


@pytest.fixture
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def scene(db: None) -> Scene:
    return make_scene()


@pytest.fixture
def board(scene: Scene) -> Dashboard:
    return Dashboard(scene.plan, TODAY)


@pytest.fixture
def scene_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the day on which the scene is looked at."""
    monkeypatch.setattr(timezone, "now", lambda: LATER)


@pytest.fixture
def before(stage: Stage) -> ProgressReport:
    """Approved in the period before, which is still open."""
    return approved(stage, None, earlier_period(stage), progress="6月完成 81%，路基开工。")


@pytest.fixture
def dated(stage: Stage) -> Stage:
    """The measure is due at the end of the year."""
    amend_measure(stage.office, measure=stage.measure, changes={"due_on": YEAR_END}, reason="年度计划", now=NOW)
    stage.measure.refresh_from_db()
    return stage


@pytest.fixture(scope="module")
def libreoffice(tmp_path_factory) -> Convert:
    """`libreoffice(workbook, "pdf")`: the workbook, opened as in a Chinese office, in another format."""
    program = shutil.which("soffice")
    if program is None:
        pytest.fail("没有找到 LibreOffice。请先运行 make prerequisites，它会安装或说明如何安装。")
    home = tmp_path_factory.mktemp("office")
    env = {**os.environ, "LANG": "zh_CN.UTF-8", "LC_CTYPE": "C.UTF-8", "HOME": str(home)}

    def convert(source: bytes | Path, form: str) -> Path:
        if isinstance(source, bytes):
            path = home / f"{hashlib.sha256(source).hexdigest()}.xlsx"
            path.write_bytes(source)
            source = path
        out = home / form.split(":")[0]
        profile = f"-env:UserInstallation={(home / 'profile').as_uri()}"
        command = [program, profile, "--headless", "--convert-to", form, "--outdir", str(out), str(source)]
        subprocess.run(command, env=env, check=True, capture_output=True, timeout=180)
        return out / f"{source.stem}.{out.name}"

    return convert
