"""The verbs of `units`: units, their names and groups, and accounts. One function, one transaction.

A verb refuses by PermissionDenied (the person may not) or ValidationError (the act cannot be), both in sentences
for the person who asked; then nothing has changed.
"""

import secrets
from collections import Counter
from typing import TypeVar

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import models, router, transaction
from django.db.models.deletion import Collector

from units.choices import Role, UnitKind
from units.models import Unit, UnitAlias, UnitGroup, UnitGroupMember, User
from units.permissions import Permission, require

Row = TypeVar("Row", bound=models.Model)
OWN_STANDING = ("role", "unit_id", "is_active", "is_staff", "is_superuser")


def save_row(by: User, row: Row) -> Row:
    """Check and save, the row's history naming `by`; a row that is as it was leaves no history.

    For use inside a verb, which has asked for the permission.
    """
    row.full_clean()
    if row.pk is None or values(row) != values(type(row)._default_manager.filter(pk=row.pk).first()):
        row._history_user = by
        row.save()
    return row


def values(row: models.Model | None) -> list[object]:
    return [getattr(row, field.attname) for field in row._meta.concrete_fields] if row else []


def delete_row(by: User, row: models.Model) -> None:
    """Delete, the row's history naming `by`; for use inside a verb.

    A cascade writes history without a name outside a request: a verb deletes a row's parts first, one by one.
    """
    refuse_if_in_use(row)
    row._history_user = by
    row.delete()


def refuse_if_in_use(row: models.Model) -> None:
    """Raise ValidationError, saying what hangs on a row, where deleting it would take something that must stay."""
    try:
        Collector(using=router.db_for_write(type(row)), origin=row).collect([row])
    except models.ProtectedError as error:
        counts = Counter(user._meta.verbose_name for user in error.protected_objects)
        named = "、".join(f"{name} {count} 项" for name, count in sorted(counts.items()))
        raise ValidationError(f"“{row}”不能删除：还有{named}与它关联。请先改派或删除这些内容。") from error


@transaction.atomic
def save_unit(by: User, *, unit: Unit) -> Unit:
    require(by, Permission.MANAGE_UNITS)
    if unit.kind != UnitKind.GROUP and UnitGroup.objects.filter(unit_id=unit.pk).exists():
        raise ValidationError({"kind": "它名下有群体成员，类别只能是“群体”。如确需改变，请先删除同名群体。"})
    return save_row(by, unit)


@transaction.atomic
def delete_unit(by: User, *, unit: Unit) -> None:
    """Delete a unit that holds no duty, no account and no place in a group; its other names go with it."""
    require(by, Permission.MANAGE_UNITS)
    for alias in unit.aliases.all():
        delete_alias(by, alias=alias)
    for group in UnitGroup.objects.filter(unit=unit):
        delete_group(by, group=group)
    delete_row(by, unit)


@transaction.atomic
def save_alias(by: User, *, alias: UnitAlias) -> UnitAlias:
    require(by, Permission.MANAGE_UNITS)
    return save_row(by, alias)


@transaction.atomic
def delete_alias(by: User, *, alias: UnitAlias) -> None:
    require(by, Permission.MANAGE_UNITS)
    delete_row(by, alias)


@transaction.atomic
def save_group(by: User, *, group: UnitGroup) -> UnitGroup:
    require(by, Permission.MANAGE_UNITS)
    return save_row(by, group)


@transaction.atomic
def delete_group(by: User, *, group: UnitGroup) -> None:
    """Delete a group through which no duty was reached, with its memberships; the unit of its name stays."""
    require(by, Permission.MANAGE_UNITS)
    for member in group.memberships.all():
        delete_group_member(by, member=member)
    delete_row(by, group)


@transaction.atomic
def save_group_member(by: User, *, member: UnitGroupMember) -> UnitGroupMember:
    require(by, Permission.MANAGE_UNITS)
    return save_row(by, member)


@transaction.atomic
def delete_group_member(by: User, *, member: UnitGroupMember) -> None:
    require(by, Permission.MANAGE_UNITS)
    delete_row(by, member)


@transaction.atomic
def create_user(by: User, *, user: User, password: str) -> User:
    """Open an account with its first password; there is no default one."""
    require(by, Permission.MANAGE_ACCOUNTS)
    validate_password(password, user)
    user.set_password(password)
    return save_row(by, user)


@transaction.atomic
def save_user(by: User, *, user: User) -> User:
    """Change an account. There is no deleting: a person who leaves is switched off, so that every act keeps its name."""
    require(by, Permission.MANAGE_ACCOUNTS)
    before = User.objects.select_for_update().get(pk=user.pk)
    if is_last_administrator(before) and not is_administrator(user):
        raise ValidationError("这是最后一位可用的系统管理员，不能停用或改任其他角色。请先设另一位系统管理员。")
    if user == by and any(getattr(user, name) != getattr(before, name) for name in OWN_STANDING):
        raise ValidationError("不能修改自己的角色、单位和启用状态，请由另一位系统管理员办理。")
    return save_row(by, user)


@transaction.atomic
def install_administrator(*, username: str) -> str:
    """Open the first administrator's account and return its password, which is kept nowhere.

    There is nobody yet to be `by`: the right comes from holding the machine.
    """
    if User.objects.filter(is_superuser=True).exists():
        raise ValidationError("已有系统管理员账号，没有另建。")
    password = secrets.token_urlsafe(15)
    User.objects.create_superuser(username, password=password)
    return password


@transaction.atomic
def reset_administrator(*, username: str) -> str:
    """Give the first administrator a new password and return it. For whoever holds the machine, as above."""
    user = User.objects.select_for_update().filter(username=username, is_superuser=True, is_active=True).first()
    if user is None:
        raise ValidationError(f"没有名为 {username} 的可用的系统管理员账号。请由另一位系统管理员在后台重设密码。")
    password = secrets.token_urlsafe(15)
    user.set_password(password)
    user.save(update_fields=["password"])
    return password


@transaction.atomic
def set_password(by: User, *, user: User, password: str) -> User:
    require(by, Permission.MANAGE_ACCOUNTS)
    validate_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    return user


def is_administrator(user: User) -> bool:
    return user.is_active and user.role == Role.ADMINISTRATOR


def is_last_administrator(user: User) -> bool:
    """Whether no other administrator can log in. The rows are locked: two of them cannot switch each other off."""
    able = User.objects.select_for_update().filter(role=Role.ADMINISTRATOR, is_active=True)
    return is_administrator(user) and not any(other != user for other in able)
