"""The verbs of `units`: units, their names and groups, and accounts. One function, one transaction.

A verb refuses by PermissionDenied (the person may not) or ValidationError (the act cannot be), both in sentences
for the person who asked; then nothing has changed. What it does is one event of the audit trail.
"""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime

from axes.utils import reset as forget_failed_logins
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django_otp.plugins.otp_totp.models import TOTPDevice

from units import audit
from units.choices import Role, UnitKind
from units.models import Unit, UnitAlias, UnitGroup, UnitGroupMember, User
from units.permissions import Permission, require
from units.rows import delete_recorded, save_recorded, save_row

OWN_STANDING = ("role", "unit_id", "is_active", "is_staff", "is_superuser")


@transaction.atomic
def save_unit(by: User, *, unit: Unit, now: datetime) -> Unit:
    """A unit that is renamed keeps its former name as another one: tables that were issued before call it so."""
    require(by, Permission.MANAGE_UNITS)
    if unit.kind != UnitKind.GROUP and UnitGroup.objects.filter(unit_id=unit.pk).exists():
        raise ValidationError({"kind": "它名下有群体成员，类别只能是“群体”。如确需改变，请先删除同名群体。"})
    former = Unit.objects.filter(pk=unit.pk).exclude(name=unit.name).values_list("name", flat=True).first()
    saved = save_recorded(by, unit, now=now)
    if former and not UnitAlias.objects.filter(name=former).exists():
        save_row(by, UnitAlias(unit=saved, name=former))
    return saved


def unit_named(name: str, kind: str, position: int) -> Unit:
    """A unit as a table names it, not saved: its short name and address are what can be had from the name."""
    slug = "unit-" + hashlib.sha256(name.encode()).hexdigest()[:10]
    return Unit(name=name, short_name=name[:50], slug=slug, kind=kind, position=position)


@transaction.atomic
def enrol_unit(by: User, *, name: str, kind: str, now: datetime) -> Unit:
    """Take up a unit that an imported table names. Whoever imports may, without maintaining units otherwise."""
    require(by, Permission.IMPORT_TABLES)
    last = Unit.objects.aggregate(last=models.Max("position"))["last"] or 0
    return save_recorded(by, unit_named(name, kind, last + 10), now=now)


@transaction.atomic
def enrol_alias(by: User, *, name: str, unit: Unit, now: datetime) -> UnitAlias:
    """Remember a name of an imported table as another one of a unit there is."""
    require(by, Permission.IMPORT_TABLES)
    return save_recorded(by, UnitAlias(name=name, unit=unit), now=now)


@transaction.atomic
def enrol_group(by: User, *, name: str, members: Iterable[Unit] | None, now: datetime) -> UnitGroup:
    """Take up a group that an imported table names; `members` None is an open one."""
    unit = enrol_unit(by, name=name, kind=UnitKind.GROUP, now=now)
    group = save_recorded(by, UnitGroup(unit=unit, is_closed=members is not None), now=now)
    for member in members or ():
        save_recorded(by, UnitGroupMember(group=group, unit=member), now=now)
    return group


@transaction.atomic
def delete_unit(by: User, *, unit: Unit, now: datetime) -> None:
    """Delete a unit that holds no duty, no account and no place in a group; its other names go with it."""
    require(by, Permission.MANAGE_UNITS)
    members = UnitGroupMember.objects.filter(group__unit=unit)
    delete_recorded(by, unit, now=now, parts=[*unit.aliases.all(), *members, *UnitGroup.objects.filter(unit=unit)])


@transaction.atomic
def save_alias(by: User, *, alias: UnitAlias, now: datetime) -> UnitAlias:
    require(by, Permission.MANAGE_UNITS)
    same = UnitAlias.objects.filter(unit_id=alias.unit_id, name=alias.name).first()
    if alias.pk is None and same:  # kept a moment ago, when the unit was renamed in the same form
        return same
    return save_recorded(by, alias, now=now)


@transaction.atomic
def delete_alias(by: User, *, alias: UnitAlias, now: datetime) -> None:
    require(by, Permission.MANAGE_UNITS)
    delete_recorded(by, alias, now=now)


@transaction.atomic
def save_group(by: User, *, group: UnitGroup, now: datetime) -> UnitGroup:
    require(by, Permission.MANAGE_UNITS)
    return save_recorded(by, group, now=now)


@transaction.atomic
def delete_group(by: User, *, group: UnitGroup, now: datetime) -> None:
    """Delete a group through which no duty was reached, with its memberships; the unit of its name stays."""
    require(by, Permission.MANAGE_UNITS)
    delete_recorded(by, group, now=now, parts=group.memberships.all())


@transaction.atomic
def save_group_member(by: User, *, member: UnitGroupMember, now: datetime) -> UnitGroupMember:
    require(by, Permission.MANAGE_UNITS)
    return save_recorded(by, member, now=now)


@transaction.atomic
def delete_group_member(by: User, *, member: UnitGroupMember, now: datetime) -> None:
    require(by, Permission.MANAGE_UNITS)
    delete_recorded(by, member, now=now)


@transaction.atomic
def create_user(by: User, *, user: User, password: str, now: datetime) -> User:
    """Open an account with its first password, which its owner changes at the first login; there is no default one."""
    require(by, Permission.MANAGE_ACCOUNTS)
    validate_password(password, user)
    user.set_password(password)
    user.must_change_password = True
    return save_recorded(by, user, now=now)


@transaction.atomic
def create_users(by: User, *, users: Iterable[User], password: str, now: datetime) -> list[User]:
    """Open accounts that share a first password, as for a course or a demonstration.

    Hashed once: a salt each would hide no more, whoever guesses one password has them all.
    """
    require(by, Permission.MANAGE_ACCOUNTS)
    hashed = make_password(password)
    opened = []
    for user in users:
        validate_password(password, user)
        user.password, user.must_change_password = hashed, True
        opened.append(save_recorded(by, user, now=now))
    return opened


@transaction.atomic
def save_user(by: User, *, user: User, now: datetime) -> User:
    """Change an account. There is no deleting: a person who leaves is switched off, so that every act keeps its name."""
    refuse_standing(by, user)
    return save_recorded(by, user, now=now)


@transaction.atomic
def switch_off(by: User, *, user: User) -> User:
    """Switch an account off; for use inside a verb, which records it."""
    user.is_active = False
    refuse_standing(by, user)
    return save_row(by, user)


def refuse_standing(by: User, user: User) -> None:
    """Raise where `by` may not give an account this standing: its own, or no administrator would be left."""
    require(by, Permission.MANAGE_ACCOUNTS)
    before = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if is_last_administrator(before) and not is_administrator(user):
        raise ValidationError("这是最后一位可用的系统管理员，不能停用或改任其他角色。请先设另一位系统管理员。")
    if user == by and any(getattr(user, name) != getattr(before, name) for name in OWN_STANDING):
        raise ValidationError("不能修改自己的角色、单位和启用状态，请由另一位系统管理员办理。")


@transaction.atomic
def install_administrator(*, username: str, now: datetime) -> str:
    """Open the first administrator's account and return its password, which is kept nowhere.

    There is nobody yet to be `by`: the right comes from holding the machine.
    """
    if User.objects.filter(is_superuser=True).exists():
        raise ValidationError("已有系统管理员账号，没有另建。忘了密码的，请重设。")
    password = secrets.token_urlsafe(15)
    user = User.objects.create_superuser(username, password=password, must_change_password=True)
    audit.record(None, "新增", user, now=now, after=audit.facts(user))
    return password


@transaction.atomic
def reset_administrator(*, username: str, now: datetime) -> str:
    """Give the first administrator a new password and return it; a lost second factor is forgotten with the old one.

    For whoever holds the machine, as above.
    """
    able = User.objects.select_for_update(no_key=True).filter(is_superuser=True, is_active=True)
    user = able.filter(username=username).first()
    if user is None:
        raise ValidationError(f"没有名为 {username} 的可用的系统管理员账号。请由另一位系统管理员在后台重设密码。")
    password = secrets.token_urlsafe(15)
    TOTPDevice.objects.filter(user=user).delete()
    store_password(user, password, must_change=True)
    audit.record(None, "重设密码", user, now=now)
    return password


@transaction.atomic
def set_password(by: User, *, user: User, password: str, now: datetime) -> User:
    """Give an account a new password; somebody else's is changed at the next login. It lifts a lock."""
    require(by, Permission.MANAGE_ACCOUNTS)
    validate_password(password, user)
    store_password(user, password, must_change=user != by)
    audit.record(by, "重设密码", user, now=now)
    return user


def store_password(user: User, password: str, *, must_change: bool) -> None:
    user.set_password(password)
    user.must_change_password = must_change
    user.save(update_fields=["password", "must_change_password"])
    forget_failed_logins(username=user.username)


def is_administrator(user: User) -> bool:
    return user.is_active and user.role == Role.ADMINISTRATOR


def is_last_administrator(user: User) -> bool:
    """Whether no other administrator can log in. The rows are locked: two of them cannot switch each other off."""
    able = User.objects.select_for_update(no_key=True).filter(role=Role.ADMINISTRATOR, is_active=True)
    return is_administrator(user) and not any(other != user for other in able)
