"""汇报稿: what the half-yearly report of measure 24-2 says of a plan, each figure with the codes of the measures it counts.

The figures are those of the dashboards: of the present as they stand, of a frozen period as it was frozen. Only the
codes are looked up here. Nothing takes more queries for a longer plan.
"""

import datetime
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from tasks.choices import ReportState
from tasks.lights import PROGRESS_WORDS, DeadlineLight, ProgressLight
from tasks.models import Measure, Plan, ProgressReport, ReportingPeriod
from tasks.queries import coordination
from tasks.queries.basis import Basis, Now, Then
from tasks.queries.comparing import KINDS, Compared
from tasks.queries.counted import DEADLINES, IN_TABLES, LIGHTS, STAGES, Counted, Figure, Line
from tasks.queries.dashboard import field_counts, mean
from tasks.queries.figures import ASKED
from tasks.queries.ledger import lines_of
from tasks.queries.ledger_lines import LedgerLine
from tasks.queries.measures import SOURCE_ORDER
from tasks.queries.states import once, state_of
from tasks.queries.wording import wording_of
from tasks.wording import Name, pieces
from units.models import Unit
from units.prepared import prepared_rows


class Step(NamedTuple):
    """A figure of the period before, and the same now."""

    label: str
    before: Figure
    now: Figure


class Turned(NamedTuple):
    """A measure whose progress light changed; a word is empty where the measure was not there."""

    code: str
    before: str
    after: str


class Schedule(NamedTuple):
    """Mean percentage and mean scheduled percentage of the measures that have both."""

    measures: Figure
    percent: int
    scheduled: int


class Lengths(NamedTuple):
    """How long the lists are."""

    behind: int
    problems: int
    matters: int


@dataclass
class Stocktake:
    """A plan at present, or with `period` as that period was frozen, as a person who reads reports may see it."""

    plan: Plan
    today: datetime.date
    reader: Any
    period: ReportingPeriod | None = None

    @cached_property
    def basis(self) -> Basis:
        return Then(self.plan, self.period) if self.period else Now(self.plan, self.today)

    @cached_property
    def now(self) -> Counted:
        return Counted(self.basis)

    @cached_property
    def periods(self) -> list[ReportingPeriod]:
        """Those whose reports count; the newest first."""
        return [self.period] if self.period else self.basis.periods

    @property
    def label(self) -> str:
        return self.periods[0].label if self.periods else f"{self.today:%Y年}"

    @property
    def until(self) -> datetime.date:
        """截至日期: the day a frozen period speaks of; at present today, by which the dates are judged."""
        return self.period.as_of if self.period else self.today

    @property
    def source(self) -> str:
        """By what progress and dates are judged, in words."""
        if self.period:
            return f"以上为{self.label}冻结时的情况"
        told = f"进度按{self.label}已通过的填报推算，" if self.periods else ""
        return f"{told}时限按{in_chinese(self.today)}推算"

    @cached_property
    def before(self) -> Counted | None:
        """The last frozen period before the one shown, if there is one."""
        first = self.periods[0].as_of if self.periods else datetime.date.max
        found = next((one for one in frozen_with_figures(self.plan.pk) if one.as_of < first), None)
        return Counted(Then(self.plan, found)) if found else None

    @cached_property
    def groups(self) -> dict[str, list[Figure]]:
        """总体: by stage, by each light, and what stands across them."""
        across = {"自评好于推算": ("disagreement",)} | ({} if self.period else {"时限调整过": ("moved",)})
        named = {"办理阶段": STAGES, "进度": LIGHTS, "时限": DEADLINES, "需要留意": across}
        return {name: found for name, kinds in named.items() if (found := self.now.occurring(kinds))}

    @property
    def everything(self) -> Figure:
        return self.now.figure("举措", "measures")

    @property
    def schedule(self) -> Schedule | None:
        counts = self.now.figures["all"]
        percent, scheduled = mean(counts, "percent_sum"), mean(counts, "scheduled_sum")
        if percent is None or scheduled is None:
            return None
        return Schedule(self.now.figure("有序时进度可比", "scheduled_measures"), percent, scheduled)

    @cached_property
    def fields(self) -> list[Line]:
        return [self.now.line(row.name, row.bucket) for row in field_counts(self.plan, self.now.figures)]

    @cached_property
    def units(self) -> list[Line]:
        """Those that must report on something, in the order of units."""
        names = Unit.objects.order_by("position", "name").values_list("pk", "name")
        shown = [(f"unit:{key}", name) for key, name in names if f"unit:{key}" in self.now.figures]
        lines = [self.now.line(name, bucket) for bucket, name in shown]
        return [line for line in lines if line.figures[0].count]

    @cached_property
    def behind(self) -> list[LedgerLine]:
        """红灯: behind schedule or overdue, in source order, each with its approved reports alone."""
        keys = list(red(self.basis).order_by(*SOURCE_ORDER).values_list("pk", flat=True))
        lines = lines_of(self.basis, self.reader, keys)
        for line in lines.values():
            line.reports = [report for report in line.reports if report.state == ReportState.APPROVED]
        return [lines[key] for key in keys]

    @cached_property
    def problems(self) -> list[ProgressReport]:
        joined = with_problems(self.basis).select_related("duty__measure__main_task", "duty__unit")
        return list(joined.order_by("duty__measure__main_task__number", "duty__measure__order", "duty__position"))

    @cached_property
    def matters(self) -> list[ProgressReport]:
        return list(coordination.in_order(waiting(self.basis, self.periods)))

    @cached_property
    def lengths(self) -> Lengths:
        """Counted once in each state of the plan."""
        return once(state_of(self.basis), ("lengths", self.plan.pk), partial(counted_lists, self.basis))

    @cached_property
    def compared(self) -> Compared | None:
        return Compared(self.before.basis, self.basis) if self.before else None

    @property
    def steps(self) -> list[Step]:
        """The figures that occur in one of the two, before and now."""
        if self.before is None:
            return []
        named = STAGES | {label: keys for label, keys in (LIGHTS | DEADLINES).items() if label not in STAGES}
        steps = [
            Step(label, self.before.figure(label, *keys), self.now.figure(label, *keys))
            for label, keys in named.items()
        ]
        return [step for step in steps if step.before.count or step.now.count]

    @cached_property
    def changed(self) -> list[Figure]:
        """By kind of change, how many measures."""
        if self.compared is None:
            return []
        counts = self.compared.changes.counts
        return [
            Figure(label, counts[kind], partial(self.codes_of_kind, kind))
            for kind, label in KINDS.items()
            if counts[kind]
        ]

    def codes_of_kind(self, kind: str = "") -> list[str]:
        return [self.codes[key] for key in self.compared.of_kind(kind)] if self.compared else []

    @cached_property
    def sides(self) -> tuple[dict[int, Any], dict[int, Any]]:
        assert self.before is not None
        return self.before.basis.snapshot(), self.basis.snapshot()

    @cached_property
    def codes(self) -> dict[int, str]:
        """Measure key -> code, also of what is gone."""
        return {key: "{}-{}".format(*one.place) for side in self.sides for key, one in side.items()}

    @property
    def turned(self) -> list[Turned]:
        if self.compared is None:
            return []
        old, new = self.sides
        return [
            Turned(
                self.codes[key],
                *(PROGRESS_WORDS[side[key].progress_light] if key in side else "" for side in (old, new)),
            )
            for key in self.compared.changes.keys
            if key not in old or key not in new or old[key].progress_light != new[key].progress_light
        ]

    @cached_property
    def values(self) -> dict[str, str | Figure]:
        """What stands for each name of `tasks.wording.PLACEHOLDERS`."""
        named = IN_TABLES | {"推进中": ("stage:in_progress",)}
        counts = {f"{label}数": self.now.figure(label, *keys) for label, keys in named.items()}
        changed = len(self.compared.changes.keys) if self.compared else 0
        return {
            "方案": self.plan.title,
            "期次": self.label,
            "上期": self.before.basis.period.label if self.before else "上期",
            "截至日期": in_chinese(self.until),
            "成文日期": in_chinese(self.today),
            **{
                name: counts[name]
                for name in ("举措数", "已办结数", "推进中数", "正常数", "有风险数", "滞后数", "逾期数")
            },
            "未报数": counts["本期未报数"],
            "问题数": Figure("问题和风险", self.lengths.problems, lambda: codes_of(self.problems), "条"),
            "决定事项数": Figure("需协调事项", self.lengths.matters, lambda: codes_of(self.matters), "件"),
            "变化数": Figure("有变化的举措", changed, self.codes_of_kind),
        }

    @property
    def name(self) -> str:
        """Of its files."""
        day = "" if self.period else f"，{self.today}现状"
        return f"{self.plan.title}汇报稿（{self.label}{day}）"

    def said(self, section: str) -> str:
        """The Office's text as it reads, figures as plain numbers."""
        words = (self.values[piece] if isinstance(piece, Name) else piece for piece in pieces(self.wording[section]))
        return "".join(word if isinstance(word, str) else str(word.count) for word in words)

    @cached_property
    def wording(self) -> dict[str, str]:
        return wording_of(self.plan)


def red(basis: Basis) -> QuerySet[Measure]:
    light = basis.where(progress_light=ProgressLight.BEHIND.value)
    return basis.measures.filter(light | basis.where(deadline_light=DeadlineLight.OVERDUE.value))


def with_problems(basis: Basis) -> QuerySet[ProgressReport]:
    return basis.approved().filter(~Q(problems="") | ~Q(risk=""))


def waiting(basis: Basis, periods: list[ReportingPeriod]) -> QuerySet[ProgressReport]:
    """需协调事项, unanswered: of a frozen period when it was frozen."""
    return coordination.asked_in(basis.period) if basis.period else coordination.open_matters(periods)


def counted_lists(basis: Basis) -> Lengths:
    """What waits at present is kept with the figures."""
    matters = coordination.asked_in(basis.period).count() if basis.period else basis.figures["asked"][ASKED]
    return Lengths(red(basis).count(), with_problems(basis).count(), matters)


@prepared_rows(ReportingPeriod, "summary")
def frozen_with_figures(plan: int) -> QuerySet[ReportingPeriod]:
    """The newest first; one that was frozen before figures were kept is not among them."""
    return ReportingPeriod.objects.frozen().filter(plan=plan, summary__isnull=False).order_by("-as_of")


def codes_of(reports: list[ProgressReport]) -> list[str]:
    return [report.duty.measure.code for report in reports]


def in_chinese(day: datetime.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def problems_of(line: LedgerLine) -> str:
    """What the units say is wrong, a line each."""
    told = [(report.unit, report.problems or report.risk) for report in line.reports]
    return "\n".join(f"{unit}：{text}" for unit, text in told if text)
