"""Keeping what the public overview counts: by the verbs that turn the edition and know what that changes in the counts.

Whatever else turns the edition makes the kept figures void, and pages count anew. `carried` locks the edition's row just
before the writing, whose triggers lock it anyhow.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from tasks.models import ProgressReport, PublicFigures
from tasks.queries import public
from tasks.queries.edition import public_edition
from tasks.queries.public_figures import Counts, counted
from tasks.services.locks import hold_edition


def count_public(plan: int) -> None:
    """Count a plan's figures. The edition is read before: if it turns meanwhile, they are kept under one that is over."""
    if mark := public_edition():
        PublicFigures.objects.update_or_create(plan_id=plan, defaults={"mark": mark, "figures": counted(plan)})


@contextmanager
def carried(reports: Iterable[ProgressReport] = ()) -> Iterator[None]:
    """Around a writing that changes the figures by nothing but publishing these reports or taking them down.

    Figures that held before it hold after it, under the new edition; those of the reports' plans hold after it in any case.
    The reports come with `report_rules.BESIDE`.
    """
    mark = hold_edition()
    touched: dict[int, set[int]] = defaultdict(set)
    for report in reports:
        touched[report.duty.measure.main_task.plan_id].add(report.duty.measure_id)
    before = {plan: public.counted(plan, *sorted(measures)) for plan, measures in touched.items()}
    yield
    turned = public_edition()
    PublicFigures.objects.filter(mark=mark).update(mark=turned)
    for plan, measures in touched.items():
        kept = PublicFigures.objects.filter(plan=plan, mark=turned).first()
        if kept is None:
            count_public(plan)
            continue
        for sign, counts in ((-1, before[plan]), (1, public.counted(plan, *sorted(measures)))):
            add(kept.figures, counts, sign)
        kept.save(update_fields=["figures"])


def add(figures: Counts, counts: Counts, sign: int) -> None:
    for name, rows in counts.items():
        by_key: dict[Any, list[int]] = {key: row for key, *row in figures[name]}
        for key, *row in rows:
            known = by_key.get(key, [0] * len(row))
            by_key[key] = [one + sign * other for one, other in zip(known, row, strict=True)]
        figures[name] = sorted(([key, *row] for key, row in by_key.items() if any(row)), key=str)
