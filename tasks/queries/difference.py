"""A draft plan held against the plan as stored: the difference, in words, before anything changes.

A measure is recognised by its text, else by its place.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from tasks.allocation.corrections import Corrections
from tasks.allocation.table import DraftMeasure, DraftPlan
from tasks.choices import DutyRole
from tasks.models import MainTask, Measure, Plan
from units.choices import UnitKind
from units.models import Unit

TITLE, NEW_UNIT = "标题", "单位 "  # the subject of a change, or what it begins with


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the difference, in words for the person who decides.

    `before` and `after` are the whole of it, `at` the drafted measure it speaks of, which a removed one has not.
    """

    sign: str  # + added, - removed, ~ changed
    subject: str
    detail: str = ""
    before: str = ""
    after: str = ""
    at: "Placed | None" = field(default=None, compare=False)

    def __str__(self) -> str:
        return f"{self.sign} {self.subject}" + (f"：{self.detail}" if self.detail else "")


@dataclass
class Placed:
    """A drafted measure at its place, and the row it is recognised in, if any."""

    number: int
    order: int
    draft: DraftMeasure
    row: Measure | None = None

    @property
    def code(self) -> str:
        return f"{self.number}-{self.order}"


@dataclass
class Comparison:
    """A draft held against a plan as stored (or against nothing)."""

    slug: str
    draft: DraftPlan
    corrections: Corrections
    plan: Plan | None = None
    tasks: dict[int, MainTask] = field(default_factory=dict)
    placed: list[Placed] = field(default_factory=list)
    removed: list[Measure] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)


def compare(slug: str, draft: DraftPlan, corrections: Corrections) -> Comparison:
    """What storing this draft would change. Reads only, in as many queries however long the table."""
    found = Comparison(slug, draft, corrections, Plan.objects.filter(slug=slug).first())
    found.tasks = {task.number: task for task in MainTask.objects.filter(plan=found.plan).select_related("field")}
    rows = list(
        Measure.objects.filter(main_task__plan=found.plan)
        .select_related("main_task")
        .prefetch_related("duties__unit", "duties__via_group__unit")
    )
    found.placed = [
        Placed(task.number, order, measure)
        for task in draft.tasks
        for order, measure in enumerate(task.measures, start=1)
    ]
    found.removed = recognise(found.placed, rows)
    found.changes = [*title_changes(found), *unit_changes(draft), *task_changes(found), *measure_changes(found)]
    return found


def title_changes(found: Comparison) -> list[Change]:
    before, after = found.plan.title if found.plan else "", found.draft.title
    if found.plan is None or before == after:
        return []
    return [Change("~", TITLE, f"“{before}”改为“{after}”", before, after)]


def recognise(placed: list[Placed], rows: list[Measure]) -> list[Measure]:
    """Give every placed measure the row it is recognised in; return the rows that none claimed."""
    free = {row.pk: row for row in rows}

    def claim(item: Placed, candidates: Iterable[Measure]) -> None:
        if item.row is None and (row := next((row for row in candidates if row.pk in free), None)):
            item.row = free.pop(row.pk)

    by_place = {(row.main_task.number, row.order): row for row in rows}
    by_text: dict[str, list[Measure]] = {}
    for row in rows:
        by_text.setdefault(row.text, []).append(row)
    for item in placed:  # the same text at the same place, before the same text elsewhere, before the place alone
        here = by_place.get((item.number, item.order))
        claim(item, [here] if here is not None and here.text == item.draft.text else [])
    for item in placed:
        claim(item, by_text.get(item.draft.text, []))
    for item in placed:
        here = by_place.get((item.number, item.order))
        claim(item, [here] if here is not None else [])
    return list(free.values())


def unit_changes(draft: DraftPlan) -> list[Change]:
    known = set(Unit.objects.values_list("name", flat=True))
    return [
        Change("+", NEW_UNIT + name, f"类别按名称认定为{kind_of(name).label}，请核对")
        for name in draft.names
        if name not in known
    ]


def task_changes(found: Comparison) -> list[Change]:
    changes = []
    drafted = {task.number: task for task in found.draft.tasks}
    for number, task in drafted.items():
        row = found.tasks.get(number)
        if row is None:
            changes.append(Change("+", f"主要任务 {number}", task.title, after=task.title))
        elif row.title != task.title:
            said = f"“{row.title}”改为“{task.title}”"
            changes.append(Change("~", f"主要任务 {number}", said, row.title, task.title))
    gone = [row for number, row in found.tasks.items() if number not in drafted]
    return changes + [Change("-", f"主要任务 {row.number}", row.title, row.title) for row in gone]


def measure_changes(found: Comparison) -> list[Change]:
    changes = []
    for item in found.placed:
        text, statement = item.draft.text, item.draft.responsibility_text
        if item.row is None:
            said = f"{text[:30]}（职责 {len(item.draft.assignments)} 项）"
            changes.append(Change("+", f"举措 {item.code}", said, after=whole(text, statement), at=item))
            continue
        row = item.row
        if row.code != item.code:
            changes.append(Change("~", f"举措 {row.code}", f"移为 {item.code}", row.code, item.code, item))
        for subject, before, after in (
            ("文字", row.text, text),
            ("责任单位原文", row.responsibility_text, statement),
        ):
            if before != after:
                said = f"“{before}”改为“{after}”"
                changes.append(Change("~", f"举措 {item.code} 的{subject}", said, before, after, item))
        changes += duty_changes(item, row)
    return changes + [
        Change("-", f"举措 {row.code}", row.text[:30], whole(row.text, row.responsibility_text))
        for row in found.removed
    ]


def whole(text: str, statement: str) -> str:
    return f"{text}\n责任单位：{statement}" if statement else text


def duty_changes(item: Placed, row: Measure) -> list[Change]:
    stored = {duty.unit.name: duty for duty in row.duties.all()}
    subject, changes = f"举措 {item.code} 的职责", []
    for one in item.draft.assignments:
        duty = stored.pop(one.unit, None)
        wanted = in_words(one.role, one.via_group)
        after = f"{one.unit}（{wanted}）"
        if duty is None:
            changes.append(Change("+", subject, after, after=after, at=item))
        elif (present := in_words(duty.role, str(duty.via_group) if duty.via_group else None)) != wanted:
            said = f"{one.unit} 由{present}改为{wanted}"
            changes.append(Change("~", subject, said, f"{one.unit}（{present}）", after, item))
    return changes + [Change("-", subject, str(duty), str(duty), at=item) for duty in stored.values()]


def in_words(role: str, via_group: str | None) -> str:
    return DutyRole(role).label + (f"，随{via_group}" if via_group else "")


def kind_of(name: str) -> UnitKind:
    """A first guess for a unit never seen, shown to the person who imports."""
    if name.startswith(("各", "有关", "相关")) or name.endswith(("有关部门", "有关单位", "相关部门")):
        return UnitKind.GROUP
    if name.startswith("省委"):
        return UnitKind.PARTY
    if name.endswith(("市政府", "县政府", "区政府")):
        return UnitKind.CITY
    return UnitKind.PROVINCIAL if name.startswith("省") else UnitKind.CENTRAL
