"""Lines of a dashboard that are no table (what is not handed in, matters to decide, lights that turned), and those of a unit's
page. See `dashboard_drawn`.
"""

import datetime
from collections.abc import Iterable
from html import escape

from django import template
from django.utils.safestring import SafeString

from tasks.choices import FilingState
from tasks.models import Plan
from tasks.queries.coordination import Matter
from tasks.queries.measures import MeasureLine
from tasks.queries.work_lists import Unwritten
from tasks.templatetags.dashboard_drawn import address, measures_of, reports
from tasks.views.dashboard_rows import MatterRow, TurnRow
from units.models import Unit

register = template.Library()

PAST = '　<span class="tag due-over"><svg class="ic" aria-hidden="true"><use href="#i-over"/></svg>已过</span>'


@register.simple_tag
def unwritten_rows(rows: Iterable[Unwritten], plan: Plan) -> SafeString:
    url = measures_of(plan)
    return SafeString(
        "".join(
            [
                f'<tr role="row"><th role="rowheader" scope="row"><a href="{url}{row.code}/"><span class="num">{row.code}'
                f'</span> {escape(row.title)}</a></th><td role="cell" class="nowrap" data-l="状态"><span>'
                f"{FilingState(row.state).label}</span></td></tr>"
                for row in rows
            ]
        )
    )


@register.simple_tag
def matters_drawn(rows: Iterable[MatterRow], plan: Plan, today: datetime.date) -> SafeString:
    urls = measures_of(plan), reports()
    return SafeString("".join([matter_drawn(row.matter, *urls, row.instruct, today) for row in rows]))


def matter_drawn(matter: Matter, measures: str, reports: str, instruct: str, today: datetime.date) -> str:
    code, unit = matter.code, escape(matter.unit)
    problems = f"<dt>问题</dt><dd>{escape(matter.problems)}</dd>" if matter.problems else ""
    until = ""
    if matter.due_on is not None:
        day = f"{matter.due_on.month}月{matter.due_on.day}日"
        until = f'　<span class="strong nowrap">最迟 {day}</span>{PAST if matter.due_on < today else ""}'
    report = f"{reports}{matter.duty}/{matter.period}/"
    instruction = (
        f'　<a class="no-print strong nowrap" href="{escape(instruct)}">批示交办'
        f'<span class="visually-hidden">：{code} {unit}</span></a>'
        if instruct
        else ""
    )
    return (
        f'<li><div><a class="strong" href="{measures}{code}/">{escape(matter.title)}</a>　'
        f'<span class="muted num nowrap">举措 {code}</span><dl>{problems}'
        f"<dt>诉求</dt><dd>{escape(matter.request)}</dd>"
        f"<dt>请谁</dt><dd>{escape(matter.asked)}{until}</dd>"
        f'<dt>提出</dt><dd>{unit}　<a class="nowrap" href="{report}">{escape(matter.label)}填报'
        f'<span class="visually-hidden"> {code} {unit}</span></a>{instruction}</dd></dl></div></li>'
    )


def turn_rows(rows: Iterable[TurnRow], plan: Plan) -> SafeString:
    url = measures_of(plan)
    return SafeString("".join([turn_drawn(row, url) for row in rows]))


def turn_drawn(row: TurnRow, url: str) -> str:
    links = "、".join(
        [
            f'<a href="{url}{turn.code}/"><span class="num">{turn.code}</span>'
            f"{f' {escape(turn.title)}' if row.before else ''}</a>"
            for turn in row.turns
        ]
    )
    moved = f'　<span class="nowrap">{row.before} → <strong>{row.after}</strong></span>' if row.before else ""
    rest = f"{' 等，' if row.turns else ''}另有 {row.rest} 项" if row.rest else ""
    return f'<li><span class="{row.css}">{row.label}</span><span>{links}{moved}{rest}</span></li>'


def duty_rows(lines: Iterable[MeasureLine], unit: Unit, plan: Plan) -> SafeString:
    """What a unit has to do; where a group brought it in, that is said."""
    measures, tasks = measures_of(plan), address("task", plan.slug, 0).removesuffix("0/")
    return SafeString("".join([duty_row(line, unit.slug, measures, tasks) for line in lines]))


def duty_row(line: MeasureLine, unit: str, measures: str, tasks: str) -> str:
    groups = [duty.group_name for duty in line.duties if duty.slug == unit and duty.group_name]
    through = "".join([f' <small class="muted">随{escape(group)}承担</small>' for group in groups])
    return (
        f'<tr role="row"><th role="rowheader" scope="row" class="code num"><a href="{measures}{line.code}/">{line.code}</a>'
        f'</th><td role="cell">{escape(line.text)}</td><td role="cell" data-l="主要任务"><a href="{tasks}{line.number}/">'
        f'{line.number} {escape(line.title)}</a></td><td role="cell" data-l="责任单位"><span>'
        f"{escape(line.responsibility_text)}{through}</span></td></tr>\n"
    )
