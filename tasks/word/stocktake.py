"""汇报稿 as a Word document: the Office's words, and the figures with a footnote each that names the measures behind it."""

from collections.abc import Iterable
from dataclasses import replace
from io import BytesIO

from tasks.choices import Confidence
from tasks.excel.layout import halves
from tasks.lights import DEADLINE_WORDS, PROGRESS_WORDS, DeadlineLight, ProgressLight
from tasks.queries.counted import IN_TABLES, Figure, Line
from tasks.queries.ledger_lines import LedgerLine
from tasks.queries.stocktake import Step, Stocktake, Turned, in_chinese, problems_of
from tasks.word.official import TEXT_WIDTH, Cell, Noted, Official, Piece
from tasks.wording import SECTIONS, Name, pieces

ANNEX_LINE = 46  # letters that surely stand in a line of the annex's 98 mm, whatever face an office takes
NAMED = 12  # codes in one footnote; a longer list is cut there and stands whole in the annex
LONGEST_TEXT = 90  # of a measure in the red list
CHINESE = "一二三四五六七八九十"
ANNEX = "附表"


def stocktake_docx(pack: Stocktake) -> BytesIO:
    return Report(pack).written()


class Report:
    def __init__(self, pack: Stocktake) -> None:
        self.pack = pack
        self.word = Official(pack.name)
        self.headings = 0
        self.cut: dict[str, Figure] = {}

    def written(self) -> BytesIO:
        self.text("title", "Title", "Subtitle")
        self.word.paragraph("Body")
        self.text("addressee", "Addressee")
        self.text("opening")
        for name in ("overview", "fields", "units", "behind", "problems", "decisions", "changes"):
            self.heading(SECTIONS[name].label)
            if name != "changes" or self.pack.before:
                self.text(name)
            getattr(self, name)()
        self.text("closing")
        self.word.paragraph("Body")
        self.text("signature", "Signature")
        self.annex()
        return self.word.saved()

    # Words

    def worded(self, section: str) -> list[Piece]:
        """The Office's text, a figure in the place of each name that stands for one."""
        found: list[Piece] = []
        for piece in pieces(self.pack.wording[section]):
            value = self.pack.values[piece] if isinstance(piece, Name) else piece
            found.append(value if isinstance(value, str) else self.noted(value, str(value.count)))
        return found

    def text(self, section: str, style: str = "Body", further: str = "") -> None:
        """A paragraph for each line of the text; those after the first in a style of their own where one is named."""
        paragraph: list[Piece] = []
        for piece in self.worded(section):
            first, *others = piece.split("\n") if isinstance(piece, str) else [piece]
            paragraph.append(first)
            for other in others:
                self.word.paragraph(style, paragraph)
                paragraph, style = [other], further or style
        if any(paragraph):
            self.word.paragraph(style, paragraph)

    def heading(self, label: str) -> None:
        self.word.paragraph("Heading1", [f"{CHINESE[self.headings]}、{label}"])
        self.headings += 1
        self.parts = 0

    def part(self, label: str) -> None:
        self.word.paragraph("Heading2", [f"（{CHINESE[self.parts]}）{label}"])
        self.parts += 1

    # Figures

    def noted(self, figure: Figure, text: str, of: str = "") -> Piece:
        return Noted(text, f"{self.told(figure, of)}。") if figure.count else text

    def told(self, figure: Figure, of: str = "") -> str:
        """`滞后 6 项：举措 1-3、8-6、…`"""
        codes = list(dict.fromkeys(figure.codes))
        head = f"{figure.label}{figure.count}{figure.unit}"
        if figure.unit == "项" and len(codes) != figure.count:
            head += f"（冻结后归属有调整，现属这一栏的{len(codes)}项）"
        if len(codes) <= NAMED:
            return f"{head}：举措{'、'.join(codes)}"
        self.cut[f"{of}{figure.label}"] = figure
        return f"{head}：举措{'、'.join(codes[:NAMED])}等{len(codes)}项，见{ANNEX}"

    def sentence(self, figures: Iterable[Figure]) -> list[Piece]:
        """`滞后6项，有风险3项。`, a footnote behind each."""
        found: list[Piece] = []
        for figure in figures:
            found += ["，" if found else "", self.noted(figure, f"{figure.label}{figure.count}{figure.unit}")]
        return [*found, "。"]

    def lines(self, lines: list[Line], label: str) -> None:
        """A row for each field or unit; its footnote names what each figure of the row counts."""
        rows = [[Noted(line.name, self.told_of(line)), *(str(one.count) for one in line.figures)] for line in lines]
        widths = [17 if len(head) > 3 else 14 for head in IN_TABLES]
        self.word.table([TEXT_WIDTH - sum(widths), *widths], [label, *IN_TABLES], rows, left=label)

    def told_of(self, line: Line) -> str:
        """The sum is that of the columns up to 其他, whose rows are named one by one; 逾期 stands across them."""
        whole, *parts, overdue = line.figures
        told = "；".join(self.told(one, f"{line.name}：") for one in parts if one.count)
        late = f"；其中{self.told(overdue, f'{line.name}：')}" if overdue.count else ""
        return f"{line.name}举措{whole.count}项，包括{told}{late}。"

    # Sections

    def overview(self) -> None:
        for label, figures in self.pack.groups.items():
            self.part(label)
            self.word.paragraph("Body", self.sentence(figures))
            if label == "进度" and (found := self.pack.schedule):
                measures = self.noted(found.measures, f"{found.measures.label}的{found.measures.count}项举措")
                told = f"，平均完成率{found.percent}%，平均序时进度{found.scheduled}%。"
                self.word.paragraph("Body", [measures, told])
        self.word.paragraph("Body", [f"{self.pack.source}。"])

    def fields(self) -> None:
        self.lines(self.pack.fields, "领域")

    def units(self) -> None:
        self.lines(self.pack.units, "责任单位")

    def behind(self) -> None:
        if not self.pack.behind:
            self.word.paragraph("Body", ["没有滞后或逾期的举措。"])
            return
        head = ("编号", "具体举措", "责任单位", "情况", "主要问题")
        rows = [red_row(line) for line in self.pack.behind]
        self.word.table((13, 44, 27, 25, 47), head, rows, left="具体举措 责任单位 情况 主要问题")

    def problems(self) -> None:
        if not self.pack.problems:
            self.word.paragraph("Body", ["各单位没有反映问题和风险。"])
            return
        rows = [
            [one.duty.measure.code, one.duty.unit.name, Confidence(one.confidence).label, one.problems or one.risk]
            for one in self.pack.problems
        ]
        head = ("编号", "反映单位", "研判", "问题和风险")
        self.word.table((13, 36, 17, 90), head, rows, left="反映单位 问题和风险")

    def decisions(self) -> None:
        if not self.pack.matters:
            self.word.paragraph("Body", ["没有需要协调、决定的事项。"])
            return
        rows = [
            [
                one.duty.measure.code,
                one.duty.unit.name,
                one.coordination_request,
                one.coordination_unit.name,
                in_chinese(one.coordination_due_on) if one.coordination_due_on else "",
            ]
            for one in self.pack.matters
        ]
        head = ("编号", "提出单位", "需协调事项", "请办单位", "希望答复")
        self.word.table((13, 27, 53, 27, 36), head, rows, left="提出单位 需协调事项 请办单位")

    def changes(self) -> None:
        if self.pack.before is None:
            self.word.paragraph("Body", ["此前没有冻结的期次，无从比较。"])
            return
        self.part("数字的变化")
        before = self.pack.before.basis.period.label
        rows = [self.step_row(step) for step in self.pack.steps]
        self.word.table((60, 32, 32, 32), ("指标", before, "本期", "增减"), rows, left="指标")
        if self.pack.changed:
            self.part("变化的种类")
            self.word.paragraph("Body", self.sentence(self.pack.changed))
        if turned := self.pack.turned:
            self.part("进度灯有变化的举措")
            rows = [turned_row(one) for one in turned]
            self.word.table((40, 58, 58), ("编号", before, "本期"), rows)

    def step_row(self, step: Step) -> list[Cell]:
        sides = [("上期", step.before), ("本期", step.now)]
        told = "；".join(self.told(replace(one, label=f"{side}{one.label}")) for side, one in sides if one.count)
        return [Noted(step.label, f"{told}。"), str(step.before.count), str(step.now.count), difference(step)]

    def annex(self) -> None:
        if not self.cut:
            return
        self.word.paragraph("Annex", [f"{ANNEX}　脚注中从略的举措编号"])
        rows = [[name, str(one.count), in_lines(dict.fromkeys(one.codes))] for name, one in self.cut.items()]
        self.word.table((44, 14, 98), ("数字", "个数", "举措编号"), rows, left="数字 举措编号")


def in_lines(codes: Iterable[str]) -> str:
    """Codes with line ends between them: an office breaks 24-2 at its hyphen, and one that does not break is not found."""
    told, room = "", ANNEX_LINE
    for code in codes:
        wide = len(code) + halves("、")
        if told and wide > room:
            told, room = f"{told}、\n{code}", ANNEX_LINE - len(code)
        else:
            told, room = f"{told}、{code}" if told else code, room - wide
    return told


def difference(step: Step) -> str:
    """The sign before a smaller number is a minus, not a hyphen."""
    by = step.now.count - step.before.count
    return f"+{by}" if by > 0 else f"−{-by}" if by else "持平"


def red_row(line: LedgerLine) -> list[str]:
    text = line.text if len(line.text) <= LONGEST_TEXT else f"{line.text[:LONGEST_TEXT]}……"
    return [line.code, text, "、".join(line.obliged_names), state_of(line), problems_of(line)]


def state_of(line: LedgerLine) -> str:
    """滞后; 完成20%; 序时74%; 逾期，时限; 2026-10-10: a line each, since a date on the rest of one is broken."""
    standing = line.standing
    told = [PROGRESS_WORDS[ProgressLight(standing.progress_light)]]
    if standing.percent is not None:
        told.append(f"完成{standing.percent}%")
    if standing.scheduled is not None:
        told.append(f"序时{standing.scheduled}%")
    if standing.deadline_light == DeadlineLight.OVERDUE:
        told += [f"{DEADLINE_WORDS[DeadlineLight.OVERDUE]}，时限", str(line.due_on)]
    return "\n".join(told)


def turned_row(one: Turned) -> list[str]:
    return [one.code, one.before or "未列入", one.after or "已移除"]
