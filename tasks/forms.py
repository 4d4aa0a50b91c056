"""What is typed, read with patience and refused in sentences that say what to mend.

The fields that every form of `tasks` is made of, and the forms of a report and of verifying an export.
"""

import datetime
import unicodedata
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator

from tasks.choices import Confidence
from units.choices import UnitKind
from units.models import Unit

DATE_EXAMPLE = "2026-10-15"
YEARS = range(2000, 2100)
LONGEST_TEXT = 5000
ONLY_THESE_WORDS = "研判只能选正常、有风险或滞后。"
NO_SUCH_UNIT = "没有这个单位，请在列表中选择。"


class ChineseDateField(forms.DateField):
    """年-月-日 as people write it: 2026-10-15, 2026/10/15, 2026年10月15日, full-width digits too."""

    default_error_messages = {
        "invalid": f"这不是日期。请按年-月-日填写，例如 {DATE_EXAMPLE}。",
        "required": f"请填写日期，例如 {DATE_EXAMPLE}。",
    }

    def __init__(self, label: str, **options: Any) -> None:
        shape = {
            "inputmode": "numeric",
            "placeholder": "年-月-日",  # an example grows old: what is asked for lies in the future as often as not
            "autocomplete": "off",
            "class": "form-control",
        }
        widget = forms.DateInput(format="%Y-%m-%d", attrs=shape)
        super().__init__(label=label, widget=widget, **options)

    def to_python(self, value: Any) -> datetime.date | None:
        if isinstance(value, str):
            value = "".join(unicodedata.normalize("NFKC", value).split())
        return super().to_python(value)

    def validate(self, value: Any) -> None:
        """A slip of the pen in the year would be counted from: no calendar goes on behind 9999."""
        super().validate(value)
        if value and value.year not in YEARS:
            raise forms.ValidationError(f"年份须在 {YEARS[0]} 到 {YEARS[-1]} 之间，请检查是否写错。")


class PercentField(forms.IntegerField):
    """0 to 100; `86%`, `８６` and ` 86 ％` are 86. A text input, since a number input drops what it cannot read."""

    def __init__(self, label: str, **options: Any) -> None:
        shape = {"inputmode": "numeric", "autocomplete": "off", "class": "form-control"}
        super().__init__(
            label=label,
            min_value=0,
            max_value=100,
            widget=forms.TextInput(attrs=shape),
            error_messages={
                "invalid": "完成率请填 0 到 100 之间的整数。",
                "min_value": "完成率在 0 到 100 之间。",
                "max_value": "完成率在 0 到 100 之间。",
            },
            **options,
        )

    def to_python(self, value: Any) -> int | None:
        if isinstance(value, str):
            value = unicodedata.normalize("NFKC", value).replace("%", "").strip()
        return super().to_python(value)


class TextField(forms.CharField):
    """Several lines. Line ends become those of the database, else an untouched text would look changed.

    The length is checked here; the page's script counts beside the text (`site.js`), and a browser's own limit would cut
    what is pasted without a word.
    """

    def __init__(self, label: str, rows: int = 3, **options: Any) -> None:
        too_long = MaxLengthValidator(LONGEST_TEXT, f"%(show_value)s 字，超过 {LONGEST_TEXT} 字的上限，请删减。")
        super().__init__(
            label=label,
            validators=[too_long],
            widget=forms.Textarea(attrs={"rows": rows, "class": "form-control", "data-longest": LONGEST_TEXT}),
            **options,
        )

    def to_python(self, value: Any) -> str:
        return super().to_python(value).replace("\r\n", "\n").replace("\r", "\n")


class ReportForm(forms.Form):
    """A report's content. Nothing is required here: a draft is kept as it is; `submit_report` says what is missing."""

    progress = TextField("本期进展", rows=6, required=False)
    percent_complete = PercentField("完成率", required=False)
    confidence = forms.ChoiceField(
        label="研判",
        choices=Confidence,
        required=False,
        widget=forms.RadioSelect(attrs={"class": "btn-check"}),
        error_messages={"invalid_choice": ONLY_THESE_WORDS},
    )
    risk = TextField("风险说明", rows=2, required=False)
    problems = TextField("存在问题", required=False)
    coordination_request = TextField("需协调事项", rows=2, required=False)
    coordination_unit = forms.ModelChoiceField(
        label="请哪个单位协调",
        queryset=Unit.objects.exclude(kind=UnitKind.GROUP),
        required=False,
        empty_label="请选择",
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"invalid_choice": NO_SUCH_UNIT},
    )
    coordination_due_on = ChineseDateField("最迟答复", required=False)
    next_steps = TextField("下一步", rows=2, required=False)
    fall_reason = TextField("完成率下降的说明", rows=2, required=False)

    def __init__(self, data: Mapping[str, Any] | None = None, **options: Any) -> None:
        super().__init__(data, auto_id="f-%s", use_required_attribute=False, **options)

    def valid_content(self) -> dict[str, Any]:
        """The fields that can be kept as they stand; call after validation. One wrong field never costs the others."""
        return {name: value for name, value in self.cleaned_data.items() if name not in self.errors}


class UnchangedForm(forms.Form):
    """本期无变化: all it asks is when the next change is expected."""

    use_required_attribute = False  # the browser's own refusal is neither ours nor Chinese
    change_expected_on = ChineseDateField(
        "预计何时有变化", error_messages={"required": f"请填写预计何时有变化，例如 {DATE_EXAMPLE}。"}
    )


class VerifyForm(forms.Form):
    """A code or a file, one of the two."""

    code = forms.CharField(
        label="校验码",
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off", "spellcheck": "false"}),
    )
    file = forms.FileField(
        label="导出的文件（xlsx 或 csv）",
        required=False,
        max_length=200,
        error_messages={"empty": "这个文件是空的。"},
        widget=forms.FileInput(attrs={"class": "form-control", "accept": ".xlsx,.csv"}),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors and not given.get("code") and not given.get("file"):
            raise forms.ValidationError("请输入校验码，或者选择文件。")
        return given
