"""Everybody who might read something: each role in the unit it concerns and in another, an outsider, an ended account."""

from django.contrib.auth.models import AnonymousUser
from django.test import Client

from tasks.models import Attachment, ProgressReport
from tasks.tests.people import NOW, Stage, make_user
from units.choices import Role, UnitKind
from units.models import Unit

OWN_UNIT = {"own_reporter", "own_reviewer"}
ABOVE = {"office", "leader"}
OTHER_UNITS = {"other_reporter", "other_reviewer", "uninvolved_reporter"}
STAFF = OWN_UNIT | ABOVE | OTHER_UNITS | {"administrator", "auditor"}
NOT_STAFF = {"outsider", "ended_account"}


def readers(stage: Stage) -> dict:
    """Own is the transport department, other the customs, which share a measure; the uninvolved has no part in it."""
    culture = Unit.objects.create(name="省文化和旅游厅", short_name="文旅厅", slug="wl", kind=UnitKind.PROVINCIAL)
    own, other = stage.duty.unit, stage.other_duty.unit
    ended = make_user("离任填报员", Role.REPORTER, own)
    ended.is_active = False
    ended.save()
    return {
        "own_reporter": make_user("交通填报员乙", Role.REPORTER, own),
        "own_reviewer": make_user("交通审核员乙", Role.UNIT_REVIEWER, own),
        "other_reporter": stage.other_reporter,
        "other_reviewer": make_user("海关审核员", Role.UNIT_REVIEWER, other),
        "uninvolved_reporter": make_user("文旅填报员", Role.REPORTER, culture),
        "office": make_user("督查专员丙", Role.OFFICE, stage.office.unit),
        "leader": stage.leader,
        "administrator": stage.administrator,
        "auditor": stage.auditor,
        "outsider": AnonymousUser(),
        "ended_account": ended,
    }


def browser_of(user) -> Client:
    client = Client()
    if user.pk:
        client.force_login(user)
    return client


def with_file(report: ProgressReport, name: str = "会议纪要.pdf") -> Attachment:
    """A file beside a report in whatever state."""
    about = {"name": name, "content_type": "application/pdf", "size": 1, "sha256": "0" * 64}
    return Attachment.objects.create(
        report=report, file=f"attachments/{report.pk}", uploaded_at=NOW, uploaded_by=report.written_by, **about
    )
