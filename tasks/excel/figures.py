"""领域与单位汇总: fields by lights and units by filing, each with a chart that Excel draws from the cells beside it."""

from collections.abc import Sequence
from typing import Any

from openpyxl.chart import BarChart, Reference
from openpyxl.chart.text import RichText
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.pagebreak import Break

from tasks.choices import ExportKind, Stage
from tasks.excel.book import HEADER_ROW, Column, Export, Sheet
from tasks.lights import DEADLINE_WORDS, PROGRESS_WORDS, DeadlineLight, ProgressLight
from tasks.queries.dashboard import Dashboard, Filed

STAGES = [(f"stage:{stage.value}", str(stage.label)) for stage in Stage]
LIGHTS = [
    (f"progress:{light.value}", PROGRESS_WORDS[light])
    for light in ProgressLight
    if light not in (ProgressLight.COMPLETED, ProgressLight.NOT_JUDGED)  # counted under their stages
]
DUE = [(f"deadline:{light.value}", DEADLINE_WORDS[light]) for light in DeadlineLight]
FEW, TALLEST = 15, 28.0  # rows beside which a chart has room on their page; centimetres that a page has for it alone
LETTER, PADDING = 0.185, 0.13  # centimetres of a column's width
SETTLED = ("stage:completed", "stage:suspended", "stage:cancelled")
CHARTED = [*LIGHTS, *((key, word) for key, word in STAGES if key in SETTLED)]  # each measure in exactly one of them
REST = [(key, word) for key, word in (*STAGES, *DUE) if key not in SETTLED]
FILED = (
    ("应报", "obliged"), ("已通过", "approved"), ("审核中", "in_review"), ("已退回", "returned"), ("草稿", "drafted"),
    ("未报", "unwritten"), ("其中补报", "late"),
)  # fmt: skip
COLORS = {
    "正常": "4C9A6A", "有风险": "E0A93B", "滞后": "B3261E", "本期未报": "8A94A0", "待填报": "C9D0D8", "已办结": "2F6FB0",
    "暂停": "DDE3EA", "终止": "B8C2CC", "已通过": "4C9A6A", "审核中": "2F6FB0", "已退回": "E0A93B", "草稿": "C9D0D8",
    "未报": "8A94A0",
}  # fmt: skip


def figures_export(board: Dashboard) -> Export:
    """The dashboard's figures of the present; the filing is that of its current period."""
    fields, units = field_rows(board), [filed(one) for one in [*board.filed, board.filing]]
    kinds = [word for _, word in (*CHARTED, *REST)]
    sheets = [
        Sheet(
            "领域与灯", [Column("领域", 24), *(Column(word, 10) for word in kinds), Column("举措数", 10)], fields,
            is_filtered=False, decorate=lambda leaf, last: add_bars(leaf, last - 1, 2, len(CHARTED), "各领域举措的进度灯"),
        ),
        Sheet(
            "单位填报", [Column("单位", 24), *(Column(word, 12) for word, _ in FILED)], units,
            is_filtered=False, decorate=lambda leaf, last: add_bars(leaf, last - 1, 3, 5, "各单位本期填报"),
        ),
    ]  # fmt: skip
    label = board.current.label if board.current else "没有期次"
    return Export(
        ExportKind.FIGURES,
        board.plan,
        board.today,
        sheets,
        len(fields) + len(units) - 2,
        conditions=f"进度灯和时限灯按今天；填报是{label}的职责数；末行是合计",
    )


def field_rows(board: Dashboard) -> list[list[Any]]:
    """A row for each field, and all together: a sum of the columns, since a measure stands in one field."""
    keys = [key for key, _ in (*CHARTED, *REST)]
    rows = [(one.name, one.counts) for one in board.fields]
    return [
        [name, *(counts[key] for key in keys), counts["measures"]] for name, counts in [*rows, ("合计", board.counts)]
    ]


def filed(one: Filed) -> list[Any]:
    return [one.name, *(getattr(one, name) for _, name in FILED)]


def add_bars(leaf: WriteOnlyWorksheet, last: int, first_column: int, columns: int, title: str) -> None:
    """Stacked bars below the table, a bar for each row but the sum. The numbers stand in the table above."""
    if last <= HEADER_ROW:
        return
    chart = BarChart()
    chart.type, chart.grouping, chart.overlap, chart.gapWidth = "bar", "stacked", 100, 40
    chart.title, chart.legend.position = title, "b"
    chart.add_data(
        Reference(leaf, min_col=first_column, max_col=first_column + columns - 1, min_row=HEADER_ROW, max_row=last),
        titles_from_data=True,
    )
    chart.set_categories(Reference(leaf, min_col=1, min_row=HEADER_ROW + 1, max_row=last))
    paint(chart, words_of(first_column, columns))
    chart.x_axis.scaling.orientation = "maxMin"  # the first row on top
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.y_axis.numFmt, chart.y_axis.majorGridlines = "0", None
    chart.x_axis.tickLblSkip, chart.x_axis.txPr = 1, small_print()  # every name, however many
    chart.width = sum(dimension.width * LETTER + PADDING for dimension in leaf.column_dimensions.values())
    chart.height = min(0.75 * (last - HEADER_ROW) + 4, TALLEST)  # as wide as the table above it
    if last > FEW:
        leaf.row_breaks.append(Break(id=last + 2))  # a chart is not cut by a page
    leaf.add_chart(chart, f"A{last + 4}")


def small_print() -> RichText:
    face = CharacterProperties(sz=700)  # hundredths of a point
    return RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=face), endParaRPr=face)])


def words_of(first_column: int, columns: int) -> Sequence[str]:
    return [word for _, word in CHARTED] if first_column == 2 else [word for word, _ in FILED[1 : columns + 1]]


def paint(chart: BarChart, words: Sequence[str]) -> None:
    for series, word in zip(chart.series, words, strict=True):
        series.graphicalProperties.solidFill = COLORS[word]
        series.graphicalProperties.line.solidFill = "FFFFFF"
