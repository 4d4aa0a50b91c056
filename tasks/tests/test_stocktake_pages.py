"""汇报稿 on the site: who gets it, the files and their names, the audit trail, and the Office's own words."""

from io import BytesIO
from urllib.parse import unquote
from zipfile import ZipFile

import docx
import pytest
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from lxml import html

from tasks.models import StocktakeWording
from tasks.services.wording import OVERTAKEN, Change, save_wording
from tasks.tests.desk import client_of
from tasks.tests.scene import LATER, Scene
from tasks.wording import PLACEHOLDERS, SECTIONS, faults
from units.models import AuditEvent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scene_clock")]
PAGE = "/plans/jiaodong/stocktake/"
WORDING = f"{PAGE}wording/"
NAME = "分工表汇报稿（2026年三季度，2026-10-20现状）"
STANDARD = {name: section.standard for name, section in SECTIONS.items()}


def taken(answer) -> bytes:
    return b"".join(answer.streaming_content)


def texts(answer, xpath: str) -> list[str]:
    return [" ".join(found.text_content().split()) for found in html.fromstring(answer.content.decode()).xpath(xpath)]


def form(stored: dict[str, str] = STANDARD, **changes: str) -> dict[str, str]:
    """As the browser sends it: what was seen, and every text."""
    return {**{f"seen_{name}": text for name, text in stored.items()}, **stored, **changes}


class TestWho:
    def test_leaders_and_the_office_take_it_the_office_alone_writes(self, scene: Scene) -> None:
        people = {
            name: client_of(scene.people[name])
            for name in ("leader", "office", "jt", "reviewer", "administrator", "auditor")
        }
        paths = (PAGE, f"{PAGE}file.docx", f"{PAGE}file.xlsx", f"{PAGE}file.zip", WORDING)
        opened = {name: [client.get(path).status_code for path in paths] for name, client in people.items()}
        assert opened == {
            "leader": [200, 200, 200, 200, 403], "office": [200] * 5,
            **dict.fromkeys(("jt", "reviewer", "administrator", "auditor"), [403] * 5),
        }  # fmt: skip

    def test_outsiders_are_asked_to_log_in(self, scene: Scene) -> None:
        for path in (PAGE, f"{PAGE}file.docx", f"{PAGE}file.zip", WORDING):
            answer = Client().get(path)
            assert (answer.status_code, answer["Location"]) == (302, f"/login/?next={path}")

    def test_the_verb_is_the_offices_alone(self, scene: Scene) -> None:
        for name in ("leader", "jt", "reviewer", "administrator", "auditor"):
            with pytest.raises(PermissionDenied, match="修改汇报稿的文字"):
                save_wording(scene.people[name], plan=scene.plan, changes={}, now=LATER)

    def test_the_back_office_has_no_other_door(self) -> None:
        assert StocktakeWording not in admin.site._registry


class TestThePage:
    def test_figures_lead_to_the_ledger_with_the_same_number(self, scene: Scene) -> None:
        client = client_of(scene.people["leader"])
        for query in ("", f"?period={scene.earlier.pk}"):
            page = html.fromstring(client.get(PAGE + query).content.decode())
            links = page.xpath("//section[@aria-labelledby='figures']//a")
            assert len(links) > 5
            for link in links:
                shown = html.fromstring(client.get(link.get("href")).content.decode()).xpath(
                    "//span[@role='status']/strong"
                )
                assert f"{shown[0].text} 项" == link.text, link.get("href")

    def test_it_shows_what_will_be_in_it(self, scene: Scene) -> None:
        answer = client_of(scene.people["leader"]).get(PAGE)
        told = dict(zip(texts(answer, "//section[2]//dt"), texts(answer, "//section[2]//dd"), strict=True))
        assert list(told) == [section.label for name, section in SECTIONS.items() if name != "title"]
        assert told["红灯清单"] == "进度滞后2项，逾期1项，逐项列出如下。表：2 项举措"

    def test_a_period_that_is_not_frozen_is_not_there(self, scene: Scene) -> None:
        client = client_of(scene.people["leader"])
        assert [client.get(f"{PAGE}?period={one}").status_code for one in (scene.period.pk, "x", 0)] == [404] * 3

    def test_the_dashboard_and_the_export_menu_lead_to_it(self, scene: Scene) -> None:
        client = client_of(scene.people["leader"])
        for page in ("/plans/jiaodong/dashboard/", "/plans/jiaodong/tasks/"):
            assert f'href="{PAGE}"' in client.get(page).content.decode()
        assert f'href="{PAGE}"' not in client_of(scene.people["jt"]).get("/plans/jiaodong/tasks/").content.decode()


class TestFiles:
    @pytest.mark.parametrize("extension", ["docx", "xlsx", "zip"])
    def test_are_named_in_chinese(self, scene: Scene, extension: str) -> None:
        answer = client_of(scene.people["leader"]).get(f"{PAGE}file.{extension}")
        assert unquote(answer["Content-Disposition"]) == f"attachment; filename*=utf-8''{NAME}.{extension}"
        assert answer["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"

    def test_one_act_gives_both(self, scene: Scene) -> None:
        answer = client_of(scene.people["leader"]).get(f"{PAGE}file.zip?period={scene.earlier.pk}")
        with ZipFile(BytesIO(taken(answer))) as archive:
            assert archive.namelist() == ["分工表汇报稿（2026年二季度）.docx", "分工表汇报稿（2026年二季度）.xlsx"]
            word = docx.Document(BytesIO(archive.read(archive.namelist()[0])))
        assert (
            "按照联席会议每半年向省领导小组报告一次工作的要求，现将分工表截至2026年6月30日的推进落实情况报告如下。"
            in [paragraph.text for paragraph in word.paragraphs]
        )

    def test_each_is_in_the_audit_trail(self, scene: Scene) -> None:
        client_of(scene.people["leader"]).get(f"{PAGE}file.zip")
        client_of(scene.people["office"]).get(f"{PAGE}file.docx?period={scene.earlier.pk}")
        events = AuditEvent.objects.filter(verb="导出").order_by("number").values_list("actor", "subject", "after")
        assert list(events) == [
            ("leader", f"{NAME}.zip", '{"行数": "11", "条件": "2026年三季度，现在的情况"}'),
            ("office", "分工表汇报稿（2026年二季度）.docx", '{"行数": "11", "条件": "2026年二季度，按冻结时的情况"}'),
        ]

    def test_of_another_kind_there_are_none(self, scene: Scene) -> None:
        assert client_of(scene.people["leader"]).get(f"{PAGE}file.pdf").status_code == 404


class TestWording:
    def test_the_offices_words_stand_in_the_document_with_the_figures_in_place(self, scene: Scene) -> None:
        office = client_of(scene.people["office"])
        said = office.post(
            WORDING, form(behind="截至{截至日期}，滞后{滞后数}项。\n请各单位抓紧。", closing=""), follow=True
        )
        assert texts(said, "//div[@role='status']")[0] == "已保存汇报稿的文字：红灯清单、结束语。"
        word = docx.Document(BytesIO(taken(office.get(f"{PAGE}file.docx"))))
        lines = [paragraph.text for paragraph in word.paragraphs]
        assert "截至2026年10月20日，滞后2项。" in lines
        assert "请各单位抓紧。" in lines
        assert "特此报告。" not in lines

    def test_every_standard_text_can_be_used_and_names_only_what_there_is(self) -> None:
        assert [faults(section.standard) for section in SECTIONS.values()] == [[]] * len(SECTIONS)
        assert faults("".join(f"{{{name}}}" for name in PLACEHOLDERS)) == []

    def test_a_wrong_placeholder_is_named_and_nothing_is_lost(self, scene: Scene) -> None:
        answer = client_of(scene.people["office"]).post(
            WORDING, form(closing="{落后数}项，{期次。", opening="现报告如下。")
        )
        assert texts(answer, "//div[@role='alert']//li") == [
            "结束语：没有“{落后数}”这个占位词。请从旁边所列的占位词中选用。",
            "结束语：花括号不成对。占位词写作 {期次}，两边各一个花括号。",
        ]
        assert texts(answer, "//textarea[@name='closing' or @name='opening']") == [
            "现报告如下。",
            "{落后数}项，{期次。",
        ]
        assert StocktakeWording.objects.count() == 0

    def test_the_service_refuses_it_as_well(self, scene: Scene) -> None:
        with pytest.raises(ValidationError, match="落后数"):
            save_wording(
                scene.people["office"], plan=scene.plan, now=LATER,
                changes={"closing": Change(STANDARD["closing"], "{落后数}"), "opening": Change(STANDARD["opening"], "好")},
            )  # fmt: skip
        assert StocktakeWording.objects.count() == 0

    def test_a_tick_brings_the_standard_words_back(self, scene: Scene) -> None:
        office = client_of(scene.people["office"])
        office.post(WORDING, form(closing="妥否，请批示。"))
        stored = {**STANDARD, "closing": "妥否，请批示。"}
        assert [row.text for row in StocktakeWording.objects.all()] == ["妥否，请批示。"]
        office.post(WORDING, form(stored, closing="又改了{错。", standard_closing="on"))
        assert StocktakeWording.objects.count() == 0

    def test_what_another_changed_meanwhile_is_shown_before_it_is_written_over(self, scene: Scene) -> None:
        first, second = client_of(scene.people["office"]), client_of(scene.people["second_office"])
        first.post(WORDING, form(closing="甲写的。"))
        answer = second.post(WORDING, form(closing="乙写的。"))
        assert texts(answer, "//div[@role='alert']//li") == [f"结束语：{OVERTAKEN}"]
        assert texts(answer, "//p[@class='hint']") == ["现在保存的文字：甲写的。"]
        seen = html.fromstring(answer.content.decode()).xpath("string(//input[@name='seen_closing']/@value)")
        second.post(WORDING, {**form(closing="乙写的。"), "seen_closing": seen})
        assert StocktakeWording.objects.get().text == "乙写的。"

    def test_what_one_did_not_touch_is_left_to_the_other(self, scene: Scene) -> None:
        first, second = client_of(scene.people["office"]), client_of(scene.people["second_office"])
        first.post(WORDING, form(closing="甲写的。"))
        second.post(WORDING, form(opening="乙写的。"))
        assert dict(StocktakeWording.objects.values_list("section", "text")) == {
            "closing": "甲写的。",
            "opening": "乙写的。",
        }

    def test_each_change_is_in_the_audit_trail(self, scene: Scene) -> None:
        office = client_of(scene.people["office"])
        office.post(WORDING, form(closing="妥否，请批示。"))
        office.post(WORDING, form({**STANDARD, "closing": "妥否，请批示。"}))
        events = AuditEvent.objects.filter(verb="修改汇报稿文字").values_list("actor", "before", "after")
        assert list(events) == [("office", '{"结束语": "特此报告。"}', '{"结束语": "妥否，请批示。"}')]

    def test_placeholders_are_listed_beside_the_fields(self, scene: Scene) -> None:
        answer = client_of(scene.people["office"]).get(WORDING)
        assert texts(answer, "//aside//dt") == [f"{{{name}}}" for name in PLACEHOLDERS]
