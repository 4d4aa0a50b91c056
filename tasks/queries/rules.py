"""判定规则: its versions, and which lights another version would change before anybody adopts it."""

import datetime
import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from tasks import lights
from tasks.lights import DEADLINE_WORDS, PROGRESS_WORDS, MeasureFacts, Rule
from tasks.models import LightRule, Measure, Plan
from tasks.queries.figures import in_parts
from tasks.queries.standing import facts_of, relevant_periods, rule_on


class Version(NamedTuple):
    """A version of the rule as listed. `row` is None for the first, which stands in no table."""

    rule: Rule
    row: LightRule | None
    is_in_force: bool


class Turn(NamedTuple):
    """A light of a measure that the other version would change. `kind`: 进度灯 or 时限灯."""

    plan: str
    number: int
    order: int
    kind: str
    before: str
    after: str

    @property
    def code(self) -> str:
        return f"{self.number}-{self.order}"


@dataclass(frozen=True, slots=True)
class Preview:
    """What a proposed version would change today, in every plan."""

    proposed: Rule
    measures: int
    turns: list[Turn]

    @property
    def counts(self) -> list[tuple[tuple[str, str, str], int]]:
        """How many lights go from what to what: ((kind, before, after), count)."""
        return sorted(Counter((turn.kind, turn.before, turn.after) for turn in self.turns).items())

    @property
    def fingerprint(self) -> str:
        """The same only while the same version changes the same lights."""
        return hashlib.sha256(repr((self.proposed, self.turns)).encode()).hexdigest()


def versions(today: datetime.date) -> list[Version]:
    """Every version, the newest first; the last is the first. Two queries."""
    current = rule_on(today).number
    rows = [(as_rule(row), row) for row in LightRule.objects.select_related("adopted_by__unit").order_by("-number")]
    return [Version(rule, row, rule.number == current) for rule, row in [*rows, (lights.FIRST_RULE, None)]]


def newest_rule() -> Rule:
    """The version adopted last, whether it holds already or not."""
    row = LightRule.objects.order_by("-number").first()
    return as_rule(row) if row else lights.FIRST_RULE


def as_rule(row: LightRule) -> Rule:
    return Rule(**{name: getattr(row, name) for name in Rule.__dataclass_fields__})


def preview(proposed: Rule, today: datetime.date) -> Preview:
    """Every measure judged by the rule of today and by the proposed one, from the same facts."""
    current, turns, count = rule_on(today), [], 0
    for plan in Plan.objects.order_by("pk"):
        for measure, facts in facts_of_plan(plan, today):
            count += 1
            turns += turned(plan, measure, facts, current, proposed, today)
    return Preview(proposed, count, turns)


def facts_of_plan(plan: Plan, today: datetime.date) -> Iterator[tuple[Measure, MeasureFacts]]:
    """In the order of the table."""
    periods = relevant_periods(plan, today)
    for part in in_parts(Measure.objects.filter(main_task__plan=plan).select_related("main_task")):
        facts = facts_of(part, periods)
        yield from ((measure, facts[measure.pk]) for measure in part)


def turned(
    plan: Plan, measure: Measure, facts: MeasureFacts, current: Rule, proposed: Rule, today: datetime.date
) -> Iterator[Turn]:
    progress = [PROGRESS_WORDS[lights.progress_light(facts, rule, today).light] for rule in (current, proposed)]
    deadline = [DEADLINE_WORDS[lights.deadline_light(facts, rule, today)] for rule in (current, proposed)]
    for kind, (before, after) in (("进度灯", progress), ("时限灯", deadline)):
        if before != after:
            yield Turn(plan.slug, measure.main_task.number, measure.order, kind, before, after)
