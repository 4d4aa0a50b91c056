"""The named styles of working sheets. A light is a word in a fill; the word says it without the fill."""

from openpyxl import Workbook

from tasks.excel import layout
from tasks.lights import DEADLINE_WORDS, PROGRESS_WORDS, DeadlineLight, ProgressLight

USUAL_WIDTH = 14  # of a short column; what is wider holds texts
SIZE = 11
CODE_LABEL = "校验码"
TITLE, FACTS, HEAD, SHORT, TEXT, MERGED, NUMBER, LABEL = (
    "台账标题", "台账说明", "台账表头", "台账短栏", "台账正文", "台账合并栏", "台账序号", "台账项目",
)  # fmt: skip
RULE, TINT = "B9C9DE", "E9EFF7"
GREEN, AMBER, RED, GREY, BLUE, PALE, PLAIN = "灯绿", "灯黄", "灯红", "灯灰", "灯蓝", "灯淡红", "灯无"
LIGHTS = {  # style -> colour of the word, of the fill
    GREEN: ("1B6B3A", "E4F1E8"),
    AMBER: ("7A4B00", "FBF0D9"),
    RED: ("FFFFFF", "B3261E"),
    GREY: ("4A5462", "E3E6EA"),
    BLUE: ("123D6B", "DCE8F5"),
    PALE: ("9C1C16", "FBE4E2"),
    PLAIN: ("4A5462", None),
}
OF_PROGRESS = {
    ProgressLight.ON_TRACK: GREEN,
    ProgressLight.AT_RISK: AMBER,
    ProgressLight.BEHIND: RED,
    ProgressLight.NOT_REPORTED: GREY,
    ProgressLight.AWAITED: PLAIN,
    ProgressLight.COMPLETED: BLUE,
    ProgressLight.NOT_JUDGED: PLAIN,
}
OF_DEADLINE = {
    DeadlineLight.OVERDUE: PALE,
    DeadlineLight.URGENT: AMBER,
    DeadlineLight.SOON: BLUE,
    DeadlineLight.DONE_LATE: PALE,
}
PROGRESS_LOOKS = {light.value: (word, OF_PROGRESS[light]) for light, word in PROGRESS_WORDS.items()}
DEADLINE_LOOKS = {light.value: (word, OF_DEADLINE.get(light, PLAIN)) for light, word in DEADLINE_WORDS.items()}


def add_styles(book: Workbook) -> None:
    body = layout.font(layout.SONG, SIZE)
    layout.add_style(book, TITLE, layout.font(layout.HEI, 16), ruled=None)
    layout.add_style(book, FACTS, layout.font(layout.SONG, SIZE, "4A5462"), ruled=None)
    layout.add_style(book, HEAD, layout.font(layout.HEI, SIZE), align="center", ruled=RULE, fill=TINT)
    layout.add_style(book, LABEL, layout.font(layout.HEI, SIZE), ruled=RULE, fill=TINT)
    layout.add_style(book, SHORT, body, align="center", vertical="top", ruled=RULE)
    layout.add_style(book, MERGED, body, ruled=RULE)
    layout.add_style(book, NUMBER, body, align="center", ruled=RULE)
    layout.add_style(book, TEXT, body, vertical="top", ruled=RULE)
    for name, (color, fill) in LIGHTS.items():
        face = layout.font(layout.SONG, SIZE, color)
        layout.add_style(book, name, face, align="center", vertical="top", ruled=RULE, fill=fill)
