"""Forms of an allocation table on its way in: which plan, what a new name stands for, where a row belongs, why."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from tasks.allocation.decisions import ALIAS, CLOSED, OPEN, UNIT, Doubtful, Meaning
from tasks.allocation.table import DraftTask
from tasks.forms_office import VerbForm, choice_field, line_field, reason_field
from tasks.models import Plan
from units.choices import UnitKind
from units.models.unit import slug_rule
from units.names import tidy

NEW_PLAN = "+"  # no slug
KINDS = [(kind.value, kind.label) for kind in UnitKind if kind != UnitKind.GROUP]


class TableForm(VerbForm):
    """Which plan a file is for: one there is, or a new one with its address and its work."""

    plan = choice_field("这份文件是", [], error_messages={"required": "请选择这是哪一份分工表。"})
    slug = line_field("网址名", 60, required=False, validators=[slug_rule])
    subject = line_field("所属工作", 100, required=False)

    def __init__(self, data: Mapping[str, Any] | None = None, *, plans: Iterable[Plan], **options: Any) -> None:
        super().__init__(data, **options)
        self.slugs = {plan.slug for plan in plans}
        known = [(plan.slug, f"修订：{plan.title}") for plan in plans]
        self.fields["plan"].choices = choices = [*known, (NEW_PLAN, "另一份新的分工表")]
        self.fields["plan"].initial = choices[0][0]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("plan") == NEW_PLAN and "slug" in data:
            if not data["slug"]:
                self.add_error("slug", "新的分工表请写网址名，例如 2027-plan。")
            elif data["slug"] in self.slugs:
                self.add_error("slug", "这个网址名已经用于另一份分工表。是修订那一份的，请在上面选它。")
        return data

    @property
    def chosen(self) -> tuple[str, str]:
        """Slug and subject."""
        plan = self.cleaned_data["plan"]
        return (self.cleaned_data["slug"], self.cleaned_data["subject"]) if plan == NEW_PLAN else (plan, "")


class MeaningForm(VerbForm):
    """What one name stands for. Nothing chosen leaves it open; nothing is chosen beforehand."""

    is_a = forms.ChoiceField(
        label="认定为",
        choices=[
            (UNIT, "新单位"),
            (ALIAS, "现有单位的别名"),
            (CLOSED, "成员固定的群体"),
            (OPEN, "成员不固定的群体"),
        ],
        required=False,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )
    kind = choice_field("类别", KINDS, required=False)
    stands_for = line_field("是哪个单位", 100, required=False)
    members = line_field("成员", 2000, required=False)

    def __init__(self, data: Mapping[str, Any] | None, *, name: str, units: Mapping[str, str], **options: Any) -> None:
        self.name, self.units = name, units
        super().__init__(data, prefix=f"n{hashlib.sha256(name.encode()).hexdigest()[:8]}", **options)
        self.fields["stands_for"].widget.attrs["list"] = "known-units"

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        is_a = data.get("is_a")
        if is_a == ALIAS and "stands_for" in data:
            self.check_alias(data["stands_for"])
        if is_a == CLOSED and "members" in data:
            self.check_members(data["members"])
        return data

    def check_alias(self, text: str) -> None:
        if not text:
            self.add_error("stands_for", f"请写明“{self.name}”是哪个单位的别名。")
        elif tidy(text) not in self.units:
            self.add_error("stands_for", f"单位名录里没有“{text}”，请写全称，或先把它认定为新单位。")

    def check_members(self, text: str) -> None:
        if not (names := members_in(text)):
            self.add_error("members", f"请写明“{self.name}”有哪些成员。")
        elif strange := [name for name in names if name not in self.units]:
            self.add_error("members", f"单位名录里没有：{'、'.join(strange)}。成员请写全称，用顿号分开。")

    @property
    def meaning(self) -> Meaning | None:
        data = self.cleaned_data
        is_a = data["is_a"]
        if is_a == UNIT:
            return Meaning(UNIT, kind=data["kind"] or KINDS[0][0])
        if is_a == ALIAS:
            return Meaning(ALIAS, stands_for=self.units[tidy(data["stands_for"])])
        if is_a == CLOSED:
            return Meaning(CLOSED, members=tuple(self.units[name] for name in members_in(data["members"])))
        return Meaning(OPEN) if is_a == OPEN else None


def members_in(text: str) -> list[str]:
    parts = text.replace("，", "、").replace(",", "、").replace("\n", "、").split("、")
    return list(dict.fromkeys(filter(None, map(tidy, parts))))


class PlacesForm(VerbForm):
    """One choice of a main task for each doubtful paragraph."""

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        doubts: Iterable[Doubtful],
        tasks: Iterable[DraftTask],
        **options: Any,
    ) -> None:
        super().__init__(data, **options)
        self.doubts = list(doubts)
        choices = [(task.number, f"{task.number} {task.title}") for task in tasks]
        for one in self.doubts:
            line, paragraph = one.place
            self.fields[field_name(one)] = forms.TypedChoiceField(
                label=f"第 {line} 行第 {paragraph} 段归入",
                choices=choices,
                coerce=int,
                initial=one.right,
                widget=forms.Select(attrs={"class": "form-select"}),
                error_messages={"required": "请选择主要任务。", "invalid_choice": "表中没有这项主要任务。"},
            )

    @property
    def places(self) -> dict[tuple[int, int], int]:
        return {one.place: self.cleaned_data[field_name(one)] for one in self.doubts}

    def rows(self) -> list[tuple[Doubtful, forms.BoundField]]:
        return [(one, self[field_name(one)]) for one in self.doubts]


def field_name(one: Doubtful) -> str:
    return "place-{}-{}".format(*one.place)


class WriteForm(VerbForm):
    reason = reason_field("理由", "请写明导入的理由。")
    document = line_field("依据文件及文号", required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
