"""Words looked for in measures, their main tasks and their units."""

from collections.abc import Collection, Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from tasks.models import Duty, MainTask, Measure
from tasks.postgres import MEASURE_TEXTS, SEAM, TASK_TEXTS, HasPairs, IsPair
from units.models import Unit, UnitAlias

Places = list[QuerySet[Any]]  # each with the keys of measures that have a word in this place


def mentioning(words: Sequence[str], tasks: Collection[int] = ()) -> Q:
    """Measures of which each word is in the texts, the main task or a responsible unit's full, short or other name; where only
    those of some main tasks matter, no others are looked for.
    """
    duties = Duty.objects.order_by()
    if tasks:
        duties = duties.filter(measure__main_task__in=tasks)
    return Q(pk__among=in_all([written(word, tasks) + held_by_named(word, [duties]) for word in words]))


def in_all(words: list[Places]) -> QuerySet[Any]:
    """Keys of the measures that have every word in one of its places, some of them more than once. Unions, not ORs: each
    place is found by its own index.
    """
    first, *others = (one.union(*more, all=True) for one, *more in words)
    return first.intersection(*others) if others else first


def written(word: str, tasks: Collection[int] = ()) -> Places:
    measures = Measure.objects.order_by()
    if tasks:
        measures = measures.filter(main_task__in=tasks)
    return [measures.filter(one).values_list("pk") for one in (holding(MEASURE_TEXTS, word), titled(word, tasks))]


def titled(word: str, tasks: Collection[int] = ()) -> Q:
    named = MainTask.objects.order_by().filter(holding(TASK_TEXTS, word))
    return Q(main_task__in=(named.filter(pk__in=tasks) if tasks else named).values("pk"))


def held_by_named(word: str, sources: list[QuerySet[Any]]) -> Places:
    """Through duties, of one of the sources, whose unit or the group that brought it in has a name with the word in it."""
    aliases = UnitAlias.objects.filter(name__icontains=word).values("unit")
    units = Unit.objects.filter(Q(name__icontains=word) | Q(short_name__icontains=word) | Q(pk__in=aliases))
    units = units.order_by().values("pk")
    named = (Q(unit__in=units), Q(via_group__unit__in=units))
    return [duties.filter(one).values_list("measure") for duties in sources for one in named]


def holding(texts: Sequence[str], word: str) -> Q:
    """Rows of which one of the texts contains the word. The texts are those of one of `postgres.INDEXES`."""
    contained = containing(texts, word)
    if len(word) == 2 and SEAM not in word:
        contained = Q(IsPair(word)) | contained
    return indexed(texts, word) & contained


def holding_of_few(texts: Sequence[str], word: str) -> Q:
    """The same, where another index names a few rows already: the text decides before any pairs are made of it."""
    return indexed(texts, word) & containing(texts, word)


def containing(texts: Sequence[str], word: str) -> Q:
    return reduce(or_, (Q(**{f"{text}__icontains": word}) for text in texts))


def indexed(texts: Sequence[str], word: str) -> Q:
    return Q(HasPairs(texts, word)) if len(word) > 1 else Q()
