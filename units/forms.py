"""Forms of `units`: logging in, one's own account, the audit trail, handing over a post, and an account in the admin."""

import datetime
import unicodedata
from operator import attrgetter
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordMixin, UsernameField
from django.core.exceptions import ValidationError

from units.models import User
from units.queries import AuditQuestion, audited_units, audited_verbs

WRONG = "账号或密码不正确。请检查大小写和输入法后重试；仍不能登录的，请联系系统管理员。"
LOCKED = "登录失败次数过多，已暂停登录。请在最后一次失败 {minutes} 分钟以后再试，或联系系统管理员。"
PASSWORD_RULES = "至少 10 个字符，不能全是数字，不能是常见密码，也不能与账号、姓名相近。"  # noqa: S105 - a sentence
WRONG_DATE = "这不是日期。请按年-月-日填写，例如 2026-10-15。"


class Marked(forms.Form):
    """A form whose fields look like ours and are marked where something is to be mended."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            kind = "form-select" if isinstance(field.widget, forms.Select) else "form-control"
            field.widget.attrs["class"] = "form-check-input" if isinstance(field, forms.BooleanField) else kind
            if field.required:
                field.error_messages["required"] = f"请填写{field.label}。"

    def leave_focus_to_errors(self) -> None:
        """The focus goes to the list of errors rather than into a field."""
        if self.errors:
            for field in self.fields.values():
                field.widget.attrs.pop("autofocus", None)


class LoginForm(Marked, AuthenticationForm):
    """One sentence for everything that can be wrong: it does not tell which accounts there are."""

    error_messages = {"invalid_login": WRONG, "inactive": WRONG}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in (("username", "账号"), ("password", "密码")):
            field = self.fields[name]
            field.label, field.error_messages["required"] = label, f"请填写{label}。"

    def get_invalid_login_error(self) -> ValidationError:
        """A lock falls on names nobody bears as well: its sentence tells nothing either."""
        if getattr(self.request, "axes_locked_out", False):
            return ValidationError(LOCKED.format(minutes=settings.LOGIN_LOCK_MINUTES), code="locked")
        return super().get_invalid_login_error()


class OwnPasswordForm(Marked, PasswordChangeForm):
    """One's own password. The present one is asked for: the desk may be somebody else's."""

    error_messages = {
        "password_incorrect": "现在的密码不正确。",
        "password_mismatch": "两次输入的新密码不一致。",
    }

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        texts = {
            "old_password": ("现在的密码", "请填写现在的密码。", ""),
            "new_password1": ("新密码", "请填写新密码。", PASSWORD_RULES),
            "new_password2": ("再输一次新密码", "请再输一次新密码。", ""),
        }
        for name, (label, missing, rules) in texts.items():
            field = self.fields[name]
            field.label, field.error_messages["required"], field.help_text = label, missing, rules


class CodeForm(Marked):
    """The six digits of the authenticator; spaces and full-width digits are read as they are meant."""

    code = forms.CharField(
        label="动态口令",
        max_length=20,
        error_messages={"required": "请填写动态口令。"},
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True, "maxlength": 20}
        ),
    )

    def clean_code(self) -> str:
        code = "".join(unicodedata.normalize("NFKC", self.cleaned_data["code"]).split())
        if not (len(code) == 6 and code.isdecimal()):
            raise ValidationError("动态口令是 6 位数字。")
        return code


class AuditFilterForm(Marked):
    """What an auditor looks for. Every field may stay empty."""

    person = forms.CharField(label="操作人", max_length=100, required=False)
    unit = forms.ChoiceField(label="单位", required=False)
    verb = forms.ChoiceField(label="操作", required=False)
    subject = forms.CharField(label="对象", max_length=100, required=False)
    since = forms.DateField(
        label="从",
        required=False,
        widget=forms.DateInput(attrs={"placeholder": "年-月-日"}),
        error_messages={"invalid": WRONG_DATE},
    )
    until = forms.DateField(
        label="到",
        required=False,
        widget=forms.DateInput(attrs={"placeholder": "年-月-日"}),
        error_messages={"invalid": WRONG_DATE},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, known in (("unit", audited_units()), ("verb", audited_verbs())):
            field = self.fields[name]
            field.choices = [("", "全部"), *((value, value) for value in known)]
            field.error_messages["invalid_choice"] = f"日志里没有这个{field.label}，请在列表中选择。"
        for field in self.fields.values():
            field.widget.attrs["class"] += (
                " form-select-sm" if "select" in field.widget.attrs["class"] else " form-control-sm"
            )

    def clean_until(self) -> datetime.date | None:
        since, until = self.cleaned_data.get("since"), self.cleaned_data["until"]
        if since and until and until < since:
            raise ValidationError("“到”不能早于“从”。")
        return until

    def question(self) -> AuditQuestion:
        return AuditQuestion(**self.cleaned_data)

    def in_words(self) -> str:
        """The conditions in force, for people: 操作人 李明，从 2026-10-01."""
        said = ((self.fields[name].label, value) for name, value in self.cleaned_data.items() if value)
        return "，".join(f"{label} {value}" for label, value in said)


class HandoverForm(Marked):
    """To whom a post goes, and whether the old account ends with it."""

    successor = forms.ModelChoiceField(
        label="接手人",
        queryset=User.objects.none(),
        empty_label="请选择",
        error_messages={"invalid_choice": "接手人须是同一单位、同一角色、启用中的另一个账号，请另选。"},
    )
    switch_off = forms.BooleanField(label="同时停用原账号", required=False)

    def __init__(self, *args: Any, successors: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["successor"]
        field.queryset, field.label_from_instance = successors, attrgetter("name_and_account")
        field.error_messages["required"] = "请选择接手人。"


class AccountForm(SetPasswordMixin, forms.ModelForm):
    """An account. The password is asked for when it is opened; later an empty one leaves the old."""

    password1, password2 = SetPasswordMixin.create_password_fields(label1="密码", label2="再输一次密码")
    reset_second_factor = forms.BooleanField(
        label="重置动态口令", required=False, help_text="手机丢失或更换时勾选并保存；本人下次登录时可重新设置。"
    )

    lift_lock = forms.BooleanField(
        label="解除登录锁定",
        required=False,
        help_text="连续输错，登录已暂停。勾选并保存，本人就可以用原来的密码再试。",
    )

    class Meta:
        model = User
        fields = ["username", "last_name", "first_name", "email", "role", "unit", "is_active"]
        field_classes = {"username": UsernameField}
        labels = {"last_name": "姓", "first_name": "名", "is_active": "启用"}
        help_texts = {
            "unit": "填报员和审核员必须属于一个单位。",
            "is_active": "停用的账号不能登录。账号不删除，所做的一切始终有名可查。",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["password1"].required = self.fields["password2"].required = False
            self.fields["password2"].help_text = "两次都留空，密码不变。重设后，本人下次登录时须更改。"
        else:
            self.fields["password2"].help_text = "这是首个密码，本人首次登录时须更改。"

    def clean(self):
        self.validate_passwords()
        return super().clean()

    def validate_passwords(self) -> None:
        """A new password typed once only is as wrong as two that differ."""
        typed = {self.cleaned_data.get(name) for name in ("password1", "password2")}
        if len(typed) > 1 and None not in typed:  # None is a field with an error of its own
            self.add_error("password2", self.error_messages["password_mismatch"])

    def _post_clean(self):
        super()._post_clean()
        self.validate_password_for_user(self.instance)  # compares with the name just typed
