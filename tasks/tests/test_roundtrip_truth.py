"""Thirty workbooks go out, are filled in, upset, saved by another office and come back: no cell ends up wrong."""

import datetime
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Count
from django.utils import timezone

from tasks.choices import Confidence
from tasks.excel import marks
from tasks.models import ChangeSet, Plan, ProgressReport, ReportingPeriod, Upload
from tasks.queries.roundtrip import Difference, lines, spelled, unit_lines
from tasks.roundtrip import EDITABLE, Kind
from tasks.services.reporting import save_draft
from tasks.tests.desk import client_of
from tasks.tests.offline import Offline, Spot, brought, taken
from tasks.tests.people import NOW, content, make_period
from units.choices import Role
from units.models import Unit, User
from units.tests.samples import make_user

pytestmark = pytest.mark.django_db
UNITS, EDITS, CONFLICTS, BAD, FOREIGN = 30, 400, 40, 20, 10
BAD_VALUES = (
    ("percent_complete", "百分之八十"), ("percent_complete", 1.2), ("percent_complete", 0.655),
    ("confidence", "很好"), ("coordination_unit", "某某局"), ("coordination_due_on", "月底"),
    ("coordination_due_on", True), ("progress", "=SUM(1,1)"), ("next_steps", 20261008), ("risk", "长" * 5001),
)  # fmt: skip


@dataclass
class Desk:
    """One unit's reporter with the workbook, and what is known of every cell."""

    reporter: User
    unit: Unit
    offline: Offline
    duties: list[int]
    base: dict[Spot, str]
    edited: dict[Spot, str] = field(default_factory=dict)
    conflicts: dict[Spot, str] = field(default_factory=dict)
    bad: set[Spot] = field(default_factory=set)
    foreign: set[tuple[str, int]] = field(default_factory=set)
    data: bytes = b""


@pytest.fixture(autouse=True)
def clock(monkeypatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def state(desk: Desk, period: ReportingPeriod) -> dict[Spot, str]:
    """Every cell as the system has it, spelled as in a sheet."""
    found = lines(desk.reporter, period, desk.duties)
    return {(line.duty.pk, name): spelled(name, line.content[name]) for line in found for name in EDITABLE}


def other(name: str, before: str, names: list[str], random: Random) -> tuple[object, str]:
    """Another value for a field: as typed into a cell, and as spelled."""
    match name:
        case "percent_complete":
            points = random.choice([n for n in range(101) if str(n) != before])
            typed = random.choice([points / 100, f"{points}%", f"{points}"] + [points] * (points > 1))
            return typed, str(points)
        case "confidence":
            word = random.choice([label for label in Confidence.labels if label != before])
            return word, word
        case "coordination_unit":
            word = random.choice([one for one in names if one != before])
            return word, word
        case "coordination_due_on":
            day = datetime.date(2026, 11, 1) + datetime.timedelta(days=random.randrange(400))
            return random.choice([day, day.isoformat(), f"{day.year}年{day.month}月{day.day}日"]), day.isoformat()
    text = f"{random.choice(['=1+1', '7-3', '+86', '@甲', '_x0041_', '完成'])} {random.random()}\n第二行 ①②"
    return text, text


def desks_of(plan: Plan, period: ReportingPeriod, random: Random) -> list[Desk]:
    units = Unit.objects.annotate(count=Count("duties")).exclude(kind="group").order_by("-count", "pk")[:UNITS]
    made = []
    for unit in units:
        reporter = make_user(Role.REPORTER, unit=unit, username=f"tb-{unit.slug}")
        duties = [line.duty for line in unit_lines(reporter, period, unit)]
        for duty in random.sample(duties, len(duties) // 2):
            saved = content(progress=f"已完成 {random.random()}。", percent_complete=random.randrange(101))
            save_draft(reporter, duty=duty, period=period, content=saved, version=None, now=NOW)
        offline = Offline(taken(reporter, period, unit), period.pk)
        desk = Desk(reporter, unit, offline, [duty.pk for duty in duties], {})
        desk.base = state(desk, period)
        made.append(desk)
    return made


def fill_in(desks: list[Desk], random: Random) -> None:
    """The edits and the bad values, each in a cell of its own."""
    names = [unit.name for unit in Unit.objects.exclude(kind="group")]
    cells = [(desk, spot) for desk in desks for spot in desk.base]
    random.shuffle(cells)
    for desk, spot in (cells.pop() for _ in range(EDITS)):
        typed, desk.edited[spot] = other(spot[1], desk.base[spot], names, random)
        desk.offline.fill(spot[0], **{spot[1]: typed})
    for number in range(BAD):
        name, value = BAD_VALUES[number % len(BAD_VALUES)]
        desk, spot = next(cell for cell in cells if cell[1][1] == name)
        cells.remove((desk, spot))
        desk.offline.fill(spot[0], **{name: value})
        desk.bad.add(spot)


def move_on(desks: list[Desk], period: ReportingPeriod, random: Random) -> None:
    """Meanwhile in the system: forty of the edited texts say something else, and texts nobody edited do too."""
    edited = [
        (desk, spot) for desk in desks for spot in desk.edited if spot[1] in ("progress", "problems", "next_steps")
    ]
    untouched = [(desk, spot) for desk in desks for spot in desk.base if spot[1] == "fall_reason"]
    free = [(desk, spot) for desk, spot in untouched if spot not in desk.edited and spot not in desk.bad]
    for desk, spot in random.sample(edited, CONFLICTS) + random.sample(free, 15):
        (line,) = lines(desk.reporter, period, [spot[0]])
        text = f"网页上另改 {random.random()}"
        version = line.report.version if line.report else None
        changed = line.content | {spot[1]: text}
        save_draft(desk.reporter, duty=line.duty, period=period, content=changed, version=version, now=NOW)
        if spot in desk.edited:
            desk.conflicts[spot] = text


def upset(desks: list[Desk], period: ReportingPeriod, random: Random) -> None:
    for number, desk in enumerate(desks):
        desk.offline.rearrange(random, f"改名{number}")
    for number in range(FOREIGN):
        desk, other_desk = desks[number], desks[-1 - number]
        row_id = marks.row_id(period.pk, other_desk.duties[0]) if number % 2 else None
        if number % 2 and other_desk.duties[0] in desk.duties:
            row_id = None
        row = desk.offline.add_foreign_row({"code": "1-1", "progress": "别处的行"}, row_id)
        desk.foreign.add((desk.offline.sheet.title, row))


def save(desks: list[Desk], folder: Path) -> None:
    """Every second one is opened and saved by LibreOffice, all in one run."""
    program = shutil.which("soffice")
    assert program, "没有找到 LibreOffice。请先运行 make prerequisites，它会安装或说明如何安装。"
    paths = {}
    for number, desk in enumerate(desks):
        desk.data = desk.offline.saved()
        if number % 2:
            paths[number] = folder / f"{number}.xlsx"
            paths[number].write_bytes(desk.data)
    command = [program, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to", "xlsx"]
    env = {**os.environ, "LANG": "zh_CN.UTF-8", "HOME": str(folder)}
    out = ["--outdir", str(folder / "out"), *map(str, paths.values())]
    subprocess.run(command + out, env=env, check=True, capture_output=True, timeout=180)
    for number, path in paths.items():
        desks[number].data = (folder / "out" / path.name).read_bytes()


def found(desk: Desk, difference: Difference, kind: Kind) -> dict[Spot, tuple[str, str]]:
    return {(one.duty, one.cell.field): (one.cell.sheet, one.cell.address) for one in difference.of(kind)}


def expected(desk: Desk, spots) -> dict[Spot, tuple[str, str]]:
    return {spot: (desk.offline.sheet.title, desk.offline.address(*spot)) for spot in spots}


def assert_every_cell_is_judged_right(desk: Desk, difference: Difference) -> None:
    """Each with sheet and address as the office shows them; the numbers add up to every cell in the file."""
    plain = desk.edited.keys() - desk.conflicts.keys()
    assert found(desk, difference, Kind.CHANGED) == expected(desk, plain)
    assert found(desk, difference, Kind.CONFLICT) == expected(desk, desk.conflicts)
    assert found(desk, difference, Kind.REFUSED) == expected(desk, desk.bad)
    assert all(one.reason for one in difference.of(Kind.REFUSED))
    assert {(one.sheet, one.number) for one in difference.returned.strays} == desk.foreign
    assert {(one.duty, one.cell.field): one.base for one in difference.verdicts} == {
        spot: desk.base[spot] for spot in desk.edited.keys() | desk.bad
    }
    counts = difference.tally.counts
    assert counts[Kind.UNCHANGED] == len(desk.base) - len(desk.edited) - len(desk.bad)
    assert difference.tally.total == len(desk.base) + len(desk.foreign)


def decide(desk: Desk, difference: Difference, random: Random) -> dict[str, str]:
    """Every change is written; each conflict goes one way or the other."""
    choices = {f"pick-{one.key}": "theirs" for one in difference.of(Kind.CHANGED)}
    for one in difference.of(Kind.CONFLICT):
        choices[f"pick-{one.key}"] = random.choice(["ours", "theirs"])
        if choices[f"pick-{one.key}"] == "ours":
            desk.edited[one.duty, one.cell.field] = desk.conflicts[one.duty, one.cell.field]
    return choices


def test_no_cell_is_wrong_and_every_doubtful_one_is_listed(loaded_plan: Plan, tmp_path: Path) -> None:
    random = Random(20261009)
    period = make_period(loaded_plan)
    desks = desks_of(loaded_plan, period, random)
    fill_in(desks, random)
    move_on(desks, period, random)
    upset(desks, period, random)
    save(desks, tmp_path)
    before = {desk.unit.pk: state(desk, period) for desk in desks}
    kept = ProgressReport.objects.count()
    for desk in desks:
        client = client_of(desk.reporter)
        answer = client.post("/reports/uploads/", {"files": SimpleUploadedFile("回来.xlsx", desk.data)})
        upload = Upload.objects.get(owner=desk.reporter)
        assert answer.headers["Location"] == f"/reports/uploads/{upload.pk}/"
        difference = brought(desk.reporter, desk.data)
        assert_every_cell_is_judged_right(desk, difference)
        assert (state(desk, period), ProgressReport.objects.count()) == (before[desk.unit.pk], kept)
        choices = decide(desk, difference, random)
        answer = client.post(f"/reports/uploads/{upload.pk}/", {"do": "apply", "seen": difference.digest, **choices})
        assert (answer.status_code, ChangeSet.objects.filter(applied_by=desk.reporter).count()) == (302, 1)
        assert state(desk, period) == before[desk.unit.pk] | desk.edited
        kept = ProgressReport.objects.count()
    assert sum(len(desk.edited) for desk in desks) == EDITS
    assert sum(len(desk.conflicts) for desk in desks) == CONFLICTS
    assert sum(len(desk.bad) for desk in desks) == BAD
