"""The tabs over everything that waits for a decision, each with its number."""

from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.urls import reverse

from tasks.queries import closing, review
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


def tabs(user: User, here: str, count: int) -> list[Tab]:
    """`count` is that of the tab one is on, counted already."""
    counters: list[tuple[str, str, Any]] = [("review", waiting_label(user), review.awaiting_decision_by)]
    if user.role == Role.OFFICE:
        counters += [
            ("completion-queue", "待办结核验", closing.completions_awaiting),
            ("extension-queue", "延期申请", closing.extensions_awaiting),
        ]
    counters.append(("review-returned", "退回中", review.returned))
    return [
        Tab(label, reverse(name), count if name == here else counter(user).count(), name == here)
        for name, label, counter in counters
    ]


def waiting_label(user: User) -> str:
    return "待复审" if user.role == Role.OFFICE else "待初审"
