"""Locks are taken in one order, whichever the verb: no two ever wait for each other in a circle."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from tasks.services.importing import apply_table
from tasks.tests.bringing import HEAD, OWN, SECOND, examined, kept, settled
from tasks.tests.people import NOW, make_stage
from tasks.tests.table_verbs import ALL_VERBS, furnished
from tasks.tests.verbs import Office
from tasks.triggers import WATCHED

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]
SEED, MOST_STEPS = 3, 2000
IN_ORDER = {  # as `tasks.services.locks` says; reports are locked by whoever holds their period, or has nothing else
    "tasks_reportingperiod": "period",
    "tasks_field": "field",
    "tasks_maintask": "main task",
    "tasks_measure": "measure",
    "tasks_plan": "plan",
    "tasks_completionclaim": "claim",
    "tasks_extensionrequest": "claim",
    "tasks_publicedition": "edition",
    "tasks_standingsummary": "summary",
    "tasks_duty": "duty",
    "tasks_dutyfiling": "filing",
    "tasks_unitfiling": "filing",
    "units_audithead": "audit trail",
}
RANKS = {name: rank for rank, name in enumerate(dict.fromkeys(IN_ORDER.values()))}
LOCKING = re.compile(r'FROM "?(\w+)"?.* FOR (?:NO KEY )?UPDATE', re.DOTALL)
WRITING = re.compile(r'^(UPDATE|DELETE FROM|INSERT INTO) "?(\w+)"?')


def locked_by(sql: str, rows: int) -> Iterator[str]:
    """The tables of which a statement locks rows that others may hold; a new row is held by nobody, but turns the edition, as
    does a statement that writes none.
    """
    found = WRITING.match(sql)
    if found and found[2] in WATCHED:
        yield "tasks_publicedition"
    if not rows:
        return
    if "FOR SHARE OF one FOR NO KEY UPDATE OF duty" in sql:
        yield from ("tasks_reportingperiod", "tasks_duty")
    elif locking := LOCKING.search(sql):
        yield locking[1]
    elif found and found[1] != "INSERT INTO":
        yield found[2]


def locks_of(step: Callable[[], str]) -> tuple[str, list[str]]:
    """What was done, and what it locked, by the names above, each where it came first."""
    found: dict[str, None] = {}

    def watch(execute: Callable, sql: str, params: Any, many: bool, context: dict) -> Any:
        result = execute(sql, params, many, context)
        for table in locked_by(sql, context["cursor"].rowcount):
            if table in IN_ORDER:
                found.setdefault(IN_ORDER[table])
        return result

    with connection.execute_wrapper(watch):
        done = step()
    return done, list(found)


def in_order(locks: list[str]) -> bool:
    return locks == sorted(locks, key=RANKS.__getitem__)


def test_every_verb_takes_them_in_the_one_order() -> None:
    office, wrong = Office(furnished(), SEED), defaultdict(set)
    for _ in range(MOST_STEPS):
        done, locks = locks_of(lambda: office.step(ALL_VERBS))
        if not in_order(locks):
            wrong[done].add(" > ".join(locks))
        if set(office.done) == set(ALL_VERBS):
            break
    assert (dict(wrong), set(ALL_VERBS) - set(office.done)) == ({}, set())


def test_so_does_a_table_that_brings_a_unit_with_it() -> None:
    stage = make_stage()
    table = settled(stage.office, kept(stage.office, HEAD + OWN + SECOND, NOW), NOW)
    seen = examined(table, NOW).digest
    done, locks = locks_of(
        lambda: apply_table(stage.office, table=table, seen=seen, reason="年度修订", now=NOW).reason
    )
    assert (done, in_order(locks), locks[-1]) == ("年度修订", True, "audit trail")
    assert {"measure", "plan", "edition", "duty"} <= set(locks)
