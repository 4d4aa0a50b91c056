"""Lines of the workbench's lists. See `dashboard_drawn`."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from django import template
from django.template.context import Context
from django.template.defaultfilters import linebreaksbr
from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.safestring import SafeString

from tasks.choices import ReportState
from tasks.queries.workbench import Row
from tasks.queries.workbench_rows import ReportFacts, ReturnFacts
from tasks.templatetags.dashboard_drawn import measures_of, reports
from tasks.views.report_rows import Tag
from tasks.views.workbench import Day, Line, Listed
from units.choices import Role

register = template.Library()


def moment(at: datetime.datetime) -> str:
    local = timezone.localtime(at)
    shown = f"{local.month:02}-{local.day:02} {local.hour:02}:{local.minute:02}"
    return f'<time datetime="{local.isoformat()}">{shown}</time>'


def named(on: datetime.date) -> str:
    return f"{on.month}月{on.day}日"


@dataclass
class Lines:
    """What all lines of a page share: whether each names its unit and its period, the token of its form, and the day."""

    names_unit: bool
    names_period: bool
    token: str
    reports: str
    today: datetime.date

    @classmethod
    def of(cls, context: Context) -> "Lines":
        names_unit, today = context["user"].role == Role.OFFICE, context["bench"].today
        return cls(names_unit, not context["only"], str(context["csrf_token"]), reports(), today)

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
            f'<input type="hidden" name="csrfmiddlewaretoken" value="{self.token}">'
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


@register.simple_tag(takes_context=True)
def work_lines(context: Context, lines: Iterable[Line], verb: str) -> SafeString:
    page, measures = Lines.of(context), {}
    return SafeString("".join([page.drawn(line, verb, measures) for line in lines]))


@register.simple_tag(takes_context=True)
def handed_in_rows(context: Context, lines: Iterable[Line]) -> SafeString:
    page = Lines.of(context)
    return SafeString("".join([page.handed_in(line) for line in lines]))


@register.simple_tag
def list_pages(listed: Listed) -> SafeString:
    """Which part of a list this is, and the way on and back; nothing where it is all of it."""
    page, name = listed.page, listed.name
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
        f"共 {listed.count} 项</span>{links}</nav>"
    )


@register.simple_tag
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
