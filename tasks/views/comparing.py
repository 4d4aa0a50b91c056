"""Two periods side by side: what changed, measure by measure, with the changes marked."""

import datetime
from collections.abc import Iterable
from html import escape
from typing import Any, NamedTuple

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tasks.choices import DutyRole, ReportState, Stage
from tasks.lights import DEADLINE_WORDS, PROGRESS_WORDS
from tasks.models import Plan, ProgressReport, ReportingPeriod
from tasks.permissions import visible_reports
from tasks.postgres import REPORT_TEXTS
from tasks.queries.basis import Basis, Now, Then
from tasks.queries.comparing import ADDED, KINDS, NOW, Compared, Pair, side_key
from tasks.queries.filing import NEED_NO_REPORT
from tasks.queries.ledger_lines import LedgerLine
from tasks.queries.reports import frozen_periods
from tasks.queries.states import keeping, once
from tasks.queries.told import Told
from tasks.templatetags.changes import marked
from tasks.templatetags.dashboard_drawn import measures_of
from tasks.textdiff import Piece, text_diff
from tasks.views.changes import Changed, gave_way
from tasks.views.light_tags import Quick
from units.models import User
from units.permissions import Permission, require

PER_PAGE = 25
LABELS = {name: str(ProgressReport._meta.get_field(name).verbose_name) for name in REPORT_TEXTS}


class Sides(NamedTuple):
    before: Basis
    after: Basis


class Block(NamedTuple):
    """One measure and what changed of it."""

    line: LedgerLine
    kinds: list[str]
    rows: list[Changed]


kept = keeping(64)  # pages of what changed, a hundred kilobytes each


@login_required
@never_cache
@require_safe
def compare(request: HttpRequest, slug: str) -> HttpResponse:
    require(request.user, Permission.SEE_STAFF_NOTES)
    plan = get_object_or_404(Plan, slug=slug)
    periods = frozen_periods(plan.pk)
    problems: list[str] = []
    sides = sides_asked(plan, periods, request, problems)
    context: dict[str, Any] = {"plan": plan, "periods": periods, "problems": problems, "now": NOW}
    if sides is not None:
        context |= compared(request, sides, problems)
    return render(request, "tasks/ledger/compare.html", context)


def sides_asked(plan: Plan, periods: list[ReportingPeriod], request: HttpRequest, problems: list[str]) -> Sides | None:
    """What `from` and `to` ask for; by default the newest frozen period and the present. None where nothing is frozen."""
    if not periods:
        return None
    today, known = timezone.localdate(), {str(period.pk): period for period in periods}

    def side(name: str, label: str, usual: str) -> Basis:
        asked = request.GET.get(name) or usual
        if asked == NOW:
            return Now(plan, today)
        if asked not in known:
            problems.append(f"{label}：没有这个期次，或者它还没有冻结，现在改用默认的一期。")
            return side_of(plan, known, usual, today)
        return Then(plan, known[asked])

    return Sides(side("from", "从", str(periods[0].pk)), side("to", "到", NOW))


def side_of(plan: Plan, known: dict[str, ReportingPeriod], asked: str, today: datetime.date) -> Basis:
    return Now(plan, today) if asked == NOW else Then(plan, known[asked])


def compared(request: HttpRequest, sides: Sides, problems: list[str]) -> dict[str, Any]:
    found = Compared(*sides)
    counts = found.changes.counts
    kind = request.GET.get("kind", "")
    if kind and kind not in KINDS:
        problems.append(f"变化：没有“{kind}”这一种，现在显示全部变化。")
        kind = ""
    keys = found.of_kind(kind)
    page = Paginator(keys, PER_PAGE).get_page(request.GET.get("page"))
    params = QueryDict(mutable=True)
    params.update({"from": side_key(sides.before), "to": side_key(sides.after)})
    return {
        "sides": sides,
        "params": params,
        "kind": kind,
        "kind_words": KINDS.get(kind, ""),
        "quick": [Quick(words, counts[one], one, one == kind) for one, words in KINDS.items() if counts[one]],
        "changed": len(found.changes.keys),
        "page": page,
        "blocks": blocks(found, request.user, list(page.object_list)),
    }


def blocks(found: Compared, user: User, keys: list[int]) -> SafeString:
    """Drawn once in each state for all who see the same reports: it is approved ones that are compared."""
    plan, question = found.after.plan, (found.after.plan.pk, visible_reports(user), *keys)
    return once(found.state, question, lambda: drawn(map(block, found.pairs(user, keys)), plan), kept)


def drawn(found: Iterable[Block], plan: Plan) -> SafeString:
    """A section for each measure, with a row for each thing that changed."""
    measures = measures_of(plan)
    return SafeString("".join([section(one, f"{measures}{one.line.code}/") for one in found]))


def section(one: Block, url: str) -> str:
    code, rows = one.line.code, "".join([changed(row) for row in one.rows])
    return (
        f'<section class="compared" aria-labelledby="m{code}"><h2 id="m{code}"><a href="{url}">{code}</a> '
        f'<span>{escape(one.line.text)}</span></h2>\n<p class="small muted">{"、".join(one.kinds)}</p>\n'
        f'<table class="table tight why-table"><tbody>{rows}</tbody></table></section>\n'
    )


def changed(row: Changed) -> str:
    text = marked(row.pieces, row.arrow)
    return f'<tr><th scope="row">{escape(row.label)}</th><td><span class="text">{text}</span></td></tr>'


def block(pair: Pair) -> Block:
    before, after = pair.before, pair.after
    if before is None or after is None:
        line = after or before
        assert line is not None  # one of them is there, or the measure would not be in the comparison
        mark = "added" if ADDED in pair.kinds else "removed"
        return Block(line, [KINDS[kind] for kind in pair.kinds], [Changed("具体举措", [(mark, line.text)], False)])
    rows = [*states(pair.kinds, before, after), *texts(pair.kinds, before, after)]
    return Block(after, [KINDS[kind] for kind in pair.kinds], rows)


def states(kinds: list[str], before: LedgerLine, after: LedgerLine) -> Iterable[Changed]:
    """Values that gave way as a whole."""
    if "progress" in kinds:
        yield gave_way("进度灯", *(PROGRESS_WORDS.get(line.standing.progress_light, "") for line in (before, after)))
    if "deadline" in kinds:
        yield gave_way("时限灯", *(DEADLINE_WORDS.get(line.standing.deadline_light, "") for line in (before, after)))
    if "stage" in kinds:
        yield gave_way("阶段", *(str(Stage(line.standing.stage).label) for line in (before, after)))
    if "percent" in kinds:
        yield gave_way("完成率", *(percent(line) for line in (before, after)))
    if "dates" in kinds:
        yield from dates(before, after)
    if "units" in kinds:
        yield Changed("责任单位", units(before, after), False)


def percent(line: LedgerLine) -> str:
    return "" if line.standing.percent is None else f"{line.standing.percent}%"


def dates(before: LedgerLine, after: LedgerLine) -> Iterable[Changed]:
    if before.starts_on != after.starts_on:
        yield gave_way("开始日期", day(before.starts_on), day(after.starts_on))
    if due(before) != due(after):
        yield gave_way("完成时限", due(before), due(after))


def day(value: datetime.date | None) -> str:
    return f"{value:%Y-%m-%d}" if value else "未设定"


def due(line: LedgerLine) -> str:
    return "长期坚持" if line.is_ongoing else day(line.due_on)


def units(before: LedgerLine, after: LedgerLine) -> list[Piece]:
    """Who went, who came; a changed role is both."""
    old, new = ([(DutyRole(duty.role).label, duty.name) for duty in line.duties] for line in (before, after))
    gone = [f"{role} {name}" for role, name in old if (role, name) not in new]
    come = [f"{role} {name}" for role, name in new if (role, name) not in old]
    pieces: list[Piece] = [("removed", "、".join(gone))] if gone else []
    return [*pieces, *([("added", "、".join(come))] if come else [])]


def texts(kinds: list[str], before: LedgerLine, after: LedgerLine) -> Iterable[Changed]:
    if "text" in kinds:
        for label, name in (("具体举措", "text"), ("责任单位（原文）", "responsibility_text")):
            old, new = getattr(before, name), getattr(after, name)
            if old != new:
                yield Changed(label, text_diff(old, new), False)
    if "words" in kinds:
        yield from words(before, after)


def words(before: LedgerLine, after: LedgerLine) -> Iterable[Changed]:
    """Each unit's report, field by field."""
    old, new = approved(before), approved(after)
    for duty in dict.fromkeys([*new, *old]):
        if duty not in new and after.standing.stage in NEED_NO_REPORT:
            continue
        report = new.get(duty) or old[duty]
        for name in REPORT_TEXTS:
            then, now = (getattr(reports.get(duty), name, "") for reports in (old, new))
            if then != now:
                yield Changed(f"{report.unit}　{LABELS[name]}", text_diff(then, now), False)


def approved(line: LedgerLine) -> dict[int, Told]:
    return {report.duty_id: report for report in line.reports if report.state == ReportState.APPROVED}
