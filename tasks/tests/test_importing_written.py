"""A table is written as a whole: numbered amendments, what is kept, what is refused, and the way back."""

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tasks.models import Amendment, Duty, Field, MainTask, Measure, Plan, ProbableSlip, TableImport
from tasks.services import amending, importing, planning
from tasks.tests.bringing import CUSTOMERS, HEAD, OWN, SECOND, examined, kept, page, post, settled, written
from tasks.tests.journeys import drafted
from tasks.tests.people import NOW
from tasks.tests.readers import browser_of
from units.choices import Role
from units.models import AuditEvent
from units.tests.samples import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]


class TestWriting:
    AMENDED = HEAD + OWN.replace("“一卡通”。", "“一卡通”服务。").replace("省交通运输厅、", "") + SECOND

    def test_every_difference_is_a_numbered_amendment_with_its_reason(self, stage):
        amending.set_cadence(stage.office, plan=stage.plan, cadence="monthly", reason="旧事", now=NOW)
        table = settled(stage.office, kept(stage.office, self.AMENDED, NOW), NOW)
        told = {"reason": "年度修订", "document": "鲁政发〔2026〕9号", "seen": examined(table, NOW).digest}
        assert post(stage.office, f"/allocation/{table.pk}/difference/", **told).url == f"/allocation/{table.pk}/"
        made = Amendment.objects.filter(number__gt=1).order_by("number")
        assert list(made.values_list("number", "subject", "before", "after")) == [
            (2, "主要任务 2", "", "乙"),
            (3, "举措 1-1 的文字", "推行公共交通“一卡通”。", "推行公共交通“一卡通”服务。"),
            (4, "举措 1-1 的责任单位原文", "原文", "青岛海关、各执法部门按职责分工负责"),
            (5, "举措 1-1 的职责", "省交通运输厅（按职责分工）", ""),
            (6, "举措 2-1", "", "举二\n责任单位：省教育厅负责"),
        ]
        assert {(one.reason, one.document, one.made_by) for one in made} == {
            ("年度修订", "鲁政发〔2026〕9号", stage.office)
        }
        assert {one.subject: one.measure and one.measure.text for one in made}["举措 2-1"] == "举二"
        said = browser_of(stage.office).get(f"/allocation/{table.pk}/").content.decode()
        assert "第 2 至 6 号" in said
        event = AuditEvent.objects.get(verb="导入分工表")
        assert "年度修订" in event.after
        assert "鲁政发〔2026〕9号" in event.after

    def test_what_the_table_does_not_say_is_kept(self, stage):
        Plan.objects.update(subject="一体化")
        field = Field.objects.create(plan=stage.plan, position=1, name="基础设施", basis="依据")
        Field.objects.create(plan=stage.plan, position=2, name="生态环保")
        MainTask.objects.update(field=field)
        ProbableSlip.objects.create(measure=stage.measure, as_written="一卡通", probably="一码通")
        written(stage.office, kept(stage.office, HEAD + OWN + SECOND, NOW), NOW)
        assert Plan.objects.get().subject == "一体化"
        assert list(Field.objects.values_list("position", "name", "basis")) == [
            (1, "基础设施", "依据"),
            (2, "生态环保", ""),
        ]
        assert list(MainTask.objects.values_list("field__name", flat=True)) == ["基础设施", None]
        assert ProbableSlip.objects.get().probably == "一码通"

    def test_a_new_plan_is_no_amendment(self, stage):
        file = SimpleUploadedFile("新表.txt", (HEAD + OWN).encode())
        posted = {"file": file, "plan": "+", "slug": "2027-plan", "subject": "一体化"}
        assert post(stage.office, "/allocation/", **posted).status_code == 302
        written(stage.office, TableImport.objects.get(), NOW)
        plan = Plan.objects.get(slug="2027-plan")
        assert (plan.subject, plan.main_tasks.count(), plan.amendments.count()) == ("一体化", 1, 0)

    def test_a_plan_changed_meanwhile_is_compared_again(self, stage):
        table = settled(stage.office, kept(stage.office, HEAD + OWN + SECOND, NOW), NOW)
        seen = examined(table, NOW).digest
        stage.measure.text = "另一种写法。"
        planning.save_measure(stage.office, measure=stage.measure, now=NOW)
        answer = post(stage.office, f"/allocation/{table.pk}/difference/", seen=seen, reason="年度修订")
        assert "分工表或您的认定又有改动，还没有写入" in answer.content.decode()
        assert answer.context["form"]["reason"].value() == "年度修订"
        assert Measure.objects.get().text == "另一种写法。"
        again = answer.context["examined"].digest
        told = {"seen": again, "reason": "年度修订"}
        assert post(stage.office, f"/allocation/{table.pk}/difference/", **told).status_code == 302

    def test_what_has_reports_is_not_removed(self, stage):
        drafted(stage)
        table = settled(stage.office, kept(stage.office, self.AMENDED, NOW), NOW)
        told = {"seen": examined(table, NOW).digest, "reason": "年度修订"}
        said = post(stage.office, f"/allocation/{table.pk}/difference/", **told).content.decode()
        assert "省交通运输厅对举措 1-1 的职责不能删去：还有进展填报 1 项。" in said
        assert "可改写为“配合”" in said
        whole = settled(stage.office, kept(stage.office, HEAD + "3\t丙\t举四\t青岛海关负责\n", NOW), NOW)
        assert examined(whole, NOW).kept_down[0].startswith("举措 1-1 不能删去：还有进展填报 1 项。")
        assert (Duty.objects.count(), Amendment.objects.count()) == (3, 0)

    @pytest.mark.parametrize("reason", ["", "  "])
    def test_without_a_reason_nothing_is_written(self, stage, reason):
        table = settled(stage.office, kept(stage.office, HEAD + OWN + SECOND, NOW), NOW)
        told = {"seen": examined(table, NOW).digest, "reason": reason}
        said = post(stage.office, f"/allocation/{table.pk}/difference/", **told).content.decode()
        assert "请写明导入的理由" in said
        assert MainTask.objects.count() == 1

    def test_no_difference_is_nothing_to_write(self, stage):
        written(stage.office, kept(stage.office, HEAD + OWN, NOW), NOW)
        with pytest.raises(ValidationError, match="没有差异"):
            written(stage.office, kept(stage.office, HEAD + OWN, NOW), NOW)
        shown = page(TableImport.objects.get(applied_at=None), "difference/")
        assert ("没有差异，不需要写入" in shown, 'name="reason"' in shown) == (True, False)

    def test_a_table_is_written_once(self, stage):
        table = written(stage.office, kept(stage.office, HEAD + OWN + SECOND, NOW), NOW)
        for step in ("names", "places", "difference", "abandon"):  # a second click, the way back
            assert post(stage.office, f"/allocation/{table.pk}/{step}/").url == f"/allocation/{table.pk}/"
        with pytest.raises(ValidationError, match="已经写入"):
            importing.apply_table(stage.office, table=table, seen="", reason="再来", now=NOW)


class TestReturning:
    def test_everything_comes_back_settings_notes_and_fields_too(self, stage):
        field = Field.objects.create(plan=stage.plan, position=1, name="基础设施")
        written(stage.office, kept(stage.office, HEAD + OWN + SECOND, NOW), NOW)
        MainTask.objects.filter(number=2).update(field=field)
        measure = Measure.objects.get(main_task__number=2)
        ProbableSlip.objects.create(measure=measure, as_written="举二", probably="举贰")
        due = timezone.localdate(NOW).replace(month=12)
        amending.amend_measure(stage.office, measure=measure, changes={"due_on": due}, reason="年度计划", now=NOW)
        before = self.plan()
        gone = written(stage.office, kept(stage.office, HEAD + OWN, NOW), NOW)
        assert MainTask.objects.count() == 1
        answer = post(stage.office, f"/allocation/{gone.pk}/return/")
        back = TableImport.objects.get(returns_to=gone)
        assert answer.url == f"/allocation/{back.pk}/difference/"
        assert "恢复到导入以前" in page(back, "difference/")
        written(stage.office, back, NOW, reason="修订有误")
        assert self.plan() == before
        assert Amendment.objects.filter(reason="修订有误").count() == 2

    def plan(self) -> list[object]:
        measures = Measure.objects.select_related("main_task__field", "main_task__plan").order_by("main_task__number")
        return [
            (
                measure.main_task.plan.source_sha256,
                str(measure.main_task),
                str(measure.main_task.field),
                measure.text,
                measure.responsibility_text,
                measure.due_on,
                measure.original_due_on,
                list(measure.duties.values_list("unit", "role", "position", "via_group")),
                list(measure.probable_slips.values_list("as_written", "probably")),
            )
            for measure in measures
        ]

    def test_a_first_import_has_nothing_before_it(self, stage):
        table = written(stage.office, kept(stage.office, HEAD + OWN, NOW, slug="2027"), NOW)
        with pytest.raises(ValidationError, match="以前没有分工表"):
            importing.begin_return(stage.office, table=table, now=NOW)


# Step -> queries of the page, three of them for whoever has logged in. The last takes all away that the others brought.
COUNTS = {"": 16, "names/": 17, "places/": 16, "difference/": 17, "gone/": 26}


@pytest.mark.parametrize("rows", [1, 3])
def test_every_step_asks_as_much_for_one_row_as_for_three(stage, rows):
    tasks = "".join(f"{2 + at}\t乙{at}\t<p>举{at}</p><p>另{at}</p>\t省{'甲乙丙'[at]}局牵头\n" for at in range(rows))
    gaps = "".join(f"\t\t续{at}\t青岛海关负责\n" for at in range(rows))
    table = kept(stage.office, HEAD + OWN.replace("公共", "城乡公共") + tasks + gaps, NOW)
    client = browser_of(stage.office)
    counted = {
        step: queries(lambda step=step: client.get(f"/allocation/{table.pk}/{step}")) for step in list(COUNTS)[:4]
    }
    settled(stage.office, table, NOW)
    gone = settled(stage.office, kept(stage.office, HEAD + OWN, NOW), NOW)
    written(stage.office, table, NOW)
    counted["gone/"] = queries(lambda: client.get(f"/allocation/{gone.pk}/difference/"))
    assert counted == COUNTS


def queries(act) -> int:
    with CaptureQueriesContext(connection) as asked:
        act()
    return len(asked)


def test_the_table_as_this_system_exports_it_makes_no_difference(loaded_plan):
    """Rows of merged cells among them: the way out and the way in know one table."""
    office = make_user(Role.OFFICE)
    data = browser_of(office).get("/plans/jiaodong/export/original.xlsx").getvalue()
    found = examined(settled(office, kept(office, data, NOW, name="原表.xlsx"), NOW), NOW)
    assert (found.changes, found.unknown, found.hindrances) == ([], [], [])


def test_the_customers_own_table_makes_no_difference_once_its_rows_are_confirmed(loaded_plan):
    """What was reviewed before, 生态保护红线 under 14 for instance, is what is proposed."""
    office = make_user(Role.OFFICE)
    table = kept(office, CUSTOMERS, NOW)
    assert len(examined(table, NOW).open_places) == 12
    assert examined(settled(office, table, NOW), NOW).changes == []
