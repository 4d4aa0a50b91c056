"""汇报稿的文字: the Office's own words around the figures, their standard form, and the placeholders they may hold.

A placeholder is a name in braces, `{滞后数}`. A text with an unknown one, or with half a pair of braces, is refused.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple


class Section(NamedTuple):
    """One text of the pack: its name on the page, and the words that hold until the Office writes its own."""

    label: str
    standard: str


SECTIONS = {
    "title": Section("标题", "重点任务推进落实情况报告\n（{期次}）"),
    "addressee": Section("主送机关", "省领导小组："),
    "opening": Section(
        "引言",
        "按照联席会议每半年向省领导小组报告一次工作的要求，现将{方案}截至{截至日期}的推进落实情况报告如下。",
    ),
    "overview": Section(
        "总体情况", "分工表共列具体举措{举措数}项，已办结{已办结数}项。几个单位共同承担的举措，在总数中只计一次。"
    ),
    "fields": Section("分领域", "领域是为便于查看所作的分组，印发的分工表没有这一栏。"),
    "units": Section("分单位", "只列须填报的单位。共同承担的举措在每个单位各计一次，各单位之和大于总数。"),
    "behind": Section("红灯清单", "进度滞后{滞后数}项，逾期{逾期数}项，逐项列出如下。"),
    "problems": Section("存在问题", "各单位在已通过的填报中反映问题和风险{问题数}条。"),
    "decisions": Section(
        "需要协调、决定的事项", "各单位提请协调、尚待答复的事项{决定事项数}件，按希望答复的时间排列。"
    ),
    "changes": Section("较上期变化", "与{上期}相比，情况有变化的举措{变化数}项。"),
    "closing": Section("结束语", "特此报告。"),
    "signature": Section("落款", "胶东五市联席会议办公室\n{成文日期}"),
}
TEXTS = {  # placeholder -> what it becomes
    "方案": "分工表的名称",
    "期次": "例如 2026年三季度",
    "上期": "所比较的上一个冻结的期次",
    "截至日期": "例如 2026年9月30日",
    "成文日期": "下载这份汇报稿的日期",
}
FIGURES = {  # each with a footnote that names the rows behind it
    "举措数": "分工表的全部举措",
    "已办结数": "阶段为已办结的举措",
    "推进中数": "阶段为推进中的举措",
    "正常数": "进度灯为正常的举措",
    "有风险数": "进度灯为有风险的举措",
    "滞后数": "进度灯为滞后的举措",
    "未报数": "进度灯为本期未报的举措",
    "逾期数": "时限灯为逾期的举措",
    "问题数": "反映问题或风险的填报",
    "决定事项数": "尚待答复的需协调事项",
    "变化数": "较上期有变化的举措",
}
PLACEHOLDERS = TEXTS | FIGURES
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


class Name(str):
    """A placeholder among the pieces of a text, without its braces."""

    __slots__ = ()


def pieces(text: str) -> Iterator[str | Name]:
    """The text as it reads, in pieces: words as they are, placeholders as `Name`."""
    for place, piece in enumerate(PLACEHOLDER.split(text)):
        if piece:
            yield Name(piece) if place % 2 else piece


def faults(text: str) -> list[str]:
    """What is wrong with a text, in sentences; none where it can be used."""
    unknown = dict.fromkeys(name for name in PLACEHOLDER.findall(text) if name not in PLACEHOLDERS)
    found = [f"没有“{{{name}}}”这个占位词。请从旁边所列的占位词中选用。" for name in unknown]
    if re.search(r"[{}]", PLACEHOLDER.sub("", text)):
        found.append("花括号不成对。占位词写作 {期次}，两边各一个花括号。")
    return found
