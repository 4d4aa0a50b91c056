"""Two periods side by side: every change recounted by hand, marked where it stands, and reached from its count."""

import datetime

import pytest
from django.utils import timezone

from jiaodong.testing.played import played_once
from tasks.choices import DutyRole
from tasks.models import Duty, FrozenMeasure, Measure, ReportingPeriod
from tasks.services import amending, closing, planning
from tasks.services.periods import freeze_period
from tasks.services.standing import rebuild
from tasks.tests.desk import client_of
from tasks.tests.growth import grow
from tasks.tests.journeys import approved, drafted, earlier_period, more_duties
from tasks.tests.pages import Shown
from tasks.tests.people import NOW, Stage, make_period, make_stage, make_user
from units.choices import Role
from units.models import Unit

pytestmark = pytest.mark.django_db
COMPARE = "/plans/jiaodong/compare/"
FIRST_FREEZE, SECOND_FREEZE, TODAY = (
    timezone.make_aware(datetime.datetime(2026, *day, 10)) for day in ((7, 20), (10, 20), (10, 22))
)
START, YEAR_END, NEXT_SUMMER = datetime.date(2026, 1, 1), datetime.date(2026, 12, 31), datetime.date(2027, 6, 30)
CHANGES = {  # code -> the kinds of change between the second and the third quarter, by hand
    "1-2": ["进度灯", "完成率", "填报内容"],
    "1-3": ["时限"],
    "1-4": ["进度灯", "时限灯", "阶段", "完成率"],
    "1-5": ["责任单位"],
    "1-6": ["举措原文"],
    "1-8": ["填报内容"],
    "1-9": ["移除举措"],
    "1-10": ["新增举措"],
}
ORDER = ["新增举措", "移除举措", "进度灯", "时限灯", "阶段", "完成率", "时限", "责任单位", "举措原文", "填报内容"]


@pytest.fixture
def stage(db: None, monkeypatch: pytest.MonkeyPatch) -> Stage:
    stage = two_quarters()
    monkeypatch.setattr(timezone, "now", lambda: TODAY)
    return stage


@played_once
def two_quarters() -> Stage:
    """The second quarter frozen, then all that can change changed, then the third frozen, and a draft after that."""
    with pytest.MonkeyPatch.context() as clock:
        return play(clock)


def play(clock: pytest.MonkeyPatch) -> Stage:
    clock.setattr(timezone, "now", lambda: FIRST_FREEZE)
    stage = make_stage()
    Duty.objects.exclude(pk=stage.duty.pk).delete()
    duties = {"1-1": stage.duty}
    times = {
        "1-2": {"starts_on": START, "due_on": YEAR_END},
        "1-3": {"due_on": NEXT_SUMMER},
        "1-4": {"due_on": NEXT_SUMMER},
    }
    for order in range(2, 10):
        (duties[f"1-{order}"],) = more_duties(stage, 1, **times.get(f"1-{order}", {}))
    before = earlier_period(stage)
    for code, duty in duties.items():
        approved(stage, duty, before, progress=f"完成二季度任务 {code}，路基 40 公里。", percent_complete=40)
    freeze_period(stage.office, period=before, now=FIRST_FREEZE)
    clock.setattr(timezone, "now", lambda: NOW)
    third_quarter(stage, duties)
    clock.setattr(timezone, "now", lambda: SECOND_FREEZE)
    freeze_period(stage.office, period=stage.period, now=SECOND_FREEZE)
    FrozenMeasure.objects.filter(period=stage.period, code="1-9").delete()  # as if it was not in the table by then
    clock.setattr(timezone, "now", lambda: TODAY)
    rebuild(stage.plan, now=TODAY)
    return stage


def third_quarter(stage: Stage, duties: dict[str, Duty]) -> None:
    for code, duty in duties.items():
        text = "七月开工，路基 90 公里。" if code == "1-8" else f"完成二季度任务 {code}，路基 40 公里。"
        text = "停了两个月，路基 45 公里。" if code == "1-2" else text
        approved(stage, duty, progress=text, percent_complete=45 if code == "1-2" else 40)
    amending.amend_measure(
        stage.office, measure=duties["1-3"].measure, changes={"due_on": YEAR_END}, reason="提前", now=NOW
    )
    claim = closing.claim_completion(
        stage.reporter, duty=duties["1-4"], result="完成。", document="文", completed_on=NOW.date(), now=NOW
    )
    closing.verify_completion(stage.office, claim=claim, now=NOW)
    new = Duty(measure=duties["1-5"].measure, unit=stage.other_duty.unit, role=DutyRole.COOPERATE, position=2)
    planning.save_duty(stage.office, duty=new, now=NOW)
    measure = Measure.objects.get(pk=duties["1-6"].measure_id)
    measure.text = "举措之6，改为两期实施。"
    planning.save_measure(stage.office, measure=measure, now=NOW)
    added = Measure(main_task=stage.measure.main_task, order=10, text="新增的举措之10。")
    planning.save_measure(stage.office, measure=added, now=NOW)


def shown(stage: Stage, before: object = None, after: object = None, **asked: object) -> Shown:
    """The comparison of the second with the third quarter, or of other sides."""
    first, second = ReportingPeriod.objects.order_by("as_of").values_list("pk", flat=True)[:2]
    sides = {"from": before or first, "to": after or second}
    return Shown(client_of(stage.auditor), COMPARE, **sides, **asked)


def kinds(page: Shown) -> dict[str, list[str]]:
    """Code -> the kinds of change that its block names, down the page."""
    codes = page.texts("//section[@class='compared']/h2/a")
    said = page.texts("//section[@class='compared']/p")
    return {code: words.split("、") for code, words in zip(codes, said, strict=True)}


def rows(page: Shown, code: str) -> dict[str, str]:
    """Label -> the cell as marked, removed words in [-…-] and added ones in {+…+}."""
    (table,) = page.tree.xpath(f"//section[@aria-labelledby='m{code}']/table")
    for mark, (left, right) in {"del": ("[-", "-]"), "ins": ("{+", "+}")}.items():
        for part in table.iter(mark):
            part.text = f"{left}{part.text}{right}"
    return {row[0].text_content(): row[1].text_content() for row in table.iter("tr")}


class TestWhatChanged:
    def test_every_measure_and_every_kind(self, stage):
        assert kinds(shown(stage)) == CHANGES

    def test_each_count_is_the_recount_and_leads_to_its_measures(self, stage):
        page = shown(stage)
        by_kind = {kind: [code for code, found in CHANGES.items() if kind in found] for kind in ORDER}
        links = page.texts("//ul[@aria-label='按变化筛选']//a")
        assert links == [f"全部 {len(CHANGES)}", *(f"{kind} {len(by_kind[kind])}" for kind in ORDER)]
        assert page.status == f"有变化的 {len(CHANGES)} 项举措"
        for words in links[1:]:
            kind = words.split()[0]
            found = Shown(client_of(stage.auditor), COMPARE, **page.link(words))
            assert list(kinds(found)) == by_kind[kind]
            assert found.status == f"{kind}有变化的 {len(by_kind[kind])} 项举措"

    def test_values_give_way_and_words_are_marked(self, stage):
        page = shown(stage)
        assert rows(page, "1-2") == {
            "进度灯": "[-正常-] → {+有风险+}",
            "完成率": "[-40%-] → {+45%+}",
            "省交通运输厅　进展情况": "[-完成二季度任务 1-2-]{+停了两个月+}，路基 [-40-]{+45+} 公里。",
        }
        assert rows(page, "1-3") == {"完成时限": "[-2027-06-30-] → {+2026-12-31+}"}
        assert rows(page, "1-4") == {
            "进度灯": "[-正常-] → {+已办结+}",
            "时限灯": "[-未到期-] → {+按期办结+}",
            "阶段": "[-推进中-] → {+已办结+}",
            "完成率": "[-40%-]",
        }
        assert rows(page, "1-5") == {"责任单位": "{+配合 青岛海关+}"}
        assert rows(page, "1-6") == {"具体举措": "举措之6{+，改为两期实施+}。"}

    def test_what_was_added_and_removed_stands_whole(self, stage):
        page = shown(stage)
        assert rows(page, "1-9") == {"具体举措": "[-举措之9。-]"}
        assert rows(page, "1-10") == {"具体举措": "{+新增的举措之10。+}"}

    def test_the_other_way_round_everything_is_reversed(self, stage):
        first, second = ReportingPeriod.objects.order_by("as_of").values_list("pk", flat=True)
        page = shown(stage, second, first)
        swapped = {"新增举措": "移除举措", "移除举措": "新增举措"}
        assert kinds(page) == {code: [swapped.get(kind, kind) for kind in found] for code, found in CHANGES.items()}
        assert rows(page, "1-3") == {"完成时限": "[-2026-12-31-] → {+2027-06-30+}"}
        assert rows(page, "1-5") == {"责任单位": "[-配合 青岛海关-]"}

    def test_a_period_with_itself_has_no_changes(self, stage):
        page = shown(stage, stage.period.pk, stage.period.pk)
        assert (page.status, kinds(page)) == ("有变化的 0 项举措", {})
        assert page.text("//p[@class='notice']") == "两期之间没有变化。可以在上面另选两期。"


class TestNow:
    def test_by_default_the_newest_frozen_period_is_compared_with_the_present(self, stage):
        page = Shown(client_of(stage.leader), COMPARE)
        assert page.text("//p[@class='lead-in']") == "从2026年三季度到现在。填报内容只比较已通过的。"
        assert kinds(page) == {"1-9": ["新增举措"]}  # it stands in the table today

    def test_what_changed_since_the_freeze(self, stage):
        measure = Measure.objects.get(order=3)
        amending.amend_measure(
            stage.office, measure=measure, changes={"due_on": None, "is_ongoing": True}, reason="改", now=TODAY
        )
        amending.amend_measure(
            stage.office, measure=Measure.objects.get(order=1), changes={"halted": "suspended"}, reason="停", now=TODAY
        )
        planning.delete_duty(stage.office, duty=Duty.objects.get(unit=stage.other_duty.unit), now=TODAY)
        page = shown(stage, stage.period.pk, "now")
        assert kinds(page) == {
            "1-1": ["进度灯", "时限灯", "阶段", "完成率"],
            "1-3": ["时限灯", "时限"],
            "1-5": ["责任单位"],
            "1-9": ["新增举措"],
        }
        assert rows(page, "1-3") == {
            "时限灯": "[-未到期-] → {+长期坚持+}",
            "完成时限": "[-2026-12-31-] → {+长期坚持+}",
        }
        assert rows(page, "1-5") == {"责任单位": "[-配合 青岛海关-]"}

    def test_the_next_periods_reports_count_once_approved_and_drafts_never(self, stage):
        period = make_period(stage.plan, "2026年10月", datetime.date(2026, 10, 5))
        drafted(stage, Duty.objects.get(measure__order=8), period, progress="草稿里的壬字样")
        approved(stage, Duty.objects.get(measure__order=7), period, progress="十月写了癸字样。")
        page = shown(stage, stage.period.pk, "now")
        assert "壬字样" not in page.response.content.decode()
        assert "{+十月写了癸字样+}" in rows(page, "1-7")["省交通运输厅　进展情况"]


class TestWho:
    def test_all_of_staff_and_nobody_else(self, stage, client):
        answers = {name: client_of(user).get(COMPARE).status_code for name, user in stage.everybody.items()}
        assert set(answers.values()) == {200}
        assert client.get(COMPARE).url == f"/login/?next={COMPARE}"

    def test_what_cannot_be_used_is_told(self, stage):
        page = shown(stage, "77", "x", kind="colour")
        assert page.problems == [
            "从：没有这个期次，或者它还没有冻结，现在改用默认的一期。",
            "到：没有这个期次，或者它还没有冻结，现在改用默认的一期。",
            "变化：没有“colour”这一种，现在显示全部变化。",
        ]

    def test_before_the_first_freeze_there_is_nothing_to_compare(self, monkeypatch):
        monkeypatch.setattr(timezone, "now", lambda: NOW)
        page = Shown(client_of(make_stage().office), COMPARE)
        assert page.text("//p[@class='notice']").startswith("还没有冻结的期次，没有可以对比的。")


@pytest.mark.parametrize("times", [1, 10])
def test_as_many_queries_at_790_measures_as_at_79(loaded_plan, django_assert_num_queries, monkeypatch, times):
    """Session, person, plan, periods; of either side duties touched since, rows and approved reports that differ; the rows
    of the page on either side: measures, lights, moves, duties, reports."""
    monkeypatch.setattr(timezone, "now", lambda: TODAY)
    grow(loaded_plan, times)
    office = make_user("督查", Role.OFFICE, Unit.objects.get(name="省发展改革委"))
    for period in (make_period(loaded_plan, "二季度", datetime.date(2026, 6, 30)), make_period(loaded_plan)):
        freeze_period(office, period=period, now=TODAY)
    FrozenMeasure.objects.filter(period__label="二季度").update(percent=10)
    first, second = ReportingPeriod.objects.order_by("as_of").values_list("pk", flat=True)
    client = client_of(office)
    assert Measure.objects.count() == 79 * times
    with django_assert_num_queries(21):
        answer = client.get(COMPARE, {"from": first, "to": second})
    assert answer.context["changed"] == 79 * times
