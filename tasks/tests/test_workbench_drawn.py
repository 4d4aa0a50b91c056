"""The lines of the workbench are drawn once for all who write the same reports, until somebody writes."""

import pytest
from django.test import Client
from django.urls import reverse
from lxml import html

from tasks.services.standing import rebuild
from tasks.tests.desk import client_of
from tasks.tests.journeys import approved, earlier_period, more_duties
from tasks.tests.people import NOW
from tasks.tests.test_workbench import page
from tasks.views.workbench_lines import TOKEN
from units import audit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]


@pytest.fixture
def audited(stage):
    approved(stage, None, earlier_period(stage), percent_complete=30)
    audit.record(stage.office, "开始", stage.period, now=NOW)
    return stage


def test_each_answer_has_its_own_token_and_the_forms_take_it(audited):
    client = Client(enforce_csrf_checks=True)
    client.force_login(audited.reporter)
    pages = [client.get("/workbench/").content.decode() for _ in range(2)]
    (one, two) = [
        html.fromstring(text).xpath("//details//input[@name='csrfmiddlewaretoken']/@value") for text in pages
    ]
    assert (len(one), len(two), set(one) & set(two), TOKEN in pages[1]) == (1, 1, set(), False)
    url = reverse("report-unchanged", args=[audited.duty.pk, audited.period.pk])
    asked = {"change_expected_on": "2026-12-31", "csrfmiddlewaretoken": two[0]}
    assert client.post(url, asked | {"csrfmiddlewaretoken": ""}).status_code == 403
    assert client.post(url, asked).status_code == 302
    assert audited.duty.reports.get(period=audited.period).is_unchanged


def test_what_was_refused_is_shown_to_whom_it_was_refused(audited):
    client, other = client_of(audited.reporter), client_of(audited.reporter)
    before = other.get("/workbench/").content.decode()
    url = reverse("report-unchanged", args=[audited.duty.pk, audited.period.pk])
    assert "没有提交" in client.post(url, {"change_expected_on": "昨天"}).content.decode()
    pages = [before, *(one.get("/workbench/").content.decode() for one in (client, other))]
    assert ["昨天" in text for text in pages] == [False] * 3


def test_another_page_of_a_list_is_another_question(audited):
    more_duties(audited, 30)
    rebuild(audited.plan, now=NOW)
    first, second, again = (page(audited.reporter, query) for query in ("", "?due=2", ""))
    assert buttons(first) == buttons(again)
    assert (len(buttons(first)), set(buttons(first)) & set(buttons(second))) == (20, set())


def buttons(tree: html.HtmlElement) -> list[str]:
    return tree.xpath("//section[@aria-labelledby='due']//a[contains(@class, 'btn')]/@href")
