"""The ledger as a table, and a ledger's URL read: the same mechanisms as the list of measures, on a basis."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, NamedTuple

from django.db.models import Q
from django.http import QueryDict

from tasks.filters import LedgerFilter
from tasks.models import Plan, ReportingPeriod
from tasks.queries import ledger, options, orders
from tasks.queries.basis import Basis, Now, Then
from tasks.queries.edition import public_edition
from tasks.queries.keyset import KeyPage, beside
from tasks.queries.ledger_lines import LedgerLine, reported
from tasks.queries.measures import Tally
from tasks.queries.options import FieldOptions, UnitOption
from tasks.queries.standing import deciding, opened_periods
from tasks.queries.states import Question, State, keeping, once, state_of, state_of_rows
from tasks.queries.told import told_fields
from tasks.tables import (
    DEFAULT_PER_PAGE,
    DEFAULT_SORT,
    SORT_WORDS,
    Column,
    MeasureTable,
    as_params,
    columns_asked,
    per_page_asked,
    sort_asked,
)
from units.keys import is_key

LEDGER_COLUMNS = (
    "number",
    "task",
    "code",
    "text",
    "units",
    "due_on",
    "told",
    "percent",
    "progress",
    "deadline",
    "stage",
)
LEDGER_PER_PAGE = {"25": 25, "50": 50, "100": 100, "200": 200}
pages = keeping(32)  # of rows without their reports; one of a hundred takes 300 kilobytes
LAST = "last"  # as the value of `before`: the last page
LEDGER_SORT_WORDS = {
    **{name: SORT_WORDS[name] for name in ("number", "task", "field", "starts_on", "due_on")},
    "percent": ("按完成率从低到高", "按完成率从高到低"),
    "progress": ("按进度灯从差到好", "按进度灯从好到差"),
    "deadline": ("按时限灯从急到缓", "按时限灯从缓到急"),
    "stage": ("按阶段从前到后", "按阶段从后到前"),
}


class LedgerTable(MeasureTable):
    """The columns of the list, and what was reported and computed."""

    duty_count = source_line = None
    lead = Column("牵头单位", "lead-cell", empty_values=())
    told = Column("本期进展", "told", empty_values=())
    percent = Column("完成率", "n rate", "percent", empty_values=())
    progress = Column("进度灯", "light", "progress", empty_values=())
    deadline = Column("时限灯", "light", "deadline", empty_values=())
    stage = Column("阶段", "stage-cell", "stage", empty_values=())
    problems = Column("存在问题", "told", empty_values=())
    coordination = Column("需协调事项", "told", empty_values=())
    next_steps = Column("下一步", "told", empty_values=())
    reviewer = Column("审核人", "who-cell", empty_values=())
    reported = Column("已报", "n", empty_values=())


IN_ORDER = (
    "number", "task", "field", "code", "text", "lead", "units", "responsibility_text", "starts_on", "due_on", "told",
    "percent", "progress", "deadline", "stage", "problems", "coordination", "next_steps", "reviewer", "reported",
)  # fmt: skip
LedgerTable.base_columns = {name: LedgerTable.base_columns[name] for name in IN_ORDER}  # else the list's come first


class KeptPage(NamedTuple):
    """A page of rows without their reports, and what the filter leaves of each main task on it; and what it was kept under."""

    question: Question
    page: KeyPage
    tallies: dict[int, Tally]


@dataclass
class LedgerSelection:
    """What a URL asks of a plan's ledger, and the answer. Nothing is fetched before it is looked at."""

    basis: Basis
    user: Any
    filter: LedgerFilter
    units: tuple[UnitOption, ...]
    periods: list[ReportingPeriod]
    columns: tuple[str, ...]
    sort: str
    per_page: str
    after: str
    before: str
    problems: list[str]
    state: State | None

    @property
    def plan(self) -> Plan:
        return self.basis.plan

    @cached_property
    def condition(self) -> Q:
        return self.filter.condition()

    @cached_property
    def known_count(self) -> int | None:
        return ledger.counted(self.basis, self.filter.asked)

    @cached_property
    def asked(self) -> Question:
        """What the rows depend on in a state: the conditions, and of words whose reports, and what those of them add that any
        draft may change.
        """
        words = self.filter.mentioned
        return (self.plan.pk, *self.filter.asked.items(), words and (words.seen, words.moving))

    @cached_property
    def keys(self) -> orders.Keys | None:
        def find() -> orders.Keys:
            return orders.keys_in(self.basis, self.condition, self.sort)

        is_counted = self.known_count is not None
        return orders.in_ledger(self.state, (*self.asked, self.sort), self.sort, find, is_counted=is_counted)

    @cached_property
    def measure_count(self) -> int:
        if self.known_count is not None:
            return self.known_count
        return ledger.count(self.basis, self.condition) if self.keys is None else len(self.keys)

    @cached_property
    def rows(self) -> list[LedgerLine]:
        """Those of the page with their reports, which any draft may change."""
        return reported(self.basis, self.user, self.kept.page.rows, told_fields(self.columns))

    @cached_property
    def kept(self) -> KeptPage:
        """The page after or before the row that the URL names; where there is no such row, the first one."""
        named, backwards = self.before or self.after, bool(self.before)
        size = LEDGER_PER_PAGE[self.per_page]
        key = int(named) if is_key(named) else None
        is_nonsense = key is None and named not in ("", LAST)
        part = None if self.keys is None or is_nonsense else beside(self.keys, key, size, backwards=backwards)
        if part is not None:
            question = (*self.asked, tuple(part.rows), part.has_previous, part.has_next)
            return self.once(question, partial(ledger.page_of, self.basis, part))
        place = None
        if named and named != LAST:
            place = ledger.place_of(self.basis, self.sort, key) if key else None
            if place is None:
                backwards = False
                self.problems.append("页码：网址所指的那一项已不在台账中，现在从头显示。")
        find = partial(ledger.page, self.basis, self.condition, self.sort, size, place, backwards=backwards)
        return self.once((*self.asked, self.sort, size, place, backwards), find)

    def once(self, question: Question, find: Callable[[], KeyPage]) -> KeptPage:
        def look() -> KeptPage:
            page = find()
            tasks = {line.main_task_id for line in page.rows}
            is_filtered = bool(self.filter.asked and tasks)
            return KeptPage(question, page, ledger.tallies(self.basis, self.condition, tasks) if is_filtered else {})

        return once(self.state, question, look, pages)

    @cached_property
    def params(self) -> QueryDict:
        params = as_params(self.filter.asked, self.sort, self.columns, self.per_page, LEDGER_COLUMNS)
        if self.basis.period is not None:
            params["period"] = str(self.basis.period.pk)
        return params

    @property
    def in_words(self) -> str:
        upward, downward = LEDGER_SORT_WORDS[self.sort.removeprefix("-")]
        return downward if self.sort.startswith("-") else upward

    def left_without(self) -> dict[str, int]:
        """Filter in force -> how many measures there would be without it."""
        return ledger.counts(self.basis, {name: self.filter.condition(without=name) for name in self.filter.asked})


def select_ledger(
    plan: Plan, user: Any, params: QueryDict, today: datetime.date, fields: FieldOptions
) -> LedgerSelection:
    """Read a ledger's URL. What cannot be used is told in `problems`."""
    problems: list[str] = []
    opened = opened_periods(plan.pk, today)
    periods = [period for period in opened if period.is_frozen]
    basis = basis_asked(plan, opened, params.get("period", ""), today, problems)
    edition = public_edition()
    units = options.options_in(edition, plan.pk, today)
    has_words = bool(params.get("q"))  # which are looked for in reports as well
    state = state_of(basis) if has_words else state_of_rows(basis, edition)
    chosen = LedgerFilter(params, basis=basis, user=user, state=state, fields=fields, units=units)
    problems += chosen.problems
    return LedgerSelection(
        basis,
        user,
        chosen,
        units,
        periods,
        columns=columns_asked(
            [name for name in params.getlist("cols") if name], problems, LedgerTable.base_columns, LEDGER_COLUMNS
        ),
        sort=sort_asked(params.get("sort") or DEFAULT_SORT, problems, LEDGER_SORT_WORDS),
        per_page=per_page_asked(params.get("per_page") or DEFAULT_PER_PAGE, problems, LEDGER_PER_PAGE),
        after=params.get("after", ""),
        before=params.get("before", ""),
        problems=problems,
        state=state,
    )


def basis_asked(
    plan: Plan, opened: list[ReportingPeriod], asked: str, today: datetime.date, problems: list[str]
) -> Basis:
    """The frozen period of that key, else the present. `opened` are the plan's `opened_periods`."""
    found = next((period for period in opened if period.is_frozen and str(period.pk) == asked), None)
    if found:
        return Then(plan, found)
    if asked:
        problems.append("期次：没有这个期次，或者它还没有冻结。现在显示目前的情况。")
    now = Now(plan, today)
    now.periods = deciding(opened, today)  # nobody has to ask for them again
    return now
