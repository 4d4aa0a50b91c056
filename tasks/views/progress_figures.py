"""Published progress in figures: each number with the address of exactly the measures it counts, each row as a bar."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from tasks.choices import Confidence
from tasks.queries import public
from tasks.queries.overview import FieldRow, Overview
from tasks.queries.public import Progress, Published
from tasks.templatetags.charts import Segment
from tasks.views.addresses import with_params
from tasks.views.figures import Cell
from tasks.views.report_rows import CONFIDENCE_TAGS, Tag

FILLS = {Confidence.ON_TRACK: "ok", Confidence.AT_RISK: "risk", Confidence.BEHIND: "late", public.NONE: "gap"}
TAGS = {**CONFIDENCE_TAGS, public.NONE: Tag("conf-gap", "gap", "未公开")}


class Row(NamedTuple):
    """Measures of some kind: all of them, those with published progress, and each word with 未公开 at the end."""

    name: str
    whole: Cell
    any: Cell
    words: list[Cell]
    bar: list[Segment]

    @property
    def cells(self) -> list[Cell]:
        return [self.whole, self.any, *self.words]


class Key(NamedTuple):
    tag: Tag
    cell: Cell


class Table(NamedTuple):
    anchor: str
    title: str
    head: str
    rows: list[Row]
    last: Row | None
    note: str


class ProgressFigures:
    """The published progress of one plan, laid out for its overview."""

    def __init__(self, overview: Overview, progress: Progress, list_url: str) -> None:
        self.overview, self.progress, self.list_url = overview, progress, list_url
        self.tags = list(TAGS.values())
        self.all = self.row("合计", overview.measure_count, progress.all)
        self.keys = [Key(tag, cell) for tag, cell in zip(self.tags, self.all.words, strict=True)]
        self.tables = [self.by_field(), *self.by_city()]

    def row(self, name: str, measures: int, counts: Published, **params: Any) -> Row:
        by_value = {word: getattr(counts, word) for word in Confidence} | {public.NONE: measures - counts.any}
        cells = [Cell(count, self.address(params, value)) for value, count in by_value.items()]
        bar = [Segment(TAGS[value].text, FILLS[value], count) for value, count in by_value.items()]
        any_of_them = Cell(counts.any, self.address(params, public.ANY))
        return Row(name, Cell(measures, with_params(self.list_url, params)), any_of_them, cells, bar)

    def address(self, params: dict[str, Any], value: str) -> str:
        return with_params(self.list_url, {**params, "published": str(value)})

    def by_field(self) -> Table:
        rows = [self.field_row(field) for field in self.overview.fields]
        return Table("progress-by-field", "各领域的公开进展", "领域", rows, self.all, "")

    def field_row(self, field: FieldRow) -> Row:
        counts = self.progress.fields.get(field.position, Published())
        if field.position is not None:
            return self.row(field.name, field.measures, counts, field=field.position)
        row = self.row("未分领域", field.measures, counts)  # the list has no filter for it
        plain = [Cell(cell.count) for cell in row.words]
        return row._replace(whole=Cell(row.whole.count), any=Cell(row.any.count), words=plain)

    def by_city(self) -> list[Table]:
        return [
            Table(
                "progress-by-city",
                "各市的公开进展",
                "城市",
                [
                    self.row(city.name, city.duties, self.progress.cities.get(city.slug, Published()), unit=city.slug)
                    for city in group.members
                ],
                None,
                "一项举措由几个市共同承担的，在每个市各计一次；研判是这项举措的，不是这个市的。不排名。",
            )
            for group in self.overview.groups
            if group.is_of_cities
        ]


def published_progress(overview: Overview, counts: Mapping[str, Any], list_url: str) -> dict[str, Any]:
    """What the overview says of progress; before anything is published, when the first period falls due."""
    progress = public.progress(overview.plan, counts)
    if progress is None:
        return {"progress": None, "first_due_on": public.first_due_on(overview.plan)}
    return {"progress": ProgressFigures(overview, progress, list_url)}
