"""Every address of the site, from its routes and the rows there are; and all that an answer says, files opened."""

import io
import zipfile
from collections.abc import Iterable, Iterator

from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.http import HttpResponse
from django.urls import URLPattern, get_resolver
from openpyxl import load_workbook

from tasks.choices import ExportKind
from tasks.models import (
    Attachment,
    ChangeSet,
    CompletionClaim,
    ExtensionRequest,
    Instruction,
    MainTask,
    Measure,
    Plan,
    ProgressReport,
    ReportingPeriod,
    SavedView,
    TableImport,
    Upload,
)
from tasks.tests.doors import PLAN
from units.models import Unit, User

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def routes(patterns=None, before: str = "") -> Iterator[str]:
    for one in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLPattern):
            yield route
        else:
            yield from routes(one.url_patterns, route)


def values() -> dict[str, list[str]]:
    """A part of a route with its parameters -> what stands there for every row of the database."""
    reports = list(ProgressReport.objects.all())
    keys = {model: model.objects.values_list("pk", flat=True) for model in (Attachment, CompletionClaim, User)}
    return {
        "plans/<slug:slug>/": [f"plans/{one.slug}/" for one in Plan.objects.all()],
        "tasks/<int:number>/": [f"tasks/{one.number}/" for one in MainTask.objects.all()],
        "<int:number>-<int:order>/": [f"{one.code}/" for one in Measure.objects.select_related("main_task")],
        "ledger.<str:extension>": [f"ledger.{name}" for name in ("csv", "xlsx", "json")],
        "<slug:kind>.<str:extension>": [f"{kind}.{name}" for kind in ExportKind.values for name in ("csv", "xlsx")],
        "stocktake/file.<str:extension>": [f"stocktake/file.{name}" for name in ("docx", "xlsx", "zip")],
        "board.<str:extension>": ["board.csv", "board.xlsx"],
        "filing.<str:extension>": ["filing.csv", "filing.xlsx"],
        "audit/export.<str:extension>": ["audit/export.csv", "audit/export.xlsx"],
        "reports/<int:duty>/<int:period>/": [
            f"reports/{duty}/{period}/" for duty, period in sorted({(one.duty_id, one.period_id) for one in reports})
        ],
        "reports/<int:pk>/": [f"reports/{one.pk}/" for one in reports],
        "review/<int:pk>/": [f"review/{one.pk}/" for one in reports],
        "publishing/<int:pk>/": [f"publishing/{one.pk}/" for one in reports],
        "attachments/<int:pk>/": [f"attachments/{key}/" for key in keys[Attachment]],
        "accounts/<int:pk>/": [f"accounts/{key}/" for key in keys[User]],
        "completions/<int:pk>/": [f"completions/{key}/" for key in keys[CompletionClaim]],
        "extensions/<int:pk>/": [f"extensions/{one.pk}/" for one in ExtensionRequest.objects.all()],
        "reports/uploads/<int:pk>/": [f"reports/uploads/{one.pk}/" for one in Upload.objects.all()],
        "reports/changes/<int:pk>/": [f"reports/changes/{one.pk}/" for one in ChangeSet.objects.all()],
        "allocation/<int:pk>/": [f"allocation/{one.pk}/" for one in TableImport.objects.all()],
        "workbook/<slug:unit>.xlsx": [f"workbook/{one.slug}.xlsx" for one in Unit.objects.all()],
        "ledger/views/<int:pk>/": [f"ledger/views/{one.pk}/" for one in SavedView.objects.all()],
        "dashboard/<slug:unit>/": [f"dashboard/{one.slug}/" for one in Unit.objects.all()],
        "instructions/<int:number>/": [f"instructions/{one.number}/" for one in Instruction.objects.all()],
        "periods/<int:pk>/": [f"periods/{one.pk}/" for one in ReportingPeriod.objects.all()],
        "units/<slug:slug>/": [f"units/{one.slug}/" for one in Unit.objects.all()],
        "display/<slug:mode>/": ["display/large/", "display/contrast/", "display/elder/"],
        **back_office(),
    }


def back_office() -> dict[str, list[str]]:
    report = ProgressReport.objects.first()
    kind = ContentType.objects.get_for_model(ProgressReport).pk
    found = {
        "r/<path:content_type_id>/<path:object_id>/": [f"r/{kind}/{report.pk}/"],
        "^(?P<app_label>units|tasks)/$": ["units/", "tasks/"],
        "(?P<url>.*)$": ["progressreport/"],
    }
    for model in admin.site._registry:
        at = f"{model._meta.app_label}/{model._meta.model_name}/"
        keys = list(model.objects.values_list("pk", flat=True))
        found[at + "<path:object_id>/"] = [f"{at}{key}/" for key in keys]
        versions = model.history.values_list("id", "history_id") if hasattr(model, "history") else []
        found[at + "^([^/]+)/history/([^/]+)/$"] = [f"{at}{key}/history/{version}/" for key, version in versions]
    return found


def addresses() -> dict[str, list[str]]:
    """Route -> its addresses. A route that no row gives an address is an error: nothing would be tested there."""
    known, found = values(), {}
    for route in routes():
        filled = [route]
        for part, replacements in known.items():
            if part in route:
                filled = [one.replace(part, new) for one in filled for new in replacements]
        known_all = filled and not any(set("<>^$") & set(one) for one in filled)
        assert known_all, f"no address is known for {route}: say in `values` what stands there"
        found[route] = [f"/{one}" for one in filled]
    return found


def address_of_each(listed: Iterable[str]) -> dict[str, str]:
    """Route of the table of permissions -> one address; each workbook has a route of its own there."""
    known, listed = {route: found[0] for route, found in addresses().items()}, list(listed)
    kinds = known.pop(f"{PLAN}export/<slug:kind>.<str:extension>").rpartition("/")[0]
    workbooks = [route for route in listed if route.startswith(f"{PLAN}export/") and route not in known]
    return known | {route: f"{kinds}/{route.rpartition('/')[2]}" for route in workbooks}


OWN = {"ETag", "X-Request-ID"}  # of this very answer


def everything_said(answer: HttpResponse) -> str:
    """Headers but the answer's own hash and number, cookies and body; of a workbook every cell and every part of the file."""
    body = answer.getvalue()
    said = [f"{name}: {value}" for name, value in answer.items() if name not in OWN] + [answer.cookies.output()]
    if answer.get("Content-Type") == WORKBOOK:
        with zipfile.ZipFile(io.BytesIO(body)) as parts:
            said += [parts.read(name).decode(errors="ignore") for name in parts.namelist()]
        book = load_workbook(io.BytesIO(body))
        said += [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    return "\n".join([*said, body.decode(errors="ignore")])
