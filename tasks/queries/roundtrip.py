"""A unit's rows as they leave in a workbook, and a returned workbook held against the system."""

import datetime
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tasks.choices import WRITABLE, Confidence, ReportState
from tasks.models import Duty, ProgressReport, ReportingPeriod
from tasks.permissions import sees, writes_for
from tasks.queries.content import opening
from tasks.queries.reports import last_approved_of_all, needs_no_report
from tasks.roundtrip import EDITABLE, Cell, Kind, Returned, Row, Tally, Verdict, judged
from tasks.sheettext import clean
from units.choices import UnitKind
from units.models import Unit, User

NO_UNIT = "没有这个单位，请在下拉列表中选择。"
NOT_YOURS = "这项职责不由您填报，不能写入。"
GONE = "这项职责已不在分工表中，不用再填报。"


class Line(NamedTuple):
    """A duty in a period, with the report that this person may see and the last approved one before it."""

    duty: Duty
    report: ProgressReport | None
    last: ProgressReport | None

    @property
    def content(self) -> dict[str, Any]:
        return opening(self.report, self.last)


def unit_lines(user: User, period: ReportingPeriod, unit: Unit) -> list[Line]:
    """One line for each duty of the unit that may be reported, in the order of the table. Three queries."""
    duties = Duty.objects.filter(unit=unit, measure__main_task__plan=period.plan_id).exclude(needs_no_report())
    return lines(user, period, duties.order_by("measure__main_task__number", "measure__order").values_list("pk"))


def lines(user: User, period: ReportingPeriod, keys: Iterable[Any]) -> list[Line]:
    known = Duty.objects.filter(pk__in=keys).select_related("unit", "measure__main_task")
    duties = list(known.order_by("measure__main_task__number", "measure__order"))
    reports = ProgressReport.objects.filter(period=period, duty__in=duties, corrects=None)
    found = {report.duty_id: report for report in reports.select_related("coordination_unit", "written_by")}
    last = last_approved_of_all([duty.pk for duty in duties], period)
    return [Line(duty, shown(user, duty, found.get(duty.pk)), last.get(duty.pk)) for duty in duties]


def shown(user: User, duty: Duty, report: ProgressReport | None) -> ProgressReport | None:
    """A draft is its unit's alone, in a workbook as on a page."""
    if report is None:
        return None
    report.duty = duty
    return report if sees(user, report) else None


def spelled(name: str, value: Any) -> str:
    """A field's value as the text under which it travels."""
    match value:
        case None:
            return ""
        case Unit():
            return value.name
        case datetime.date():
            return value.isoformat()
    return Confidence(value).label if name == "confidence" and value else clean(str(value))


@dataclass(slots=True)
class Standing:
    """Where a row of the file stands in the system: its line, and why nothing can be written there, if so."""

    line: Line | None
    refusal: str
    is_writer: bool = False


@dataclass(slots=True)
class Difference:
    """A returned workbook beside the system. The cells that are as they left are counted, not listed."""

    returned: Returned
    period: ReportingPeriod | None
    unit: Unit | None
    verdicts: list[Verdict] = field(default_factory=list)
    standings: dict[int, Standing] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)  # by key of a verdict: what would be written

    def of(self, kind: Kind) -> list[Verdict]:
        return [verdict for verdict in self.verdicts if verdict.kind == kind]

    @property
    def tally(self) -> Tally:
        tally = Tally()
        tally.counts[Kind.UNCHANGED] = self.returned.unchanged
        tally.counts[Kind.UNKNOWN] = sum(len(stray.cells) for stray in self.returned.strays)
        for verdict in self.verdicts:
            tally.counts[verdict.kind] += 1
        return tally

    @property
    def digest(self) -> str:
        """Tells whether anything that was shown has changed since."""
        said = [(v.key, v.kind, v.ours, v.cell.text, v.cell.address) for v in self.verdicts]
        said += [(str(duty), str(self.version(duty)), "", "", "") for duty in sorted(self.standings)]
        return hashlib.sha256(repr(said).encode("utf-8", "surrogatepass")).hexdigest()[:32]

    def version(self, duty: int) -> int | None:
        line = self.standings[duty].line
        return line.report.version if line and line.report else None


def compared(user: User, returned: Returned, today: datetime.date) -> Difference:
    """Each changed cell beside base and system. A constant number of queries, however many rows there are."""
    period = ReportingPeriod.objects.filter(pk=returned.period, plan=returned.plan).select_related("plan").first()
    unit = Unit.objects.filter(pk=returned.unit).first()
    difference = Difference(returned, period, unit)
    changed = [row for row in returned.rows if row.cells]
    if period is None or not changed:
        return difference
    known = {line.duty.pk: line for line in lines(user, period, [row.duty for row in changed])}
    units = units_by_name()
    for row in changed:
        standing = standing_of(user, period, known.get(row.duty), today)
        difference.standings[row.duty] = standing
        for cell in row.cells:
            put(difference, row, cell, standing, units)
    return difference


def units_to_ask() -> list[str]:
    """The names of every unit that can be asked to coordinate."""
    return list(Unit.objects.exclude(kind=UnitKind.GROUP).values_list("name", flat=True))


def units_by_name() -> dict[str, Unit]:
    """Every unit that can be asked to coordinate, by its name and by a short name that only one bears."""
    units = list(Unit.objects.exclude(kind=UnitKind.GROUP))
    short: dict[str, list[Unit]] = {}
    for unit in units:
        short.setdefault(unit.short_name, []).append(unit)
    return {name: found[0] for name, found in short.items() if len(found) == 1} | {unit.name: unit for unit in units}


def standing_of(user: User, period: ReportingPeriod, line: Line | None, today: datetime.date) -> Standing:
    if line is None or line.duty.measure.main_task.plan_id != period.plan_id:
        return Standing(None, GONE)
    if not writes_for(user, line.duty):
        return Standing(line, NOT_YOURS)
    return Standing(line, closed(period, line.report, today), is_writer=True)


def closed(period: ReportingPeriod, report: ProgressReport | None, today: datetime.date) -> str:
    if period.is_frozen:
        return f"{period}已冻结，不再接受填报。"
    if today < period.opens_on:
        return f"{period}自 {period.opens_on} 起开放填报，请到时再填。"
    if report is None or report.state in WRITABLE:
        return ""
    if report.state == ReportState.APPROVED:
        return "这份填报已通过，不能修改。"
    return f"这份填报已提交（{report.get_state_display()}），撤回后才能修改。"


def put(difference: Difference, row: Row, cell: Cell, standing: Standing, units: Mapping[str, Unit]) -> None:
    """Judge one changed cell and list it, or count it where nothing is asked."""
    base, line = difference.returned.bases[row.duty], standing.line
    code = base.texts["code"]
    if cell.field not in EDITABLE:
        before = base.texts[cell.field]
        difference.verdicts.append(Verdict(Kind.REFUSED, row.duty, code, cell, before, before, cell.problem))
        return
    ours = spelled(cell.field, line.content[cell.field]) if line and standing.is_writer else ""
    value, problem = valued(cell, units)
    was = base.texts[cell.field]
    if reason := standing.refusal or problem:
        verdict = Verdict(Kind.REFUSED, row.duty, code, cell, was, ours, reason)
    else:
        theirs = spelled(cell.field, value)
        verdict = Verdict(judged(was, ours, theirs), row.duty, code, cell, was, ours)
    difference.verdicts.append(verdict)
    difference.values[verdict.key] = value


def valued(cell: Cell, units: Mapping[str, Unit]) -> tuple[Any, str]:
    """What a cell's text means for its field, or why it means nothing."""
    if cell.problem:
        return None, cell.problem
    match cell.field:
        case "percent_complete":
            return (int(cell.text) if cell.text else None), ""
        case "confidence":
            return next((one.value for one in Confidence if one.label == cell.text), ""), ""
        case "coordination_due_on":
            return (datetime.date.fromisoformat(cell.text) if cell.text else None), ""
        case "coordination_unit":
            unit = units.get(cell.text)
            return unit, "" if unit or not cell.text else NO_UNIT
    return cell.text, ""
