"""Filters of lists: forms bound to the URL. A value that cannot be used is named; the rest still applies."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from tasks.choices import DutyRole
from tasks.models import Measure
from tasks.queries import measures
from units.choices import UnitKind

LONGEST_TEXT = 100
NOT_USED = "这个条件没有使用，其余条件照常。"


class PlainSelect(forms.Select):
    """A select drawn in Python: Django's own runs one template an option, 60 of them for the units."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = "" if value is None else str(value)
        return format_html(
            '<select class="form-select form-select-sm" id="id_{0}" name="{0}">{1}</select>',
            name,
            self.draw(self.choices, chosen),
        )

    def draw(self, choices: Iterable[tuple[str, Any]], chosen: str) -> SafeString:
        return format_html_join("", "{}", ((self.draw_one(key, label, chosen),) for key, label in choices))

    def draw_one(self, key: str, label: Any, chosen: str) -> SafeString:
        if isinstance(label, list):
            return format_html('<optgroup label="{}">{}</optgroup>', key, self.draw(label, chosen))
        selected = format_html(" selected") if key == chosen else ""
        return format_html('<option value="{}"{}>{}</option>', key, selected, label)


def choice(label: str, choices: Iterable[tuple[str, str]] = ()) -> django_filters.ChoiceFilter:
    messages = {"invalid_choice": f"{label}：没有“%(value)s”这一选项，请从列表中另选。{NOT_USED}"}
    return django_filters.ChoiceFilter(
        label=label, choices=choices, empty_label="全部", error_messages=messages, widget=PlainSelect
    )


class MeasureFilter(django_filters.FilterSet):
    """关键词、领域、责任单位、职责, combined. Fields and units offered are those of one plan."""

    q = django_filters.CharFilter(
        label="关键词",
        max_length=LONGEST_TEXT,
        error_messages={
            "max_length": f"关键词：最多 {LONGEST_TEXT} 个字，请缩短。{NOT_USED}",
            "null_characters_not_allowed": f"关键词：含有不可见的控制字符，请重新输入。{NOT_USED}",
        },
        widget=forms.TextInput(
            attrs={"class": "form-control form-control-sm", "type": "search", "placeholder": "任务、举措、单位原文"}
        ),
    )
    field = choice("领域")
    unit = choice("责任单位")
    role = choice("职责", DutyRole.choices)

    def __init__(
        self,
        data: Mapping[str, str] | None = None,
        queryset: QuerySet[Measure] | None = None,
        *,
        fields: Iterable[tuple[int, str]] = (),
        units: Iterable[measures.UnitOption] = (),
    ) -> None:
        super().__init__(data, queryset)
        self.labels = {
            "field": {str(position): name for position, name in fields},
            "unit": {unit.slug: unit.name for unit in units},
            "role": dict(DutyRole.choices),
        }
        self.filters["field"].extra["choices"] = list(self.labels["field"].items())
        self.filters["unit"].extra["choices"] = by_kind(units)

    @property
    def asked(self) -> dict[str, str]:
        """The conditions in force, those the form accepted, by name."""
        if not self.is_bound or self.form.errors is None:
            return {}
        return {name: value for name, value in self.form.cleaned_data.items() if value}

    @property
    def problems(self) -> list[str]:
        return [message for messages in self.form.errors.values() for message in messages]

    def filter_queryset(self, queryset: QuerySet[Measure]) -> QuerySet[Measure]:
        return queryset.filter(self.condition())

    def condition(self, without: str = "") -> Q:
        """The whole condition, or what is left of it when one filter is dropped."""
        return measures.matching(**{name: value for name, value in self.asked.items() if name != without})

    def in_words(self, name: str) -> str:
        """`责任单位：省科技厅`, as the reader knows the choice."""
        value = self.asked[name]
        return f"{self.filters[name].label}：{self.labels.get(name, {}).get(value, value)}"


def by_kind(units: Iterable[measures.UnitOption]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Units as option groups, one for each run of a kind."""
    runs = groupby(units, key=lambda unit: unit.kind)
    return [(UnitKind(kind).label, [(unit.slug, unit.name) for unit in run]) for kind, run in runs]
