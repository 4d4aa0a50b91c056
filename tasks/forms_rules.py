"""The form in which the Office sets thresholds for lights."""

from typing import Any

from django import forms

from tasks.forms import ChineseDateField
from tasks.forms_office import VerbForm, reason_field
from tasks.lights import Rule


def whole_number_field(label: str, least: int, most: int) -> forms.IntegerField:
    """A text input, since a number input drops what it cannot read."""
    shape = {"class": "form-control", "inputmode": "numeric", "autocomplete": "off"}
    sentence = f"请填 {least} 到 {most} 之间的整数。"
    messages = dict.fromkeys(("required", "invalid", "min_value", "max_value"), sentence)
    return forms.IntegerField(
        label=label, min_value=least, max_value=most, widget=forms.TextInput(attrs=shape), error_messages=messages
    )


class LightRuleForm(VerbForm):
    """判定规则: thresholds, the day from which they hold, and why."""

    since_on = ChineseDateField("施行日期", error_messages={"required": "请填写施行日期。"})
    risk_points = whole_number_field("有风险：落后达到多少个百分点", 1, 99)
    late_points = whole_number_field("滞后：落后超过多少个百分点", 2, 100)
    urgent_days = whole_number_field("临期（黄）：还有多少天以内", 0, 365)
    soon_days = whole_number_field("临期（蓝）：还有多少天以内", 1, 366)
    reason = reason_field("调整理由", "请写明调整规则的理由。")

    def __init__(self, *args: Any, newest: Rule, **options: Any) -> None:
        super().__init__(*args, **options)
        self.newest = newest

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("late_points", 101) <= given.get("risk_points", 0):
            self.add_error("late_points", "须大于“有风险”的百分点。")
        if given.get("soon_days", 367) <= given.get("urgent_days", -1):
            self.add_error("soon_days", "须多于“临期（黄）”的天数。")
        return given

    def refuse_early(self) -> None:
        """Add an error where the newest version holds from that day or a later one."""
        if "since_on" not in self.errors and self.cleaned_data["since_on"] <= self.newest.since_on:
            self.add_error("since_on", f"施行日期须晚于第 {self.newest.number} 版的 {self.newest.since_on}。")

    @property
    def proposed(self) -> Rule:
        """The version that would be adopted."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "reason"}
        return Rule(number=self.newest.number + 1, **values)
