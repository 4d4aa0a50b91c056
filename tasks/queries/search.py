"""Finding main tasks, measures and units by words: each word must occur, in any order and any letter case."""

import unicodedata
from functools import partial
from typing import NamedTuple

from django.db.models import Prefetch, Q

from tasks.models import MainTask, Plan
from tasks.postgres import TASK_TEXTS
from tasks.queries.edition import public_edition
from tasks.queries.measures import MeasureLine, lines_of
from tasks.queries.orders import found_in
from tasks.queries.states import keeping, once, state_of_public
from tasks.queries.words import holding
from units.models import Unit, UnitAlias

SHOWN = 20  # of each sort
kept = keeping(32)  # findings, twenty kilobytes each
INVISIBLE = {"Cc", "Cf"}  # categories of control and format characters


class FoundUnit(NamedTuple):
    slug: str
    name: str
    kind: str
    other_names: list[str]


class Findings(NamedTuple):
    """The first `SHOWN` tasks of `task_count` and measures of `measure_count`, and every unit."""

    tasks: list[MainTask]
    task_count: int
    measures: list[MeasureLine]
    measure_count: int
    units: list[FoundUnit]

    @property
    def count(self) -> int:
        return self.task_count + self.measure_count + len(self.units)


def search_words(text: str) -> list[str]:
    """The words asked for. Invisible characters, which pasted text is full of, separate words as a space does."""
    visible = "".join(" " if unicodedata.category(sign) in INVISIBLE else sign for sign in text)
    return list(dict.fromkeys(visible.split()))


def find(plan: Plan, words: list[str]) -> Findings:
    """What the plan holds of these words, looked for once in each edition. One query where it is known."""
    edition = public_edition()
    return once(state_of_public(edition), (plan.pk, *words), partial(find_in, edition, plan, words), kept)


def find_in(edition: str | None, plan: Plan, words: list[str]) -> Findings:
    """Its measures are those that the list shows for the words: rows and count are the list's. Six queries, one more where the
    list's rows are not known.
    """
    found = found_in(edition, plan.pk, (("q", " ".join(words)),), "number")
    tasks = MainTask.objects.filter(*(holding(TASK_TEXTS, word) for word in words), plan=plan)
    return Findings(
        list(tasks.order_by("number").select_related("field")[:SHOWN]),
        tasks.count(),
        lines_of(found.keys[:SHOWN]),
        len(found.keys),
        find_units(words),
    )


def find_units(words: list[str]) -> list[FoundUnit]:
    """By full, short or other name, whether or not the unit has a duty."""
    names = Prefetch("aliases", UnitAlias.objects.order_by("name"))
    units = Unit.objects.filter(*map(is_named, words)).order_by("position", "name").prefetch_related(names)
    return [FoundUnit(unit.slug, unit.name, unit.get_kind_display(), other_names(unit)) for unit in units]


def is_named(word: str) -> Q:
    aliases = UnitAlias.objects.filter(name__icontains=word).values("unit")
    return Q(name__icontains=word) | Q(short_name__icontains=word) | Q(pk__in=aliases)


def other_names(unit: Unit) -> list[str]:
    names = [unit.short_name, *(alias.name for alias in unit.aliases.all())]
    return [name for name in names if name != unit.name]
