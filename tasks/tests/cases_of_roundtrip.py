"""Rows that the constraints of uploads and of what was written from them accept and refuse."""

from tasks.choices import ReportState
from tasks.models import ChangedReport, ChangeSet, Upload
from tasks.tests.people import NOW, Stage, make_stage
from units.choices import Role
from units.models import User
from units.tests.constraints import Case
from units.tests.samples import make_user


def second_upload(sha256: str) -> Upload:
    """Beside one whose hash is all zeros."""
    stage = make_stage()
    usual = {
        "owner": stage.reporter,
        "period": stage.period,
        "unit": stage.duty.unit,
        "file": "uploads/x.xlsx",
        "name": "回.xlsx",
        "size": 1,
        "made_at": NOW,
        "uploaded_at": NOW,
    }
    Upload.objects.create(**usual, sha256="0" * 64)
    return Upload(**usual, sha256=sha256)


def change_set(stage: Stage | None = None, **given) -> ChangeSet:
    stage = stage or make_stage()
    usual = {
        "period": stage.period,
        "unit": stage.duty.unit,
        "file_name": "回.xlsx",
        "sha256": "0" * 64,
        "cell_count": 1,
        "applied_at": NOW,
        "applied_by": stage.reporter,
    }
    return ChangeSet(**usual | given)


def reverted(by: User | None) -> ChangeSet:
    return change_set(reverted_at=NOW, reverted_by=by)


def changed_report(**given) -> ChangedReport:
    stage = make_stage()
    batch = change_set(stage)
    batch.save()
    return ChangedReport(**{"change_set": batch, "duty": stage.duty, "version": 1} | given)


def second_changed_report(*, is_another_duty: bool) -> ChangedReport:
    first = changed_report()
    first.save()
    other = first.duty.measure.duties.exclude(pk=first.duty.pk).first()
    return ChangedReport(change_set=first.change_set, duty=other if is_another_duty else first.duty, version=1)


CASES_OF_ROUNDTRIP = {
    "upload_once": Case(accepted=lambda: second_upload("1" * 64), refused=lambda: second_upload("0" * 64)),
    "changeset_has_cells": Case(accepted=change_set, refused=lambda: change_set(cell_count=0)),
    "changeset_reverted_at_and_by": Case(
        accepted=lambda: reverted(make_user(Role.REPORTER)), refused=lambda: reverted(None)
    ),
    "changedreport_once": Case(
        accepted=lambda: second_changed_report(is_another_duty=True),
        refused=lambda: second_changed_report(is_another_duty=False),
    ),
    "changedreport_before": Case(
        accepted=lambda: changed_report(state_before=ReportState.RETURNED, written_before=make_user(Role.REPORTER)),
        refused=lambda: changed_report(state_before=ReportState.RETURNED),
    ),
}
