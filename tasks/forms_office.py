"""Forms of those who decide and of those who ask them: review, closing, instructions, a measure's settings, a saved view.

What a form can tell is refused here in sentences; what only the services know they refuse, and `refuse` puts their
sentences to the fields.
"""

import datetime
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from tasks.choices import Halt, RollUp
from tasks.forms import NO_SUCH_UNIT, ChineseDateField, TextField
from tasks.models import Measure
from tasks.services.reviewing import SAY_WHY
from units.choices import UnitKind
from units.models import Unit

PASS, RETURN = "pass", "return"
STALE = "页面不完整，没有提交。请刷新后再审。"
PHRASES = ("缺少数字", "与佐证材料不符", "没有回应上期问题", "没有写到截至日期")


class VerbForm(forms.Form):
    """A form that marks its wrong fields and takes the services' refusals.

    `check` is a service's refusal of values, by name, of which some may be wanting: so what is wrong is told at once,
    whatever else is still missing.
    """

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, check: Callable[..., None] | None = None, **options: Any
    ) -> None:
        super().__init__(data, auto_id="f-%s", use_required_attribute=False, **options)
        self.check = check

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.check:
            with self.refusals():
                self.check(**self.given)
        return cleaned

    @property
    def given(self) -> dict[str, Any]:
        """What `check` is asked about: the values that could be read."""
        return self.cleaned_data

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """Inside, a service is asked; where it refuses, its sentences go to the fields and what stands behind shows the form."""
        try:
            yield
        except ValidationError as refused:
            self.refuse(refused)

    def refuse(self, error: ValidationError) -> None:
        """Put a service's refusal where it belongs: to the field it names, else on top."""
        by_field = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        for name, messages in by_field.items():
            for message in messages:
                self.add_error(name if name in self.fields else None, message)


def line_field(label: str, longest: int = 200, **options: Any) -> forms.CharField:
    """One line of text."""
    widget = forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"})
    too_long = {"max_length": f"最多 {longest} 字，请删减。"}
    messages = options.pop("error_messages", {})
    return forms.CharField(
        label=label, max_length=longest, widget=widget, error_messages={**too_long, **messages}, **options
    )


def reason_field(label: str = "理由", sentence: str = "请写明理由。") -> TextField:
    return TextField(label, rows=3, error_messages={"required": sentence})


def choice_field(label: str, choices: Any, **options: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=choices, widget=forms.Select(attrs={"class": "form-select"}), **options
    )


class DecisionForm(VerbForm):
    """通过 or 退回. A return says why and until when; the phrases are the beginning of a reason, ticked."""

    decision = forms.ChoiceField(
        label="审核意见",
        choices=[(PASS, "通过"), (RETURN, "退回修改")],
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        error_messages={"required": "请选择通过或退回修改。", "invalid_choice": "只能通过或退回修改。"},
    )
    phrases = forms.MultipleChoiceField(
        label="常用理由",
        choices=[(phrase, phrase) for phrase in PHRASES],
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )
    reason = TextField("意见或退回理由", rows=3, required=False)
    mend_by = ChineseDateField("改好日期", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, error_messages={"required": STALE, "invalid": STALE})
    seen_at = forms.DateTimeField(widget=forms.HiddenInput, error_messages={"required": STALE, "invalid": STALE})

    def __init__(self, *args: Any, today: datetime.date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today

    @property
    def is_return(self) -> bool:
        return self.cleaned_data.get("decision") == RETURN

    @property
    def remark(self) -> str:
        """The ticked phrases as a first line, then what was written. Phrases are reasons: a pass leaves them out."""
        phrases = "；".join(self.cleaned_data["phrases"]) if self.is_return else ""
        return "\n".join(filter(None, [phrases and f"{phrases}。", self.cleaned_data["reason"].strip()]))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.is_return:
            if not (cleaned.get("phrases") or cleaned.get("reason", "").strip()):
                self.add_error("reason", SAY_WHY)
            if not cleaned.get("mend_by") and "mend_by" not in self.errors:
                self.add_error("mend_by", "退回修改的，请填写改好日期。")
            elif cleaned.get("mend_by") and cleaned["mend_by"] < self.today:
                self.add_error("mend_by", "改好日期不能早于今天。")
        return cleaned


class ClaimDecisionForm(VerbForm):
    """Decide on a completion claim or an extension request."""

    decision = forms.ChoiceField(
        label="决定",
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        error_messages={"required": "请选择一项决定。", "invalid_choice": "请选择一项决定。"},
    )
    reason = TextField("意见或退回理由", rows=3, required=False)
    document = line_field("依据文件", required=False)

    def __init__(self, *args: Any, granting: str, is_extension: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["decision"].choices = [(PASS, granting), (RETURN, "退回")]
        if not is_extension:
            del self.fields["document"]

    @property
    def is_return(self) -> bool:
        return self.cleaned_data.get("decision") == RETURN

    @property
    def given(self) -> dict[str, Any]:
        return self.cleaned_data if self.is_return else {}


class CompletionForm(VerbForm):
    """办结申请."""

    result = reason_field("办结情况", "请写明办结情况：做成了什么、达到什么程度。")
    document = line_field("依据文件及文号", error_messages={"required": "请填写依据文件的名称和文号。"})
    completed_on = ChineseDateField("办结日期", error_messages={"required": "请填写办结日期。"})
    link = forms.URLField(
        label="网址",
        required=False,
        max_length=200,
        assume_scheme="https",
        widget=forms.TextInput(attrs={"class": "form-control", "inputmode": "url", "autocomplete": "off"}),
        error_messages={
            "invalid": "这不是网址，请以 https:// 或 http:// 开头。",
            "max_length": "网址最多 200 个字符。",
        },
    )


class ExtensionForm(VerbForm):
    """延期申请."""

    new_due_on = ChineseDateField("申请延至", error_messages={"required": "请填写申请延至哪一天。"})
    reason = reason_field("延期理由", "请写明延期的理由。")


class InstructionForm(VerbForm):
    """作出批示."""

    text = TextField("批示", rows=4, error_messages={"required": "请写明批示内容。"})
    owner = forms.ModelChoiceField(
        label="承办单位",
        queryset=Unit.objects.exclude(kind=UnitKind.GROUP),
        empty_label="请选择",
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"required": "请选择承办单位。", "invalid_choice": NO_SUCH_UNIT},
    )
    due_on = ChineseDateField("办理时限", error_messages={"required": "请填写办理时限。"})


class SeenForm(VerbForm):
    """A form about an instruction that knows which answer its writer saw, if there was one."""

    seen_at = forms.DateTimeField(required=False, widget=forms.HiddenInput, error_messages={"invalid": STALE})


class AnswerForm(SeenForm):
    """反馈批示."""

    answer = reason_field("办理情况", "请写明办理情况。")


class InstructionReasonForm(SeenForm):
    """办结批示 or 退回反馈; whether it needs a reason the services know."""

    reason = TextField("意见或理由", rows=3, required=False)


class ReasonForm(VerbForm):
    """One act that needs a reason and nothing else."""

    reason = reason_field()


class SettingsForm(VerbForm):
    """A measure's time, roll-up and halt, and why they change. Knows what its writer saw when it was opened."""

    starts_on = ChineseDateField("开始日期", required=False, show_hidden_initial=True)
    due_on = ChineseDateField("完成时限", required=False, show_hidden_initial=True)
    is_ongoing = forms.BooleanField(
        label="长期坚持",
        required=False,
        show_hidden_initial=True,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
    roll_up = choice_field("汇总规则", RollUp, show_hidden_initial=True)
    halted = choice_field("暂停或终止", [("", "无"), *Halt.choices], required=False, show_hidden_initial=True)
    reason = reason_field("调整理由", "请写明调整的理由。")
    document = line_field("依据文件", required=False)

    def __init__(self, *args: Any, measure: Measure, **options: Any) -> None:
        super().__init__(*args, **options)
        self.measure = measure

    def clean(self) -> dict[str, Any]:
        """Also an error for each thing that is being changed and has been changed by another since it was seen."""
        cleaned = super().clean()
        for name, wanted in self.given.items():
            if getattr(self.measure, name) not in (wanted, self.seen(name)):
                self.add_error(name, "在您填写期间，这一项已被他人调整。请看现在的情况，再决定是否调整。")
        return cleaned

    @property
    def given(self) -> dict[str, Any]:
        """What the writer changed of what they saw, not what others changed meanwhile."""
        names = [name for name in self.changed_data if self.fields[name].show_hidden_initial]
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}

    def seen(self, name: str) -> Any:
        field = self.fields[name]
        raw = field.hidden_widget().value_from_datadict(self.data, self.files, self[name].html_initial_name)
        return field.to_python(raw)


class ViewForm(VerbForm):
    """常用视图: the name under which a ledger is kept, and its query."""

    name = line_field("视图名称", 50, error_messages={"required": "请填写视图名称。"})
    query = forms.CharField(required=False, max_length=1000, widget=forms.HiddenInput)
    is_shared = forms.BooleanField(
        label="共享给全体工作人员",
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
