"""Who may touch which report, measure or file: predicates for objects, and the same rules as querysets.

A role's permissions are the table in `units.permissions`, legal moves the tables in `tasks.workflow`; here are the
rules about persons and units: own unit, own text, published or not. `VISIBLE` says of every model who sees its rows.
A test proves that predicates, querysets and pages agree.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

from django.db.models import CharField, Exists, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast

from tasks.choices import ClaimState, ExportKind, ReportState
from tasks.models import (
    Amendment,
    Attachment,
    ChangedReport,
    ChangeSet,
    CompletionClaim,
    Digest,
    Duty,
    DutyFiling,
    ExportRecord,
    ExtensionRequest,
    Field,
    FrozenMeasure,
    Instruction,
    LastLook,
    LightChange,
    LightRule,
    MainTask,
    Measure,
    MeasureStanding,
    Plan,
    ProbableSlip,
    ProgressReport,
    PublicEdition,
    PublicFigures,
    ReportingPeriod,
    Review,
    SavedView,
    StandingSummary,
    StocktakeWording,
    TableImport,
    UnitFigures,
    UnitFiling,
    Upload,
)
from tasks.workflow import CORRECTING, is_legal, title_of
from units.choices import UNIT_BOUND_ROLES, Role, UnitKind
from units.models import AuditEvent, AuditHead, Unit, UnitAlias, UnitGroup, UnitGroupMember, User
from units.permissions import NOTHING, Permission, may, visible_accounts, visible_events
from units.prepared import Literal

Row = TypeVar("Row", bound=Model)

WRITING = (title_of("save_draft"), title_of("submit_report"), CORRECTING)


class MeasuresOf(Subquery):
    """The measures a unit has a duty in. Two of the same unit are equal: a condition with one can be asked of `prepared`."""

    def __init__(self, unit: int | None) -> None:
        super().__init__(Duty.objects.filter(unit=unit).values("measure"))


def writes_for(user: Any, duty: Duty) -> bool:
    """A reporter writes for its own unit; the Office keeps the rows of open groups, which have no reporter."""
    if not may(user, Permission.WRITE_REPORTS):
        return False
    if user.role == Role.OFFICE:
        return duty.unit.kind == UnitKind.GROUP
    return user.unit_id == duty.unit_id


def wrote(user: Any, report: ProgressReport) -> bool:
    """Any of it. At most one query."""
    if user.pk in (report.written_by_id, report.submitted_by_id):
        return True
    return report.is_joint and ProgressReport.objects.filter(own_text(user.pk), pk=report.pk).exists()


@lru_cache(maxsize=256)  # one for each person: a condition with an equal one can be asked of `prepared`
def own_text(person: int | None) -> Q:
    """`wrote`, as a condition on ProgressReport. Who wrote some of it earlier the audit trail knows, and it is asked of few."""
    kind, key = ProgressReport._meta.verbose_name, Cast(OuterRef("pk"), CharField())
    events = AuditEvent.objects.filter(subject_kind=kind, subject_key=key, verb__in=WRITING, actor_key=person)
    earlier = Q(is_joint=True) & Q(Exists(events.order_by()))
    me = Literal(person or 0)  # of an average person PostgreSQL expects so many that it reads all that waits
    return Q(written_by=me) | Q(submitted_by=me) | earlier


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
    return user.role in UNIT_BOUND_ROLES and user.unit_id == report.duty.unit_id


def visible_reports(user: Any) -> Q:
    """`sees`, as a condition on ProgressReport."""
    if not may(user, Permission.SEE_STAFF_NOTES):
        return NOTHING
    seen = Q(state=ReportState.APPROVED)
    if user.role in UNIT_BOUND_ROLES:
        seen |= Q(duty__unit_id=user.unit_id)
    if user.role == Role.OFFICE:
        seen |= Q(duty__unit__kind=UnitKind.GROUP)
    if may(user, Permission.READ_SUBMITTED):
        seen |= ~Q(state=ReportState.DRAFT)
    return seen


def has_dashboard(user: Any) -> bool:
    """Leaders and the Office have that of the plan, a unit's people their own."""
    return may(user, Permission.READ_SUBMITTED) or (user.is_active and user.role in UNIT_BOUND_ROLES)


def sees_filing(user: Any, unit: Unit | None) -> bool:
    """The rows behind the numbers of filing: leaders and the Office all, a unit's people their own."""
    if may(user, Permission.READ_SUBMITTED):
        return True
    return unit is not None and has_dashboard(user) and user.unit_id == unit.pk


def can_claim(user: Any, duty: Duty) -> bool:
    """Completion and extension are asked by a reporter of the duty's own unit."""
    return may(user, Permission.CLAIM_CLOSING) and user.unit_id == duty.unit_id


def with_their_report(user: Any) -> Q:
    """Whoever sees a report sees its reviews and gets its files; as a condition on Review and Attachment."""
    return Q(report__in=visible_to(user, ProgressReport))


def visible_requests(user: Any) -> Q:
    """Claims and extension requests. Granted: all staff. Else: the measure's units, the Office, leaders.

    A measure has one claim at a time, so each of its units must see the one that stands in its way.
    """
    if not may(user, Permission.SEE_STAFF_NOTES):
        return NOTHING
    if may(user, Permission.READ_SUBMITTED):
        return Q()
    seen = Q(state=ClaimState.GRANTED)
    if user.role in UNIT_BOUND_ROLES:
        seen |= Q(measure__in=MeasuresOf(user.unit_id))
    return seen


def handles(user: Any, instruction: Instruction) -> bool:
    """An instruction is its owner's to answer, its giver's and the Office's to send back and to close."""
    if user.role == Role.REPORTER:
        return user.unit_id == instruction.owner_id
    return user.role == Role.OFFICE or user.pk == instruction.given_by_id


def handled_by(user: Any) -> Q:
    """`handles`, as a condition."""
    if user.role == Role.REPORTER:
        return Q(owner=user.unit_id)
    return Q() if user.role == Role.OFFICE else Q(given_by=user.pk)


def can_move_instruction(user: Any, verb: str, instruction: Instruction) -> bool:
    """Whether this person may do this to this instruction now."""
    is_allowed = user.is_active and is_legal(verb, instruction.state, getattr(user, "role", ""))
    return is_allowed and handles(user, instruction)


def visible_instructions(user: Any) -> Q:
    """批示. Leaders and the Office: all. A unit: those it owns, and those on a measure it has a duty in.

    The auditor reads of them in the audit trail.
    """
    if not may(user, Permission.SEE_INSTRUCTIONS):
        return NOTHING
    if may(user, Permission.READ_SUBMITTED):
        return Q()
    return Q(owner=user.unit_id) | Q(measure__in=MeasuresOf(user.unit_id))


def for_staff(user: Any) -> Q:
    return Q() if may(user, Permission.SEE_STAFF_NOTES) else NOTHING


def own_uploads(user: Any) -> Q:
    """A file on its way is seen by who brought it, and so is what was written from it as one batch."""
    return Q(owner=user.pk) if may(user, Permission.WRITE_REPORTS) else NOTHING


def own_change_sets(user: Any) -> Q:
    return Q(applied_by=user.pk) if may(user, Permission.WRITE_REPORTS) else NOTHING


def of_own_change_sets(user: Any) -> Q:
    return Q(change_set__applied_by=user.pk) if may(user, Permission.WRITE_REPORTS) else NOTHING


def visible_tables(user: Any) -> Q:
    """A table on its way in is seen by who brought it; what was written from one, by whoever may import."""
    return Q(owner=user.pk) | Q(applied_at__isnull=False) if may(user, Permission.IMPORT_TABLES) else NOTHING


def visible_exports(user: Any) -> Q:
    """What files stood for: all staff; of some kinds those who may open the page.

    An outsider with a code or a file in hand is told no more than that it is genuine: `tasks.views.verifying`.
    """
    needed = {
        ExportKind.AUDIT: Permission.READ_AUDIT_TRAIL,
        ExportKind.INSTRUCTIONS: Permission.SEE_INSTRUCTIONS,
        ExportKind.STOCKTAKE: Permission.READ_SUBMITTED,
    }
    return for_staff(user) & ~Q(kind__in=[kind for kind, permission in needed.items() if not may(user, permission)])


def for_those_above(user: Any) -> Q:
    """What is written for leaders: the Office and they."""
    return Q() if may(user, Permission.READ_SUBMITTED) else NOTHING


def for_nobody(user: Any) -> Q:
    """What the system keeps for itself."""
    return NOTHING


def ones_own(user: Any) -> Q:
    return Q(person=user.pk) if may(user, Permission.SEE_STAFF_NOTES) else NOTHING


def visible_views(user: Any) -> Q:
    """常用视图: one's own, and those the Office shares."""
    return Q(owner=user.pk) | Q(is_shared=True) if may(user, Permission.SEE_STAFF_NOTES) else NOTHING


def for_everybody(user: Any) -> Q:
    """The table as issued and its units."""
    return Q()


VISIBLE: dict[type[Model], Callable[[Any], Q]] = {
    **dict.fromkeys((Plan, Field, MainTask, Measure, Duty), for_everybody),
    **dict.fromkeys((Unit, UnitAlias, UnitGroup, UnitGroupMember), for_everybody),
    **dict.fromkeys((ProbableSlip, ReportingPeriod, FrozenMeasure, Amendment, LightRule), for_staff),
    **dict.fromkeys((MeasureStanding, StandingSummary, UnitFigures, UnitFiling, DutyFiling, LightChange), for_staff),
    ProgressReport: visible_reports,
    **dict.fromkeys((Review, Attachment), with_their_report),
    **dict.fromkeys((CompletionClaim, ExtensionRequest), visible_requests),
    Upload: own_uploads,
    ChangeSet: own_change_sets,
    ChangedReport: of_own_change_sets,
    TableImport: visible_tables,
    ExportRecord: visible_exports,
    Instruction: visible_instructions,
    SavedView: visible_views,
    LastLook: ones_own,
    **dict.fromkeys((Digest, PublicEdition, PublicFigures), for_nobody),
    StocktakeWording: for_those_above,
    User: visible_accounts,
    **dict.fromkeys((AuditEvent, AuditHead), visible_events),
}


def visible_to(user: Any, model: type[Row]) -> QuerySet[Row]:
    """The rows of a model that a person may see. What is not among them does not exist for them."""
    return model._default_manager.filter(seen_by(user, model))


def seen_by(user: Any, model: type[Model]) -> Q:
    """`visible_to`, as a condition."""
    return VISIBLE[model](user)
