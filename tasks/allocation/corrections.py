"""Decisions a person took about one table, kept as data (`fixtures/corrections.json`).

Moves put a paragraph that stands in the wrong row under its right task; slips note what a text probably should say;
fields group the tasks. A move names the hash of the measure's text, so that it cannot hit another file.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


def text_hash(text: str) -> str:
    """SHA-256 of the text in UTF-8, hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Move:
    """Put one paragraph of a line under another task than rule 6 of the contract gives it."""

    line: int
    paragraph: int
    by_rule: int
    right: int
    text_sha256: str
    reason: str


@dataclass(frozen=True, slots=True)
class Slip:
    """A probable slip of the pen in a measure or its statement. The text itself stays as issued."""

    line: int
    as_written: str
    probably: str
    remark: str


@dataclass(frozen=True, slots=True)
class FieldOfTasks:
    """领域: the tasks from `first` to `last`, both included."""

    name: str
    first: int
    last: int
    basis: str


@dataclass(frozen=True, slots=True)
class Corrections:
    subject: str = ""
    moves: tuple[Move, ...] = ()
    slips: tuple[Slip, ...] = ()
    fields: tuple[FieldOfTasks, ...] = ()

    @classmethod
    def from_json(cls, data: Any) -> "Corrections":
        """Read the parsed JSON: an object with `moves`, `slips`, `fields`, or a bare list of moves.

        Raises ValueError, in Chinese, where something is missing or of the wrong kind.
        """
        parts = data if isinstance(data, Mapping) else {"moves": data}
        try:
            return cls(
                subject=str(parts.get("subject", "")),
                moves=tuple(move for item in parts.get("moves", ()) for move in moves_of(item)),
                slips=tuple(
                    Slip(int(item["line"]), item["as_written"], item.get("probably", ""), item.get("remark", ""))
                    for item in parts.get("slips", ())
                ),
                fields=tuple(
                    FieldOfTasks(item["name"], int(item["tasks"][0]), int(item["tasks"][1]), item.get("basis", ""))
                    for item in parts.get("fields", ())
                ),
            )
        except KeyError as missing:
            raise ValueError(f"更正文件缺少 {missing} 一项。") from missing
        except (TypeError, ValueError, IndexError, AttributeError) as error:
            raise ValueError(f"更正文件的格式不对：{error}") from error


def moves_of(item: Mapping[str, Any]) -> list[Move]:
    """One move a paragraph. `text_sha256` has one hash for each of `paragraphs`."""
    numbers, hashes = item["paragraphs"], item["text_sha256"]
    if len(numbers) != len(hashes):
        raise ValueError(f"第 {item['line']} 行列了 {len(numbers)} 段，却有 {len(hashes)} 个校验值")
    return [
        Move(int(item["line"]), int(number), int(item["by_rule"]), int(item["right"]), digest, item["reason"])
        for number, digest in zip(numbers, hashes, strict=True)
    ]
