"""A house in which every page has something to show, and the addresses of all of them, asked of the URL resolver."""

import datetime
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from tasks.models import Duty, Instruction, Measure, ProgressReport
from tasks.services import (
    amending,
    attaching,
    closing,
    instructing,
    publishing,
    reporting,
    reviewing,
    roundtrip,
    saved_views,
    standing,
)
from tasks.tests.bringing import CUSTOMERS, kept, written
from tasks.tests.browser_desk import Desk
from tasks.tests.offline import Offline, taken
from tasks.tests.people import content
from units.choices import Role
from units.models import User

Known = dict[str, list[tuple]]

# Routes that answer with something else than a page, or with one that stands only in the middle of an act.
NOT_PAGES = {
    "healthz": "text for a probe",
    "readyz": "text for a probe",
    "metrics": "text for Prometheus",
    "favicon.ico": "a picture",
    "robots.txt": "text for crawlers",
    "tasks": "sends on to the list of the first plan",
    "start": "sends each role on to where its work begins",
    "logout": "takes a POST alone",
    "account-digest": "takes a POST alone",
    "dashboard-seen": "takes a POST alone",
    "display": "sets a cookie and goes back",
    "second-factor": "stands between password and site; read in units/tests/test_login_browser.py",
    "report-autosave": "takes a POST alone",
    "report-unchanged": "takes a POST alone; its refusals are read in test_browser_reporting.py",
    "attachment": "a file",
    "export-original": "a workbook",
    "export-list": "a workbook",
    "export-workbook": "a workbook",
    "export-filing": "a workbook",
    "export-filed": "a workbook",
    "export-audit": "a file",
    "unit-workbook": "a workbook",
    "upload-annotated": "a workbook",
    "table-abandon": "takes a POST alone",
    "table-return": "takes a POST alone",
    "table-file": "a file",
    "stocktake-file": "a document, a workbook or both",
}


def routes(patterns: list | None = None) -> Iterator[tuple[str, bool]]:
    """Every route of the site by name, or by what it matches where it has none, and whether it takes arguments.

    The back office, a namespace of its own, is read in test_admin_browser.py.
    """
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLPattern):
            yield pattern.name or str(pattern.pattern), bool(pattern.pattern.converters)
        elif isinstance(pattern, URLResolver) and not pattern.namespace:
            yield from routes(pattern.url_patterns)


def addresses(known: Known, queries: dict[str, list[str]]) -> list[str]:
    """The address of every page. A route that takes arguments and is not known is a KeyError: make it known."""
    found = []
    for name, takes_arguments in routes():
        if name not in NOT_PAGES:
            bare = [reverse(name, args=args) for args in (known[name] if takes_arguments else [()])]
            found += [path + query for path in bare for query in queries.get(name, [""])]
    return found


def forwarded(desk: Desk, duty: Duty) -> ProgressReport:
    report = desk.submitted(duty, confidence="at_risk", risk="冬季停工。", progress="积极推进，有序开展。")
    return reviewing.forward_report(desk.reviewer, report=report, version=report.version, now=timezone.now())


def approved(desk: Desk, duty: Duty) -> ProgressReport:
    report = forwarded(desk, duty)
    return reviewing.approve_report(
        desk.office, report=report, version=report.version, now=timezone.now(), remark="同意。"
    )


def returned(desk: Desk, duty: Duty) -> ProgressReport:
    report, now = desk.submitted(duty), timezone.now()
    return reviewing.return_report(
        desk.reviewer,
        report=report,
        version=report.version,
        now=now,
        reason="请补充文号。",
        mend_by=timezone.localdate(),
    )


def drafted(desk: Desk, duty: Duty) -> ProgressReport:
    report = desk.saved(duty)
    attaching.attach_file(desk.reporter, report=report, name="纪要.pdf", data=b"%PDF-1.4", now=timezone.now())
    return report


def claimed(desk: Desk, duty: Duty):
    return closing.claim_completion(
        desk.reporter,
        duty=duty,
        result="全部建成。",
        document="鲁交建验〔2026〕8号",
        link="https://example.gov.cn/8.html",
        completed_on=timezone.localdate(),
        now=timezone.now(),
    )


def extending(desk: Desk, duty: Duty):
    """Due in ten days, by an amendment, and ninety more asked for."""
    due_on, now = timezone.localdate() + datetime.timedelta(days=10), timezone.now()
    amending.amend_measure(
        desk.office, measure=duty.measure, changes={"due_on": due_on}, reason="联席会议确定。", now=now
    )
    later = due_on + datetime.timedelta(days=90)
    return closing.request_extension(desk.reporter, duty=duty, new_due_on=later, reason="用地批复推迟。", now=now)


def instructed(desk: Desk, leader: User, duty: Duty) -> list[Instruction]:
    """One that waits for an answer, one that waits to be closed."""
    now, due_on = timezone.now(), timezone.localdate() + datetime.timedelta(days=5)
    plan = duty.measure.main_task.plan
    about = {"plan": plan, "owner": duty.unit, "due_on": due_on, "measure": duty.measure}
    given = [instructing.give_instruction(leader, text=text, **about, now=now) for text in ("请接通。", "请续办。")]
    instructing.answer_instruction(desk.reporter, instruction=given[1], text="已接通。", seen_at=None, now=now)
    return given


def brought_back(desk: Desk, *duties: Duty) -> Known:
    """A returned workbook with a cell of every kind, and what was written from it."""
    now, unit = timezone.now(), desk.reporter.unit
    offline = Offline(taken(desk.reporter, desk.period, unit, timezone.localtime(now)), desk.period.pk)
    free, drafted = duties
    offline.fill(free, progress="11月3日开工，路基完成 60%。", percent_complete="八成", risk="冬季停工。")
    offline.fill(drafted, next_steps="年底前验收。")
    offline.add_foreign_row({"code": "9-9", "progress": "别处的行"}, None)
    report = desk.report(drafted)
    again = content(next_steps="明年一季度验收。")
    about = {"period": desk.period, "now": now}
    reporting.save_draft(desk.reporter, duty=drafted, content=again, version=report.version, **about)
    about |= {"unit": unit, "name": "省交通运输厅_本期.xlsx", "made_at": now}
    kept = roundtrip.keep_upload(desk.reporter, data=offline.saved(), **about)
    report = desk.report(drafted)
    cells = [("本期填报", "K9", "risk", "", "冬季停工。")]
    row = roundtrip.ChosenRow(drafted, again | {"risk": "冬季停工。"}, report.version, cells)
    made = roundtrip.apply_changes(desk.reporter, upload=kept, rows=[row], now=now)
    return {"upload": [(kept.pk,)], "change-set": [(made.pk,)]}


def tables(desk: Desk) -> Known:
    """An amended table that waits at each of its steps, one with an error, one that was written."""
    now, amended = timezone.now(), CUSTOMERS.replace("省政府办公厅按照职责", "省数据中心按照职责", 1)
    done = written(desk.office, kept(desk.office, CUSTOMERS.replace("异地贷款。", "异地贷款等。", 1), now), now)
    waiting = kept(desk.office, amended, now)
    wrong = kept(desk.office, amended.replace("\n2\t", "\n二\t", 1), now)
    steps = ("table-names", "table-places", "table-difference")
    return {"table-import": [(waiting.pk,), (wrong.pk,), (done.pk,)], **{name: [(waiting.pk,)] for name in steps}}


def of(measure: Measure) -> tuple:
    return measure.main_task.plan.slug, measure.main_task.number, measure.order


OF_A_PLAN = (
    "plan", "plan-tasks", "light-rules", "light-rule-new", "ledger", "ledger-views", "compare", "dashboard",
    "coordination", "search", "exports", "amendments", "plan-cadence", "periods", "period-open", "stocktake",
    "stocktake-wording", "instructions", "instruction-new", "publishing", "publish",
)  # fmt: skip


def furnish(desk: Desk) -> tuple[Known, dict[str, list[str]]]:
    """Something in every state; the arguments that lead to it, and the questions that go behind an address."""
    now, (first, waiting, passed, back, slower, begun, ending, ended, slow) = timezone.now(), desk.duties
    own, at_office, public = desk.submitted(waiting), forwarded(desk, passed), approved(desk, slower)
    old = ProgressReport.objects.get(duty=first, period=desk.before)
    publishing.publish_reports(desk.office, reports=[old], now=now)
    returned(desk, back)
    drafted(desk, begun)
    claim, closed = claimed(desk, ending), claimed(desk, ended)
    closing.verify_completion(desk.office, claim=closed, now=now, remark="已核对。")
    extension, granted = extending(desk, slow), extending(desk, slower)
    closing.grant_extension(desk.office, request=granted, now=now, document="第 3 次联席会议纪要")
    given = instructed(desk, User.objects.get(role=Role.LEADER), first)
    plan, slug = first.measure.main_task.plan, first.measure.main_task.plan.slug
    view = saved_views.save_view(desk.office, plan=plan, name="滞后", query="progress=behind", is_shared=True, now=now)
    standing.rebuild(plan, now=now)
    measures = [of(duty.measure) for duty in (first, back, ended, slower)]
    known = {
        **{name: [(slug,)] for name in OF_A_PLAN},
        "task": [(slug, first.measure.main_task.number)],
        "measure": measures,
        "light": [measures[0], measures[2]],
        "ledger-view-rename": [(slug, view.pk)],
        "ledger-view-delete": [(slug, view.pk)],
        "unit-dashboard": [(slug, desk.reporter.unit.slug)],
        "report": [(duty.pk, desk.period.pk) for duty in (slow, waiting, back, begun)] + [(first.pk, desk.before.pk)],
        "handover": [(desk.reporter.pk,)],
        "unit": [(desk.reporter.unit.slug,), ("jiaodong-wushi",)],
        "review-report": [(own.pk,), (at_office.pk,), (public.pk,)],
        "completion-claim": [(claim.pk,), (closed.pk,)],
        "measure-reopen": [(closed.pk,)],
        "extension-request": [(extension.pk,), (granted.pk,)],
        "report-correct": [(old.pk,)],
        "completion": [of(first.measure), of(ending.measure)],
        "extension": [of(slow.measure), of(slower.measure)],
        "measure-settings": [of(slower.measure)],
        "period": [(slug, desk.period.pk), (slug, desk.before.pk)],
        "period-filing": [(slug, desk.period.pk)],
        "period-freeze": [(slug, desk.period.pk)],
        "period-change": [(slug, desk.period.pk)],
        "period-withdraw": [(slug, desk.period.pk)],
        "instruction": [(slug, one.number) for one in given],
        "unpublish": [(slug, old.pk)],
    }
    queries = {
        "ledger": ["?field=1", "?q=没有的词"],
        "plan-tasks": ["?field=1"],  # all 79 rows are read in test_browser_list.py
        "search": ["?q=海洋"],
        "instructions": ["", "?overdue=1"],
        "instruction-new": [f"?measure=1-1&report={old.pk}"],
        "period-filing": ["?state=missing", "?state=in_review"],
        "publishing": [f"?period={desk.period.pk}", f"?period={desk.before.pk}"],
        "publish": [f"?report={public.pk}"],
        "review-pass": [f"?report={at_office.pk}.{at_office.version}", f"?report={own.pk}.{own.version}"],
    }
    return known | tables(desk) | brought_back(desk, slow, begun), queries
