"""The lists of a dashboard that only a verb can change: lights that turned, what is red, what disagrees, what was moved."""

import datetime
from functools import partial
from typing import NamedTuple

from django.utils.safestring import SafeString

from tasks.queries.attention import Attention, attention
from tasks.queries.dashboard import Dashboard
from tasks.queries.states import keeping, once
from tasks.queries.turns import turns
from tasks.templatetags.dashboard_drawn import disagreeing_rows, moved_rows, red_rows
from tasks.templatetags.rows_drawn import turn_rows
from tasks.views.dashboard_rows import ShownTurns, shown_turns

kept = keeping(64)  # of the plan, of each unit; twenty kilobytes each


class Lists(NamedTuple):
    """What stands on each, and its rows drawn."""

    turns: ShownTurns
    attention: Attention
    turned: SafeString
    red: SafeString
    disagreeing: SafeString
    moved: SafeString


def lists(board: Dashboard) -> Lists:
    """`board.plan` is a `plan_as_seen_by`: lights are told that turned since then, or since the last period was frozen."""
    since = board.plan.looked_at or (board.frozen[-1].period.frozen_at if board.frozen else None)
    question = (board.plan.pk, board.bucket, since, *(period.pk for period in board.periods))
    return once(board.state, question, partial(drawn, board, since), kept)


def drawn(board: Dashboard, since: datetime.datetime | None) -> Lists:
    plan, turned = board.plan, shown_turns(turns(board.present, since, board.unit))
    found = attention(board.present, board.periods, board.unit)
    return Lists(
        turned,
        found,
        turn_rows(turned.rows, plan),
        red_rows(found.red, plan, board.today),
        disagreeing_rows(found.disagreeing, plan),
        moved_rows(found.moved, plan),
    )
