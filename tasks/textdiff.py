"""What changed between two Chinese texts, in pieces a reader can follow. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Literal

Piece = tuple[Literal["same", "removed", "added"], str]
TOKEN = re.compile(r"[0-9]+(?:[.,][0-9]+)*%?|[A-Za-z]+|\s+|.", re.DOTALL)  # a number or a word changes as a whole
SENTENCE = re.compile(r"[^。；\n]*[。；\n]|[^。；\n]+")
MOST_TEXT = 200_000  # characters of both sides; what is longer is shown as a whole
SHORT_BRIDGE = 2  # unchanged stretches this short between two changes are read as changed
MOST_PAIRS = 1_000_000  # of tokens compared one by one, 30 ms; longer texts sentence by sentence, the longest not


def text_diff(before: str, after: str) -> list[Piece]:
    """Pieces in reading order; the same and removed ones give `before`, the same and added ones `after`."""
    if len(before) + len(after) > MOST_TEXT:
        return [("removed", before), ("added", after)]
    old, new = TOKEN.findall(before), TOKEN.findall(after)
    if len(old) * len(new) <= MOST_PAIRS:
        return merged(list(compared(old, new)))
    sentences = SENTENCE.findall(before), SENTENCE.findall(after)
    if len(sentences[0]) * len(sentences[1]) > MOST_PAIRS:
        return [("removed", before), ("added", after)]
    return merged(list(by_sentence(*sentences)))


def compared(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield "same", "".join(old[i:j])
            continue
        if i < j:
            yield "removed", "".join(old[i:j])
        if k < m:
            yield "added", "".join(new[k:m])


def by_sentence(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    """Whole sentences, and within those that changed the tokens, unless even they are too many."""
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        tokens = TOKEN.findall("".join(old[i:j])), TOKEN.findall("".join(new[k:m]))
        if tag == "replace" and len(tokens[0]) * len(tokens[1]) <= MOST_PAIRS:
            yield from compared(*tokens)
        else:
            yield from compared(old[i:j], new[k:m])


def merged(pieces: list[Piece]) -> list[Piece]:
    """Short bridges between changes taken into them, so that a sentence does not fall into crumbs."""
    result: list[Piece] = []
    removed = added = ""

    def flush() -> None:
        nonlocal removed, added
        if removed:
            result.append(("removed", removed))
        if added:
            result.append(("added", added))
        removed = added = ""

    for at, (kind, text) in enumerate(pieces):
        if kind == "removed":
            removed += text
        elif kind == "added":
            added += text
        elif len(text) <= SHORT_BRIDGE and (removed or added) and at + 1 < len(pieces):
            removed, added = removed + text, added + text
        else:
            flush()
            result.append(("same", text))
    flush()
    return result


def two_texts(pieces: Sequence[Piece]) -> tuple[list[Piece], list[Piece]]:
    """The text before with what was removed, and the text after with what was added."""
    return [piece for piece in pieces if piece[0] != "added"], [piece for piece in pieces if piece[0] != "removed"]


@lru_cache(maxsize=4096)  # whoever works off a queue has it sorted after every decision
def extent(before: str, after: str) -> int:
    """How many characters were taken out or put in, their order aside: what a queue is sorted by."""
    if before == after:
        return 0
    old, new = Counter(before), Counter(after)
    return (old - new).total() + (new - old).total()
