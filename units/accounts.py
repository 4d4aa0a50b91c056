"""The verbs at the door: logging in and out, passwords, the second factor; and what was refused or taken away there.

The second factor is django-otp's: it keeps the secret, refuses a code used twice, and makes guessing wait longer each
time. Its clock is the machine's.
"""

from datetime import datetime, timedelta

from axes.models import AccessAttempt
from axes.utils import reset as forget_failed_logins
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from units import audit
from units.models import User
from units.permissions import Permission, require

DEVICE_NAME = "动态口令"


def record_login(by: User, *, now: datetime) -> None:
    """The password was right. Whoever needs a second factor is in only after `verify_second_factor`."""
    audit.record(by, "登录", by, now=now)


def record_logout(by: User, *, now: datetime) -> None:
    audit.record(by, "退出", by, now=now)


def record_failed_login(*, username: str, is_locked: bool, now: datetime) -> None:
    """A login that failed. The name typed is kept, since it may be a guess at somebody's; the password never."""
    audit.record(None, "登录被锁定" if is_locked else "登录失败", username, now=now)


def is_locked(user: User, *, now: datetime) -> bool:
    """Whether a computer from which this account was tried has to wait. The lock is on account and address together."""
    since = now - timedelta(minutes=settings.LOGIN_LOCK_MINUTES)
    tried = AccessAttempt.objects.filter(username=user.username, attempt_time__gt=since)
    return tried.filter(failures_since_start__gte=settings.LOGIN_FAILURE_LIMIT).exists()


@transaction.atomic
def lift_lock(by: User, *, user: User, now: datetime) -> None:
    """Let a person who mistyped try again at once, with the password they have."""
    require(by, Permission.MANAGE_ACCOUNTS)
    if forget_failed_logins(username=user.username):
        audit.record(by, "解除登录锁定", user, now=now)


def record_refusal(by: User, *, act: str, sentence: str, now: datetime) -> None:
    """Somebody asked for what they may not have: `act` is method and path, the sentence what they were told."""
    audit.record(by, "被拒绝", act, now=now, after=sentence)


def record_export(by: User | None, *, file: str, rows: int, conditions: str = "", now: datetime) -> None:
    """A file was taken away. `by` None is an outsider, who gets nothing that is not public."""
    audit.record(by, "导出", file, now=now, after={"行数": str(rows), "条件": conditions or "全部"})


@transaction.atomic
def choose_digest(by: User, *, is_wanted: bool, now: datetime) -> None:
    """Whether this person wants to be told of their work by mail."""
    if User.objects.filter(pk=by.pk).exclude(wants_digest=is_wanted).update(wants_digest=is_wanted):
        audit.record(by, "接收待办邮件" if is_wanted else "不再接收待办邮件", by, now=now)


@transaction.atomic
def change_own_password(by: User, *, password: str, now: datetime) -> User:
    """Set a password of one's own. It differs from the old one, which somebody else may know."""
    user = User.objects.select_for_update(no_key=True).get(pk=by.pk)
    if user.check_password(password):
        raise ValidationError({"new_password1": "新密码不能与现在的密码相同。"})
    validate_password(password, user)
    user.set_password(password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    audit.record(user, "更改密码", user, now=now)
    return user


def is_second_factor_required(user: User) -> bool:
    """The administrator's rule, from the settings: no query."""
    return user.role in settings.SECOND_FACTOR_ROLES


def has_second_factor(user: User) -> bool:
    return TOTPDevice.objects.filter(user=user, confirmed=True).exists()


@transaction.atomic
def begin_second_factor(by: User) -> TOTPDevice:
    """The secret a person is about to scan; the same one until it is confirmed."""
    locked_without_device(by)
    return TOTPDevice.objects.get_or_create(user=by, confirmed=False, defaults={"name": DEVICE_NAME})[0]


def unconfirmed_device(user: User) -> TOTPDevice | None:
    return TOTPDevice.objects.filter(user=user, confirmed=False).first()


def confirm_second_factor(by: User, *, code: str, now: datetime) -> TOTPDevice:
    """Take the device into use once its code has been typed correctly."""
    with transaction.atomic():
        locked_without_device(by)
        device = TOTPDevice.objects.select_for_update().filter(user=by, confirmed=False).first()
        if device is None:
            raise ValidationError("还没有可启用的密钥，请从头设置。")
        refusal = refusal_of_code(device, code)
        if not refusal:
            device.confirmed = True
            device.save(update_fields=["confirmed"])
            audit.record(by, "启用动态口令", by, now=now)
    refuse_with(refusal)
    return device


def verify_second_factor(by: User, *, code: str, now: datetime) -> TOTPDevice:
    """Complete a login by the code of the person's device; right or wrong, it is an event."""
    with transaction.atomic():
        device = TOTPDevice.objects.select_for_update().filter(user=by, confirmed=True).first()
        if device is None:
            raise ValidationError("动态口令已被重置，请重新登录。")
        refusal = refusal_of_code(device, code)
        audit.record(by, "动态口令错误" if refusal else "动态口令通过", by, now=now)
    refuse_with(refusal)
    return device


def locked_without_device(by: User) -> None:
    """Lock the account; refuse where a device is in use: another would open the door to whoever knows the password."""
    user = User.objects.select_for_update(no_key=True).get(pk=by.pk)
    if has_second_factor(user):
        raise PermissionDenied("动态口令已启用。需要更换的，请系统管理员先重置。")


def refusal_of_code(device: TOTPDevice, code: str) -> str:
    """Why the code is refused, or nothing. A wrong one is counted in the device, so nothing is raised before commit."""
    allowed, why = device.verify_is_allowed()
    if not allowed:
        return f"输错次数较多，请在 {timezone.localtime(why['locked_until']):%m月%d日 %H:%M:%S} 以后再试。"
    if device.verify_token(code):
        return ""
    return "动态口令不对，或已经用过。请核对手机时间，输入当前显示的 6 位数字。"


def refuse_with(refusal: str) -> None:
    if refusal:
        raise ValidationError({"code": refusal})


@transaction.atomic
def reset_second_factor(by: User, *, user: User, now: datetime) -> None:
    """Forget a lost device, so that the person sets up another. One's own is another administrator's to reset."""
    require(by, Permission.MANAGE_ACCOUNTS)
    if user == by:
        raise ValidationError("不能重置自己的动态口令，请由另一位系统管理员办理。")
    if TOTPDevice.objects.filter(user=user).delete()[0]:
        audit.record(by, "重置动态口令", user, now=now)
