"""批示: those a person may see, how they stand, what was done with one, and what a form for another begins with."""

import datetime
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet

from tasks.choices import DutyRole, InstructionState
from tasks.models import Duty, Instruction, Measure, Plan, ProgressReport
from tasks.permissions import handled_by, seen_by, visible_to
from units.choices import Role
from units.models import AuditEvent, Unit, User
from units.prepared import prepared, prepared_rows

JOINS = ("plan", "owner", "measure__main_task", "given_by__unit")
# The same as `prepared_rows` takes them:
SHOWN = ("plan", "owner", "measure", "measure__main_task", "given_by", "given_by__unit")
DAYS = 14  # to the due date that is proposed where no report asks for one
STATES = {"open": InstructionState.OPEN, "answered": InstructionState.ANSWERED, "closed": InstructionState.CLOSED}


def overdue(today: datetime.date) -> Q:
    """Not answered, and the date is past."""
    return Q(state=InstructionState.OPEN, due_on__lt=today)


def instructions(plan: Plan, user: User) -> QuerySet[Instruction]:
    return visible_to(user, Instruction).filter(plan=plan).select_related(*JOINS)


def selected(
    plan: Plan, user: User, today: datetime.date, state: str = "", owner: str = "", is_overdue: bool = False
) -> QuerySet[Instruction]:
    """Those in a state, of a unit (by slug), overdue. What is open stands by its date, all else the newest first."""
    found = instructions(plan, user)
    if state:
        found = found.filter(state=state)
    if owner:
        found = found.filter(owner__slug=owner)
    if is_overdue:
        found = found.filter(overdue(today))
    return found.order_by("due_on", "number") if is_overdue or state == InstructionState.OPEN else found


class Counts(NamedTuple):
    all: int
    open: int
    overdue: int
    answered: int
    closed: int


def counts(found: QuerySet[Instruction], today: datetime.date) -> Counts:
    """How many there are in each state. One query."""
    in_state = {name: Count("pk", filter=Q(state=state)) for name, state in STATES.items()}
    row = found.order_by().aggregate(all=Count("pk"), overdue=Count("pk", filter=overdue(today)), **in_state)
    return Counts(**row)


def owners(plan: Plan, user: User) -> list[tuple[str, str]]:
    """Slug and name of every unit that owns an instruction this person may see."""
    return owners_seen(seen_by(user, Instruction), plan.pk)


@prepared
def owners_seen(seen: Q, plan: int) -> QuerySet[Unit]:
    owning = Instruction.objects.filter(seen, plan=plan).order_by().values("owner")
    return Unit.objects.filter(pk__in=owning).order_by("position", "name").values_list("slug", "name")


def of_measure(measure: int, user: User) -> list[Instruction]:
    return seen_on(seen_by(user, Instruction), measure)


@prepared_rows(Instruction, *SHOWN)
def seen_on(seen: Q, measure: int) -> QuerySet[Instruction]:
    return Instruction.objects.filter(seen, measure=measure)


def waiting_for(user: User) -> list[Instruction]:
    """What this person has to do, the nearest date first: a reporter to answer, the Office to see through."""
    is_to_answer = user.role == Role.REPORTER
    states = (InstructionState.OPEN,) if is_to_answer else (InstructionState.OPEN, InstructionState.ANSWERED)
    return waiting(handled_by(user), states)


@prepared_rows(Instruction, *SHOWN)
def waiting(handled: Q, states: tuple[str, ...]) -> QuerySet[Instruction]:
    return Instruction.objects.filter(handled, state__in=states).order_by("due_on", "plan", "number")


class Act(NamedTuple):
    """One thing done to an instruction, by whom, with the words that went with it."""

    at: datetime.datetime
    actor: str
    role: str
    unit: str
    verb: str
    words: str


def course(instruction: Instruction) -> list[Act]:
    """What was done since it was given, the oldest first: of the audit trail what concerns this row, and no more.

    Whoever may see an instruction may see its course. One query.
    """
    events = AuditEvent.objects.filter(subject_kind=Instruction._meta.verbose_name, subject_key=str(instruction.pk))
    columns = ("at", "actor", "role", "unit", "verb", "after")
    return [Act(*row) for row in events.order_by("number").values_list(*columns)[1:]]


class Proposal(NamedTuple):
    """What the form for an instruction begins with."""

    owner: Unit | None
    due_on: datetime.date


def proposal(measure: Measure | None, report: ProgressReport | None, today: datetime.date) -> Proposal:
    """The unit a report asks, else the lead, else the one that reported; the date asked for while it is ahead."""
    asked = report and report.coordination_due_on
    due_on = asked if asked and asked > today else today + datetime.timedelta(days=DAYS)
    if report and report.coordination_unit:
        return Proposal(report.coordination_unit, due_on)
    lead = Duty.objects.filter(measure=measure, role=DutyRole.LEAD).select_related("unit").first() if measure else None
    return Proposal(lead.unit if lead else report and report.duty.unit, due_on)
