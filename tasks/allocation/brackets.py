"""Brackets （） 〔〕 in a statement. Each function passes over the text once, so a megabyte of brackets is read like any other."""

import re
from collections.abc import Iterator

OPENING, CLOSING = "（〔", "）〕"
BRACKET = re.compile(f"[{OPENING}{CLOSING}]")


def pairs(text: str) -> dict[int, int]:
    """Where each bracket that is closed opens, and where it closes. Half brackets are not in it."""
    opened: list[int] = []
    found: dict[int, int] = {}
    for bracket in BRACKET.finditer(text):
        if bracket[0] in OPENING:
            opened.append(bracket.start())
        elif opened:
            found[opened.pop()] = bracket.start()
    return found


def outermost(text: str) -> list[tuple[int, int]]:
    """The pairs that stand in no other pair, in order."""
    found: list[tuple[int, int]] = []
    for opens, closes in sorted(pairs(text).items()):
        if not found or opens > found[-1][1]:
            found.append((opens, closes))
    return found


def split_outside_brackets(text: str, separators: str) -> Iterator[tuple[str, str]]:
    """(piece, separator behind it), cut at every separator outside brackets. Half brackets do not count."""
    spans = iter(outermost(text))
    opens, closes = next(spans, (len(text), len(text)))
    start = 0
    for separator in re.finditer(f"[{re.escape(separators)}]", text):
        at = separator.start()
        while at > closes:
            opens, closes = next(spans, (len(text), len(text)))
        if at < opens:
            yield text[start:at], separator[0]
            start = at + 1
    yield text[start:], ""


def peeled(text: str, before: str, behind: str) -> str:
    """Without the marks `before` and `behind` at its ends, half brackets there, and pairs around the whole."""
    closed_at = pairs(text)
    closing = set(closed_at.values())
    start, end = 0, len(text)
    while start < end:
        first, last = text[start], text[end - 1]
        if first in OPENING and closed_at.get(start) == end - 1:
            start, end = start + 1, end - 1
        elif first in before or first in CLOSING or (first in OPENING and start not in closed_at):
            start += 1
        elif last in behind or last in OPENING or (last in CLOSING and end - 1 not in closing):
            end -= 1
        else:
            break
    return text[start:end]
