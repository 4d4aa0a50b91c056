"""What the public overview counts is kept from one edition to the next: it is what would be counted, whatever is written."""

import datetime
import re
from collections.abc import Callable

import pytest
from django.core.cache import caches
from django.test import Client

from tasks.models import Duty, Field, MainTask, ProgressReport, PublicFigures
from tasks.queries.drift import drift
from tasks.queries.public_figures import counted, right_figures
from tasks.services.amending import amend_measure, set_cadence
from tasks.services.periods import freeze_period, open_period
from tasks.services.public_figures import count_public
from tasks.services.publishing import publish_reports, unpublish_report
from tasks.services.reviewing import approve_report, correct_report
from tasks.tests.desk import client_of
from tasks.tests.journeys import approved, of_customs
from tasks.tests.people import NOW, TODAY, Stage, content, make_period
from tasks.tests.samples import make_duty, make_main_task, make_measure, make_plan
from tasks.tests.test_overview import OVERVIEW, page_of
from tasks.tests.test_public_figures import BEHIND, row
from units.choices import UnitKind
from units.models import Unit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
Act = Callable[[Stage], object]


def amend(name: str, value: object) -> Act:
    def act(stage: Stage) -> None:
        amend_measure(stage.office, measure=stage.measure, changes={name: value}, reason="年度计划", now=NOW)

    return act


def publish(stage: Stage, *reports: ProgressReport) -> None:
    publish_reports(stage.office, reports=reports, now=NOW)


def of_another(stage: Stage) -> ProgressReport:
    report = of_customs(stage, **BEHIND)
    return approve_report(stage.office, report=report, version=report.version, now=NOW)


def take_down(stage: Stage) -> None:
    unpublish_report(stage.office, report=stage.plan.periods.get().reports.get(duty=stage.duty), reason="误", now=NOW)


def correct(stage: Stage) -> None:
    freeze(stage)
    report = ProgressReport.objects.get(duty=stage.duty)
    given = content(**BEHIND)
    entry = correct_report(stage.office, report=report, content=given, reason="数字有误", now=NOW)
    approve_report(stage.second_office, report=entry, version=entry.version, now=NOW)
    publish(stage, entry)


def freeze(stage: Stage) -> None:
    freeze_period(stage.office, period=stage.period, now=NOW)


def open_next(stage: Stage) -> None:
    later = stage.period.due_on + datetime.timedelta(days=90)
    open_period(stage.office, plan=stage.plan, label="下一期", as_of=later, opens_on=later, due_on=later, now=NOW)


def publish_in_another_plan(stage: Stage) -> None:
    duty = make_duty(make_measure(make_main_task(make_plan("other"))), stage.duty.unit)
    report = row(duty, make_period(duty.measure.main_task.plan), stage.office, "behind", is_public=False)
    count_public(stage.plan.pk)
    publish(stage, report)


CARRIED: dict[str, Act] = {
    "a second unit's is published": lambda stage: publish(stage, of_another(stage)),
    "what was published is taken down": take_down,
    "a correction is published": correct,
    "a due date moves": amend("due_on", datetime.date(2027, 3, 1)),
    "a measure is halted": amend("halted", "suspended"),
    "how often is reported": lambda stage: set_cadence(
        stage.office, plan=stage.plan, cadence="monthly", reason="加密", now=NOW
    ),
    "a period is opened": open_next,
    "a period is frozen": freeze,
    "another plan's is published": publish_in_another_plan,
}
LEFT: dict[str, Act] = {
    "a unit is named anew": lambda stage: Unit.objects.filter(slug="jt").update(name="省交通厅"),
    "a unit is of another kind": lambda stage: Unit.objects.filter(slug="jt").update(kind=UnitKind.CITY),
    "a duty is gone": lambda stage: stage.other_duty.delete(),
    "a role changes": lambda stage: Duty.objects.filter(pk=stage.duty.pk).update(role="lead"),
    "a main task enters a field": lambda stage: MainTask.objects.update(
        field=Field.objects.create(plan=stage.plan, position=9, name="金融")
    ),
    "a measure is added": lambda stage: make_measure(stage.measure.main_task, order=9),
    "a report is published past the verbs": lambda stage: ProgressReport.objects.filter(
        pk=of_another(stage).pk
    ).update(published_at=NOW, published_by=stage.office),
    "a published word is changed": lambda stage: ProgressReport.objects.filter(duty=stage.duty).update(
        confidence="behind"
    ),
}


@pytest.fixture
def told(stage: Stage) -> Stage:
    publish(stage, approved(stage))
    return stage


def shown(stage: Stage) -> list[str]:
    readers = Client(), client_of(stage.leader)
    pages = [page_of(client, url) for client in readers for url in (OVERVIEW, "/units/")]
    return [re.sub(r'value="\w{64}"', "", page) for page in pages]


@pytest.mark.parametrize("act", CARRIED | LEFT)
def test_it_is_what_would_be_counted(told: Stage, act: str) -> None:
    shown(told)
    assert right_figures(told.plan.pk)
    (CARRIED | LEFT)[act](told)
    assert bool(right_figures(told.plan.pk)) == (act in CARRIED)
    kept = shown(told)
    PublicFigures.objects.all().delete()
    for cache in caches.all():
        cache.clear()
    assert kept == shown(told)


def test_it_follows_again_from_the_next_publication_on(told: Stage) -> None:
    Unit.objects.filter(slug="jt").update(name="省交通厅")
    publish(told, of_another(told))
    assert right_figures(told.plan.pk)[0][0] == counted(told.plan.pk)


def test_wrong_figures_are_seen(told: Stage) -> None:
    PublicFigures.objects.update(figures={"fields": [], "units": [], "groups": []})
    assert "公开总览的数字与重新清点的不一致。" in list(drift(told.plan, TODAY))
