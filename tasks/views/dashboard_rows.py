"""Lines of a dashboard as shown: matters to decide, lights that turned, what waits for the Office."""

import datetime
from collections.abc import Iterable
from typing import NamedTuple

from django.urls import reverse

from tasks.lights import PROGRESS_WORDS
from tasks.models import Plan
from tasks.queries import instructions
from tasks.queries.coordination import Matter
from tasks.queries.turns import Turn, Turns
from tasks.views.addresses import instruction_url
from tasks.views.review_tabs import tabs
from units.models import User
from units.permissions import Permission, may

SINGLES, CODES = 8, 20  # of one kind told in lines of their own, or together in one


class MatterRow(NamedTuple):
    """`instruct` is where a leader answers with a 批示; empty for everybody else."""

    matter: Matter
    instruct: str


def matter_rows(plan: Plan, matters: Iterable[Matter], user: User) -> list[MatterRow]:
    answers = may(user, Permission.GIVE_INSTRUCTIONS)
    return [MatterRow(one, instruction_url(plan, one.code, one.report) if answers else "") for one in matters]


class TurnRow(NamedTuple):
    """One line: a single measure with both words, or several measures of which the same is told."""

    label: str
    css: str
    turns: list[Turn]
    rest: int
    before: str = ""
    after: str = ""


SINGLE = {"worse": ("变差", "down"), "better": ("变好", "up")}
TOGETHER = {
    "completed": ("办结", "up"),
    "reported": ("报来", "up"),
    "unreported": ("新增未报", "down"),
    "other": ("其他", "flat"),
}


class ShownTurns(NamedTuple):
    found: Turns
    rows: list[TurnRow]


def shown_turns(found: Turns) -> ShownTurns:
    rows = []
    for kind, (label, css) in SINGLE.items():
        turned = found.by_kind[kind]
        rows += [TurnRow(label, css, [one], 0, *words(one)) for one in turned[:SINGLES]]
        if len(turned) > SINGLES:
            rows.append(TurnRow(label, css, turned[SINGLES:][:CODES], max(0, len(turned) - SINGLES - CODES)))
    for kind, (label, css) in TOGETHER.items():
        if turned := found.by_kind[kind]:
            rows.append(TurnRow(label, css, turned[:CODES], max(0, len(turned) - CODES)))
    return ShownTurns(found, rows)


def words(turn: Turn) -> tuple[str, str]:
    return PROGRESS_WORDS[turn.before], PROGRESS_WORDS[turn.after]  # type: ignore[index]


class Waiting(NamedTuple):
    label: str
    count: int
    url: str


def waiting(user: User, plan: Plan, today: datetime.date) -> list[Waiting]:
    """What waits for this person in the Office, each with its list. Two queries."""
    given = instructions.counts(instructions.instructions(plan, user), today)
    address = reverse("instructions", args=[plan.slug])
    return [
        *(Waiting(tab.label, tab.count, tab.url) for tab in tabs(user)),
        Waiting("办理中的批示", given.open, f"{address}?state=open"),
        Waiting("已反馈的批示", given.answered, f"{address}?state=answered"),
    ]
