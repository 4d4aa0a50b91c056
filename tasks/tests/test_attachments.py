"""Attachments: what is accepted, where it lies, and who gets it."""

import io
import re
import zipfile

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tasks.filetypes import DOCX, JPG, PDF, PNG, XLSX
from tasks.models import Attachment, ReportingPeriod
from tasks.services import reporting
from tasks.services.attaching import attach_file
from tasks.tests.desk import client_of
from tasks.tests.form_page import address, now_in, post, shown, summary, tree
from tasks.tests.journeys import drafted, reported_before, submitted
from tasks.tests.people import NOW, Stage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
A_PDF = b"%PDF-1.4 test"


def package(*names: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name in ("[Content_Types].xml", *names):
            archive.writestr(name, "<x/>")
    return data.getvalue()


def upload(stage: Stage, *files: tuple[str, bytes], do: str = "save", declared: str = "application/pdf", **typed):
    named = [SimpleUploadedFile(name, data, content_type=declared) for name, data in files]
    return post(stage, do, files=named, **typed)


def attached(stage: Stage, report=None, name: str = "会议纪要.pdf", data: bytes = A_PDF) -> Attachment:
    return attach_file(stage.reporter, report=report or drafted(stage), name=name, data=data, now=NOW)


class TestUpload:
    @pytest.mark.parametrize(
        ("data", "kind"),
        [
            (A_PDF, PDF),
            (b"\x89PNG\r\n\x1a\n0", PNG),
            (b"\xff\xd8\xff0", JPG),
            (package("word/document.xml"), DOCX),
            (package("xl/workbook.xml"), XLSX),
        ],
    )
    def test_the_type_is_that_of_the_content_whatever_was_declared(self, stage, data, kind):
        upload(stage, ("文件.exe", data), declared="text/html")
        (one,) = now_in(stage).attachments.all()
        assert (one.content_type, one.name, one.size) == (kind, "文件.exe", len(data))

    def test_only_beside_the_report_of_ones_own_unit(self, stage):
        report = drafted(stage)
        with pytest.raises(PermissionDenied, match="请由填报单位上传"):
            attach_file(stage.other_reporter, report=report, name="甲.pdf", data=A_PDF, now=NOW)

    def test_lies_under_a_random_name_and_not_its_own(self, stage):
        upload(stage, ("会议纪要.pdf", A_PDF))
        assert re.fullmatch(r"attachments/[0-9a-f]{32}\.pdf", Attachment.objects.get().file.name)

    def test_goes_up_with_the_text_in_one_request(self, stage):
        upload(stage, ("一.pdf", A_PDF), ("二.pdf", A_PDF + b"2"), progress="10月8日开工，见附件。")
        assert now_in(stage).progress == "10月8日开工，见附件。"
        assert [one.name for one in now_in(stage).attachments.all()] == ["一.pdf", "二.pdf"]

    def test_the_same_file_again_is_one(self, stage):
        upload(stage, ("一.pdf", A_PDF), ("又一.pdf", A_PDF))
        assert [one.name for one in now_in(stage).attachments.all()] == ["一.pdf"]

    @pytest.mark.parametrize(
        "data", [b"MZ\x90", b"<html>", package("word/document.xml", "word/vbaProject.bin"), b"PK\x03\x04broken"]
    )
    def test_another_type_is_refused_in_words_beside_what_was_accepted(self, stage, data):
        page = tree(upload(stage, ("好.pdf", A_PDF), ("坏.pdf", data)))
        sentence = "坏.pdf：只接受 PDF、Word（docx）、Excel（xlsx）、PNG 和 JPG 文件，且不能带宏。请转换后再上传。"
        assert summary(page) == [(sentence, "#f-files")]
        assert [one.name for one in now_in(stage).attachments.all()] == ["好.pdf"]

    def test_an_empty_file_is_called_empty(self, stage):
        assert summary(tree(upload(stage, ("空.pdf", b"")))) == [
            ("空.pdf：文件是空的。请确认选对了文件。", "#f-files")
        ]

    def test_a_file_too_big_is_refused_with_the_limit(self, stage, settings):
        settings.ATTACHMENT_MAX_BYTES = 1024 * 1024
        page = tree(upload(stage, ("大.pdf", b"%PDF-" + b"0" * 1024 * 1024)))
        assert summary(page) == [("大.pdf：文件超过 1 MB，请压缩或拆分后再上传。", "#f-files")]
        assert not Attachment.objects.exists()

    def test_a_refused_file_stops_the_submission_and_keeps_the_text(self, stage):
        page = tree(upload(stage, ("坏.pdf", b"MZ"), do="submit"))
        assert len(summary(page)) == 1
        assert (now_in(stage).state, now_in(stage).progress) == ("draft", "10月8日取得施工许可。")

    def test_by_script_the_list_comes_back(self, stage):
        url = reverse("report-autosave", args=[stage.duty.pk, stage.period.pk])
        file = SimpleUploadedFile("会议纪要.pdf", A_PDF)
        answer = client_of(stage.reporter).post(url, {"writer": stage.reporter.pk, "files": file}).json()
        assert "会议纪要.pdf" in answer["files"]


class TestRemove:
    def test_takes_the_file_off_and_saves_what_was_typed(self, stage, django_capture_on_commit_callbacks):
        report = drafted(stage)
        one = attached(stage, report)
        with django_capture_on_commit_callbacks(execute=True):
            answer = post(stage, f"remove:{one.pk}", version=report.version)
        assert (answer.status_code, answer.url) == (302, address(stage))
        assert (now_in(stage).attachments.count(), now_in(stage).progress) == (0, "10月8日取得施工许可。")
        assert not one.file.storage.exists(one.file.name)

    def test_another_reports_file_stays(self, stage):
        theirs = reporting.save_draft(
            stage.other_reporter, duty=stage.other_duty, period=stage.period, content={}, version=None, now=NOW
        )
        file = attach_file(stage.other_reporter, report=theirs, name="他人.pdf", data=A_PDF, now=NOW)
        post(stage, f"remove:{file.pk}")
        post(stage, "remove:x", version=1)
        assert list(Attachment.objects.all()) == [file]

    def test_after_submitting_the_file_stays(self, stage):
        report = drafted(stage)
        one = attached(stage, report)
        reporting.submit_report(stage.reporter, report=report, version=report.version, now=NOW)
        post(stage, f"remove:{one.pk}", version=2)
        assert list(Attachment.objects.all()) == [one]


class TestDownload:
    def test_comes_as_a_file_to_be_saved_under_its_own_name(self, stage):
        answer = client_of(stage.reporter).get(reverse("attachment", args=[attached(stage).pk]))
        assert b"".join(answer.streaming_content) == A_PDF
        assert answer["Content-Type"] == PDF
        assert answer["Content-Disposition"] == (
            "attachment; filename*=utf-8''%E4%BC%9A%E8%AE%AE%E7%BA%AA%E8%A6%81.pdf"
        )
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in answer["Cache-Control"]

    @pytest.mark.parametrize(
        ("brought", "seen_by"),
        [
            (drafted, {"reporter", "reviewer"}),
            (submitted, {"reporter", "reviewer", "office", "second_office", "leader"}),
        ],
    )
    def test_whoever_sees_the_report_gets_it_for_all_others_it_is_not_there(self, stage, brought, seen_by):
        report = drafted(stage)
        url = reverse("attachment", args=[attached(stage, report).pk])
        if brought is submitted:
            reporting.submit_report(stage.reporter, report=report, version=report.version, now=NOW)
        answers = {name: client_of(user).get(url).status_code for name, user in stage.everybody.items()}
        assert answers == {name: 200 if name in seen_by else 404 for name in stage.everybody}

    def test_where_its_disk_is_away_the_page_says_so(self, stage, monkeypatch, tmp_path, settings):
        settings.MEDIA_ROOT = tmp_path
        monkeypatch.setattr(Attachment._meta.get_field("file"), "storage", FileSystemStorage(tmp_path))
        one, client = attached(stage), client_of(stage.reporter)
        one.file.storage.delete(one.file.name)
        client.raise_request_exception = False
        answer = client.get(reverse("attachment", args=[one.pk]))
        assert (answer.status_code, "文件暂时读不到" in answer.content.decode()) == (503, True)

    def test_an_outsider_is_asked_to_log_in_and_a_number_that_does_not_exist_is_404(self, stage, client):
        url = reverse("attachment", args=[attached(stage).pk])
        assert client.get(url).url == f"/login/?next={url}"
        assert client_of(stage.reporter).get("/attachments/999/").status_code == 404

    def test_the_form_shows_last_periods_files_too(self, stage):
        period = reported_before(stage)
        ReportingPeriod.objects.filter(pk=period.pk).update(frozen_at=None, frozen_by=None)
        report = stage.duty.reports.get()
        Attachment.objects.create(
            report=report,
            name="上期.pdf",
            content_type=PDF,
            size=1,
            sha256="0",
            uploaded_at=NOW,
            uploaded_by=stage.office,
        )
        (row,) = shown(stage).xpath("//div[@data-row='files']")
        assert [link.text for link in row.find_class("cmp-l")[0].iter("a")] == ["上期.pdf"]
