"""Completion claims and extension requests: what waits, and what stands beside one."""

import datetime
from typing import NamedTuple

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.utils import timezone

from tasks.choices import ClaimState, ReportState
from tasks.models import Amendment, CompletionClaim, Duty, ExtensionRequest, Measure, Plan, ProgressReport
from tasks.permissions import seen_by, visible_to
from units.models import User
from units.permissions import NOTHING, Permission, may
from units.prepared import prepared, prepared_rows

JOINS = ("measure__main_task__plan", "duty__unit", "decided_by__unit")
TOLD_FOR = datetime.timedelta(days=30)
DECIDED = ("duty", "duty__unit", "decided_by", "decided_by__unit")  # beside the measure they are of


def completions(user: User) -> QuerySet[CompletionClaim]:
    return visible_to(user, CompletionClaim).select_related(*JOINS, "claimed_by__unit", "reopened_by__unit")


def extensions(user: User) -> QuerySet[ExtensionRequest]:
    return visible_to(user, ExtensionRequest).select_related(*JOINS, "requested_by__unit")


def completions_awaiting(user: User) -> QuerySet[CompletionClaim]:
    """待办结核验: pending claims this person may decide, the longest waiting first. Never their own."""
    return completions(user).filter(undecided(user, claimed_by=user.pk)).order_by("claimed_at", "id")


def extensions_awaiting(user: User) -> QuerySet[ExtensionRequest]:
    """待决定的延期申请, likewise."""
    return extensions(user).filter(undecided(user, requested_by=user.pk)).order_by("requested_at", "id")


def undecided(user: User, **own: int) -> Q:
    """What a person may decide of claims or requests; never their `own`."""
    if not may(user, Permission.DECIDE_CLOSING):
        return NOTHING
    return Q(state=ClaimState.PENDING) & ~Q(**own)


def completions_of(measure: int, user: User) -> list[CompletionClaim]:
    return claims_seen(seen_by(user, CompletionClaim), measure)


def extensions_of(measure: int, user: User) -> list[ExtensionRequest]:
    return requests_seen(seen_by(user, ExtensionRequest), measure)


@prepared_rows(CompletionClaim, *DECIDED, "claimed_by", "claimed_by__unit", "reopened_by", "reopened_by__unit")
def claims_seen(seen: Q, measure: int) -> QuerySet[CompletionClaim]:
    return CompletionClaim.objects.filter(seen, measure=measure)


@prepared_rows(ExtensionRequest, *DECIDED, "requested_by", "requested_by__unit")
def requests_seen(seen: Q, measure: int) -> QuerySet[ExtensionRequest]:
    return ExtensionRequest.objects.filter(seen, measure=measure)


def duty_of(user: User, measure: Measure) -> Duty | None:
    """The duty for which this person asks for completion or extension: their own unit's."""
    if not may(user, Permission.CLAIM_CLOSING):
        return None
    return Duty.objects.filter(measure=measure, unit=user.unit_id).select_related("unit").first()


class SentBack(NamedTuple):
    """A returned claim or request as its unit is told of it. `kind` is the route of the page on which it is made anew."""

    kind: str
    slug: str
    number: int
    order: int
    text: str
    reason: str
    decided_at: datetime.datetime

    @property
    def code(self) -> str:
        return f"{self.number}-{self.order}"


def sent_back_to(user: User, now: datetime.datetime) -> list[SentBack]:
    """What this person's unit asked for and had returned today and in the thirty days before, the newest first.

    Not what it has asked for again since, nor what the measure's completion has settled. One query.
    """
    if not may(user, Permission.CLAIM_CLOSING):
        return []
    began = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return [SentBack(*row) for row in returned(user.unit_id, began - TOLD_FOR)]


@prepared
def returned(unit: int | None, since: datetime.datetime) -> QuerySet:
    claims = returned_of(CompletionClaim, "completion", "claimed_at", unit, since)
    requests = returned_of(ExtensionRequest, "extension", "requested_at", unit, since)
    return claims.union(requests).order_by("-decided_at")


def returned_of(
    model: type[CompletionClaim | ExtensionRequest],
    kind: str,
    asked_at: str,
    unit: int | None,
    since: datetime.datetime,
) -> QuerySet:
    again = model.objects.filter(measure=OuterRef("measure"), **{f"{asked_at}__gt": OuterRef(asked_at)})
    done = CompletionClaim.objects.filter(
        measure=OuterRef("measure"), state=ClaimState.GRANTED, reopened_at__isnull=True
    )
    returned = model.objects.filter(duty__unit=unit, state=ClaimState.RETURNED, decided_at__gt=since)
    return (
        returned.filter(~Exists(again), ~Exists(done))
        .order_by()
        .annotate(kind=Value(kind, output_field=CharField()))
        .values_list(
            "kind",
            "measure__main_task__plan__slug",
            "measure__main_task__number",
            "measure__order",
            "measure__text",
            "decision_reason",
            "decided_at",
        )
    )


def amendments(plan: Plan, user: User) -> QuerySet[Amendment]:
    return visible_to(user, Amendment).filter(plan=plan).select_related("measure__main_task", "made_by__unit")


class Standing(NamedTuple):
    """A duty and its newest approved report."""

    duty: Duty
    report: ProgressReport | None


def standing(measure: Measure) -> list[Standing]:
    """How far each unit of a measure is, by what was approved last, with its files. Three queries."""
    duties = Duty.objects.filter(measure=measure).select_related("unit")
    approved = ProgressReport.objects.filter(duty__measure=measure, state=ReportState.APPROVED)
    newest = {
        one.duty_id: one
        for one in approved.select_related("period").prefetch_related("attachments").order_by("period__as_of", "id")
    }
    return [Standing(duty, newest.get(duty.pk)) for duty in duties]
