"""Forms of reporting periods: one of them, and how often they come."""

from typing import Any

from tasks.choices import Cadence
from tasks.forms import ChineseDateField
from tasks.forms_office import VerbForm, choice_field, line_field, reason_field


class PeriodForm(VerbForm):
    """填报期次."""

    label = line_field("期次", 50, error_messages={"required": "请填写期次名称，例如 2026年三季度。"})
    as_of = ChineseDateField("截至日期", error_messages={"required": "请填写截至日期。"})
    opens_on = ChineseDateField("开放填报", error_messages={"required": "请填写开放填报的日期。"})
    due_on = ChineseDateField("填报截止", error_messages={"required": "请填写填报截止的日期。"})

    def clean(self) -> dict[str, Any]:
        """Here the field is named; the constraint, which `check` asks, names none."""
        data = self.cleaned_data
        if "opens_on" in data and "due_on" in data and data["due_on"] < data["opens_on"]:
            self.add_error("due_on", "填报截止不能早于开放填报。")
        return super().clean()


class PeriodChangeForm(PeriodForm):
    """调整期次, and why."""

    reason = reason_field("调整理由", "请写明调整的理由。")

    @property
    def given(self) -> dict[str, Any]:
        return self.changes

    @property
    def changes(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "reason"}


class CadenceForm(VerbForm):
    """填报周期."""

    cadence = choice_field("填报周期", Cadence)
    reason = reason_field("调整理由", "请写明调整的理由。")
    document = line_field("依据文件", required=False)
