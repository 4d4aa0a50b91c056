"""校验: whether a code or a file equals a state this system held. Open to everybody; what is told depends on who asks.

An outsider who holds a code or a file learns that it is genuine, what kind it is, of which day and when it was taken.
A sheet that an outsider took away proves itself by the code on it; a CSV of the list is held against the list of today.
Staff see in addition the plan, the period, the conditions, the number of rows and who took it. Rows are told to nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tasks.excel.checkcode import as_typed
from tasks.excel.incoming import RefusedFileError
from tasks.excel.measures import rows_that_hold
from tasks.excel.original_table import digest_of
from tasks.excel.reread import Reread, UnreadableFileError, reread, rows_of_csv
from tasks.excel.returned import read_back
from tasks.forms import VerifyForm
from tasks.models import ExportRecord, Plan
from tasks.permissions import visible_to
from tasks.queries.exports import by_code, by_digest


@dataclass
class Verdict:
    """`records` equal what was asked about; `is_altered`: the rows do, the cover does not say what it said."""

    asked: str
    records: list[ExportRecord] = field(default_factory=list)
    is_altered: bool = False
    is_code: bool = False
    printed: str = ""  # the code that the file itself carries
    problem: str = ""
    original: Plan | None = None  # whose table as issued it is, as it stands now
    public: Mapping[str, Any] | None = None  # the cover of a sheet that an outsider took away
    rows_now: int = 0  # rows of a CSV that all stand in the public list now
    is_csv: bool = False
    is_to_fill_in: bool = False  # a unit's workbook, with its hidden marks as they left

    @property
    def is_genuine(self) -> bool:
        known = bool(self.records) and not self.is_altered
        return known or bool(self.original or self.public or self.rows_now or self.is_to_fill_in)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """A POST changes nothing: it only keeps codes and files out of addresses and logs."""
    form = VerifyForm(*(request.POST, request.FILES) if request.method == "POST" else ())
    context: dict[str, object] = {"form": form}
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        verdict = of_file(upload.name, upload.read()) if upload else of_code(form.cleaned_data["code"])
        seen = visible_to(request.user, ExportRecord).filter(pk__in=[one.pk for one in verdict.records])
        known = set(seen.values_list("pk", flat=True)) if verdict.records else set()
        context |= {"verdict": verdict, "records": [(one, one.pk in known) for one in verdict.records]}
    return render(request, "tasks/exports/verify.html", context)


def of_code(text: str) -> Verdict:
    code = as_typed(text)
    found = by_code(code)
    return Verdict(f"校验码 {code} ", [found] if found else [], is_code=True)


def of_file(name: str, data: bytes) -> Verdict:
    asked = f"文件“{name}”"
    try:
        told = reread(name, data)
    except UnreadableFileError as problem:
        return Verdict(asked, problem=str(problem))
    verdict = judged(asked, told)
    if not (verdict.is_genuine or told.code or verdict.records):
        look_further(verdict, name, data)
    return verdict


def judged(asked: str, told: Reread) -> Verdict:
    """A workbook by its code, which its cells give anew, whatever is printed on it; what has no cover by its rows."""
    if told.public:
        return Verdict(asked, public=told.public)
    if told.code:
        if found := by_code(told.code):
            return Verdict(asked, [found], is_altered=told.printed != told.code, printed=told.printed)
        return Verdict(asked, by_digest(told.digest), is_altered=True, printed=told.printed)
    records = by_digest(told.digest)
    plans = () if records else Plan.objects.all()
    return Verdict(asked, records, original=next((plan for plan in plans if digest_of(plan) == told.digest), None))


def look_further(verdict: Verdict, name: str, data: bytes) -> None:
    """What has no cover and is in no register: a CSV of the public list, or a workbook to be filled in."""
    if data[:2] != b"PK":
        verdict.is_csv, today = True, timezone.localdate()
        verdict.rows_now = max(
            (rows_that_hold(plan, rows_of_csv(data), today) for plan in Plan.objects.all()), default=0
        )
        return
    try:
        read_back(data)
        verdict.is_to_fill_in = True
    except RefusedFileError:
        pass
