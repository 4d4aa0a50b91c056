"""What `parse_allocation` and `import_allocation` share: their options, and the way from a file to a draft."""

import hashlib
import json
from argparse import ArgumentParser
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from tasks.allocation.corrections import Corrections
from tasks.allocation.reader import read_table
from tasks.allocation.table import DraftPlan, draft_plan
from units.names import NameBook


@dataclass(frozen=True)
class Source:
    """A table as read from a file, with the decisions that held."""

    name: str
    sha256: str
    draft: DraftPlan
    corrections: Corrections


def add_source_options(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="分工表：.txt（制表符分隔）、.xlsx 或 .docx")
    parser.add_argument("--corrections", metavar="FILE", help="更正文件（JSON），写明哪一段应归哪项任务")
    parser.add_argument(
        "--aliases", metavar="FILE", help="简称、曾用名（JSON）：{“简称”: “全称”}，或与 fixtures/units.json 同样的格式"
    )
    parser.add_argument(
        "--closed-group",
        metavar="名=甲,乙",
        action="append",
        default=[],
        help="成员固定的群体及其成员，可写多次，例如：--closed-group 鲁南四市政府=枣庄市政府,济宁市政府",
    )


def read_source(options: dict[str, Any], book: NameBook) -> Source:
    """Read and parse the file named in the options. Raises CommandError where a file is not there or not JSON."""
    path = Path(options["file"])
    data = contents(path)
    corrections = read_corrections(options["corrections"])
    book = book_with_options(book, options)
    return Source(
        path.name, hashlib.sha256(data).hexdigest(), draft_plan(read_table(data), book, corrections), corrections
    )


def default_book() -> NameBook:
    return NameBook.from_fixture(parsed_json(settings.BASE_DIR / "fixtures" / "units.json"))


def book_with_options(book: NameBook, options: dict[str, Any]) -> NameBook:
    groups = dict(closed_group(text) for text in options["closed_group"])
    if not options["aliases"]:
        return book.extended(closed_groups=groups)
    data = parsed_json(Path(options["aliases"]))
    try:
        if isinstance(data, dict):
            return book.extended({str(alias): str(name) for alias, name in data.items()}, groups)
        more = NameBook.from_fixture(data)
    except (KeyError, TypeError, IndexError) as error:
        raise CommandError(f"{options['aliases']} 不是简称文件：应为 {{“简称”: “全称”}}。") from error
    return book.extended(more.aliases, {**more.closed_groups, **groups})


def closed_group(text: str) -> tuple[str, list[str]]:
    name, _, members = text.partition("=")
    units = [unit.strip() for unit in members.replace("，", ",").replace("、", ",").split(",") if unit.strip()]
    if not name.strip() or not units:
        raise CommandError(f"--closed-group 应写成 名=甲,乙,…，现在是“{text}”。")
    return name.strip(), units


def read_corrections(path: str | None) -> Corrections:
    if path is None:
        return Corrections()
    try:
        return Corrections.from_json(parsed_json(Path(path)))
    except ValueError as error:
        raise CommandError(f"{path}：{error}") from error


def contents(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"读不到文件 {path}：{error.strerror}。请检查路径。") from error


def parsed_json(path: Path) -> Any:
    try:
        return json.loads(contents(path).decode("utf-8-sig"))
    except ValueError as error:
        raise CommandError(f"{path} 不是合法的 JSON（UTF-8）：{error}") from error
