"""Published progress in figures: recounted by hand, each number the list behind it, nothing unpublished to be told."""

import datetime
from collections import Counter
from collections.abc import Iterable

import pytest
from django.test import Client

from tasks.models import Duty, Measure, Plan, ProgressReport, ReportingPeriod
from tasks.queries import public
from tasks.services.publishing import publish_reports, unpublish_report
from tasks.tests.desk import client_of
from tasks.tests.journeys import approved, earlier_period, of_customs
from tasks.tests.people import NOW, Stage, content, make_period, make_user
from tasks.tests.reading import links, rows, section, texts
from tasks.tests.test_overview import OVERVIEW, page_of, shown_by
from units.choices import Role
from units.models import Unit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]

WORDS = {"on_track": "正常", "at_risk": "有风险", "behind": "滞后"}
WORSE = list(WORDS)
BEHIND = {"confidence": "behind", "problems": "用地未批。", "next_steps": "请协调。"}


def row(duty: Duty, period: ReportingPeriod, office, confidence: str, *, is_public: bool = True) -> ProgressReport:
    """An approved report as the services leave it."""
    published = {"published_at": NOW, "published_by": office} if is_public else {}
    return ProgressReport.objects.create(
        duty=duty,
        period=period,
        state="approved",
        written_by=office,
        created_at=NOW,
        saved_at=NOW,
        submitted_at=NOW,
        submitted_by=office,
        approved_at=NOW,
        approved_by=office,
        **content(confidence=confidence),
        **published,
    )


@pytest.fixture
def reported(loaded_plan: Plan) -> Plan:
    """Two periods of the customer's table: some published, some not, some duties in one period only."""
    office = make_user("督查专员", Role.OFFICE, Unit.objects.get(name="省发展改革委"))
    before = make_period(loaded_plan, "2026年二季度", datetime.date(2026, 6, 30))
    period = make_period(loaded_plan)
    for at, duty in enumerate(Duty.objects.order_by("measure__main_task__number", "measure__order", "position")):
        if at % 5:
            row(duty, before, office, WORSE[at % 3], is_public=bool(at % 4))
        if at % 3:
            row(duty, period, office, WORSE[at % 7 % 3], is_public=at % 2 == 0)
    return loaded_plan


def progress(plan: Plan) -> public.Progress | None:
    return public.progress(plan, public.counted(plan.pk))


def worst_published() -> dict[int, str]:
    """Measure key -> the word an outsider should find, from every published row, one by one."""
    newest: dict[int, ProgressReport] = {}
    for report in ProgressReport.objects.exclude(published_at=None).select_related("duty", "period"):
        seen = newest.get(report.duty_id)
        if seen is None or seen.period.as_of < report.period.as_of:
            newest[report.duty_id] = report
    words: dict[int, str] = {}
    for report in newest.values():
        key, word = report.duty.measure_id, report.confidence
        words[key] = max(words.get(key, word), word, key=WORSE.index)
    return words


def counted(keys: Iterable[int]) -> list[str]:
    """举措, 已公开, 正常, 有风险, 滞后, 未公开 of these measures."""
    keys, words = list(keys), worst_published()
    found = Counter(words.get(key, "none") for key in keys)
    return [str(n) for n in (len(keys), len(keys) - found["none"], *(found[word] for word in WORDS), found["none"])]


class TestRecounted:
    def test_by_field(self, client: Client, reported: Plan) -> None:
        shown = texts(section(page_of(client), "progress-by-field"))
        assert shown[0] == ["领域", "举措", "已公开", "正常", "有风险", "滞后", "未公开", "构成"]
        measures = Measure.objects.filter(main_task__plan=reported)
        by_hand = [
            [one.name, *counted(measures.filter(main_task__field=one).values_list("pk", flat=True)), ""]
            for one in reported.fields.order_by("position")
        ]
        assert shown[1:] == [*by_hand, ["合计", *counted(measures.values_list("pk", flat=True)), ""]]
        assert "0" not in shown[-1]  # every word occurs, so that every count could be wrong

    def test_by_city(self, client: Client, reported: Plan) -> None:
        cities = Unit.objects.filter(groups__unit__slug="jiaodong-wushi").order_by("position")
        by_hand = [[city.name, *counted(city.duties.values_list("measure", flat=True)), ""] for city in cities]
        assert texts(section(page_of(client), "progress-by-city"))[1:] == by_hand

    def test_in_one_sentence_one_bar_and_its_key(self, client: Client, reported: Plan) -> None:
        html = section(page_of(client), "published")
        whole, any_of_them, *words = counted(Measure.objects.values_list("pk", flat=True))
        assert f"{whole} 项举措中，" in html
        labels = [*WORDS.values(), "未公开"]
        assert [link.text for link in links(html)] == [
            f"{any_of_them} 项",
            *(f"{label} {count} 项" for label, count in zip(labels, words, strict=True)),
        ]
        said = "，".join(f"{label} {count}" for label, count in zip(labels, words, strict=True))
        assert f'aria-label="{said}"' in html

    def test_as_of_is_the_newest_period_with_anything_published(self, client: Client, reported: Plan) -> None:
        assert "2026年9月30日" in section(page_of(client), "published")
        ProgressReport.objects.filter(period__label="2026年三季度").update(published_at=None, published_by=None)
        assert "2026年6月30日" in section(page_of(client), "published")


class TestLists:
    @pytest.mark.parametrize("anchor", ["published", "progress-by-field", "progress-by-city"])
    def test_every_number_is_that_of_its_list_for_outsiders_and_for_staff(
        self, client: Client, reported: Plan, anchor: str
    ) -> None:
        staff = client_of(make_user("领导", Role.LEADER, None))
        part = section(page_of(client), anchor)
        found = (
            links(part) if anchor == "published" else [cell for line in rows(part)[1:] for cell in line if cell.url]
        )
        numbers = [int(next(word for word in cell.text.split()[::-1] if word.isdigit())) for cell in found]
        assert [shown_by(client, cell.url) for cell in found] == numbers
        assert [shown_by(staff, cell.url) for cell in found[:6]] == numbers[:6]

    def test_the_condition_is_said_in_words_and_goes_into_the_file(self, client: Client, reported: Plan) -> None:
        assert "公开进展：已公开，研判滞后" in page_of(client, OVERVIEW + "tasks/?published=behind")
        lines = client.get(OVERVIEW + "export/ledger.csv?published=behind").getvalue().decode().splitlines()
        assert len(lines) - 1 == progress(reported).all.behind

    def test_a_word_there_is_not_is_named(self, client: Client, reported: Plan) -> None:
        html = page_of(client, OVERVIEW + "tasks/?published=lost")
        assert "公开进展：没有“lost”这一选项" in html


class TestNothingElse:
    def everything(self, client: Client) -> list[str]:
        found = [page_of(client, OVERVIEW)]
        return found + [page_of(client, f"{OVERVIEW}tasks/?published={value}") for value, _ in public.CHOICES]

    def test_what_is_reported_and_not_published_changes_nothing(self, stage: Stage, client: Client) -> None:
        before, now = earlier_period(stage), stage.period
        publish_reports(stage.office, reports=[approved(stage, None, before)], now=NOW)
        told = self.everything(client)
        approved(stage, None, now, **BEHIND)
        of_customs(stage, before)
        assert self.everything(client) == told

    def test_what_is_taken_down_is_gone(self, stage: Stage, client: Client) -> None:
        report = approved(stage)
        nothing = self.everything(client)
        publish_reports(stage.office, reports=[report], now=NOW)
        assert self.everything(client) != nothing
        unpublish_report(stage.office, report=ProgressReport.objects.get(), reason="数字有误", now=NOW)
        assert self.everything(client) == nothing

    def test_a_units_newest_published_word_holds_until_a_newer_one_is_published(self, stage: Stage) -> None:
        old = approved(stage, None, earlier_period(stage), **BEHIND)
        new = approved(stage)
        publish_reports(stage.office, reports=[old], now=NOW)
        assert progress(stage.plan).all == public.Published(any=1, behind=1)
        publish_reports(stage.office, reports=[new], now=NOW)
        assert progress(stage.plan).all == public.Published(any=1, on_track=1)

    def test_before_anything_is_published_it_says_so_and_when_the_first_period_falls_due(
        self, stage: Stage, client: Client
    ) -> None:
        earlier_period(stage)
        approved(stage)
        html = section(page_of(client), "published")
        first = ReportingPeriod.objects.order_by("as_of").first().due_on
        day = f"{first.year}年{first.month}月{first.day}日"
        assert f"各单位的进展还没有公开。首期填报 {day}截止，审核以后在这里公开。" in html
        assert 'aria-labelledby="progress-by-field"' not in page_of(client)

    def test_and_before_there_is_a_period_it_names_no_day(self, loaded_plan: Plan, client: Client) -> None:
        assert "首期填报审核以后在这里公开。" in section(page_of(client), "published")


class TestQueries:
    def test_three_and_no_more_with_more_reports(self, reported: Plan, django_assert_num_queries) -> None:
        with django_assert_num_queries(3):
            progress(reported)
