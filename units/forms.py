"""Forms of `units`."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm, SetPasswordMixin, UsernameField

from units.models import User

WRONG = "账号或密码不正确。请检查大小写和输入法后重试；仍不能登录的，请联系系统管理员。"


class LoginForm(AuthenticationForm):
    """One sentence for everything that can be wrong: it does not tell which accounts there are."""

    error_messages = {"invalid_login": WRONG, "inactive": WRONG}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, label in (("username", "账号"), ("password", "密码")):
            field = self.fields[name]
            field.label, field.error_messages["required"] = label, f"请填写{label}。"
            field.widget.attrs["class"] = "form-control"


class AccountForm(SetPasswordMixin, forms.ModelForm):
    """An account. The password is asked for when it is opened; later an empty one leaves the old."""

    password1, password2 = SetPasswordMixin.create_password_fields(label1="密码", label2="再输一次密码")

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
            self.fields["password2"].help_text = "两次都留空，密码不变。"

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
