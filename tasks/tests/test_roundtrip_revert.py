"""After the writing: handing in what was written, taking it back as a whole, and files that go away by themselves."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.http import HttpResponse
from lxml import html

from tasks.choices import ReportState
from tasks.models import ChangeSet, Duty, ProgressReport, UnitFiling, Upload
from tasks.services.attaching import attach_file
from tasks.services.periods import freeze_period
from tasks.services.reporting import save_draft, submit_report
from tasks.services.roundtrip import ChosenRow, apply_changes, keep_upload, purge_uploads, revert_changes
from tasks.services.standing import recount_filing
from tasks.tests.desk import client_of, words
from tasks.tests.journeys import drafted, more_duties, returned
from tasks.tests.people import NOW, Stage, content, make_user
from tasks.tests.readers import readers
from units.choices import Role
from units.models import AuditEvent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
CELLS = (("本期填报", "K6", "risk", "", "冬季停工"),)


def upload(stage: Stage, **given) -> Upload:
    about = {"period": stage.period, "unit": stage.duty.unit, "name": "回.xlsx", "data": b"xlsx", "made_at": NOW}
    return keep_upload(given.pop("by", stage.reporter), **about | given, now=NOW)


def written(stage: Stage, *duties: Duty) -> ChangeSet:
    rows = []
    for duty in duties or (stage.duty,):
        report = ProgressReport.objects.filter(duty=duty, period=stage.period).first()
        rows.append(ChosenRow(duty, content(risk="冬季停工"), report and report.version, CELLS))
    return apply_changes(stage.reporter, upload=upload(stage), rows=rows, now=NOW)


def standing(stage: Stage) -> list[tuple]:
    reports = ProgressReport.objects.order_by("duty").values_list("duty", "state", "risk", "progress", "written_by")
    filing = UnitFiling.objects.order_by("unit").values_list("unit", "obliged", "drafted", "returned")
    return [*reports, *filing]


def boxes(answer: HttpResponse) -> dict[str, bool]:
    """What may be handed in, and whether it is ticked."""
    return {
        box.get("value"): "checked" in box.attrib
        for box in html.fromstring(answer.content).xpath("//input[@name='report']")
    }


class TestTakenBack:
    def test_as_a_whole_to_what_was_before(self, stage: Stage) -> None:
        second, third = more_duties(stage, 2)
        returned(stage, second)
        drafted(stage)
        recount_filing(stage.period)
        before = standing(stage)
        made = written(stage, stage.duty, second, third)
        assert standing(stage) != before
        revert_changes(stage.reporter, change_set=made, now=NOW)
        assert standing(stage) == before
        assert ProgressReport.objects.get(duty=second).state == ReportState.RETURNED
        assert not ProgressReport.objects.filter(duty=third).exists()

    def test_once(self, stage: Stage) -> None:
        made = written(stage)
        first = revert_changes(stage.reporter, change_set=made, now=NOW)
        again = revert_changes(stage.reporter, change_set=made, now=NOW + datetime.timedelta(hours=1))
        assert (
            (first.reverted_at, first.reverted_by) == (again.reverted_at, again.reverted_by) == (NOW, stage.reporter)
        )
        assert AuditEvent.objects.filter(verb="撤销导入").count() == 1

    def test_what_was_saved_before_as_unchanged_is_so_again(self, stage: Stage) -> None:
        report = drafted(stage)
        day = datetime.date(2026, 12, 1)
        ProgressReport.objects.filter(pk=report.pk).update(is_unchanged=True, change_expected_on=day)
        revert_changes(stage.reporter, change_set=written(stage), now=NOW)
        report.refresh_from_db()
        assert (report.is_unchanged, report.change_expected_on, report.risk) == (True, day, "")

    @pytest.mark.parametrize("act", ["saved", "handed in", "given a file"])
    def test_not_where_somebody_has_built_on_it(self, stage: Stage, act: str) -> None:
        second = more_duties(stage, 1)[0]
        made = written(stage, stage.duty, second)
        report = ProgressReport.objects.get(duty=second)
        if act == "saved":
            about = {"duty": second, "period": stage.period, "version": report.version, "now": NOW}
            save_draft(stage.reporter, content=content(progress="10月9日又改。"), **about)
        elif act == "handed in":
            submit_report(stage.reporter, report=report, version=report.version, now=NOW)
        else:
            attach_file(stage.reporter, report=report, name="纪要.pdf", data=b"%PDF-1.4", now=NOW)
        before = standing(stage)
        with pytest.raises(ValidationError, match="写入以后又有改动，不能整批撤销：举措 1-2。"):
            revert_changes(stage.reporter, change_set=made, now=NOW)
        assert standing(stage) == before

    def test_not_in_a_frozen_period_and_not_by_others(self, stage: Stage) -> None:
        made = written(stage)
        for name in ("other_reporter", "office", "reviewer", "leader"):
            with pytest.raises(PermissionDenied):
                revert_changes(stage.everybody[name], change_set=made, now=NOW)
        freeze_period(stage.office, period=stage.period, now=NOW)
        with pytest.raises(ValidationError, match="已冻结"):
            revert_changes(stage.reporter, change_set=made, now=NOW)


class TestItsPage:
    def address(self, made: ChangeSet) -> str:
        return f"/reports/changes/{made.pk}/"

    def test_reverting_from_the_page(self, stage: Stage) -> None:
        made, client = written(stage), client_of(stage.reporter)
        answer = client.post(self.address(made), {"do": "revert"}, follow=True)
        assert "已整批撤销，1 处都恢复到写入以前。" in words(answer)
        assert "整批撤销</button>" not in answer.content.decode()

    def test_only_what_is_ticked_is_handed_in_and_a_refusal_holds_up_nobody(self, stage: Stage) -> None:
        second, third = more_duties(stage, 2)
        made = written(stage, stage.duty, second, third)
        reports = {duty: ProgressReport.objects.get(duty=duty) for duty in (stage.duty, second, third)}
        ProgressReport.objects.filter(pk=reports[second].pk).update(progress="")
        ticked = [reports[stage.duty].pk, reports[second].pk]
        answer = client_of(stage.reporter).post(self.address(made), {"do": "submit", "report": ticked})
        assert "1-2：请填写进展情况。" in words(answer)
        states = {one.duty: one.state for one in ProgressReport.objects.all()}
        assert states == {stage.duty: "submitted", second: "draft", third: "draft"}
        assert "还有 2 项是草稿，没有提交" in words(answer)
        assert "没有全部提交：" in words(answer)
        assert boxes(answer) == {str(reports[second].pk): True, str(reports[third].pk): False}

    def test_one_click_ticks_every_draft_and_another_none(self, stage: Stage) -> None:
        made, client = written(stage, stage.duty, *more_duties(stage, 1)), client_of(stage.reporter)
        (to_all,) = html.fromstring(client.get(self.address(made)).content).xpath("//a[text()='全选 2 项']/@href")
        answer = client.get(self.address(made) + to_all)
        assert list(boxes(answer).values()) == [True, True]
        (to_none,) = html.fromstring(answer.content).xpath("//a[text()='都不选']/@href")
        assert list(boxes(client.get(self.address(made) + to_none)).values()) == [False, False]

    def test_what_was_changed_since_is_not_handed_in_unseen(self, stage: Stage) -> None:
        made = written(stage)
        report = ProgressReport.objects.get()
        about = {"duty": stage.duty, "period": stage.period, "version": report.version, "now": NOW}
        save_draft(stage.reporter, content=content(progress="又改。"), **about)
        answer = client_of(stage.reporter).post(self.address(made), {"do": "submit", "report": [report.pk]})
        assert "1-1：写入以后又有改动，请打开核对后再提交。" in words(answer)
        assert "没有提交：请先勾选要提交的举措。" in words(
            client_of(stage.reporter).post(self.address(made), {"do": "submit"})
        )

    def test_is_its_makers_alone(self, stage: Stage) -> None:
        made = written(stage)
        codes = {
            name: client_of(user).get(self.address(made)).status_code
            for name, user in readers(stage).items()
            if user.pk
        }
        writers = {"own_reporter", "other_reporter", "uninvolved_reporter", "office"}
        assert codes == {name: 404 if name in writers else 403 for name in codes} | {"ended_account": 302}

    def test_its_queries_do_not_grow(self, stage: Stage, django_assert_num_queries) -> None:
        client, first = client_of(stage.reporter), written(stage)
        with django_assert_num_queries(7):
            client.get(self.address(first))
        many = apply_changes(
            stage.reporter,
            upload=upload(stage, data=b"other"),
            rows=[ChosenRow(duty, content(), None, CELLS) for duty in more_duties(stage, 4)],
            now=NOW,
        )
        with django_assert_num_queries(7):
            client.get(self.address(many))


class TestService:
    def test_nobody_writes_from_anothers_file_or_with_nothing_chosen(self, stage: Stage) -> None:
        kept = upload(stage)
        row = ChosenRow(stage.duty, content(), None, CELLS)
        for other in (stage.other_reporter, make_user("同事", Role.REPORTER, stage.reporter.unit)):
            with pytest.raises(PermissionDenied, match="这份文件由别人上传"):
                apply_changes(other, upload=kept, rows=[row], now=NOW)
        with pytest.raises(ValidationError, match="没有需要写入的内容"):
            apply_changes(stage.reporter, upload=kept, rows=[], now=NOW)

    def test_all_or_nothing(self, stage: Stage) -> None:
        rows = [ChosenRow(stage.duty, content(), None, CELLS), ChosenRow(stage.other_duty, content(), None, CELLS)]
        with pytest.raises(PermissionDenied):
            apply_changes(stage.reporter, upload=upload(stage), rows=rows, now=NOW)
        assert (ProgressReport.objects.count(), ChangeSet.objects.count()) == (0, 0)

    def test_those_who_do_not_write_cannot_upload(self, stage: Stage) -> None:
        for name in ("reviewer", "leader", "administrator", "auditor"):
            with pytest.raises(PermissionDenied):
                upload(stage, by=stage.everybody[name])
            assert client_of(stage.everybody[name]).get("/reports/uploads/").status_code == 403

    def test_files_left_undecided_go_away(self, stage: Stage, settings, capsys) -> None:
        upload(stage)
        days = datetime.timedelta(days=settings.UPLOAD_KEEP_DAYS)
        assert (purge_uploads(now=NOW + days), Upload.objects.count()) == (0, 1)
        assert (purge_uploads(now=NOW + days + datetime.timedelta(seconds=1)), Upload.objects.count()) == (1, 0)
        assert AuditEvent.objects.filter(verb="清除填报表").count() == 1
        call_command("purge_uploads")
        assert capsys.readouterr().out == "清除了 0 份填报表、0 份分工表。\n"
