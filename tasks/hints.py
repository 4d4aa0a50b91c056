"""Hints to writer and reviewer: never blocking, never counted against anyone. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

CONCRETE = re.compile(
    r"\d|[〇零一二三四五六七八九十百千万亿两]+(?:个|项|家|次|公里|万|亿|年|月|日|%)|[“《「][^”》」]+[”》」]|〔\d{4}〕"
)
STOCK_PHRASES = (
    "积极推进", "有序开展", "稳步推进", "扎实推进", "有序推进", "持续推进", "加快推进", "全力推进", "深入推进", "统筹推进",
    "取得积极进展", "取得阶段性成效", "高度重视", "认真落实", "正在推进", "按计划推进", "下一步将继续",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hint:
    """One thing worth a second look, and the form field it speaks of."""

    field: str
    text: str


def hints(
    progress: str, percent: int | None, last_progress: str, last_percent: int | None, fall_reason: str = ""
) -> list[Hint]:
    """What a careful colleague would ask about this text, given the last approved one ("" and None: there is none)."""
    return list(found(progress.strip(), percent, last_progress.strip(), last_percent, fall_reason.strip()))


def found(
    progress: str, percent: int | None, last_progress: str, last_percent: int | None, fall_reason: str
) -> Iterator[Hint]:
    if progress and progress == last_progress:
        yield Hint("progress", "进展与上期一字不差。如确无变化，可用“本期无变化”；如有变化，请写出新情况。")
    if progress and not CONCRETE.search(progress):
        yield Hint("progress", "进展里没有日期、数字或具体名称。写明做了什么、到什么程度、有什么文件，会更有用。")
    if progress and (phrases := [phrase for phrase in STOCK_PHRASES if phrase in progress]):
        rest = re.sub("|".join(phrases), "", progress)
        if len(re.findall(r"[一-鿿]", rest)) < 20:
            yield Hint("progress", f"除“{phrases[0]}”一类的话外内容不多，请补充具体做法和结果。")
    if percent is not None and last_percent is not None and percent < last_percent:
        asked = "请核对所写的原因" if fall_reason else "请说明原因"
        yield Hint("percent_complete", f"完成率由 {last_percent}% 降到 {percent}%，{asked}。")
