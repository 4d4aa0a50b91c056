"""Posting to the report form and reading the page it answers with, as a person does."""

from django.test import Client
from django.urls import reverse
from lxml import html

from tasks.models import Duty, ProgressReport, ReportingPeriod
from tasks.tests.desk import client_of
from tasks.tests.people import Stage

EXPECTED = "2026-12-01"  # when the next change is expected, where nothing changed
TYPED = {
    "progress": "10月8日取得施工许可。",
    "percent_complete": "45",
    "confidence": "on_track",
    "risk": "",
    "problems": "",
    "coordination_request": "",
    "coordination_unit": "",
    "coordination_due_on": "",
    "next_steps": "",
    "fall_reason": "",
}


def address(stage: Stage, duty: Duty | None = None, period: ReportingPeriod | None = None) -> str:
    return reverse("report", args=[(duty or stage.duty).pk, (period or stage.period).pk])


def post(stage: Stage, do: str = "save", client: Client | None = None, version: int | str = "", **typed):
    return (client or client_of(stage.reporter)).post(address(stage), {**TYPED, "version": version, "do": do, **typed})


def tree(answer) -> html.HtmlElement:
    return html.fromstring(answer.content.decode())


def shown(stage: Stage) -> html.HtmlElement:
    return tree(client_of(stage.reporter).get(address(stage)))


def typed_in(page: html.HtmlElement) -> dict[str, str]:
    form = page.get_element_by_id("report")
    # A parser keeps the line end behind <textarea>, browsers drop it.
    return {name: (form.fields[name] or "").removeprefix("\n") for name in TYPED}


def summary(page: html.HtmlElement) -> list[tuple[str, str]]:
    """The lines of the summary on top: what is wrong, and where its link leads."""
    lines = page.xpath("//div[@role='alert' and @data-focus]//li")
    return [(line.text_content(), "".join(line.xpath(".//a/@href"))) for line in lines]


def now_in(stage: Stage) -> ProgressReport:
    return ProgressReport.objects.get(duty=stage.duty, period=stage.period)
