"""Who may touch which report, measure or file: predicates for objects, and the same rules as querysets.

A role's permissions are the table in `units.permissions`, legal moves the tables in `tasks.workflow`; here are the
rules about persons and units: own unit, own text, published or not. A test proves that predicate and queryset agree.
"""

from typing import Any

from django.db.models import Q

from tasks.choices import ReportState
from tasks.models import Duty, ProgressReport
from tasks.workflow import is_legal
from units.choices import Role, UnitKind
from units.permissions import Permission, may

DECISION_LEVELS = {Role.UNIT_REVIEWER: ReportState.SUBMITTED, Role.OFFICE: ReportState.FORWARDED}


def writes_for(user: Any, duty: Duty) -> bool:
    """A reporter writes for its own unit; the Office keeps the rows of open groups, which have no reporter."""
    if not may(user, Permission.WRITE_REPORTS):
        return False
    if user.role == Role.OFFICE:
        return duty.unit.kind == UnitKind.GROUP
    return user.unit_id == duty.unit_id


def wrote(user: Any, report: ProgressReport) -> bool:
    return user.pk in (report.written_by_id, report.submitted_by_id)


def can_move(user: Any, verb: str, report: ProgressReport) -> bool:
    """Whether this person may do this to this report now. The period's freeze is the service's to refuse."""
    if not user.is_active or not is_legal(verb, report.state, getattr(user, "role", "")):
        return False
    if verb in {"save_draft", "submit_report", "withdraw_report"}:
        return writes_for(user, report.duty)
    if wrote(user, report):  # nobody decides on their own text
        return False
    return user.role == Role.OFFICE or user.unit_id == report.duty.unit_id


def sees(user: Any, report: ProgressReport) -> bool:
    """Drafts: the unit that writes them. Submitted and later: the unit, the Office, leaders. Approved: all staff.

    An outsider sees no report as such: `tasks.queries.public` decides what of it is published.
    """
    if not may(user, Permission.SEE_STAFF_NOTES):
        return False
    if report.state == ReportState.APPROVED or belongs_to(user, report):
        return True
    return report.state != ReportState.DRAFT and may(user, Permission.READ_SUBMITTED)


def belongs_to(user: Any, report: ProgressReport) -> bool:
    if user.role == Role.OFFICE and report.duty.unit.kind == UnitKind.GROUP:
        return True
    return user.role in (Role.REPORTER, Role.UNIT_REVIEWER) and user.unit_id == report.duty.unit_id


def visible_reports(user: Any) -> Q:
    """`sees`, as a condition on ProgressReport."""
    if not may(user, Permission.SEE_STAFF_NOTES):
        return Q(pk__in=[])
    seen = Q(state=ReportState.APPROVED)
    if user.role in (Role.REPORTER, Role.UNIT_REVIEWER):
        seen |= Q(duty__unit_id=user.unit_id)
    if user.role == Role.OFFICE:
        seen |= Q(duty__unit__kind=UnitKind.GROUP)
    if may(user, Permission.READ_SUBMITTED):
        seen |= ~Q(state=ReportState.DRAFT)
    return seen


def can_claim(user: Any, duty: Duty) -> bool:
    """Completion and extension are asked by a reporter of the duty's own unit."""
    return may(user, Permission.CLAIM_CLOSING) and user.unit_id == duty.unit_id
