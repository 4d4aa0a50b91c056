"""Rows that the constraints of imported tables accept and refuse."""

from tasks.models import TableImport
from tasks.tests.people import NOW
from units.choices import Role
from units.models import User
from units.tests.constraints import Case
from units.tests.samples import make_user


def table(by: User, **given) -> TableImport:
    usual = {"owner": by, "slug": "jiaodong", "name": "表.txt", "sha256": "0" * 64, "uploaded_at": NOW}
    return TableImport(**usual | given)


def second(sha256: str) -> TableImport:
    """Beside one that waits, whose hash is all zeros."""
    by = make_user(Role.OFFICE)
    table(by).save()
    return table(by, sha256=sha256)


def applied(*, is_named: bool) -> TableImport:
    by = make_user(Role.OFFICE)
    return table(by, applied_at=NOW, applied_by=by if is_named else None)


CASES_OF_IMPORTING = {
    "tableimport_waits_once": Case(accepted=lambda: second("1" * 64), refused=lambda: second("0" * 64)),
    "tableimport_applied_at_and_by": Case(
        accepted=lambda: applied(is_named=True), refused=lambda: applied(is_named=False)
    ),
}
