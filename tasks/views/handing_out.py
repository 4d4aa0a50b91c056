"""An export as an answer: streamed, noted in the audit trail, and registered by its check code once it is whole."""

import re
from collections.abc import Iterator
from io import RawIOBase

from django.http import FileResponse, Http404, HttpRequest
from django.utils import timezone

from tasks.excel.book import Export, Maker, as_csv, as_xlsx
from tasks.services.exporting import keep_export
from units.permissions import Permission, may
from units.views.taken import note_export

CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}
WRITERS = {"csv": as_csv, "xlsx": as_xlsx}
NOT_IN_FILE_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


class Outflow(RawIOBase):
    """Pieces as a file that is read once. Closed early, as by somebody who cancels, it stops the making of the rest."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.pieces = pieces

    def read(self, size: int = -1) -> bytes:
        return next((piece for piece in self.pieces if piece), b"")

    def close(self) -> None:
        self.pieces.close()
        super().close()


def hand_out(request: HttpRequest, export: Export, extension: str) -> FileResponse:
    """The file leaves as it is made: the first bytes at once, and nothing of it is ever on a disk of ours."""
    if extension not in WRITERS or (extension == "csv" and len(export.sheets) > 1):
        raise Http404(f"{export.kind.label}没有 {extension} 格式。")
    note_export(request, file=f"{export.name}.{extension}", rows=export.row_count, conditions=export.asked)
    pieces = WRITERS[extension](export, maker_of(request, export))
    return download(Outflow(pieces), export.name, extension)


def maker_of(request: HttpRequest, export: Export) -> Maker:
    """Whoever is on staff has the state registered; an outsider must not be able to fill the register."""
    now, user = timezone.now(), request.user
    if not may(user, Permission.SEE_STAFF_NOTES) or request.method != "GET":
        return Maker("公开访问者", now)

    def keep(code: str, digest: str) -> None:
        keep_export(
            user, code=code, digest=digest, kind=export.kind, plan=export.plan, period=export.period,
            as_of=export.as_of, query=export.query, conditions=export.conditions, row_count=export.row_count, now=now,
        )  # fmt: skip

    unit = f"{user.unit.name} · " if user.unit else ""
    return Maker(f"{unit}{user.display_name}", now, keep)


def download(file: RawIOBase, name: str, extension: str) -> FileResponse:
    name = NOT_IN_FILE_NAMES.sub("_", f"{name}.{extension}")
    return FileResponse(file, as_attachment=True, filename=name, content_type=CONTENT_TYPES[extension])
