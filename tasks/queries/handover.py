"""What a person leaves open: the work that stands in their name and waits for them."""

from dataclasses import dataclass

from django.db.models import Model

from tasks.choices import WRITABLE, ClaimState, ReportState
from tasks.models import CompletionClaim, ExtensionRequest, ProgressReport
from tasks.queries.reports import still_open, written_by
from units.models import User


@dataclass(frozen=True, slots=True)
class OpenItems:
    """Each item is in exactly one of the lists."""

    drafts: list[ProgressReport]
    returned: list[ProgressReport]
    claims: list[CompletionClaim]
    requests: list[ExtensionRequest]

    @property
    def reports(self) -> list[ProgressReport]:
        return self.drafts + self.returned

    @property
    def rows(self) -> list[Model]:
        return [*self.reports, *self.claims, *self.requests]

    @property
    def keys(self) -> frozenset[str]:
        """Which items these are, as a page can carry it from the preview to the act: `progressreport-12`."""
        return frozenset(f"{row._meta.model_name}-{row.pk}" for row in self.rows)

    def counts(self) -> list[tuple[str, int]]:
        lists = {
            "填报草稿": self.drafts,
            "被退回的填报": self.returned,
            "待核验的办结申请": self.claims,
            "待决定的延期申请": self.requests,
        }
        return [(name, len(rows)) for name, rows in lists.items()]

    def lines(self) -> list[tuple[str, str]]:
        """Every item in words: what it is, and of which measure."""
        return [
            *(("填报草稿", f"{report.period.label}　{said(report.duty)}") for report in self.drafts),
            *(("被退回的填报", f"{report.period.label}　{said(report.duty)}") for report in self.returned),
            *(("办结申请", said(claim.duty)) for claim in self.claims),
            *(("延期申请", said(request.duty)) for request in self.requests),
        ]


def said(duty) -> str:
    return f"举措 {duty.measure.code}　{duty}"


def open_items(person: User) -> OpenItems:
    """Drafts, returned reports and undecided requests of theirs, where their role and unit still let them act.

    Three queries. What is handed in waits for others, and stays under the name of the one who wrote it.
    """
    reports = (
        ProgressReport.objects.filter(written_by(person, "duty__"), still_open(), written_by=person)
        .filter(state__in=WRITABLE)
        .select_related("period", "duty__unit", "duty__measure__main_task")
        .order_by("period__as_of", "duty__measure__main_task__number", "duty__measure__order", "pk")
    )
    by_state = {state: [row for row in reports if row.state == state] for state in WRITABLE}
    related = ("duty__unit", "duty__measure__main_task")
    pending = {"state": ClaimState.PENDING, "duty__unit": person.unit_id}
    claims = CompletionClaim.objects.filter(claimed_by=person, **pending).select_related(*related).order_by("pk")
    requests = ExtensionRequest.objects.filter(requested_by=person, **pending).select_related(*related).order_by("pk")
    return OpenItems(by_state[ReportState.DRAFT], by_state[ReportState.RETURNED], list(claims), list(requests))
