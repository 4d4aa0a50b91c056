"""核对导入内容: every changed cell of a returned workbook beside the system, and what a person decides about it.

`do` names the button: `apply`, `discard`, and those that choose all of a kind and show the page again: `keep-ours`,
`take-theirs`, `write-all`, `write-none`. A conflict has no choice made beforehand, and nothing is written before every
conflict has one. `seen` is the digest of what the page showed: if the system moved on meanwhile, it is shown again.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tasks.excel.annotated import annotated
from tasks.excel.returned import read_back
from tasks.excel.unit_workbook import LABELS
from tasks.models import Upload
from tasks.permissions import visible_to
from tasks.queries.roundtrip import Difference, compared, spelled
from tasks.roundtrip import Kind, Verdict, as_shown
from tasks.services import roundtrip
from tasks.services.report_rules import VersionConflict
from tasks.services.roundtrip import ChosenRow
from tasks.textdiff import Piece, text_diff, two_texts
from tasks.views.handing_out import download
from units.middleware import note_refusal
from units.permissions import Permission, require

OURS, THEIRS = "ours", "theirs"
MOVED = "在您核对期间，系统里又有改动，还没有写入。下面是现在的情况，请再核对一次。"
CHOOSE_ALL = {
    "keep-ours": (Kind.CONFLICT, OURS),
    "take-theirs": (Kind.CONFLICT, THEIRS),
    "write-all": (Kind.CHANGED, THEIRS),
    "write-none": (Kind.CHANGED, OURS),
}


class Line(NamedTuple):
    """One cell as shown: pieces of the system's text and of the file's, and what is chosen so far."""

    verdict: Verdict
    label: str
    ours: list[Piece]
    theirs: list[Piece]
    who: Any  # the report, for who saved it and when; None where there is none
    choice: str

    @property
    def name(self) -> str:
        return f"pick-{self.verdict.key}"


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """The preview; only its owner finds it."""
    require(request.user, Permission.WRITE_REPORTS)
    found = own_upload(request, pk)
    difference = difference_of(request, found)
    if request.method != "POST":
        return preview(request, found, difference, {})
    verb = request.POST.get("do", "")
    if verb == "discard":
        roundtrip.discard_upload(request.user, upload=found, now=timezone.now())
        messages.success(request, f"“{found.name}”已放弃，没有写入任何内容。")
        return redirect("uploads")
    choices = chosen(request.POST, difference)
    if verb in CHOOSE_ALL:
        kind, choice = CHOOSE_ALL[verb]
        choices |= {verdict.key: choice for verdict in difference.of(kind)}
        return preview(request, found, difference, choices)
    if request.POST.get("seen") != difference.digest:
        return preview(request, found, difference, choices, whole=MOVED)
    return apply(request, found, difference, choices)


def own_upload(request: HttpRequest, pk: int) -> Upload:
    known = visible_to(request.user, Upload).select_related("period__plan", "unit", "owner")
    return get_object_or_404(known, pk=pk)


def difference_of(request: HttpRequest, upload: Upload) -> Difference:
    with upload.file.open() as file:
        data = file.read()
    return compared(request.user, read_back(data), timezone.localdate())


def chosen(posted: Mapping[str, str], difference: Difference) -> dict[str, str]:
    """Key of a cell -> choice. A box of a changed cell that is not ticked is not posted; a conflict may be open."""
    choices = {}
    for verdict in difference.of(Kind.CONFLICT):
        if (choice := posted.get(f"pick-{verdict.key}")) in (OURS, THEIRS):
            choices[verdict.key] = choice
    for verdict in difference.of(Kind.CHANGED):
        choices[verdict.key] = THEIRS if posted.get(f"pick-{verdict.key}") == THEIRS else OURS
    return choices


def apply(request: HttpRequest, found: Upload, difference: Difference, choices: dict[str, str]) -> HttpResponse:
    if any(verdict.key not in choices for verdict in difference.of(Kind.CONFLICT)):
        return preview(request, found, difference, choices, is_asked_again=True)
    try:
        made = roundtrip.apply_changes(
            request.user, upload=found, rows=list(chosen_rows(difference, choices)), now=timezone.now()
        )
    except VersionConflict:
        return preview(request, found, difference_of(request, found), choices, whole=MOVED)
    except PermissionDenied as refused:
        return preview(request, found, difference_of(request, found), choices, whole=note_refusal(request, refused))
    except ValidationError as refused:
        return preview(request, found, difference_of(request, found), choices, whole="".join(refused.messages))
    messages.success(request, f"已写入 {made.cell_count} 处，都存为草稿，还没有提交。")
    return redirect("change-set", made.pk)


def chosen_rows(difference: Difference, choices: Mapping[str, str]) -> Iterator[ChosenRow]:
    """Each row with something to write: what its report holds now, with the chosen cells in place."""
    by_duty: dict[int, list[Verdict]] = {}
    for verdict in difference.verdicts:
        if verdict.kind in (Kind.CHANGED, Kind.CONFLICT) and choices.get(verdict.key) == THEIRS:
            by_duty.setdefault(verdict.duty, []).append(verdict)
    for duty, verdicts in by_duty.items():
        line = difference.standings[duty].line
        assert line is not None
        values = {verdict.cell.field: difference.values[verdict.key] for verdict in verdicts}
        cells = [
            (
                one.cell.sheet,
                one.cell.address,
                one.cell.field,
                one.ours,
                spelled(one.cell.field, values[one.cell.field]),
            )
            for one in verdicts
        ]
        yield ChosenRow(line.duty, line.content | values, difference.version(duty), cells)


def preview(
    request: HttpRequest,
    found: Upload,
    difference: Difference,
    choices: Mapping[str, str],
    *,
    whole: str = "",
    is_asked_again: bool = False,
) -> HttpResponse:
    conflicts = lines(difference, Kind.CONFLICT, choices, "")
    changes = lines(difference, Kind.CHANGED, choices, THEIRS)
    counts = difference.tally.counts
    context = {
        "upload": found,
        "difference": difference,
        "conflicts": conflicts,
        "changes": changes,
        "refused": lines(difference, Kind.REFUSED, choices, ""),
        "strays": difference.returned.strays,
        "counts": {kind.value: count for kind, count in counts.items()},
        "total": difference.tally.total,
        "rows": len(difference.returned.bases),
        "open_choices": [line for line in conflicts if not line.choice] if is_asked_again else [],
        "open_count": sum(not line.choice for line in conflicts),
        "to_write": sum(line.choice == THEIRS for line in (*conflicts, *changes)),
        "whole": whole,
    }
    return render(request, "tasks/roundtrip/preview.html", context)


def lines(difference: Difference, kind: Kind, choices: Mapping[str, str], usual: str) -> list[Line]:
    return [
        Line(
            verdict,
            LABELS[verdict.cell.field],
            *sides(verdict),
            who(difference, verdict),
            choices.get(verdict.key, usual),
        )
        for verdict in difference.of(kind)
    ]


def sides(verdict: Verdict) -> tuple[list[Piece], list[Piece]]:
    """The system's text with what would go, the file's with what would come. A refused cell is shown as it is."""
    name = verdict.cell.field
    ours, theirs = as_shown(name, verdict.ours), as_shown(name, verdict.cell.text)
    if verdict.kind == Kind.REFUSED:
        return [("same", ours)], [("same", theirs)]
    return two_texts(text_diff(ours, theirs))


def who(difference: Difference, verdict: Verdict) -> Any:
    standing = difference.standings.get(verdict.duty)
    return standing.line.report if standing and standing.is_writer and standing.line else None


@login_required
@never_cache
@require_safe
def upload_annotated(request: HttpRequest, pk: int) -> FileResponse:
    """The uploaded file with each cell in question marked."""
    require(request.user, Permission.WRITE_REPORTS)
    found = own_upload(request, pk)
    with found.file.open() as file:
        data = file.read()
    difference = compared(request.user, read_back(data), timezone.localdate())
    return download(annotated(data, difference), f"{found.name.removesuffix('.xlsx')}_批注", "xlsx")
