"""An allocation table is brought, decided on, compared and written; nothing is in the plan before."""

import datetime

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from tasks.allocation.decisions import ALIAS, CLOSED, OPEN, UNIT, Meaning
from tasks.models import Duty, MainTask, Measure, TableImport
from tasks.services import importing
from tasks.tests.bringing import HEAD, OWN, SECOND, examined, kept, page, post, settled, written
from tasks.tests.people import NOW, Stage
from tasks.tests.readers import NOT_STAFF, browser_of, readers
from tasks.views import importing_steps
from units.models import AuditEvent, Unit, UnitAlias, UnitGroup

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
GAP = "\t\t举三\t青岛海关负责\n"


def bring(stage: Stage, text: str, name: str = "修订表.txt", **more):
    file = SimpleUploadedFile(name, text.encode())
    return post(stage.office, "/allocation/", file=file, plan="jiaodong", **more)


class TestSteps:
    def test_each_finding_stands_beside_its_row_and_only_such_tasks_are_open(self, stage):
        assert bring(stage, HEAD + OWN + SECOND + GAP).url == f"/allocation/{TableImport.objects.get().pk}/"
        said = page(TableImport.objects.get())
        assert said.count('<details class="read" open>') == 1
        assert said.count('<details class="read">') == 1
        row = said[said.index("举三") :]
        assert row.index("第 5 行") < row.index("归入上面的任务 2") < row.index("</details>")

    def test_leaving_and_coming_back_loses_nothing(self, stage):
        table = kept(stage.office, HEAD + OWN + SECOND + GAP, NOW)
        settled(stage.office, table, NOW)
        listed = browser_of(stage.office).get("/allocation/").content.decode()
        assert listed.index("未完成的导入") < listed.index(f"/allocation/{table.pk}/")
        again = kept(stage.office, HEAD + OWN + SECOND + GAP, NOW)
        assert again.pk == table.pk
        assert not examined(again, NOW).hindrances

    def test_abandoning_deletes_the_file_and_the_row(self, stage, django_capture_on_commit_callbacks):
        table = kept(stage.office, HEAD + OWN, NOW)
        storage, name = table.file.storage, table.file.name
        assert name.startswith("tables/")
        assert len(name) == len("tables/") + 32
        with django_capture_on_commit_callbacks(execute=True):
            assert post(stage.office, f"/allocation/{table.pk}/abandon/").url == "/allocation/"
        assert (TableImport.objects.count(), storage.exists(name)) == (0, False)

    def test_what_is_left_too_long_is_purged_and_what_was_written_stays(self, stage, capsys):
        done = written(stage.office, kept(stage.office, HEAD + OWN + SECOND, NOW), NOW)
        kept(stage.office, HEAD + OWN, NOW)
        days = datetime.timedelta(days=settings.UPLOAD_KEEP_DAYS)
        assert importing.purge_tables(now=NOW + days) == 0
        assert importing.purge_tables(now=NOW + days + datetime.timedelta(seconds=1)) == 1
        assert TableImport.objects.get() == done
        call_command("purge_uploads")
        assert capsys.readouterr().out == "清除了 0 份填报表、0 份分工表。\n"

    def test_a_table_with_an_error_is_shown_and_cannot_be_written(self, stage):
        table = kept(stage.office, HEAD + OWN + SECOND.replace("2", "二", 1), NOW)
        said = page(table)
        assert "有 1 处错误，改好以前不能写入" in said
        assert said.index("不在任何任务里的行") < said.index("序号“二”不是数字")
        with pytest.raises(ValidationError, match="表中有 1 处错误"):
            written(stage.office, table, NOW)
        assert MainTask.objects.count() == 1


class TestNewNames:
    TEXT = HEAD + OWN + "2\t乙\t举二\t省教育厅、交通厅、有关部门、两关共同负责\n"

    def decided(self, stage, **names: Meaning) -> TableImport:
        table = kept(stage.office, self.TEXT, NOW)
        return importing.decide_names(stage.office, table=table, names=names, now=NOW)

    def test_are_asked_for_one_by_one_with_where_they_stand(self, stage):
        table = kept(stage.office, self.TEXT, NOW)
        assert examined(table, NOW).unknown == ["省教育厅", "省交通厅", "有关部门", "两关"]
        said = page(table, "names/")
        assert "还有 4 个没有认定" in said
        assert "checked" not in said
        with pytest.raises(ValidationError, match="还有 4 个名称没有认定"):
            importing.apply_table(stage.office, table=table, seen=examined(table, NOW).digest, reason="修订", now=NOW)

    def test_become_units_aliases_and_groups_when_the_table_is_written(self, stage):
        Unit.objects.create(name="济南海关", short_name="济南海关", slug="jn", kind="central")
        meanings = {
            "省教育厅": Meaning(UNIT, kind="provincial"),
            "省交通厅": Meaning(ALIAS, stands_for="省交通运输厅"),
            "有关部门": Meaning(OPEN),
            "两关": Meaning(CLOSED, members=("青岛海关", "济南海关")),
        }
        table = self.decided(stage, **meanings)
        assert not Unit.objects.filter(name="省教育厅").exists()
        written(stage.office, table, NOW)
        assert Unit.objects.get(name="省教育厅").kind == "provincial"
        assert UnitAlias.objects.get(name="省交通厅").unit == stage.duty.unit
        assert UnitGroup.objects.get(unit__name="有关部门").is_closed is False
        assert sorted(UnitGroup.objects.get(unit__name="两关").members.values_list("name", flat=True)) == [
            "济南海关",
            "青岛海关",
        ]
        duties = Duty.objects.filter(measure__main_task__number=2).order_by("position")
        assert list(duties.values_list("unit__name", flat=True)) == [
            "省教育厅", "省交通运输厅", "有关部门", "青岛海关", "济南海关",
        ]  # fmt: skip
        made = AuditEvent.objects.filter(verb="新增").values_list("subject_kind", flat=True)
        assert sorted(made) == sorted(["责任单位"] * 3 + ["简称、曾用名"] + ["群体"] * 2 + ["群体成员"] * 2)

    def test_a_form_says_what_to_mend_and_keeps_what_was_typed(self, stage):
        table = kept(stage.office, self.TEXT, NOW)
        browser = browser_of(stage.office)
        lines = browser.get(f"/allocation/{table.pk}/names/").context["lines"]
        by_name = {form.name: form.prefix for form, *_ in lines}
        alias, group = by_name["省交通厅"], by_name["两关"]
        posted = {f"{alias}-is_a": "alias", f"{alias}-stands_for": "省公路局"}
        posted |= {f"{group}-is_a": "closed", f"{group}-members": "青岛海关，黄海海关"}
        said = browser.post(f"/allocation/{table.pk}/names/", posted).content.decode()
        assert "单位名录里没有“省公路局”" in said
        assert "单位名录里没有：黄海海关。" in said
        assert "青岛海关，黄海海关" in said
        assert examined(table, NOW).decisions.names == {}
        posted = {f"{alias}-is_a": "alias", f"{alias}-stands_for": "省交通运输厅"}
        again = browser.post(f"/allocation/{table.pk}/names/", posted, follow=True)
        assert again.redirect_chain == [(f"/allocation/{table.pk}/names/", 302)]
        assert "选好的已保存，还有 " in again.content.decode()
        assert examined(table, NOW).unknown == ["省教育厅", "有关部门", "两关"]

    def test_are_remembered_when_a_mended_file_is_brought(self, stage):
        self.decided(stage, 省教育厅=Meaning(UNIT, kind="provincial"), 有关部门=Meaning(OPEN))
        mended = kept(stage.office, self.TEXT.replace("省教育厅、", ""), NOW)
        assert list(examined(mended, NOW).decisions.names) == ["有关部门"]
        assert examined(mended, NOW).unknown == ["交通厅", "两关"]

    def test_are_asked_for_a_page_at_a_time(self, stage, monkeypatch):
        monkeypatch.setattr(importing_steps, "AT_ONCE", 2)
        table = kept(stage.office, self.TEXT, NOW)
        answer = browser_of(stage.office).get(f"/allocation/{table.pk}/names/")
        assert [form.name for form, *_ in answer.context["lines"]] == ["省教育厅", "省交通厅"]
        assert (
            "表中有 4 个名称单位名录里没有，还有 4 个没有认定。下面先列 2 个，认定以后再列其余的。"
            in answer.content.decode()
        )
        self.decided(stage, 省教育厅=Meaning(UNIT, kind="provincial"))
        names = browser_of(stage.office).get(f"/allocation/{table.pk}/names/").context["lines"]
        assert [form.name for form, *_ in names] == ["省教育厅", "省交通厅", "有关部门"]

    def test_are_not_all_put_into_one_sentence(self, stage):
        names = "、".join(f"第{at}工作站" for at in range(30))
        table = kept(stage.office, HEAD + OWN + f"2\t乙\t举二\t{names}负责\n", NOW)
        said = next(one for one in examined(table, NOW).hindrances if "名称" in one)
        assert said.startswith("还有 30 个名称没有认定：第0工作站、")
        assert said.endswith("第19工作站等。")

    def test_that_rest_on_a_unit_that_is_gone_are_asked_for_again(self, stage):
        Unit.objects.create(name="济南海关", short_name="济南海关", slug="jn", kind="central")
        table = self.decided(stage, 两关=Meaning(CLOSED, members=("青岛海关", "济南海关")))
        Unit.objects.get(slug="jn").delete()
        assert "两关" in examined(table, NOW).unknown


class TestDifference:
    @pytest.mark.parametrize(("most", "pieces"), [(10_000, ["same", "added", "same"]), (0, ["same"])])
    def test_is_shown_in_pieces_while_there_is_little_to_compare(self, stage, monkeypatch, most, pieces):
        monkeypatch.setattr(importing_steps, "MOST_COMPARED", most)
        table = kept(stage.office, HEAD + OWN.replace("公共交通", "城市公共交通"), NOW)
        lines = browser_of(stage.office).get(f"/allocation/{table.pk}/difference/").context["lines"]
        text = next(line for line in lines if line.change.subject == "举措 1-1 的文字")
        assert [kind for kind, _ in text.after] == pieces
        assert "".join(piece for _, piece in text.after) == "推行城市公共交通“一卡通”。"


class TestPlaces:
    def test_are_proposed_where_the_text_stands_now(self, stage):
        task = MainTask.objects.create(plan=stage.plan, number=2, title="乙")
        Measure.objects.create(main_task=task, order=1, text="举三")
        table = kept(stage.office, HEAD + OWN + GAP + "2\t乙\t举二\t青岛海关负责\n", NOW)
        (one,) = examined(table, NOW).doubts
        assert (one.place, one.by_rule, one.present, one.right, one.is_decided) == ((4, 1), 1, 2, 2, False)
        assert "还有 1 段没有确认归属" in page(table, "difference/")

    def test_a_row_above_an_empty_task_is_asked_for_too(self, stage):
        table = kept(stage.office, HEAD + OWN + "2\t乙\t\t\n", NOW)
        assert [one.place for one in examined(table, NOW).doubts] == [(3, 1)]

    def test_are_asked_for_a_page_at_a_time(self, stage, monkeypatch):
        monkeypatch.setattr(importing_steps, "AT_ONCE", 1)
        table = kept(stage.office, HEAD + OWN + GAP + GAP.replace("举三", "举四"), NOW)
        url = f"/allocation/{table.pk}/places/"
        said = page(table, "places/")
        assert ("举三" in said, "举四" in said, "还有 1 段，这些确认以后再列出。" in said) == (True, False, True)
        assert post(stage.office, url, **{"place-4-1": "1"}).url == url
        said = page(table, "places/")
        assert ("举三" in said, "举四" in said, "再列出" in said) == (True, True, False)
        assert post(stage.office, url, **{"place-4-1": "1", "place-5-1": "1"}).url.endswith("/difference/")

    def test_a_person_decides(self, stage):
        table = kept(stage.office, HEAD + OWN + GAP + "2\t乙\t举二\t青岛海关负责\n", NOW)
        url = f"/allocation/{table.pk}/places/"
        assert post(stage.office, url, **{"place-4-1": "2"}).url == f"/allocation/{table.pk}/difference/"
        assert "请选择主要任务" in post(stage.office, url).content.decode()
        assert "没有这项主要任务" in post(stage.office, url, **{"place-4-1": "9"}).content.decode()
        written(stage.office, table, NOW)
        codes = {measure.text: measure.code for measure in Measure.objects.select_related("main_task")}
        assert (codes["举三"], codes["举二"]) == ("2-1", "2-2")


class TestWhoMay:
    def test_the_office_alone(self, stage):
        people = readers(stage)
        codes = {name: browser_of(user).get("/allocation/").status_code for name, user in people.items()}
        assert codes == dict.fromkeys(people, 403) | {"office": 200} | dict.fromkeys(NOT_STAFF, 302)

    def test_what_waits_is_its_owners_what_was_written_every_importers(self, stage):
        table = kept(stage.office, HEAD + OWN + SECOND, NOW)
        urls = [f"/allocation/{table.pk}/{step}" for step in ("", "names/", "places/", "difference/", "file/")]
        codes = {user: [browser_of(user).get(url).status_code for url in urls] for user in stage.everybody.values()}
        refused = {user: [403] * 5 for user in codes}
        assert codes == refused | {stage.office: [200] * 5, stage.second_office: [404] * 5}
        written(stage.office, table, NOW)
        assert browser_of(stage.second_office).get(urls[0]).status_code == 200
        assert browser_of(stage.second_office).get(urls[4]).getvalue() == (HEAD + OWN + SECOND).encode()

    def test_no_verb_is_another_roles_nor_of_another_in_the_office(self, stage):
        table = kept(stage.office, HEAD + OWN + SECOND, NOW)
        done = written(stage.office, kept(stage.office, HEAD + OWN, NOW), NOW)
        about = {"table": table, "now": NOW}
        verbs = {
            "keep_table": lambda by: importing.keep_table(by, slug="jiaodong", name="表", data=b"1", now=NOW),
            "decide_names": lambda by: importing.decide_names(by, names={}, **about),
            "place_rows": lambda by: importing.place_rows(by, places={}, **about),
            "apply_table": lambda by: importing.apply_table(by, seen="", reason="修订", **about),
            "abandon_table": lambda by: importing.abandon_table(by, **about),
            "begin_return": lambda by: importing.begin_return(by, table=done, now=NOW),
        }
        shared = {"keep_table", "begin_return"}  # of whoever imports, not of one owner
        for name, verb in verbs.items():
            for role, user in stage.everybody.items():
                if user == stage.office or (user == stage.second_office and name in shared):
                    continue
                with pytest.raises(PermissionDenied):
                    pytest.fail(f"{role} may {name}: {verb(user)}")
