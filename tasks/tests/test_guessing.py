"""Guessing addresses: what a person may not see answers like what does not exist, to the last byte."""

import itertools
import re
from urllib.parse import quote

import pytest

from tasks.services import closing
from tasks.tests.journeys import approved, drafted, more_duties, submitted
from tasks.tests.people import NOW, TODAY
from tasks.tests.readers import browser_of, readers, with_file

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"')
NO_SUCH = 4711

OTHERS = ("other_reporter", "other_reviewer", "uninvolved_reporter", "administrator", "auditor")
# What may be guessed (`{}` takes the number of a row) -> whose number, and who is told that there is no such thing.
HIDDEN = {
    "/reports/{}/{period}/": [("duty", (*OTHERS, "office", "leader")), ("handed_in_duty", OTHERS)],
    "/attachments/{}/": [("draft_file", (*OTHERS, "office", "leader")), ("file", OTHERS)],
    "/review/{}/": [("draft", ("own_reviewer", "other_reviewer", "office")), ("handed_in", ("other_reviewer",))],
    "/reports/{}/correct/": [("draft", ("office",)), ("handed_in", ("office",)), ("approved", ("office",))],
    "/plans/jiaodong/publishing/{}/unpublish/": [("draft", ("office",)), ("handed_in", ("office",))],
}
# Pages that a role has no business with refuse it before they look for anything.
REFUSED = {
    "/review/{}/": [("draft", ("own_reporter", "leader")), ("handed_in", ("leader", "administrator", "auditor"))],
    "/review/completions/{}/": [("claim", ("own_reporter", "own_reviewer", *OTHERS, "leader"))],
    "/review/completions/{}/reopen/": [("claim", ("own_reporter", *OTHERS, "leader"))],
    "/review/extensions/{}/": [("request", ("own_reporter", "own_reviewer", *OTHERS, "leader"))],
    "/accounts/{}/handover/": [("account", ("other_reporter", "own_reviewer", "office", "leader", "auditor"))],
    "/admin/units/user/{}/change/": [("account", ("own_reporter", "other_reviewer", "leader"))],
    "/reports/{}/correct/": [("approved", ("own_reporter", "own_reviewer", "leader", "administrator"))],
    "/plans/jiaodong/publishing/{}/unpublish/": [("approved", ("own_reporter", "leader", "auditor"))],
}


def guesses(table: dict) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(url, row, names) for url, rows in table.items() for row, names in rows]


@pytest.fixture
def numbers(stage) -> dict[str, int]:
    """What the transport department has: reports in three states, files, a claim, a request, an account."""
    draft, handed_in, done = (
        drafted(stage),
        submitted(stage, *more_duties(stage, 1)),
        approved(stage, *more_duties(stage, 1)),
    )
    evidence = {"result": "已办结", "document": "文号", "completed_on": TODAY}
    claim = closing.claim_completion(stage.reporter, duty=stage.duty, **evidence, now=NOW)
    settings = {"changes": {"due_on": TODAY}, "reason": "年度计划"}
    closing.amend_measure(stage.office, measure=stage.measure, **settings, now=NOW)
    asked = {"new_due_on": TODAY.replace(year=2027), "reason": "批复推迟"}
    request = closing.request_extension(stage.reporter, duty=stage.duty, **asked, now=NOW)
    rows = {
        "draft": draft, "handed_in": handed_in, "approved": done, "duty": draft.duty, "handed_in_duty": handed_in.duty,
        "draft_file": with_file(draft), "file": with_file(handed_in), "claim": claim, "request": request,
        "account": stage.reporter, "period": stage.period,
    }  # fmt: skip
    return {name: row.pk for name, row in rows.items()}


OF_THIS_ANSWER = {"Content-Length", "Expires", "X-Request-ID"}


def answered(client, method: str, url: str) -> tuple[int, dict[str, str], str]:
    """Status, headers and body, but for what says the address asked for, the second, the request's number, and a token that is another each time."""
    answer = getattr(client, method)(url)
    body = TOKEN.sub("", answer.content.decode())
    for own in (url, quote(url, ""), answer["X-Request-ID"]):
        body = body.replace(own, "")
    headers = {name: value for name, value in answer.items() if name not in OF_THIS_ANSWER}
    return answer.status_code, headers, body


def twice(client, method: str, url: str, row: str, numbers: dict[str, int]):
    """The answers for the number of the row, and for that of no row."""
    return [answered(client, method, url.format(key, period=numbers["period"])) for key in (numbers[row], NO_SUCH)]


@pytest.mark.parametrize(("url", "row", "names"), guesses(HIDDEN))
def test_what_one_may_not_see_is_not_there(stage, numbers, url, row, names):
    people = readers(stage)
    for name in names:
        guessed, missing = twice(browser_of(people[name]), "get", url, row, numbers)
        assert guessed[0] == 404, name
        assert guessed == missing, name
        guessed, missing = twice(browser_of(people[name]), "post", url, row, numbers)
        assert guessed[0] == (405 if url.startswith("/attachments/") else 404), name
        assert guessed == missing, name


@pytest.mark.parametrize(("url", "row", "names"), guesses(REFUSED))
def test_a_page_one_has_no_business_with_does_not_tell_what_there_is(stage, numbers, url, row, names):
    people = readers(stage)
    for name, method in itertools.product(names, ("get", "post")):
        guessed, missing = twice(browser_of(people[name]), method, url, row, numbers)
        assert guessed[0] == 403, (name, method)
        assert guessed == missing, (name, method)


@pytest.mark.parametrize("name", ["outsider", "ended_account"])
def test_whoever_is_nobody_here_is_sent_to_log_in_whatever_they_guess(stage, numbers, name):
    client = browser_of(readers(stage)[name])
    for url, row, _ in [*guesses(HIDDEN), *guesses(REFUSED)]:
        address = url.format(numbers[row], period=numbers["period"])
        login = "/admin/login/" if url.startswith("/admin/") else "/login/"
        answer = client.get(address)
        assert (answer.status_code, answer.url) == (302, f"{login}?next={address}")


def test_a_script_that_guesses_learns_no_more(stage, numbers):
    """The address at which the form saves itself, asked by another unit's reporter under their own name."""
    client, writer = browser_of(stage.other_reporter), stage.other_reporter.pk
    period = numbers["period"]
    answers = [
        answered(client, method, f"/reports/{duty}/{period}/autosave/?writer={writer}")
        for method in ("get", "post")
        for duty in (numbers["duty"], NO_SUCH)
    ]
    assert [answer[0] for answer in answers] == [404, 404, 404, 404]
    assert (answers[0], answers[2]) == (answers[1], answers[3])


def test_saying_unchanged_for_another_unit_learns_no_more(stage, numbers):
    client = browser_of(stage.other_reporter)
    urls = [f"/reports/{duty}/{numbers['period']}/unchanged/" for duty in (numbers["duty"], NO_SUCH)]
    guessed, missing = (answered(client, "post", url) for url in urls)
    assert guessed[0] == 404
    assert guessed == missing


def test_own_duties_without_a_report_are_there_and_others_are_not(stage, numbers):
    (empty,) = more_duties(stage, 1)
    url = f"/reports/{empty.pk}/{numbers['period']}/"
    assert browser_of(stage.reporter).get(url).status_code == 200
    assert browser_of(stage.other_reporter).get(url).status_code == 404
