"""The file itself: written member by member, and read only after every checksum has been found right."""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, Self

MAKER = "jiaodong"
FORMAT = 1
MANIFEST = "manifest.json"
INCOMPLETE = "备份文件已损坏：清单不完整。请换一份备份。"
PIECE = 1 << 20
STORED = (".pdf", ".docx", ".xlsx", ".png", ".jpg")  # compressed already


class BackupError(Exception):
    """Why there is no backup, or why it is not restored, as a sentence for the operator."""


@dataclass
class Member:
    """`rows` is the number of lines of a table, None of an attachment."""

    size: int
    sha256: str
    rows: int | None = None


@dataclass
class Manifest:
    made_at: str
    migrations: list[list[str]]
    tables: dict[str, list[str]] = field(default_factory=dict)  # table -> its columns in the order of its lines
    missing: list[str] = field(default_factory=list)  # attachments that a row names and the storage had lost
    members: dict[str, Member] = field(default_factory=dict)
    maker: str = MAKER
    format: int = FORMAT

    @property
    def rows(self) -> int:
        return sum(member.rows or 0 for member in self.members.values())

    @property
    def files(self) -> list[str]:
        return [name.removeprefix("files/") for name in self.members if name.startswith("files/")]


def table_member(table: str) -> str:
    return f"tables/{table}.jsonl"


def file_member(name: str) -> str:
    return f"files/{name}"


class Writer:
    """An archive under way, as a context; the manifest, without which it is no backup, comes last.

    Where the writing fails the archive is closed without it, and what closing says then is of no interest.
    """

    def __init__(self, target: IO[bytes], manifest: Manifest) -> None:
        self.archive = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6)
        self.manifest = manifest

    def add(self, name: str, pieces: Iterable[bytes], *, counts_rows: bool = False) -> None:
        entry = zipfile.ZipInfo(name)
        entry.compress_type = zipfile.ZIP_STORED if name.lower().endswith(STORED) else zipfile.ZIP_DEFLATED
        digest, size, count = hashlib.sha256(), 0, 0
        with self.archive.open(entry, "w", force_zip64=True) as member:
            for piece in pieces:
                member.write(piece)
                digest.update(piece)
                size, count = size + len(piece), count + 1
        self.manifest.members[name] = Member(size, digest.hexdigest(), count if counts_rows else None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        if kind is None:
            self.close()
        else:
            with suppress(OSError, ValueError):
                self.archive.close()

    def close(self) -> None:
        self.archive.writestr(MANIFEST, json.dumps(asdict(self.manifest), ensure_ascii=False, indent=1))
        self.archive.close()


class Reader:
    """An archive whose every member has been compared with the manifest; opening any other is a BackupError."""

    def __init__(self, path: Path) -> None:
        try:
            self.archive = zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile) as error:
            raise BackupError(f"{path} 打不开，或者不是完整的备份文件：{error}") from error
        try:
            self.manifest = manifest_of(self.archive)
            self.verify()
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            RuntimeError,
        ) as error:  # the last: encrypted, too deep
            raise BackupError(f"备份文件已损坏：{error}。请换一份备份。") from error

    def close(self) -> None:
        self.archive.close()

    def verify(self) -> None:
        present = sorted(self.archive.namelist())
        if present != sorted([*self.manifest.members, MANIFEST]):
            raise BackupError("备份文件已损坏：里面的文件与清单不符。请换一份备份。")
        for name, member in self.manifest.members.items():
            digest, size, count = hashlib.sha256(), 0, 0
            for piece in self.pieces(name):
                digest.update(piece)
                size, count = size + len(piece), count + piece.count(b"\n")
            right_count = member.rows in (None, count)
            if (size, digest.hexdigest()) != (member.size, member.sha256) or not right_count:
                raise BackupError(f"备份文件已损坏：{name} 与清单中的校验值不符。请换一份备份。")

    def pieces(self, name: str) -> Iterator[bytes]:
        with self.archive.open(name) as member:
            while piece := member.read(PIECE):
                yield piece

    def lines(self, table: str) -> Iterator[bytes]:
        with self.archive.open(table_member(table)) as member:
            yield from member


def manifest_of(archive: zipfile.ZipFile) -> Manifest:
    try:
        said: dict[str, Any] = json.loads(archive.read(MANIFEST))
        maker, number = said["maker"], said["format"]
    except (KeyError, TypeError, ValueError) as error:
        raise BackupError("这不是本系统的备份文件。") from error
    if maker != MAKER:
        raise BackupError("这不是本系统的备份文件。")
    if number != FORMAT:
        raise BackupError(f"备份文件的格式是第 {number} 版，本程序只认第 {FORMAT} 版。请用制作它的那一版程序恢复。")
    try:
        manifest = Manifest(**{**said, "members": {name: Member(**one) for name, one in said["members"].items()}})
        is_whole = is_well_formed(manifest)
    except (AttributeError, KeyError, TypeError) as error:
        raise BackupError(INCOMPLETE) from error
    if not is_whole:
        raise BackupError(INCOMPLETE)
    return manifest


def is_well_formed(manifest: Manifest) -> bool:
    """Whoever makes a file by hand can put anything under the names that are looked for."""
    lists = [manifest.missing, *manifest.migrations, *manifest.tables.values()]
    texts = [manifest.made_at, *(text for one in lists for text in one)]
    others = {name for name in manifest.members if not name.startswith("files/")}
    return (
        all(isinstance(one, list) for one in lists)
        and all(isinstance(text, str) for text in texts)
        and all(len(migration) == 2 for migration in manifest.migrations)
        and others == {table_member(table) for table in manifest.tables}
    )
