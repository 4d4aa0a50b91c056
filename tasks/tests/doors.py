"""The table of permissions by address: who comes in through which route of the site, and with which methods.

Read it as a manager would: a permission, the methods, the routes it opens. Nobody else comes in. What stands behind a
door may still depend on whose row it is (`BY_ROW`): then the answer may also be 404, or 403 with the rule's own words.
"""

from collections.abc import Iterator
from typing import NamedTuple

from django.contrib import admin

from tasks.views.workbooks import WORKBOOKS
from units.permissions import ROLE_PERMISSIONS, Permission

READ, ACT, POST = ("GET", "HEAD"), ("GET", "HEAD", "POST"), ("POST",)
EVERYBODY, ANY_ACCOUNT, NOBODY = "everybody", "any account", "nobody"
LOOKS_AFTER_THE_SYSTEM = (Permission.MANAGE_ACCOUNTS, Permission.READ_AUDIT_TRAIL)
REVIEWS = (Permission.REVIEW_AT_UNIT, Permission.REVIEW_AT_OFFICE)
HAS_A_BOARD = (Permission.READ_SUBMITTED, Permission.REVIEW_AT_UNIT, Permission.CLAIM_CLOSING)  # a unit's own one

Who = str | Permission | tuple[Permission, ...]
PLAN, MEASURE = "plans/<slug:slug>/", "plans/<slug:slug>/measures/<int:number>-<int:order>/"

TABLE: list[tuple[Who, tuple[str, ...], list[str]]] = [
    (EVERYBODY, READ, [
        "healthz", "readyz", "favicon.ico", "robots.txt", "display/<slug:mode>/",
        "", "tasks/", "units/", "units/<slug:slug>/", PLAN, f"{PLAN}tasks/", f"{PLAN}tasks/<int:number>/", MEASURE, f"{PLAN}search/",
        f"{PLAN}export/original.xlsx", f"{PLAN}export/ledger.<str:extension>",
    ]),
    (EVERYBODY, ACT, ["login/", "verify/"]),
    (EVERYBODY, POST, ["logout/"]),
    (ANY_ACCOUNT, POST, ["account/digest/"]),
    (ANY_ACCOUNT, READ, ["account/", "roles/", "start/", "attachments/<int:pk>/"]),
    (ANY_ACCOUNT, ACT, [
        "account/password/", "account/second-factor/", "account/second-factor/setup/",
        "reports/<int:duty>/<int:period>/", f"{PLAN}instructions/<int:number>/",
    ]),
    (Permission.SEE_STAFF_NOTES, READ, [
        f"{MEASURE}lights/", f"{PLAN}ledger/", f"{PLAN}compare/", f"{PLAN}export/", f"{PLAN}amendments/", f"{PLAN}rules/",
        f"{PLAN}dashboard/<slug:unit>/",
    ]),
    (Permission.SEE_STAFF_NOTES, ACT, [
        f"{PLAN}ledger/views/", f"{PLAN}ledger/views/<int:pk>/rename/", f"{PLAN}ledger/views/<int:pk>/delete/",
    ]),
    (HAS_A_BOARD, READ, [f"{PLAN}dashboard/", f"{PLAN}periods/<int:pk>/filing/"]),
    (HAS_A_BOARD, POST, [f"{PLAN}dashboard-seen/"]),
    (Permission.READ_SUBMITTED, READ, [
        f"{PLAN}coordination/", f"{PLAN}stocktake/", f"{PLAN}stocktake/file.<str:extension>",
    ]),
    (Permission.WRITE_STOCKTAKE, ACT, [f"{PLAN}stocktake/wording/"]),
    (Permission.WRITE_REPORTS, READ, [
        "workbench/", "reports/uploads/<int:pk>/annotated.xlsx", f"{PLAN}periods/<int:pk>/workbook/<slug:unit>.xlsx",
    ]),
    (Permission.WRITE_REPORTS, ACT, [
        "reports/<int:duty>/<int:period>/unchanged/", "reports/uploads/", "reports/uploads/<int:pk>/",
        "reports/changes/<int:pk>/",
    ]),
    (Permission.CLAIM_CLOSING, ACT, [f"{MEASURE}completion/", f"{MEASURE}extension/"]),
    (REVIEWS, READ, ["review/", "review/returned/"]),
    (REVIEWS, ACT, ["review/<int:pk>/", "review/pass/"]),
    (Permission.REVIEW_AT_OFFICE, ACT, ["reports/<int:pk>/correct/"]),
    (Permission.DECIDE_CLOSING, READ, ["review/completions/", "review/extensions/"]),
    (Permission.DECIDE_CLOSING, ACT, [
        "review/completions/<int:pk>/", "review/completions/<int:pk>/reopen/", "review/extensions/<int:pk>/",
    ]),
    (Permission.SET_DUE_DATES, ACT, [f"{MEASURE}settings/"]),
    (Permission.IMPORT_TABLES, READ, ["allocation/<int:pk>/", "allocation/<int:pk>/file/"]),
    (Permission.IMPORT_TABLES, ACT, [
        "allocation/", "allocation/<int:pk>/names/", "allocation/<int:pk>/places/", "allocation/<int:pk>/difference/",
    ]),
    (Permission.IMPORT_TABLES, POST, ["allocation/<int:pk>/abandon/", "allocation/<int:pk>/return/"]),
    (Permission.MANAGE_PERIODS, READ, [
        f"{PLAN}periods/", f"{PLAN}periods/<int:pk>/",
        f"{PLAN}periods/<int:pk>/board.<str:extension>", f"{PLAN}periods/<int:pk>/filing.<str:extension>",
    ]),
    (Permission.MANAGE_PERIODS, ACT, [
        f"{PLAN}periods/new/", f"{PLAN}periods/<int:pk>/change/", f"{PLAN}periods/<int:pk>/withdraw/",
        f"{PLAN}periods/<int:pk>/freeze/", f"{PLAN}cadence/",
    ]),
    (Permission.SET_LIGHT_RULES, ACT, [f"{PLAN}rules/new/"]),
    (Permission.PUBLISH, READ, [f"{PLAN}publishing/"]),
    (Permission.PUBLISH, ACT, [f"{PLAN}publishing/publish/", f"{PLAN}publishing/<int:pk>/unpublish/"]),
    (Permission.SEE_INSTRUCTIONS, READ, [f"{PLAN}instructions/"]),
    (Permission.GIVE_INSTRUCTIONS, ACT, [f"{PLAN}instructions/new/"]),
    (LOOKS_AFTER_THE_SYSTEM, READ, ["protection/"]),
    (Permission.READ_AUDIT_TRAIL, READ, ["audit/", "audit/export.<str:extension>"]),
    (Permission.MANAGE_ACCOUNTS, ACT, ["accounts/<int:pk>/handover/"]),
    (NOBODY, ("GET", "POST"), ["reports/<int:duty>/<int:period>/autosave/"]),  # 401 but for the form's own script
    (Permission.SEE_BACK_OFFICE, READ, ["admin/autocomplete/", "admin/jsi18n/", "admin/password_change/done/"]),
    (Permission.SEE_BACK_OFFICE, ACT, [
        "admin/", "admin/password_change/", "admin/r/<path:content_type_id>/<path:object_id>/",
        "admin/^(?P<app_label>units|tasks)/$", "admin/(?P<url>.*)$",
    ]),
    (Permission.SEE_BACK_OFFICE, POST, ["admin/logout/"]),
    (NOBODY, READ, ["metrics"]),  # 404 but for the addresses of METRICS_ALLOWED
    (NOBODY, ACT, ["admin/login/"]),  # the site has one login page, and sends everybody there
]  # fmt: skip

BY_ROW = {
    "allocation/<int:pk>/names/", "allocation/<int:pk>/places/", "allocation/<int:pk>/difference/",
    "allocation/<int:pk>/", "allocation/<int:pk>/file/", "allocation/<int:pk>/abandon/", "allocation/<int:pk>/return/",
    "attachments/<int:pk>/", "reports/<int:duty>/<int:period>/", f"{PLAN}instructions/<int:number>/",
    f"{PLAN}ledger/views/<int:pk>/rename/", f"{PLAN}ledger/views/<int:pk>/delete/",
    "reports/uploads/<int:pk>/", "reports/uploads/<int:pk>/annotated.xlsx", "reports/changes/<int:pk>/",
    f"{PLAN}periods/<int:pk>/filing/", f"{PLAN}periods/<int:pk>/workbook/<slug:unit>.xlsx", "reports/<int:pk>/correct/",
    f"{PLAN}publishing/<int:pk>/unpublish/", "review/<int:pk>/",
    "admin/r/<path:content_type_id>/<path:object_id>/", "admin/(?P<url>.*)$", "admin/autocomplete/",
}  # fmt: skip


class Door(NamedTuple):
    """`who` reads, `writer` posts: another only in the back office, where readers see the form they may not send."""

    who: Who
    methods: tuple[str, ...]
    writer: Who


def doors() -> dict[str, Door]:
    """Route -> its door, of the pages as the table has them and of the back office as its models say."""
    listed = [(route, Door(who, methods, who)) for who, methods, routes in TABLE for route in routes]
    found = dict(listed)
    assert len(found) == len(listed), "a route stands in the table twice"
    return found | dict(of_workbooks()) | dict(of_models())


def of_workbooks() -> Iterator[tuple[str, Door]]:
    """Each workbook names its own permission, so each has a door of its own."""
    for kind, named in WORKBOOKS.items():
        yield f"{PLAN}export/{kind}.xlsx", Door(named.permission, READ, named.permission)


def of_models() -> Iterator[tuple[str, Door]]:
    """The back office is read by whoever enters it; a model is changed by its `edit_permission`; accounts stay."""
    inside = Permission.SEE_BACK_OFFICE
    for model, edited in admin.site._registry.items():
        at = f"admin/{model._meta.app_label}/{model._meta.model_name}/"
        edit = edited.edit_permission
        delete = NOBODY if model._meta.model_name == "user" else edit
        yield at, Door(inside, ACT, inside)
        yield f"{at}add/", Door(edit, ACT, edit)
        yield f"{at}<path:object_id>/", Door(inside, ACT, inside)
        yield f"{at}<path:object_id>/history/", Door(inside, ACT, inside)
        yield f"{at}<path:object_id>/change/", Door(inside, ACT, edit)
        yield f"{at}<path:object_id>/delete/", Door(delete, ACT, delete)
        if hasattr(model, "history"):
            yield f"{at}^([^/]+)/history/([^/]+)/$", Door(inside, ACT, edit)


def holds(role: str, who: Who) -> bool:
    """Whether a role is let in; "" is the outsider."""
    if isinstance(who, str):
        return who == EVERYBODY or (who == ANY_ACCOUNT and bool(role))
    wanted = who if isinstance(who, tuple) else (who,)
    return any(one in ROLE_PERMISSIONS.get(role, ()) for one in wanted)
