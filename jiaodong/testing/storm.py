"""Many clerks at once, on a database of their own: `python -m jiaodong.testing.storm COUNT ACT …`.

`prepare` loads the table, opens a period and makes a reporter for each of the first duties. `clerks` lets two threads
for each of them write and submit, all starting together. `static` and `sessions` are for those who come by HTTP.
`people` makes everybody that `jiaodong.testing.load` plays. `judge` and `kept` say what the database holds afterwards.
What each act found is printed as one JSON object. Run as a process of its own so that its connections, locks and deaths
are real.
"""

import datetime
import json
import sys
import threading
from collections import Counter
from http.cookies import SimpleCookie
from typing import Any

import django

django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from jiaodong.testing.people import PERCENT, words  # noqa: E402
from tasks.choices import OBLIGED_ROLES  # noqa: E402
from tasks.models import Duty, Plan, ProgressReport, ReportingPeriod  # noqa: E402
from tasks.services import reporting  # noqa: E402
from tasks.services.report_rules import VersionConflict  # noqa: E402
from units.audit import broken_links, locked_end  # noqa: E402
from units.choices import Role, UnitKind  # noqa: E402
from units.models import AuditEvent, Unit, User  # noqa: E402

CLERKS = 50


def prepare(count: int) -> None:
    call_command("migrate", verbosity=0)
    call_command("loaddata", "units.json", "jiaodong.json", verbosity=0)
    today = timezone.localdate()
    ReportingPeriod.objects.create(
        plan=Plan.objects.get(),
        label="本期",
        as_of=today - datetime.timedelta(days=2),
        opens_on=today - datetime.timedelta(days=1),
        due_on=today + datetime.timedelta(days=14),
        opened_at=timezone.now(),
    )
    for duty in duties(count):
        if not User.objects.filter(unit=duty.unit).exists():
            User.objects.create(username=duty.unit.slug, role=Role.REPORTER, unit=duty.unit, password="!")  # noqa: S106


def duties(count: int) -> list[Duty]:
    rows = Duty.objects.filter(role__in=OBLIGED_ROLES).exclude(unit__kind=UnitKind.GROUP)
    return list(rows.select_related("unit", "measure__main_task").order_by("pk")[:count])


def clerks(count: int) -> dict[str, Any]:
    """Two threads work on every duty, of one clerk who presses everything twice.

    A thread that finds no connection never comes to the start: then all the others give up, and say so.
    """
    period, start = ReportingPeriod.objects.get(), threading.Barrier(count * 2, timeout=60)
    errors: list[str] = []
    outcomes: Counter[str] = Counter()

    def work(duty: Duty, by: User, sign: str) -> None:
        try:
            start.wait()
            outcomes.update([one_clerk(by, duty, period, sign)])
        except Exception as error:
            errors.append(f"{type(error).__name__}: {error}")
        finally:
            connection.close()

    people = {user.unit_id: user for user in User.objects.exclude(unit=None)}
    threads = [
        threading.Thread(target=work, args=(duty, people[duty.unit_id], sign))
        for duty in duties(count)
        for sign in "甲乙"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"errors": errors, "outcomes": outcomes}


def one_clerk(by: User, duty: Duty, period: ReportingPeriod, sign: str) -> str:
    """Write and submit: `submitted`, or `refused` where the other thread's words are there already and stay."""
    content = words(f"{duty.pk} 的进展，10月9日，{sign}")
    try:
        report = reporting.save_draft(by, duty=duty, period=period, content=content, version=None, now=timezone.now())
        reporting.submit_report(by, report=report, version=report.version, now=timezone.now())
    except VersionConflict:
        return "refused"
    return "submitted"


@transaction.atomic
def judge(count: int) -> dict[str, Any]:
    """Under the lock on the audit trail's end: a commit under way when its server was killed is over by then."""
    locked_end()
    reports = list(ProgressReport.objects.all())
    return {
        "reports": len(reports),
        "duties": len({report.duty_id for report in reports}),
        "states": Counter(report.state for report in reports),
        "versions": Counter(report.version for report in reports),
        "half": sum(not (report.progress and report.next_steps and report.written_by_id) for report in reports),
        "submitted": [path_of(report.duty_id, report.period_id) for report in reports if report.submitted_at],
        "events": Counter(AuditEvent.objects.values_list("verb", flat=True)),
        "broken": list(broken_links()),
    }


def path_of(duty: int, period: int) -> str:
    return f"/reports/{duty}/{period}/"


def static(count: int) -> None:
    call_command("collectstatic", interactive=False, verbosity=0)


def sessions(count: int) -> list[dict[str, str]]:
    """A logged-in browser's cookie and the form's address for every clerk, for those who come by HTTP."""
    period, found = ReportingPeriod.objects.get(), []
    for duty in duties(count):
        user = User.objects.get(unit=duty.unit)
        cookie = SimpleCookie({"sessionid": logged_in(user)}).output(header="", sep=";").strip()
        found.append({"path": path_of(duty.pk, period.pk), "cookie": cookie, "writer": str(user.pk)})
    return found


def logged_in(user: User) -> str:
    """The key of a new session."""
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "units.backends.AccountBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    return store.session_key or ""


def people(count: int) -> list[dict[str, Any]]:
    """So many people by what they do: `does`, their `session`, and a clerk's own `paths`, no two clerks' the same.

    The rest of `count` are outsiders, without a session.
    """
    period, rows = ReportingPeriod.objects.get(), duties(1000)
    shares = {does: max(1, count * percent // 100) for does, percent in PERCENT.items()}
    own: dict[int, list[str]] = {}  # dealt out in turn, so that a text has one writer
    clerks = [
        account("clerk", number, Role.REPORTER, duty.unit) for number, duty in enumerate(rows[: shares["clerk"]])
    ]
    for duty in rows:
        colleagues = [clerk for clerk in clerks if clerk.unit_id == duty.unit_id]
        if colleagues:
            least = min(colleagues, key=lambda clerk: len(own.get(clerk.pk, [])))
            own.setdefault(least.pk, []).append(path_of(duty.pk, period.pk))
    found = [{"does": "clerk", "session": logged_in(clerk), "paths": own[clerk.pk]} for clerk in clerks]
    units = list({clerk.unit_id: clerk.unit for clerk in clerks}.values())[: shares["reviewer"]]
    others = [("reviewer", account("reviewer", number, Role.UNIT_REVIEWER, unit)) for number, unit in enumerate(units)]
    for does, role in (("examiner", Role.OFFICE), ("office", Role.OFFICE), ("leader", Role.LEADER)):
        others += [(does, account(does, number, role)) for number in range(shares[does])]
    found += [{"does": does, "session": logged_in(user), "paths": []} for does, user in others]
    return found + [{"does": "outsider", "session": "", "paths": []}] * (count - len(found))


def account(does: str, number: int, role: Role, unit: Unit | None = None) -> User:
    return User.objects.create(username=f"{does}{number}", role=role, unit=unit, password="!")  # noqa: S106


@transaction.atomic
def kept(count: int) -> dict[str, Any]:
    """Every report by its address: the text it has, and how often the audit trail says that it was submitted."""
    locked_end()
    reports = ProgressReport.objects.all()
    often = Counter(AuditEvent.objects.filter(verb="提交").values_list("subject_key", flat=True))
    return {path_of(one.duty_id, one.period_id): [one.progress, often[str(one.pk)]] for one in reports}


ACTS = {act.__name__: act for act in (prepare, clerks, static, sessions, people, judge, kept)}

if __name__ == "__main__":
    found = {name: ACTS[name](int(sys.argv[1])) for name in sys.argv[2:]}
    print(json.dumps(found, ensure_ascii=False))  # noqa: T201
