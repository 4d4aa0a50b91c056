"""What the demonstration tells: the same from the same seed and day, and a leader finds what was planted."""

import datetime
import io
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.db import transaction
from django.http import HttpRequest
from django.test import override_settings
from django.utils import timezone

from tasks.choices import OBLIGED_ROLES
from tasks.lights import DEADLINE_WORDS, PROGRESS_WORDS, scheduled_percent
from tasks.models import (
    Amendment,
    CompletionClaim,
    Duty,
    ExtensionRequest,
    Measure,
    Plan,
    ProgressReport,
    ReportingPeriod,
    Review,
)
from tasks.queries.reports import obliged_duties, reports_of
from tasks.queries.stages import stage_facts
from tasks.queries.standing import Present
from tasks.tests import by_hand
from tasks.tests.desk import client_of
from units.audit import broken_links
from units.choices import Role
from units.models import AuditEvent, User

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 24)


def load() -> str:
    """What the command says."""
    said = io.StringIO()
    call_command("load_demo", "--today", str(TODAY), "--periods", "3", stdout=said)
    return said.getvalue()


class Twice(NamedTuple):
    first: dict[str, list]
    second: dict[str, list]
    said: str  # by the second load


def told() -> dict[str, list]:
    """Everything a visitor can read, in order, without keys and without the password."""
    duty = ("duty__measure__main_task__number", "duty__measure__order", "duty__unit__slug")
    content = ("progress", "percent_complete", "confidence", "risk", "problems", "coordination_request", "next_steps")
    moments = ("created_at", "submitted_at", "approved_at", "published_at", "is_late", "is_unchanged", "state")
    claim = ("measure__order", "duty__unit__slug", "state", "decided_at")
    reports = ProgressReport.objects.order_by("period__as_of", *duty)
    return {
        "users": list(User.objects.order_by("username").values_list("username", "role", "unit__slug")),
        "periods": list(ReportingPeriod.objects.values_list("label", "opens_on", "due_on", "opened_at", "frozen_at")),
        "reports": list(reports.values_list("period__label", *duty, *content, *moments)),
        "reviews": list(Review.objects.order_by("id").values_list("level", "is_passed", "remark", "decided_at")),
        "claims": list(CompletionClaim.objects.values_list(*claim, "completed_on", "claimed_at")),
        "extensions": list(ExtensionRequest.objects.values_list(*claim, "new_due_on", "requested_at")),
        "amendments": list(Amendment.objects.values_list("number", "subject", "after", "made_at")),
        "events": list(AuditEvent.objects.order_by("number").values_list("number", "verb", "subject", "actor")),
    }


@pytest.fixture(scope="module")
def twice(django_db_setup, django_db_blocker) -> Iterator[Twice]:
    """What two loads told. The second one stays for this module's tests, which only read."""
    with django_db_blocker.unblock(), override_settings(IS_DEMO=True):
        with transaction.atomic():
            load()
            first = told()
            transaction.set_rollback(True)
        with transaction.atomic():
            said = load()
            yield Twice(first, told(), said)
            transaction.set_rollback(True)


@pytest.fixture
def plan(twice) -> Plan:
    return Plan.objects.get()


@pytest.fixture
def latest(plan) -> ReportingPeriod:
    return plan.periods.open_on(TODAY).latest("as_of")


@pytest.fixture
def measures(plan) -> list[Measure]:
    return list(Measure.objects.filter(main_task__plan=plan).select_related("main_task"))


def test_two_loads_tell_the_same(twice):
    first, second, _ = twice
    assert first == second
    assert {name: len(rows) for name, rows in first.items() if name not in {"events", "reviews"}} == {
        "users": 90, "periods": 3, "reports": 559, "claims": 5, "extensions": 6, "amendments": 138,
    }  # fmt: skip


def test_the_accounts_are_printed_and_one_more_load_changes_nothing(twice):
    assert "2026年三季度：183 份填报" in twice.said
    password = twice.said.split("口令：")[1].strip()
    events = AuditEvent.objects.count()
    again = io.StringIO()
    call_command("load_demo", stdout=again)
    assert "没有改动" in again.getvalue()
    assert AuditEvent.objects.count() == events
    with transaction.atomic():  # a login is an event
        assert authenticate(request=HttpRequest(), username="jiaotong-yunshu-tb", password=password) is not None
        transaction.set_rollback(True)


class TestPeople:
    def test_every_role_is_there(self, twice):
        assert set(User.objects.values_list("role", flat=True)) == set(Role.values)

    def test_one_unit_has_no_reviewer(self, twice):
        reviewed = User.objects.filter(role=Role.UNIT_REVIEWER).values("unit")
        without = User.objects.filter(role=Role.REPORTER).exclude(unit__in=reviewed)
        assert list(without.values_list("unit__name", flat=True)) == ["省委组织部"]

    def test_all_have_a_real_hash_of_the_one_password(self, twice):
        users = User.objects.exclude(username="administrator")
        assert len(set(users.values_list("password", flat=True))) == 1
        assert all(user.has_usable_password() for user in users)


class TestLatestPeriod:
    def test_it_is_open_and_the_earlier_ones_are_frozen(self, plan, latest):
        assert (latest.label, latest.opens_on, latest.due_on) == (
            "2026年三季度", datetime.date(2026, 10, 8), datetime.date(2026, 10, 20),
        )  # fmt: skip
        assert list(plan.periods.exclude(frozen_at=None).values_list("label", flat=True)) == [
            "2026年二季度",
            "2026年一季度",
        ]

    def test_three_matters_wait_for_the_office_and_two_for_other_units(self, latest):
        asked = reports_of(latest).exclude(coordination_request="").select_related("duty__measure__main_task")
        assert [(report.duty.measure.code, report.coordination_unit.name, report.state) for report in asked] == [
            ("1-2", "省发展改革委", "approved"),
            ("1-3", "省自然资源厅", "approved"),
            ("15-1", "省发展改革委", "approved"),
            ("21-2", "省发展改革委", "approved"),
            ("22-3", "省财政厅", "approved"),
        ]
        assert min(report.coordination_due_on for report in asked) == datetime.date(2026, 11, 30)

    def test_who_has_filed(self, plan, latest):
        states = Counter(latest.reports.values_list("state", flat=True))
        assert states == {"approved": 174, "submitted": 3, "forwarded": 4, "returned": 2}
        obliged = Duty.objects.filter(measure__main_task__plan=plan, role__in=OBLIGED_ROLES)
        assert obliged.exclude(reports__period=latest).count() == 7
        assert obliged_duties(plan).count() == 184

    def test_late_unchanged_and_fallen(self, latest):
        assert latest.reports.filter(is_late=True).count() == 4
        assert latest.reports.filter(is_unchanged=True).count() == 4
        assert latest.reports.exclude(fall_reason="").count() == 2


class TestMeasures:
    def test_overdue_and_due_soon(self, measures):
        done = stage_facts(measures).completed
        dated = [measure for measure in measures if measure.due_on and measure.pk not in done]
        left = {measure.code: (measure.due_on - TODAY).days for measure in dated}
        assert {code: days for code, days in left.items() if days < 0} == {
            "1-6": -3, "2-1": -18, "4-2": -8, "10-3": -12, "14-2": -15,
        }  # fmt: skip
        assert {code: days for code, days in left.items() if 0 <= days <= 30} == {
            "3-1": 14, "6-1": 5, "10-2": 6, "18-1": 20, "20-1": 27,
        }  # fmt: skip

    def test_stages(self, measures):
        facts = stage_facts(measures)
        assert Counter(facts.stage(measure) for measure in measures) == {
            "in_progress": 73, "completed": 4, "awaiting_verification": 1, "suspended": 1,
        }  # fmt: skip
        assert [measure.is_ongoing for measure in measures].count(True) == 26

    def test_one_was_completed_after_its_date(self, twice):
        late = [claim.measure.code for claim in CompletionClaim.objects.all() if is_late(claim)]
        assert late == ["17-1"]

    def test_dates_moved_once_and_twice(self, measures):
        moved = Counter(ExtensionRequest.objects.filter(state="granted").values_list("measure", flat=True))
        assert {measure.code: moved[measure.pk] for measure in measures if moved[measure.pk]} == {
            "5-4": 1, "10-4": 2, "13-1": 1, "20-2": 1,
        }  # fmt: skip
        assert all(measure.original_due_on < measure.due_on for measure in measures if moved[measure.pk])

    def test_nothing_was_due_before_the_day_it_was_reported_to(self, latest, measures):
        assert [measure.code for measure in measures if measure.due_on and measure.due_on <= latest.as_of] == []


class TestAgainstTheSchedule:
    """Mean percentage of the approved duties against the linear schedule of today; 10 and 30 points are the limits."""

    @pytest.fixture
    def lights(self, latest, measures) -> dict[str, str]:
        facts, found = stage_facts(measures), {}
        for measure in measures:
            reports = reports_of(latest).filter(duty__measure=measure, state="approved")
            percents = [report.percent_complete for report in reports]
            if measure.due_on and percents and measure.pk not in facts.completed:
                scheduled = scheduled_percent(measure.starts_on, measure.due_on, TODAY)
                behind = scheduled - sum(percents) // len(percents)
                found[measure.code] = "green" if behind < 10 else "yellow" if behind <= 30 else "red"
        return found

    def test_most_are_green_some_yellow_a_few_red(self, lights):
        assert Counter(lights.values()) == {"green": 31, "yellow": 11, "red": 5}
        assert [code for code, light in lights.items() if light == "red"] == ["1-3", "8-6", "15-1", "21-3", "22-3"]

    def test_four_declare_better_than_their_dates(self, latest, measures, lights):
        words = {"on_track": "green", "at_risk": "yellow", "behind": "red"}
        order = ["green", "yellow", "red"]
        declared = {
            measure.code: max(
                (words[report.confidence] for report in reports_of(latest).filter(duty__measure=measure)),
                key=order.index,
                default="red",
            )
            for measure in measures
        }
        better = [code for code, light in lights.items() if order.index(declared[code]) < order.index(light)]
        assert better == ["7-3", "8-2", "8-6", "21-3"]


class TestInstructions:
    def test_one_is_closed_one_answered_and_one_in_hand(self, plan):
        told = plan.instructions.order_by("number").values_list("owner__name", "state", "due_on")
        assert list(told) == [
            ("省海洋局", "closed", TODAY - datetime.timedelta(days=17)),
            ("省交通运输厅", "answered", TODAY + datetime.timedelta(days=2)),
            ("省地方金融监管局", "open", TODAY + datetime.timedelta(days=8)),
        ]


class TestHonesty:
    def test_every_report_says_itself_that_it_is_a_demonstration(self, twice):
        assert not ProgressReport.objects.exclude(progress__endswith="（演示）").exists()

    def test_nothing_happens_after_today(self, twice):
        played = AuditEvent.objects.exclude(actor="命令行")  # who loads it does so on a real day
        assert timezone.localdate(max(played.values_list("at", flat=True))) < TODAY

    def test_the_audit_chain_holds_and_runs_forward(self, twice):
        assert list(broken_links()) == []
        moments = list(AuditEvent.objects.exclude(actor="命令行").order_by("number").values_list("at", flat=True))
        assert moments == sorted(moments)


def is_late(claim: CompletionClaim) -> bool:
    return claim.completed_on > claim.measure.due_on


@pytest.fixture(params=[TODAY, TODAY + datetime.timedelta(days=200)], ids=str)  # by then some measures are overdue
def day(request, monkeypatch: pytest.MonkeyPatch) -> datetime.date:
    moment = timezone.make_aware(datetime.datetime.combine(request.param, datetime.time(9)))
    monkeypatch.setattr(timezone, "now", lambda: moment)
    return request.param


def test_every_light_follows_from_what_its_page_says(plan, day):
    read = by_hand.explained(client_of(User.objects.filter(role=Role.LEADER).first()), plan)
    kept = Present(plan, day).of(list(read))
    words = {
        key: (PROGRESS_WORDS[row.progress_light], DEADLINE_WORDS[row.deadline_light]) for key, row in kept.items()
    }
    assert len(words) == 79
    assert {key: (one.concluded, other.concluded) for key, (one, other) in read.items()} == words
    assert {
        key: (by_hand.progress_light(one), by_hand.deadline_light(other)) for key, (one, other) in read.items()
    } == words
    assert {key: one.sign for key, (one, _) in read.items()} == {key: progress for key, (progress, _) in words.items()}
    assert len(Counter(words.values())) >= 5
