"""Filters of lists: forms bound to the URL. A value that cannot be used is named; the rest still applies."""

import copy
from collections.abc import Iterable, Mapping
from html import escape
from itertools import groupby
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.functional import cached_property
from django.utils.safestring import SafeString

from tasks.choices import DutyRole, Stage
from tasks.models import Measure
from tasks.models.lit import DEADLINE_CHOICES, PROGRESS_CHOICES
from tasks.queries import ledger, measures, options, public
from tasks.queries.basis import Basis
from tasks.queries.mentions import Mentioned, mentioned
from tasks.queries.states import State
from units.choices import UnitKind

LONGEST_TEXT = 100
NOT_USED = "这个条件没有使用，其余条件照常。"


class Choice(django_filters.ChoiceFilter):
    def __init__(self, label: str, choices: Iterable[tuple[str, str]] = ()) -> None:
        messages = {"invalid_choice": f"{label}：没有“%(value)s”这一选项，请从列表中另选。{NOT_USED}"}
        super().__init__(label=label, choices=choices, empty_label="全部", error_messages=messages)

    def __deepcopy__(self, memo: dict[int, Any]) -> "Choice":
        """Each form has its own choices; what they consist of is the same for all, and slow to copy."""
        twin = copy.copy(self)
        twin.extra = dict(self.extra)
        return twin


class MeasureFilter(django_filters.FilterSet):
    """关键词、领域、责任单位、职责, combined. Fields and units offered are those of one plan."""

    q = django_filters.CharFilter(
        label="关键词",
        max_length=LONGEST_TEXT,
        error_messages={
            "max_length": f"关键词：最多 {LONGEST_TEXT} 个字，请缩短。{NOT_USED}",
            "null_characters_not_allowed": f"关键词：含有不可见的控制字符，请重新输入。{NOT_USED}",
        },
    )
    field = Choice("领域")
    unit = Choice("责任单位")
    role = Choice("职责", DutyRole.choices)

    def __init__(
        self,
        data: Mapping[str, str] | None = None,
        queryset: QuerySet[Measure] | None = None,
        *,
        fields: Iterable[tuple[int | str, str]] = (),
        units: Iterable[options.UnitOption] = (),
    ) -> None:
        super().__init__(data, queryset)
        self.labels = {
            "field": {str(position): name for position, name in fields},
            "unit": {unit.slug: unit.name for unit in units},
            "role": dict(DutyRole.choices),
        }
        self.filters["field"].extra["choices"] = list(self.labels["field"].items())
        self.filters["unit"].extra["choices"] = by_kind(units)

    @cached_property
    def asked(self) -> dict[str, str]:
        """The conditions in force, those the form accepted, by name."""
        if not any(self.data.get(name) for name in self.filters) or self.form.errors is None:
            return {}
        return {name: value for name, value in self.form.cleaned_data.items() if value}

    @property
    def problems(self) -> list[str]:
        asks = any(self.data.get(name) for name in self.filters)
        return [message for messages in self.form.errors.values() for message in messages] if asks else []

    def filter_queryset(self, queryset: QuerySet[Measure]) -> QuerySet[Measure]:
        return queryset.filter(self.condition())

    def condition(self, without: str = "") -> Q:
        """The whole condition, or what is left of it when one filter is dropped."""
        return measures.matching(**{name: value for name, value in self.asked.items() if name != without})

    def in_words(self, name: str) -> str:
        """`责任单位：省科技厅`, as the reader knows the choice."""
        value = self.asked[name]
        return f"{self.filters[name].label}：{self.labels.get(name, {}).get(value, value)}"

    def select(self, name: str) -> SafeString:
        """A choice as a `select`, drawn in Python: a widget runs one template an option, 60 of them for the units."""
        chosen = self.asked.get(name, "")
        options = draw_options([("", "全部"), *self.filters[name].extra["choices"]], chosen)
        return SafeString(
            f'<select class="form-control form-control-sm" id="id_{name}" name="{name}">{options}</select>'
        )


class ListFilter(MeasureFilter):
    """The public list's filters: what is published of a measure too, the same for staff and for outsiders."""

    published = Choice("公开进展", public.CHOICES)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.labels["published"] = dict(public.CHOICES)


class LedgerFilter(MeasureFilter):
    """The list's filters, and lights, stage, disagreement and moved dates, on one basis as one person may see it.

    `state` is that of the basis, its approved reports included.
    """

    progress = Choice("进度灯", [*PROGRESS_CHOICES, (ledger.UNJUDGED, "待填报和不研判")])
    deadline = Choice("时限灯", DEADLINE_CHOICES)
    stage = Choice("阶段", Stage.choices)
    role = Choice("职责", [(measures.OBLIGED, "须填报的职责"), *DutyRole.choices])
    disagreement = Choice("自评与推算", [("1", "自评好于推算")])
    moved = Choice("时限调整", [("1", "调整过完成时限")])
    schedule = Choice("序时进度", [("1", "有序时进度并已填报")])

    def __init__(
        self,
        data: Mapping[str, str],
        *,
        basis: Basis,
        user: Any,
        state: State | None,
        fields: Iterable[tuple[int, str]],
        units: Iterable[options.UnitOption],
    ) -> None:
        offered = [*fields, (ledger.NO_FIELD, "未分领域")]
        super().__init__(data, Measure.objects.none(), fields=offered, units=units)
        self.basis, self.user, self.state = basis, user, state
        for name in ("progress", "deadline", "stage", "role", "disagreement", "moved", "schedule"):
            self.labels[name] = dict(self.filters[name].extra["choices"])

    @cached_property
    def mentioned(self) -> Mentioned | None:
        """What the words find; None where there are none."""
        words = self.asked.get("q", "").split()
        return mentioned(self.basis, self.user, words, self.state) if words else None

    def condition(self, without: str = "") -> Q:
        left = {name: value for name, value in self.asked.items() if name != without}
        found = ledger.condition(self.basis, left)
        return found & Q(pk__among=self.mentioned.keys) if self.mentioned and "q" in left else found


def by_kind(units: Iterable[options.UnitOption]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Units as option groups, one for each run of a kind."""
    runs = groupby(units, key=lambda unit: unit.kind)
    return [(UnitKind(kind).label, [(unit.slug, unit.name) for unit in run]) for kind, run in runs]


def draw_options(choices: Iterable[tuple[str, Any]], chosen: str) -> str:
    return "".join(draw_option(key, label, chosen) for key, label in choices)


def draw_option(key: str, label: Any, chosen: str) -> str:
    """An option, or a group of them where the label is a list."""
    if isinstance(label, list):
        return f'<optgroup label="{escape(key)}">{draw_options(label, chosen)}</optgroup>'
    selected = " selected" if key == chosen else ""
    return f'<option value="{escape(key)}"{selected}>{escape(label)}</option>'
