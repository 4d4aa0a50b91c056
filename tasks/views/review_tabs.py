"""The tabs over everything that waits for a decision, each with its number."""

from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.urls import reverse

from tasks.queries import waiting
from units.choices import Role
from units.models import User
from units.permissions import Permission, may


class Tab(NamedTuple):
    label: str
    url: str
    count: int
    is_current: bool


def require_reviewer(user: User) -> None:
    if not (may(user, Permission.REVIEW_AT_UNIT) or may(user, Permission.REVIEW_AT_OFFICE)):
        raise PermissionDenied("您的角色没有这项权限：审核填报。")


def tabs(user: User, here: str = "", counts: dict[str, int] | None = None) -> list[Tab]:
    """Every queue of this person, with its number. One query where the `waiting.counts` are not known."""
    labels = {
        "review": waiting_label(user),
        "completion-queue": "待办结核验",
        "extension-queue": "延期申请",
        "review-returned": "退回中",
    }
    found = waiting.counts(user) if counts is None else counts
    return [Tab(labels[name], reverse(name), found[name], name == here) for name in found if name in labels]


def waiting_label(user: User) -> str:
    return "待复审" if user.role == Role.OFFICE else "待初审"
