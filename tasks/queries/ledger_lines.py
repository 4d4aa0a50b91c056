"""What a row of the ledger says: a measure on one basis, its duties and standing, and what one person may see of its reports."""

import datetime
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any

from django.db.models import Value

from tasks.choices import OBLIGED_ROLES
from tasks.queries.basis import Basis, Standing
from tasks.queries.measures import DUTY_FIELDS, LINE_FIELDS, DutyLine, MeasureLine
from tasks.queries.told import TOLD_FIELDS, Told, approvers

KEPT_BY_PERIODS = {"text", "responsibility_text", "starts_on", "due_on", "original_due_on", "is_ongoing"}


@dataclass(slots=True)
class LedgerLine(MeasureLine):
    """One measure on one basis. `positions`: where each unit, by key, stands among its duties. `reports` are those of its
    basis period that a person may see, in that order.

    Lines are equal if everything in them is, and are not changed once they are filled.
    """

    original_due_on: datetime.date | None = None
    standing: Standing | None = None
    moves: int = 0
    positions: dict[int, int] = field(default_factory=dict)
    reports: list[Told] = field(default_factory=list)

    def __hash__(self) -> int:
        return hash((self.pk, self.text, len(self.duties), len(self.reports)))

    @property
    def obliged_names(self) -> list[str]:
        """Who must report, each once."""
        return list(dict.fromkeys(duty.name for duty in self.duties if duty.role in OBLIGED_ROLES))

    @property
    def reviewers(self) -> str:
        return approvers(self.reports)


UNREPORTED = attrgetter(*(one.name for one in fields(LedgerLine)[:-1]))  # takes a third of the time of `replace`


def line_fields(prefix: str) -> list[str]:
    names = [*LINE_FIELDS, "original_due_on"]
    return [f"{prefix}{name}" if name in KEPT_BY_PERIODS else name for name in names]


def line(row: tuple[Any, ...]) -> LedgerLine:
    *common, original_due_on = row
    return LedgerLine(*common, original_due_on=original_due_on)


def filled(basis: Basis, rows: Iterable[tuple[Any, ...]]) -> list[LedgerLine]:
    """Rows of `line_fields` as lines with their duties and standings."""
    lines = [line(row) for row in rows]
    by_pk = {one.pk: one for one in lines}
    standings = basis.standings(by_pk)
    moves = basis.moves(standings)
    for one in lines:
        one.standing, one.moves = standings.get(one.pk), moves.get(one.pk, 0)
    add_duties(basis, by_pk)
    return lines


def add_duties(basis: Basis, by_pk: Mapping[int, LedgerLine]) -> None:
    rows = []
    for duties in basis.duties_of(tuple(by_pk), ("measure_id", "position", "unit_id", *DUTY_FIELDS)):
        rows += duties
    rows.sort(key=lambda row: row[:2])
    for measure, position, unit, *duty in rows:
        by_pk[measure].duties.append(DutyLine(*duty))
        by_pk[measure].positions[unit] = position


def reported(
    basis: Basis, user: Any, lines: Collection[LedgerLine], columns: tuple[str | Value, ...] = TOLD_FIELDS
) -> list[LedgerLine]:
    """The lines with what this person may see of their reports. One query, of every period that can be a basis."""
    by_pk = {one.pk: LedgerLine(*UNREPORTED(one)) for one in lines}
    for told in map(Told._make, basis.told(user, tuple(by_pk), columns) if by_pk else ()):
        one = by_pk[told.measure]
        if one.standing is not None and basis.is_basis(one.standing, told):
            one.reports.append(told)
    for one in by_pk.values():
        one.reports.sort(key=lambda told: one.positions.get(told.unit_id, 0))
    return list(by_pk.values())
