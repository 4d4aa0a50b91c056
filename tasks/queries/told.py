"""What was reported, as the lines of a ledger show it: plain values, since a page has hundreds."""

import datetime
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from django.db.models import Value

from tasks.choices import ReportState
from units.models.user import person_name

STATE_WORDS = dict(ReportState.choices)


class Told(NamedTuple):
    """A report as a line shows it."""

    measure: int
    duty_id: int
    unit_id: int
    unit: str
    period_id: int
    state: str
    corrects_id: int | None
    is_late: bool
    progress: str
    risk: str
    problems: str
    next_steps: str
    coordination_request: str
    coordination_unit: str | None
    coordination_due_on: datetime.date | None
    family_name: str | None
    given_name: str | None
    username: str | None

    @property
    def marks(self) -> list[str]:
        """Said of what is not approved, and of what is a correction or late."""
        if self.state != ReportState.APPROVED:
            return [STATE_WORDS[self.state]]
        return [word for word, holds in (("更正", self.corrects_id), ("补报", self.is_late)) if holds]

    @property
    def coordination_in_words(self) -> str:
        """What is asked, of whom, by when; empty where nothing is."""
        if not self.coordination_request:
            return ""
        whom = f"（请{self.coordination_unit}协调）" if self.coordination_unit else ""
        until = f"（最迟 {self.coordination_due_on:%Y-%m-%d} 答复）" if self.coordination_due_on else ""
        return f"{self.coordination_request}{whom}{until}"

    @property
    def approver(self) -> str:
        """Empty where nobody has approved."""
        return person_name(self.family_name, self.given_name, self.username)


OF_DUTY = ("duty__measure_id", "duty_id", "duty__unit_id", "duty__unit__name")
OF_OTHERS = {
    "coordination_unit": "coordination_unit__name",
    "family_name": "approved_by__last_name",
    "given_name": "approved_by__first_name",
    "username": "approved_by__username",
}
TOLD_FIELDS = (*OF_DUTY, *(OF_OTHERS.get(name, name) for name in Told._fields[len(OF_DUTY) :]))
OF_COLUMNS = {  # what only one column of a ledger shows; the risk none
    "progress": "told",
    "risk": "",
    "problems": "problems",
    "next_steps": "next_steps",
    **dict.fromkeys(("coordination_request", "coordination_unit", "coordination_due_on"), "coordination"),
    **dict.fromkeys(("family_name", "given_name", "username"), "reviewer"),
}
UNREAD = Value("")


@lru_cache(maxsize=256)
def told_fields(columns: tuple[str, ...]) -> tuple[str | Value, ...]:
    """Of a `Told` that is shown in these columns: a page has hundreds of texts, most of which it does not show."""
    return tuple(
        path if OF_COLUMNS.get(name, columns[0]) in columns else UNREAD
        for name, path in zip(Told._fields, TOLD_FIELDS, strict=True)
    )


def approvers(reports: Iterable[Told]) -> str:
    return "、".join(sorted({told.approver for told in reports if told.approver}))
