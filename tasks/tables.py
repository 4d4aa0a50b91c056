"""The list of measures as a table: one definition of columns, order and values for screen and sheet.

`select_measures` is the one place where a URL becomes rows; the page and every export call it.
"""

import datetime
from collections.abc import Collection, Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, Self

import django_tables2 as tables
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import QueryDict
from django_tables2.data import TableQuerysetData

from tasks.choices import DutyRole
from tasks.filters import ListFilter
from tasks.models import Measure, Plan
from tasks.queries import measures, options, orders, public_figures
from tasks.queries.edition import public_edition
from tasks.queries.measures import Conditions, DutyLine, MeasureLine, Tally, Totals
from tasks.queries.options import FieldOptions, UnitOption

FIXED_COLUMNS = ("number", "text")
DEFAULT_COLUMNS = ("number", "task", "code", "text", "units")
DEFAULT_SORT = "number"
PER_PAGE = {"25": 25, "50": 50, "100": 100, "all": 0}  # 0 is everything on one page
DEFAULT_PER_PAGE = "100"  # a whole allocation table stands on one page

# What each order is called, upward and downward.
SORT_WORDS = {
    "number": ("按原表顺序", "按原表倒序"),
    "task": ("按主要任务名称排列", "按主要任务名称倒排"),
    "field": ("按领域顺序", "按领域倒序"),
    "units": ("按责任单位数从少到多", "按责任单位数从多到少"),
    "duty_count": ("按职责数从少到多", "按职责数从多到少"),
    "starts_on": ("按开始日期从早到晚", "按开始日期从晚到早"),
    "due_on": ("按完成时限从早到晚", "按完成时限从晚到早"),
    "source_line": ("按原表行号从小到大", "按原表行号从大到小"),
}


class MeasureData(TableQuerysetData):
    """Hands the table `MeasureLine` records, fetched in two queries, instead of model instances."""

    def __iter__(self) -> Iterator[MeasureLine]:
        return iter(measures.measure_lines(self.data))


class Party(NamedTuple):
    """What the statement names: a unit, or a closed group with the units that came through it."""

    slug: str
    name: str
    members: list[DutyLine]


def by_role(duties: Iterable[DutyLine]) -> dict[str, list[Party]]:
    """Role -> its parties, both in the order of the source."""
    roles: dict[str, list[Party]] = {}
    for duty in duties:
        parties = roles.setdefault(duty.role, [])
        if duty.group_slug is None:
            parties.append(Party(duty.slug, duty.name, []))
        elif group := next((party for party in parties if party.slug == duty.group_slug), None):
            group.members.append(duty)
        else:
            parties.append(Party(duty.group_slug, duty.group_name, [duty]))
    return roles


def duties_in_words(duties: Iterable[DutyLine]) -> str:
    """`牵头：省科技厅；配合：胶东五市政府（青岛市政府、烟台市政府）`."""

    def name(party: Party) -> str:
        return f"{party.name}（{'、'.join(duty.name for duty in party.members)}）" if party.members else party.name

    return "；".join(
        f"{DutyRole(role).label}：{'、'.join(map(name, parties))}" for role, parties in by_role(duties).items()
    )


class Column(tables.Column):
    """A column, the class of its cells and, where rows can be sorted by it, the key in `SORT_KEYS`."""

    def __init__(self, label: str, css: str, sort: str = "", **extra: Any) -> None:
        super().__init__(verbose_name=label, attrs={"td": {"class": css}}, orderable=bool(sort), **extra)
        self.sort = sort

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Every table copies its columns in depth; there are only constants in ours."""
        return copy(self)

    def order(self, queryset: QuerySet[Measure], is_descending: bool) -> tuple[QuerySet[Measure], bool]:
        return measures.in_order(queryset, f"-{self.sort}" if is_descending else self.sort), True


class MeasureTable(tables.Table):
    """Rows from a queryset of measures, which `order_by` then sorts by any column, or from lines at hand.

    `columns` names the columns shown; they stand in the table's own order.
    """

    number = Column("序号", "g seq", "number")
    task = Column("主要任务", "g task", "task", accessor="title")
    field = Column("领域", "field", "field")
    code = Column("编号", "code")
    text = Column("具体举措", "mtext")
    units = Column("责任单位", "units", "units", accessor="duties")
    responsibility_text = Column("责任单位（原文）", "statement")
    duty_count = Column("职责数", "n", "duty_count", accessor="duties")
    starts_on = Column("开始日期", "day", "starts_on")
    due_on = Column("完成时限", "day", "due_on", empty_values=())
    source_line = Column("原表行号", "n", "source_line")

    class Meta:
        default = ""

    def __init__(
        self,
        data: QuerySet[Measure] | list[MeasureLine],
        columns: Collection[str] = DEFAULT_COLUMNS,
        order_by: str | None = None,
    ) -> None:
        super().__init__(MeasureData(data) if isinstance(data, QuerySet) else data, order_by=order_by)
        self.exclude = tuple(name for name in self.base_columns if name not in columns)  # after sorting by one of them

    def value_units(self, value: list[DutyLine]) -> str:
        return duties_in_words(value)

    def value_duty_count(self, value: list[DutyLine]) -> int:
        return len(value)

    def value_due_on(self, record: MeasureLine) -> datetime.date | str | None:
        return "长期坚持" if record.is_ongoing else record.due_on


@dataclass
class Selection:
    """What a URL asks of a plan's measures, and the answer. Nothing is fetched before it is looked at."""

    plan: Plan
    filter: ListFilter
    units: tuple[UnitOption, ...]
    columns: tuple[str, ...]
    sort: str
    per_page: str
    page_number: int
    problems: list[str]
    edition: str | None  # asked before anything else of the answer

    @property
    def conditions(self) -> Conditions:
        return tuple(self.filter.asked.items())

    @cached_property
    def whole(self) -> Totals:
        """Whatever the conditions."""
        return public_figures.whole(self.plan.pk)

    @cached_property
    def found(self) -> orders.Found | None:
        return orders.in_list(self.edition, self.plan.pk, self.conditions, self.sort)

    @property
    def measure_count(self) -> int:
        return len(self.found.keys) if self.found else self.whole.measures

    @property
    def task_count(self) -> int:
        return self.found.tasks if self.found else self.whole.tasks

    @cached_property
    def tallies(self) -> dict[int, Tally]:
        """What the conditions left of the main tasks on the page."""
        tasks = sorted({line.main_task_id for line in self.lines})
        return measures.tallies(self.plan, self.conditions, tasks) if self.conditions else {}

    @cached_property
    def table(self) -> MeasureTable:
        """Every row selected, in the order asked for: `as_values()` is the sheet."""
        return MeasureTable(self.filter.qs, self.columns, self.sort)

    @cached_property
    def page(self) -> Page:
        """The positions on the page asked for, or on the last page where there are fewer."""
        positions = range(self.measure_count)
        paginator = Paginator(positions, PER_PAGE[self.per_page] or max(self.measure_count, 1))
        if self.page_number > paginator.num_pages:
            self.problems.append(f"页码：没有第 {self.page_number} 页，现在显示最后一页。")
        return paginator.get_page(self.page_number)

    @cached_property
    def lines(self) -> list[MeasureLine]:
        """The rows of the page."""
        positions = self.page.object_list
        return self.lines_between(positions.start, positions.stop) if positions else []

    def lines_between(self, start: int, stop: int) -> list[MeasureLine]:
        if self.found and stop - start <= measures.IDS_IN_ONE_QUERY:
            return measures.lines_of(self.found.keys[start:stop])
        return measures.page_lines(self.plan.pk, self.conditions, self.sort, start, stop)

    @cached_property
    def params(self) -> QueryDict:
        """The same selection as a URL: what was understood, without the page, defaults left out."""
        return as_params(self.filter.asked, self.sort, self.columns, self.per_page)

    @property
    def in_words(self) -> str:
        upward, downward = SORT_WORDS[self.sort.removeprefix("-")]
        return downward if self.sort.startswith("-") else upward

    def left_without(self) -> dict[str, int]:
        """Filter in force -> how many measures there would be without it."""
        left = {name: tuple(one for one in self.conditions if one[0] != name) for name in self.filter.asked}
        found = public_figures.totals(self.plan.pk, *left.values())
        return {name: total.measures for name, total in zip(left, found, strict=True)}


def select_measures(
    plan: Plan, params: QueryDict, today: datetime.date, fields: FieldOptions | None = None
) -> Selection:
    """Read a list's URL: filters, `sort`, `cols`, `per_page`, `page`. What cannot be used is told in `problems`.

    `fields` are the plan's, where they are known already.
    """
    edition = public_edition()
    units = options.options_in(edition, plan.pk, today)
    fields = options.field_options(plan) if fields is None else fields
    chosen = ListFilter(params, measures.measure_list(plan), fields=fields, units=units)
    problems = [*chosen.problems]
    return Selection(
        plan,
        chosen,
        units,
        columns=columns_asked([name for name in params.getlist("cols") if name], problems),
        sort=sort_asked(params.get("sort") or DEFAULT_SORT, problems),
        per_page=per_page_asked(params.get("per_page") or DEFAULT_PER_PAGE, problems),
        page_number=page_asked(params.get("page") or "1", problems),
        problems=problems,
        edition=edition,
    )


def as_params(
    asked: Mapping[str, str],
    sort: str,
    columns: tuple[str, ...],
    per_page: str,
    usual: tuple[str, ...] = DEFAULT_COLUMNS,
) -> QueryDict:
    """A selection as a URL: defaults left out."""
    params = QueryDict(mutable=True)
    params.update(asked)
    if sort != DEFAULT_SORT:
        params["sort"] = sort
    if columns != usual:
        params.setlist("cols", [name for name in columns if name not in FIXED_COLUMNS] or FIXED_COLUMNS[:1])
    if per_page != DEFAULT_PER_PAGE:
        params["per_page"] = per_page
    return params


def columns_asked(
    names: list[str], problems: list[str], known: Iterable[str] = (), usual: tuple[str, ...] = DEFAULT_COLUMNS
) -> tuple[str, ...]:
    """The columns to show, in the table's own order (`known`, else those of `MeasureTable`)."""
    known = list(known or MeasureTable.base_columns)
    problems += [f"列：没有“{name}”这一列，请在“列”菜单中选择。" for name in names if name not in known]
    asked = [name for name in names if name in known]
    return tuple(name for name in known if name in (*FIXED_COLUMNS, *asked)) if asked else usual


def sort_asked(sort: str, problems: list[str], known: Collection[str] = SORT_WORDS) -> str:
    if sort.removeprefix("-") in known:
        return sort
    problems.append(f"排序：不能按“{sort}”排列，现在按原表顺序。请点列标题排序。")
    return DEFAULT_SORT


def per_page_asked(per_page: str, problems: list[str], known: Mapping[str, int] = PER_PAGE) -> str:
    if per_page in known:
        return per_page
    *sizes, last = [key if size else "全部" for key, size in known.items()]
    choices = f"{'、'.join(sizes)} 或{last if last == '全部' else f' {last}'}"
    problems.append(f"每页项数：没有“{per_page}”这一选项，请选 {choices}。现在每页 {DEFAULT_PER_PAGE} 项。")
    return DEFAULT_PER_PAGE


def page_asked(page: str, problems: list[str]) -> int:
    if page.isascii() and page.isdigit() and len(page) <= 9 and int(page):
        return int(page)
    problems.append(f"页码：“{page}”不是页码，现在显示第 1 页。")
    return 1
