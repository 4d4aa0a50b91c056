"""The course of a measure as staff see it, and as an outsider does: what the measure page takes in."""

import datetime
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.utils import timezone

from tasks.choices import Stage
from tasks.models import Duty, Instruction, Measure
from tasks.queries import instructions, public
from tasks.queries.timeline import PERIODS_SHOWN, Course, PeriodTold, Told, course
from tasks.views.changes import Changed, Comparison, compare, words, words_before
from tasks.views.instruction_rows import instruction_line
from tasks.views.light_tags import STAGE_TAGS
from tasks.views.lights import shown
from units.models import User
from units.permissions import Permission, may

FIGURES = ("研判", "完成率")  # on one line; texts stand below


class Entry(NamedTuple):
    """One report of the timeline: figures, then the texts that changed, then what did not."""

    told: Told
    figures: list[Changed]
    texts: list[Changed]
    comparison: Comparison


class Block(NamedTuple):
    told: PeriodTold
    entries: list[Entry]


def measure_course(request: HttpRequest, measure: Measure, duties: list[Duty]) -> dict[str, Any]:
    """What of a measure's reports this reader is shown: the course for staff, published progress for all others."""
    if not may(request.user, Permission.SEE_STAFF_NOTES):
        return {"public_progress": public.progress_of(measure)}
    today = timezone.localdate()
    found = course(measure, duties, request.user, today, None if request.GET.get("all") else PERIODS_SHOWN)
    return {
        "course": found,
        "blocks": [Block(told, [entry(one) for one in told.reports]) for told in found.periods],
        "stage_tag": STAGE_TAGS[found.stage],
        "shown": shown(measure, today, found.stage),
        "instructions": [instruction_line(one, today) for one in told_of(request.user, measure)],
        **closing_links(request, measure, duties, found, today),
    }


def told_of(user: User, measure: Measure) -> Iterable[Instruction]:
    return instructions.of_measure(measure.pk, user) if may(user, Permission.SEE_INSTRUCTIONS) else ()


def entry(told: Told) -> Entry:
    comparison = compare(words_before(told.report, told.before), words(told.report))
    figures = [row for row in comparison.rows if row.label in FIGURES]
    texts = [row for row in comparison.rows if row.label not in FIGURES]
    return Entry(told, figures, texts, comparison)


def closing_links(
    request: HttpRequest, measure: Measure, duties: Sequence[Duty], found: Course, today: datetime.date
) -> dict[str, Any]:
    """Which doors are open to this person: to claim, to ask for time, to set, to reopen."""
    own = may(request.user, Permission.CLAIM_CLOSING) and any(duty.unit_id == request.user.unit_id for duty in duties)
    granted = next((one for one in found.claims if one.is_in_force), None)
    is_running = found.stage not in (Stage.COMPLETED, Stage.CANCELLED)
    return {
        "may_claim": own and is_running,
        "may_extend": own and is_running and measure.due_on is not None and not measure.is_past(today),
        "may_set": may(request.user, Permission.SET_DUE_DATES),
        "granted": granted,
        "may_reopen": granted is not None and may(request.user, Permission.DECIDE_CLOSING),
    }
