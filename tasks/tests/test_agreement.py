"""Who sees a report: the rule, the queryset, every page, the files and the exports say the same of every state."""

import pytest
from django.contrib import admin
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from tasks.models import Attachment, ProgressReport, ReportingPeriod, Review
from tasks.permissions import can_move, sees, visible_to
from tasks.services.periods import freeze_period
from tasks.services.publishing import publish_reports
from tasks.services.reviewing import approve_report, correct_report, return_report
from tasks.tests import journeys
from tasks.tests.addresses import everything_said
from tasks.tests.journeys import drafted
from tasks.tests.people import NOW, Stage, content
from tasks.tests.readers import ABOVE, NOT_STAFF, OWN_UNIT, STAFF, browser_of, readers, with_file
from units.choices import UnitKind

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
TEXT, CORRECTED = "8月5日 qzreport", "8月5日 qzcorrection"


def frozen(stage: Stage, report: ProgressReport) -> ProgressReport:
    freeze_period(stage.office, period=stage.period, now=NOW)
    return ProgressReport.objects.get(pk=report.pk)


def published(stage: Stage) -> ProgressReport:
    report = journeys.approved(stage, progress=TEXT)
    publish_reports(stage.office, reports=[report], now=NOW)
    return ProgressReport.objects.get(pk=report.pk)


def returned(stage: Stage) -> ProgressReport:
    report = journeys.submitted(stage, progress=TEXT)
    return return_report(stage.reviewer, report=report, version=report.version, now=NOW, reason="请补充文号")


def correction(stage: Stage) -> ProgressReport:
    report = frozen(stage, journeys.approved(stage, progress=TEXT))
    return correct_report(stage.office, report=report, content=content(progress=CORRECTED), reason="日期有误", now=NOW)


def correction_returned(stage: Stage) -> ProgressReport:
    entry = correction(stage)
    return return_report(stage.second_office, report=entry, version=entry.version, now=NOW, reason="请附批复")


def correction_approved(stage: Stage) -> ProgressReport:
    entry = correction(stage)
    return approve_report(stage.second_office, report=entry, version=entry.version, now=NOW)


def of_open_group(stage: Stage) -> ProgressReport:
    """The Office's own draft for the bodies that have no reporter."""
    return ProgressReport.objects.create(
        duty=stage.group_duty, period=stage.period, written_by=stage.office, created_at=NOW, saved_at=NOW,
        **content(progress=TEXT),
    )  # fmt: skip


STATES = {
    "draft": (lambda stage: drafted(stage, progress=TEXT), OWN_UNIT),
    "submitted": (lambda stage: journeys.submitted(stage, progress=TEXT), OWN_UNIT | ABOVE),
    "forwarded": (lambda stage: journeys.forwarded(stage, progress=TEXT), OWN_UNIT | ABOVE),
    "returned": (returned, OWN_UNIT | ABOVE),
    "approved": (lambda stage: journeys.approved(stage, progress=TEXT), STAFF),
    "published": (published, STAFF),
    "frozen draft": (lambda stage: frozen(stage, drafted(stage, progress=TEXT)), OWN_UNIT),
    "frozen submitted": (lambda stage: frozen(stage, journeys.submitted(stage, progress=TEXT)), OWN_UNIT | ABOVE),
    "frozen forwarded": (lambda stage: frozen(stage, journeys.forwarded(stage, progress=TEXT)), OWN_UNIT | ABOVE),
    "frozen approved": (lambda stage: frozen(stage, journeys.approved(stage, progress=TEXT)), STAFF),
    "correction waiting": (correction, OWN_UNIT | ABOVE),
    "correction returned": (correction_returned, OWN_UNIT | ABOVE),
    "correction approved": (correction_approved, STAFF),
    "original of a correction": (lambda stage: correction_approved(stage).corrects, STAFF),
    "draft of an open group": (of_open_group, {"office"}),
}


@pytest.fixture(params=STATES)
def case(request, stage):
    """A report in a state with a file, everybody, and the names of those who see it."""
    bring, seen_by = STATES[request.param]
    report = ProgressReport.objects.get(pk=bring(stage).pk)
    with_file(report)
    default_storage.save(f"attachments/{report.pk}", ContentFile(b"%PDF"))
    yield report, readers(stage), seen_by
    default_storage.delete(f"attachments/{report.pk}")


def statuses(people: dict, url: str) -> dict[str, int]:
    return {name: browser_of(user).get(url).status_code for name, user in people.items()}


def expected(people: dict, seen_by: set[str], **others: int) -> dict[str, int]:
    """200 for those who see it, a login for those who are nobody here, else as if it did not exist."""
    return {name: 200 if name in seen_by else 302 if name in NOT_STAFF else 404 for name in people} | others


def test_the_rule(case):
    report, people, seen_by = case
    assert {name for name, user in people.items() if sees(user, report)} == seen_by


def test_the_querysets_of_the_report_its_reviews_and_its_files(case):
    report, people, seen_by = case
    for name, user in people.items():
        is_seen = name in seen_by
        assert visible_to(user, ProgressReport).filter(pk=report.pk).exists() == is_seen, name
        assert visible_to(user, Attachment).filter(report=report).count() == is_seen, name
        assert visible_to(user, Review).filter(report=report).count() == is_seen * report.reviews.count(), name


def test_the_download_of_its_file(case):
    report, people, seen_by = case
    assert statuses(people, f"/attachments/{report.attachments.get().pk}/") == expected(people, seen_by)


def test_the_page_of_the_measure(case):
    """Staff read there what they may see; an outsider reads what is published."""
    report, people, seen_by = case
    said = {
        name: browser_of(user).get("/plans/jiaodong/measures/1-1/").content.decode() for name, user in people.items()
    }
    outside = NOT_STAFF if report.published_at else set()
    word = report.progress.split()[-1]  # the rest of a correction is not marked as changed
    assert {name for name, text in said.items() if word in text} == seen_by | outside
    assert {name for name, text in said.items() if "会议纪要.pdf" in text} == seen_by


def test_the_page_of_the_report(case):
    """A correction has no page of its own: it stands on that of what it corrects."""
    report, people, seen_by = case
    if report.corrects_id:
        return_to = {"own_reporter", "own_reviewer", "office"}
        answers = {name: browser_of(people[name]).get(address(report)).content.decode() for name in return_to}
        shown = {name for name, text in answers.items() if "qzcorrection" in text}
        assert shown == (return_to if report.state == "approved" else set())
    else:
        assert statuses(people, address(report)) == expected(people, seen_by)


def address(report: ProgressReport) -> str:
    return f"/reports/{report.duty_id}/{report.period_id}/"


def test_the_page_of_the_review(case):
    """For those who decide: their unit's, or everybody's for the Office, and no drafts."""
    report, people, seen_by = case
    deciding = {name for name in seen_by & {"own_reviewer", "office"} if report.state != "draft"}
    refused = dict.fromkeys(STAFF - {"own_reviewer", "other_reviewer", "office"}, 403)
    assert statuses(people, f"/review/{report.pk}/") == expected(people, deciding, **refused)


def test_what_the_pages_offer_is_what_the_rule_allows(case):
    """The freeze stops everything but corrections, which the rule about persons leaves to the services."""
    report, people, _ = case
    is_closed = ReportingPeriod.objects.get().is_frozen and not report.corrects_id
    deciding, writing = set(), set()
    for name, user in people.items():
        if any(can_move(user, verb, report) for verb in ("forward_report", "approve_report")):
            deciding.add(name)
        if can_move(user, "save_draft", report) and not report.corrects_id:
            writing.add(name)
    decided_on = {name for name in people if 'name="decision"' in said_to(people[name], f"/review/{report.pk}/")}
    written_on = {name for name in people if 'id="report"' in said_to(people[name], address(report))}
    assert decided_on == (set() if is_closed else deciding)
    assert written_on == (set() if is_closed else writing)


def said_to(user, url: str) -> str:
    answer = browser_of(user).get(url)
    return answer.content.decode() if answer.status_code == 200 else ""


def test_no_export_tells_more_than_the_rule_allows(case):
    """The list holds no report, whoever takes it away; the audit trail is the auditor's, whole."""
    report, people, seen_by = case
    files = {name: browser_of(user).get("/plans/jiaodong/export/ledger.csv") for name, user in people.items()}
    assert {name for name, file in files.items() if report.progress in everything_said(file)} <= seen_by
    trail = {name: browser_of(user).get("/audit/export.csv") for name, user in people.items()}
    readable = {name for name, file in trail.items() if file.status_code == 200}
    assert readable == {"auditor"}
    assert report.progress in everything_said(trail["auditor"]) or report.duty.unit.kind == UnitKind.GROUP


def test_the_back_office_has_no_door_to_reporting(case):
    report, people, _ = case
    for model in (ProgressReport, Attachment, Review, ReportingPeriod):
        assert not admin.site.is_registered(model)
        url = f"/admin/tasks/{model._meta.model_name}/{report.pk}/change/"
        codes = statuses(people, url)
        inside = {"office", "administrator", "auditor"}
        assert codes == {name: 404 if name in inside else 302 if name in NOT_STAFF else 403 for name in people}
