"""A plan in which every light and stage occurs, made through the services, and what each measure must show, by hand."""

import datetime
from dataclasses import dataclass
from typing import NamedTuple

from django.utils import timezone

from jiaodong.testing.played import played_once
from tasks.choices import DutyRole
from tasks.models import Duty, Field, MainTask, Measure
from tasks.services import amending, closing
from tasks.tests.journeys import approved, drafted, more_duties, submitted
from tasks.tests.people import NOW, Stage, make_stage

LATER = timezone.make_aware(datetime.datetime(2026, 10, 20, 10, 0))  # five days after the period fell due
START = datetime.date(2026, 1, 1)
YEAR_END = datetime.date(2026, 12, 31)  # with START: 74 % scheduled on 30 September
LEDGER = "/plans/jiaodong/ledger/"


class Expected(NamedTuple):
    """Both lights, the stage, whether the unit's own word is better, whether the due date was moved."""

    progress: str
    deadline: str
    stage: str
    disagreement: bool = False
    moved: bool = False


EXPECTED = {
    "1-1": Expected("not_reported", "undated", "not_started"),
    "1-2": Expected("behind", "ahead", "in_progress", disagreement=True),
    "1-3": Expected("at_risk", "ahead", "in_progress", disagreement=True),
    "1-4": Expected("on_track", "ahead", "in_progress", moved=True),
    "1-5": Expected("at_risk", "undated", "in_progress"),
    "1-6": Expected("not_reported", "overdue", "not_started"),
    "1-7": Expected("not_reported", "urgent", "not_started"),
    "1-8": Expected("not_reported", "ongoing", "not_started"),
    "1-9": Expected("completed", "done_on_time", "completed"),
    "1-10": Expected("not_judged", "halted", "suspended"),
    "2-1": Expected("not_reported", "soon", "not_started"),
}
FIRST_FIELD, SECOND_FIELD = [f"1-{order}" for order in range(1, 11)], ["2-1"]
OF_TRANSPORT = FIRST_FIELD  # every measure of the first task is one of the transport department's duties
OF_CUSTOMS = ["1-1", "2-1"]
DRAFT, WAITING = "草稿里才有的字样：暂缓甲", "审核中才有的字样：补齐乙"
SAID = {  # code -> where the word stands in the approved report
    "1-2": {"progress": "沿海通道一期桩基完成 31 根。"},
    "1-3": {"problems": "用地手续没有批下来，还差丙号批文。", "confidence": "on_track"},
    "1-4": {"next_steps": "十二月完成丁段铺轨。"},
    "1-5": {"coordination_request": "请明确戊库的补偿标准。", "confidence": "at_risk", "risk": "价格未定。"},
}
PERCENT = {"1-2": 40, "1-3": 60, "1-4": 72, "1-5": 50}


@dataclass
class LedgerStage(Stage):
    """The usual people, and the duties of transport by the code of their measure."""

    duties: dict[str, Duty]


@played_once
def ledger_stage() -> LedgerStage:
    stage = make_stage()
    duties = {"1-1": stage.duty}
    times = {
        "1-2": {"starts_on": START, "due_on": YEAR_END},
        "1-3": {"starts_on": START, "due_on": YEAR_END},
        "1-4": {"starts_on": START},
        "1-5": {},
        "1-6": {"due_on": datetime.date(2026, 10, 16)},
        "1-7": {"due_on": datetime.date(2026, 10, 25)},
        "1-8": {"is_ongoing": True},
        "1-9": {"due_on": YEAR_END},
        "1-10": {"due_on": YEAR_END},
    }
    for code, time in times.items():
        (duties[code],) = more_duties(stage, 1, **time)
    found = LedgerStage(**vars(stage), duties=duties)
    put_in_fields(found)
    report(found)
    close(found)
    return found


def put_in_fields(stage: LedgerStage) -> None:
    first, second = (
        Field.objects.create(plan=stage.plan, position=position, name=name)
        for position, name in ((1, "基础设施"), (2, "对外开放"))
    )
    MainTask.objects.update(field=first)
    task = MainTask.objects.create(plan=stage.plan, number=2, title="扩大口岸开放", field=second)
    measure = Measure.objects.create(
        main_task=task, order=1, text="口岸通关时间压缩一半。", due_on=datetime.date(2026, 11, 10)
    )
    Duty.objects.create(measure=measure, unit=stage.other_duty.unit, role=DutyRole.LEAD, position=1)
    Duty.objects.create(measure=measure, unit=stage.duty.unit, role=DutyRole.COOPERATE, position=2)


def report(stage: LedgerStage) -> None:
    asked = {"coordination_unit": stage.office.unit, "coordination_due_on": datetime.date(2026, 11, 30)}
    for code, words in SAID.items():
        more = asked if "coordination_request" in words else {}
        approved(stage, stage.duties[code], percent_complete=PERCENT[code], **words, **more)
    drafted(stage, stage.duties["1-7"], progress=DRAFT)
    submitted(stage, stage.duties["1-8"], progress=WAITING)


def close(stage: LedgerStage) -> None:
    """1-4 gets a due date that is then moved, 1-9 is done, 1-10 is suspended."""
    for due_on in (datetime.date(2026, 11, 30), YEAR_END):
        amend(stage, "1-4", {"due_on": due_on})
    claim = closing.claim_completion(
        stage.reporter,
        duty=stage.duties["1-9"],
        result="已通车。",
        document="鲁交〔2026〕9号",
        completed_on=datetime.date(2026, 9, 30),
        now=NOW,
    )
    closing.verify_completion(stage.office, claim=claim, now=NOW)
    amend(stage, "1-10", {"halted": "suspended"})


def amend(stage: LedgerStage, code: str, changes: dict, now: datetime.datetime = NOW) -> None:
    measure = stage.duties[code].measure
    amending.amend_measure(stage.office, measure=measure, changes=changes, reason="年度计划", now=now)


def codes_where(**wanted: object) -> list[str]:
    """The codes of which the expectation holds, in source order."""
    return [
        code
        for code, expected in EXPECTED.items()
        if all(getattr(expected, name) == value for name, value in wanted.items())
    ]
