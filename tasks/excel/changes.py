"""两期变化: what changed between two periods, or a period and the present, one row for each thing that changed."""

import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from tasks.choices import ExportKind
from tasks.excel.book import Column, Export, Sheet
from tasks.excel.progress import as_of
from tasks.queries.basis import Basis
from tasks.queries.comparing import KINDS, Compared, Pair, side_key

AT_ONCE = 100  # measures
COLUMNS = (
    Column("编号", 8), Column("具体举措", 46), Column("变化", 20), Column("项目", 24), Column("原来", 46), Column("现在", 46),
)  # fmt: skip
Rows = Callable[[Pair], Iterable[tuple[str, str, str]]]  # label, before, after of each thing that changed


def changes_export(found: Compared, user: Any, kind: str, today: datetime.date, rows_of: Rows) -> Export:
    """`kind` empty is every kind. `rows_of` says of a pair what the page says of it."""
    keys = found.of_kind(kind)
    after = found.after.period
    return Export(
        ExportKind.CHANGES,
        found.after.plan,
        as_of(found.after, today),
        [Sheet("两期变化", COLUMNS, rows(found, user, keys, rows_of))],
        len(keys),
        unit="项举措",
        period=after,
        query=f"from={side_key(found.before)}&to={side_key(found.after)}" + (f"&kind={kind}" if kind else ""),
        conditions=f"从{called(found.before)}到{called(found.after)}；{KINDS[kind] if kind else '全部变化'}",
        line=f"从{called(found.before)}到{called(found.after)}，{KINDS[kind] if kind else '全部变化'}；有变化的举措 {len(keys)} 项。",
    )


def called(basis: Basis) -> str:
    return basis.period.label if basis.period else "现在"


def rows(found: Compared, user: Any, keys: Sequence[int], rows_of: Rows) -> Iterator[tuple[str, ...]]:
    for start in range(0, len(keys), AT_ONCE):
        for pair in found.pairs(user, keys[start : start + AT_ONCE]):
            line = pair.after or pair.before
            kinds = "、".join(KINDS[kind] for kind in pair.kinds)
            for told in rows_of(pair):
                yield line.code, line.text, kinds, *told
