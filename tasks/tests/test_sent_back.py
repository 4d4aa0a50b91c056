"""A claim or a request that was returned waits on the workbench until it is made anew, is settled, or is long past."""

import datetime

import pytest

from tasks.models import CompletionClaim, Duty
from tasks.queries.closing import TOLD_FOR, sent_back_to
from tasks.services import closing
from tasks.tests.desk import page, words
from tasks.tests.journeys import asked, claimed, more_duties
from tasks.tests.people import NOW, Stage
from units.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
LATER = NOW + datetime.timedelta(minutes=1)


def claim_returned(stage: Stage, duty: Duty | None = None) -> CompletionClaim:
    return closing.return_completion(stage.office, claim=claimed(stage, duty), now=NOW, reason="请补充移交清单。")


def told(user: User, now: datetime.datetime = LATER) -> list[tuple[str, str, str]]:
    return [(one.kind, one.code, one.reason) for one in sent_back_to(user, now)]


CLAIM = ("completion", "1-1", "请补充移交清单。")


def test_the_unit_is_told_why_and_where_to_ask_again(dated: Stage) -> None:
    claim_returned(dated)
    closing.return_extension(dated.office, request=asked(dated), now=LATER, reason="请写明批复进度。")
    assert told(dated.reporter) == [("extension", "1-1", "请写明批复进度。"), CLAIM]
    shown = words(page(dated.reporter, "/workbench/"))
    for sentence in ("退回的申请 2 件", "退回理由：请补充移交清单。", "再申请 1-1"):
        assert sentence in shown


def test_whoever_does_not_ask_for_the_unit_is_not(stage: Stage) -> None:
    claim_returned(stage)
    people = {name: told(user) for name, user in stage.everybody.items()}
    assert people == {name: [] for name in people} | {"reporter": [CLAIM]}


def test_asked_for_again_it_is_gone(stage: Stage) -> None:
    claim_returned(stage)
    closing.claim_completion(
        stage.reporter, duty=stage.duty, result="清单已附。", document="8号", completed_on=NOW.date(), now=LATER
    )
    assert told(stage.reporter) == []


def test_settled_by_the_completion_it_is_gone(dated: Stage) -> None:
    closing.return_extension(dated.office, request=asked(dated), now=NOW, reason="不再需要。")
    closing.verify_completion(dated.office, claim=claimed(dated), now=LATER, remark="")
    assert told(dated.reporter) == []


def test_after_thirty_days_it_is_history(stage: Stage) -> None:
    claim_returned(stage)
    assert told(stage.reporter, NOW + TOLD_FOR - datetime.timedelta(seconds=1)) == [CLAIM]
    assert told(stage.reporter, NOW + TOLD_FOR + datetime.timedelta(days=1)) == []


def test_one_question_however_many(stage: Stage, django_assert_num_queries) -> None:
    for duty in (stage.duty, *more_duties(stage, 1)):
        claim_returned(stage, duty)
        with django_assert_num_queries(1):
            sent_back_to(stage.reporter, LATER)
