"""The lines of the workbench's lists, drawn. See `dashboard_drawn`."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import NamedTuple

from django.core.paginator import Page
from django.template.defaultfilters import linebreaksbr
from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.safestring import SafeString

from tasks.choices import ReportState
from tasks.forms import UnchangedForm
from tasks.models import Measure
from tasks.queries.workbench import Row, Workbench
from tasks.queries.workbench_rows import DutyFacts, LastWord, ReportFacts, ReturnFacts
from tasks.templatetags.dashboard_drawn import measures_of, reports
from tasks.views.instruction_rows import due_tag
from tasks.views.report_rows import CONFIDENCE_TAGS, Tag
from units.choices import Role

BLANK = "u0-0-"  # begins the id of a field that stands for those of all rows
TOKEN = "<token>"  # stands for the one of each answer: no text from data has a bracket  # noqa: S105
STATE_TAGS = {
    ReportState.SUBMITTED: Tag("stage", "doing", "待初审，在本单位审核员处"),
    ReportState.FORWARDED: Tag("stage", "doing", "待复审，在督查专员处"),
    ReportState.APPROVED: Tag("stage", "done", "已通过"),
    ReportState.RETURNED: Tag("stage", "none", "已退回"),
    ReportState.DRAFT: Tag("stage", "none", "草稿"),
}

Refused = tuple[UnchangedForm, tuple[int, int]]


class Line(NamedTuple):
    """One row of a list as shown. `field` asks for 本期无变化 where that is possible; `form` is one that was refused."""

    row: Row
    last: LastWord | None
    deadline: Tag | None
    confidence: Tag | None
    state: Tag | None
    field: str
    form: UnchangedForm | None


class Day(NamedTuple):
    on: datetime.date
    what: str


def line(
    row: Row, last: Mapping[tuple[int, int], LastWord], today: datetime.date, blank: str, refused: Refused | None
) -> Line:
    """`blank` is the field of 本期无变化 as HTML, drawn once for all rows."""
    key = (row.duty.key, row.period.pk)
    before = last.get(key)
    field = SafeString(blank.replace(BLANK, f"u{key[0]}-{key[1]}-")) if before and row.report is None else ""
    form = refused[0] if refused and refused[1] == key else None
    return Line(
        row,
        before,
        deadline(row.duty, today),
        CONFIDENCE_TAGS.get(before.confidence) if before else None,
        STATE_TAGS[row.report.state] if row.report else None,
        str(form["change_expected_on"]) if form else field,
        form,
    )


def deadline(measure: Measure | DutyFacts, today: datetime.date) -> Tag | None:
    """时限 in words: past, near, far, or 长期坚持."""
    if measure.is_ongoing:
        return Tag("due-long", "long", "长期坚持")
    return due_tag(measure.due_on, today) if measure.due_on else None


def moment(at: datetime.datetime) -> str:
    local = timezone.localtime(at)
    shown = f"{local.month:02}-{local.day:02} {local.hour:02}:{local.minute:02}"
    return f'<time datetime="{local.isoformat()}">{shown}</time>'


def named(on: datetime.date) -> str:
    return f"{on.month}月{on.day}日"


@dataclass
class Lines:
    """What all lines of a page share: whether each names its unit and its period, and the day."""

    names_unit: bool
    names_period: bool
    today: datetime.date
    reports: str

    @classmethod
    def of(cls, bench: Workbench) -> "Lines":
        return cls(bench.user.role == Role.OFFICE, len(bench.periods) != 1, bench.today, reports())

    def listed(self, name: str, lines: Iterable[Line]) -> SafeString:
        if name == "submitted":
            return SafeString("".join(map(self.handed_in, lines)))
        verb, measures = "修改" if name == "returned" else "填报", dict[int, str]()
        return SafeString("".join([self.drawn(line, verb, measures) for line in lines]))

    def drawn(self, line: Line, verb: str, measures: dict[int, str]) -> str:
        row, duty = line.row, line.row.duty
        plan = row.period.plan_id
        if plan not in measures:
            measures[plan] = measures_of(row.period.plan)
        back = row.returned
        why = (
            f'<div class="why-back"><strong>退回理由：</strong>{linebreaksbr(back.remark, autoescape=True)}</div>'
            if back
            else ""
        )
        said = returned(back) if back else "".join(stands(line))
        return (
            f'<li><div><p class="t"><span class="code">{duty.code}</span>'
            f'<a href="{measures[plan]}{duty.code}/">{escape(duty.text)}</a></p>{why}'
            f'<p class="line">{self.whose(row)}{said}</p></div>'
            f'<div class="act">{self.acts(line, verb)}</div></li>'
        )

    def whose(self, row: Row) -> str:
        period = ""
        if self.names_period:
            closes = "已截止，补报" if row.period.due_on < self.today else "截止"
            period = f"<span>{escape(row.period.label)}，{row.period.due_on:%m-%d} {closes}</span>"
        return period + (f"<span>{escape(row.duty.unit)}</span>" if self.names_unit else "")

    def acts(self, line: Line, verb: str) -> str:
        row, duty = line.row, line.row.duty
        word = "查看" if row.is_handed_in else "继续填报" if row.report and not row.returned else verb
        look = "btn-primary" if duty.is_obliged else "btn-outline-primary"
        url = f"{self.reports}{duty.key}/{row.period.pk}/"
        return (
            f'<a class="btn btn-sm {look}" href="{url}">{word}<span class="visually-hidden"> {duty.code}</span></a>'
            f"{self.unchanged(line, url) if line.field else ''}"
        )

    def unchanged(self, line: Line, url: str) -> str:
        """本期无变化: a form that opens at its row."""
        code, key = line.row.duty.code, f"u{line.row.duty.key}-{line.row.period.pk}-change_expected_on"
        errors = line.form["change_expected_on"].errors if line.form else []
        error = f'<div class="invalid-feedback d-block" id="{key}_error">{escape(errors[0])}</div>' if errors else ""
        return (
            f'<details class="menu unchanged"{" open" if line.form else ""}>'
            f'<summary class="btn btn-outline-primary btn-sm">本期无变化<span class="visually-hidden"> {code}</span></summary>'
            f'<div class="dropdown-menu show p-3"><form method="post" novalidate action="{url}unchanged/">'
            f'<input type="hidden" name="csrfmiddlewaretoken" value="{TOKEN}">'
            f'<label class="form-label" for="{key}">预计何时有变化</label>{line.field}{error}'
            f'<p class="hint mt-1">年-月-日，晚于 {line.row.period.as_of}。上期内容原样提交。</p>'
            f'<button class="btn btn-primary btn-sm" type="submit">确认提交 {code}</button></form></div></details>'
        )

    def handed_in(self, line: Line) -> str:
        row, duty, report = line.row, line.row.duty, line.row.report
        assert report is not None
        assert report.submitted_at is not None
        assert line.state is not None
        unit = f'<small class="muted d-block">{escape(duty.unit)}</small>' if self.names_unit else ""
        period = f'<small class="muted d-block">{escape(row.period.label)}</small>' if self.names_period else ""
        marks = ' <span class="muted small">本期无变化</span>' if report.is_unchanged else ""
        marks += ' <span class="role">补报</span>' if report.is_late else ""
        return (
            f'<tr role="row"><td role="cell" class="num nowrap muted" data-l="编号"><span>{duty.code}</span></td>'
            f'<th role="rowheader" scope="row"><a class="mt" href="{self.reports}{duty.key}/{row.period.pk}/">'
            f"{escape(duty.text)}</a>{unit}{period}</th>"
            f'<td role="cell" class="num nowrap" data-l="提交">{moment(report.submitted_at)}</td>'
            f'<td role="cell" class="nowrap" data-l="审核">{line.state.drawn()}{marks}</td></tr>'
        )


def returned(back: ReturnFacts) -> str:
    until = f"<span>{named(back.mend_by)}前改好</span>" if back.mend_by else ""
    decided_on = timezone.localtime(back.decided_at)
    return f"<span>{named(decided_on)}退回</span><span>退回人：{escape(back.by)}</span>{until}"


def stands(line: Line) -> Iterable[str]:
    """How far the report is, and what was said last."""
    if line.state and line.row.report:
        yield f"<span>{begun(line.row.report, line.state)}</span>"
    if line.confidence:
        yield line.confidence.drawn()
    if line.deadline:
        yield line.deadline.drawn()
    if line.last is None:
        yield "<span>首次填报</span>"
    elif line.last.percent_complete is None:
        yield "<span>上期未填完成率</span>"
    else:
        yield f'<span>上期 <span class="num">{line.last.percent_complete}%</span></span>'


def begun(report: ReportFacts, state: Tag) -> str:
    return f"已存草稿 {moment(report.saved_at)}" if report.state == ReportState.DRAFT else state.text


def list_pages(name: str, page: Page) -> SafeString:
    """Which part of a list this is, and the way on and back; nothing where it is all of it."""
    if not page.has_other_pages():
        return SafeString("")
    ways = ((page.has_previous(), "prev", -1, "上一页"), (page.has_next(), "next", 1, "下一页"))
    links = "".join(
        [
            f'<a rel="{rel}" href="?{name}={page.number + step}#{name}">{words}</a>'
            for is_there, rel, step, words in ways
            if is_there
        ]
    )
    return SafeString(
        f'<nav class="pages line no-print mt-2" aria-label="{name} 分页"><span>第 {page.start_index()} 至 {page.end_index()} 项，'
        f"共 {page.paginator.count} 项</span>{links}</nav>"
    )


def date_rows(days: Iterable[Day]) -> SafeString:
    return SafeString(
        "".join(
            [
                f'<tr><th scope="row" class="num"><time datetime="{day.on}">{day.on:%m-%d}</time> '
                f"{WEEKDAYS_ABBR[day.on.weekday()]}</th><td>{escape(day.what)}</td></tr>"
                for day in days
            ]
        )
    )
