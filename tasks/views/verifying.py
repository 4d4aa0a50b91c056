"""校验: whether a code or a file equals a state this system held. Open to everybody; what is told depends on who asks.

An outsider who holds a code or a file learns that it is genuine, what kind it is, of which day and when it was taken.
Staff see in addition the plan, the period, the conditions, the number of rows and who took it. Rows are told to nobody.
"""

from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tasks.excel.checkcode import as_typed
from tasks.excel.looks import NO_CODE
from tasks.excel.original_table import digest_of
from tasks.excel.reread import Reread, UnreadableFileError, reread
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

    @property
    def is_without_code(self) -> bool:
        """Taken away by an outsider: nothing was kept that it could be held against."""
        return not self.records and self.printed == NO_CODE

    @property
    def is_genuine(self) -> bool:
        return (bool(self.records) and not self.is_altered) or self.original is not None


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
    try:
        told = reread(name, data)
    except UnreadableFileError as problem:
        return Verdict(f"文件“{name}”", problem=str(problem))
    return judged(f"文件“{name}”", told)


def judged(asked: str, told: Reread) -> Verdict:
    """A workbook by its code, which its cells give anew, whatever is printed on it; a CSV by its rows."""
    if told.code:
        if found := by_code(told.code):
            return Verdict(asked, [found], is_altered=told.printed != told.code, printed=told.printed)
        return Verdict(asked, by_digest(told.digest), is_altered=True, printed=told.printed)
    records = by_digest(told.digest)
    plans = () if records else Plan.objects.all()
    return Verdict(asked, records, original=next((plan for plan in plans if digest_of(plan) == told.digest), None))
