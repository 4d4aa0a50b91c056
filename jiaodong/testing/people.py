"""What people do on the site, one visit at a time, each in a browser of its own. For `jiaodong.testing.load`."""

import json
import random
import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from jiaodong.testing.browsing import Answer, Browser, Form, Page

PERCENT = {"clerk": 35, "reviewer": 8, "examiner": 5, "office": 7, "leader": 5}  # of all; the rest are outsiders
PLAN = "/plans/jiaodong/"
SEARCHED = ("海洋", "轨道交通", "青岛", "人才", "港口", "医保", "没有这个词")
OFTEN_RETURNED = 0.7  # of what is reviewed, so that there is something to write to the end
REPORT = re.compile(r"/review/\d+/")
PERIOD = re.compile(rf"{PLAN}periods/\d+/$")
MEASURE = re.compile(rf"{PLAN}measures/\d+-\d+/$")
UNIT_DASHBOARD = re.compile(rf"{PLAN}dashboard/[a-z0-9-]+/$")


def words(text: str) -> dict[str, Any]:
    """A report's content."""
    return {
        "progress": text,
        "percent_complete": 40,
        "confidence": "on_track",
        "risk": "",
        "problems": "",
        "coordination_request": "",
        "coordination_unit": None,
        "coordination_due_on": None,
        "next_steps": "12月底前完成下一步。",
        "fall_reason": "",
    }


def typed(text: str) -> dict[str, str]:
    """The same as a form sends it."""
    return {name: "" if value is None else str(value) for name, value in words(text).items()}


@dataclass
class Promises:
    """What the site has answered that it keeps, by the report's address. Each address has one writer."""

    texts: dict[str, str] = field(default_factory=dict)
    submissions: Counter[str] = field(default_factory=Counter)

    def broken(self, found: dict[str, tuple[str, int]]) -> list[str]:
        """A sentence for each report that is not, or not as often submitted, what was answered."""
        lost = []
        for path, text in self.texts.items():
            has, often = found.get(path, ("", 0))
            if has != text:
                lost.append(f"{path}: {text!r} was answered as kept, {has!r} is there")
            if often != self.submissions[path]:
                lost.append(f"{path}: submitted {self.submissions[path]} times, {often} are in the audit trail")
        return lost


@dataclass
class Person:
    browser: Browser
    promises: Promises
    dice: random.Random
    think: float  # seconds between two pages, on average
    paths: list[str] = field(default_factory=list)

    def pause(self) -> None:
        time.sleep(self.dice.uniform(0.2, 1.8) * self.think)

    def follow(self, kind: str, page: Page, pattern: re.Pattern[str]) -> Page | None:
        """One of the page's links of that form, if there is any."""
        links = [link for link in page.links if pattern.match(link)]
        if not links:
            return None
        self.pause()
        return self.browser.get(kind, self.dice.choice(links))


def outsider(one: Person) -> None:
    one.browser.get("overview", "/")
    one.pause()
    page = one.browser.get("list", f"{PLAN}tasks/")
    one.follow("measure", page, MEASURE)
    one.pause()
    one.browser.get("search", f"{PLAN}search/?q={one.dice.choice(SEARCHED)}")


def clerk(one: Person) -> None:
    """Open a duty, write while the form saves by itself, hand in; of what is handed in already, only look."""
    one.browser.get("workbench", "/workbench/")
    one.pause()
    path = one.dice.choice(one.paths)
    page = one.browser.get("form", path)
    form = page.form(path)
    if form is None or "progress" not in form.fields:
        return
    for _ in range(2):
        one.pause()
        if not autosave(one, path, form):
            return
    one.pause()
    submit(one, path, form)


def written(one: Person) -> str:
    return f"10月9日完成第{one.dice.randrange(10**9)}项，投资{one.dice.randrange(100, 999)}万元。"


def autosave(one: Person, path: str, form: Form) -> bool:
    text = written(one)
    form.fields.update(typed(text))
    answer = one.browser.post("autosave", f"{path}autosave/", form.fields, expected=(200,))
    if answer.status != 200:
        return False
    form.fields["version"] = str(json.loads(answer.text)["version"])
    one.promises.texts[path] = text
    return True


def submit(one: Person, path: str, form: Form) -> None:
    text = written(one)
    answer = one.browser.post("submit", path, {**form.fields, **typed(text), "do": "submit"})
    if (answer.status, answer.location) == (302, "/workbench/"):
        one.promises.texts[path] = text
        one.promises.submissions[path] += 1
        one.browser.get("workbench", "/workbench/")


def reviewer(one: Person) -> None:
    """Take one of the queue and decide. A colleague may have been faster: then the page says so."""
    page = one.browser.get("review", "/review/")
    links = [link for link in page.links if REPORT.match(link)]
    if not links:
        return
    path = one.dice.choice(links)
    one.pause()
    page = one.browser.get("review", path, expected=(200, 404))
    form = page.form(path.partition("?")[0])
    if form is None or "seen_at" not in form.fields:
        return
    one.pause()
    is_return = one.dice.random() < OFTEN_RETURNED
    decision = {"decision": "return", "reason": "请补充数字。"} if is_return else {"decision": "pass"}
    decided(one, one.browser.post("decide", form.action, {**form.fields, **decision}, expected=(302, 200, 404)))


def decided(one: Person, answer: Answer) -> None:
    if answer.status == 302:
        one.browser.get("review", answer.location)


def office(one: Person) -> None:
    one.browser.get("ledger", f"{PLAN}ledger/")
    one.pause()
    one.browser.get("ledger", f"{PLAN}ledger/?q={one.dice.choice(SEARCHED)}")
    one.pause()
    board = one.follow("filing board", one.browser.get("periods", f"{PLAN}periods/"), PERIOD)
    if board:
        sheet = next(link for link in board.links if link.endswith("/board.xlsx"))
        one.browser.ask("export", "GET", sheet)
    one.pause()
    one.browser.ask("export", "GET", f"{PLAN}export/ledger.xlsx")


def leader(one: Person) -> None:
    page = one.browser.get("dashboard", f"{PLAN}dashboard/")
    one.follow("unit dashboard", page, UNIT_DASHBOARD)
    one.follow("measure", page, MEASURE)


DOES: dict[str, Callable[[Person], None]] = {
    "outsider": outsider,
    "clerk": clerk,
    "reviewer": reviewer,
    "examiner": reviewer,
    "office": office,
    "leader": leader,
}
