"""What has been found, kept in each process for as long as the plan stands as it stood then.

The state names everything that lights, texts, dates, duties and approved reports can differ in: the edition turns with every
writing of the table (`tasks.triggers`), the turn of the plan's summary with every verb that approves a report, decides on a
measure or answers what one asks. Reports that are not approved yet change any moment: with them goes the end of the audit trail.
"""

import datetime
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any, TypeVar

from django.db.models import QuerySet

from tasks.models import MeasureStanding, StandingSummary
from tasks.queries.basis import Basis
from tasks.queries.edition import public_edition
from units.models import AuditHead
from units.prepared import prepared, prepared_by_key

KEPT = 32  # answers of a kind; the changes of 79,000 measures take 1.4 megabytes
FEW = 200  # measures that are looked at again one by one: more are found anew with all others
Answer = TypeVar("Answer")
State = tuple[Hashable, ...]
Question = tuple[Hashable, ...]


def state_of_plan(plan: int) -> State | None:
    """None where nothing is kept of the plan, and so nothing says that it has changed. Two queries."""
    turned = summary_turn(plan)
    return (public_edition(), *turned[0]) if turned else None


def state_of(*bases: Basis) -> State | None:
    """Of bases of one plan; None also where lights are judged as they are read, and may differ with each reading."""
    state = state_of_plan(bases[0].plan.pk)
    return None if state is None or any(basis.state is None for basis in bases) else (*state, *map(name_of, bases))


def state_of_rows(basis: Basis, edition: str | None) -> State | None:
    """What a ledger's rows can differ in, their reports apart: a draft changes nothing else. The edition is asked before."""
    return None if basis.state is None else (edition, *basis.state, name_of(basis))


def state_of_public(edition: str | None) -> State | None:
    """Of all that an outsider may see. The edition is asked before; None where nothing was written yet."""
    return None if edition is None else (edition,)


def with_trail(state: State | None) -> State | None:
    """And what anybody writes in a report: nothing of it is written without an event in the audit trail. One query."""
    return None if state is None else (*state, next((number for (number,) in trail_ends()), 0))


def state_of_writing() -> State | None:
    """Of everything that anybody writes, in tables and in reports. Two queries."""
    return with_trail(state_of_public(public_edition()))


@prepared
def trail_ends() -> QuerySet[AuditHead]:
    return AuditHead.objects.order_by().values_list("number")


def name_of(basis: Basis) -> int | datetime.date:
    return basis.period.pk if basis.period else basis.day


@prepared
def summary_turn(plan: int) -> QuerySet[StandingSummary]:
    return StandingSummary.objects.filter(plan=plan, period=None).order_by().values_list("pk", "turn")


@dataclass(unsafe_hash=True)
class Asked:
    """Two are the same if they ask the same question in the same state."""

    question: Question
    state: State
    find: Callable[[], Any] | None = field(compare=False)

    def answer(self) -> Any:
        """Asked once, it lets go of what it was found with: the question stays as long as its answer."""
        assert self.find is not None
        find, self.find = self.find, None
        return find()


def keeping(most: int) -> Callable[[Asked], Any]:
    """Where answers of a kind are kept, so that many small ones do not push out one that took long."""
    return lru_cache(maxsize=most)(Asked.answer)


readings = keeping(KEPT)  # of a whole plan


def once(
    state: State | None,
    question: Question,
    find: Callable[[], Answer],
    kept: Callable[[Asked], Any] = readings,
) -> Answer:
    """What `find` finds, looked for once in each state. The state is read first: what is found while it turns is kept under
    one that nobody will ask for.
    """
    return find() if state is None else kept(Asked(question, state, find))


@dataclass
class Latest:
    """What was found last, and the key of the newest standing there was before."""

    known: tuple[Any, int] = (None, 0)


latest = keeping(KEPT)


def followed(
    plan: int,
    state: State | None,
    question: Question,
    find: Callable[[], Answer],
    mend: Callable[[Answer, list[int]], Answer],
) -> Answer:
    """`once` in a `state_of`. Where only the turn of the summary has gone on since the last answer, `mend` makes the next one of
    it by looking again at few measures, given by their keys.

    These are known: a verb that turns the summary writes the standings of its measures anew, under keys that were never there.
    """
    if state is None:
        return find()
    edition, summary, _, *names = state
    last = once((edition, summary, *names), question, Latest, latest)
    return once(state, question, partial(brought_up, plan, last, find, mend))


def brought_up(
    plan: int, last: Latest, find: Callable[[], Answer], mend: Callable[[Answer, list[int]], Answer]
) -> Answer:
    """What is judged while we look is looked at again next time. `last` is read and written whole, as others do so too."""
    before, mark = last.known
    judged = judged_since(plan, mark)
    answer = find() if before is None or len(judged) > FEW else mend(before, [measure for _, measure in judged])
    last.known = (answer, judged[0][0] if judged else mark)
    return answer


@prepared_by_key
def judged_since(plan: int, mark: int) -> QuerySet[MeasureStanding]:
    """Key of the standing and of its measure, the newest first; one more than `FEW` at most."""
    rows = MeasureStanding.objects.filter(plan=plan, pk__gt=mark).order_by("-pk")
    return rows.values_list("pk", "measure_id")[: FEW + 1]
