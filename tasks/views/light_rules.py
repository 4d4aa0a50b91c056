"""判定规则: its versions for all staff; a further one by the Office, seen in its effect before it is adopted."""

import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tasks.explaining import deadline_clause, progress_clause
from tasks.forms_rules import LightRuleForm
from tasks.lights import Rule
from tasks.models import Plan
from tasks.queries import rules
from tasks.services.lights import adopt_rule
from tasks.views.kept import login_keeps_text, typed
from units.permissions import Permission, require

TURNS_SHOWN = 200


@login_keeps_text
@never_cache
@require_safe
def light_rules(request: HttpRequest, slug: str) -> HttpResponse:
    require(request.user, Permission.SEE_STAFF_NOTES)
    plan = get_object_or_404(Plan, slug=slug)
    listed = [
        (version, progress_clause(version.rule), deadline_clause(version.rule))
        for version in rules.versions(timezone.localdate())
    ]
    return render(request, "tasks/lights/rules.html", {"plan": plan, "listed": listed})


@login_keeps_text
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def light_rule_new(request: HttpRequest, slug: str) -> HttpResponse:
    """A form; then, without anything stored, which lights would turn; then the same once more, to adopt it."""
    require(request.user, Permission.SET_LIGHT_RULES)
    plan = get_object_or_404(Plan, slug=slug)
    newest, today = rules.newest_rule(), timezone.localdate()
    asked = typed(request)
    form = LightRuleForm(asked, newest=newest, initial=starting(newest, today))
    context: dict[str, Any] = {"plan": plan, "newest": newest, "form": form, "today": today}
    if asked is not None and "mend" not in asked:
        if "previewed" not in asked:
            form.refuse_early()
        elif request.method == "POST" and form.is_valid() and adopted(request, form, asked["previewed"]):
            return redirect("light-rules", slug)
        if set(form.errors) <= {NON_FIELD_ERRORS}:
            context |= previewed(form.proposed, today)
    return render(request, "tasks/lights/rule_new.html", context)


def starting(newest: Rule, today: datetime.date) -> dict[str, Any]:
    """The thresholds as they are, from the first day ahead on which another version can begin."""
    names = ("risk_points", "late_points", "urgent_days", "soon_days")
    day = max(today, newest.since_on) + datetime.timedelta(days=1)
    return {name: getattr(newest, name) for name in names} | {"since_on": day}


def previewed(proposed: Rule, today: datetime.date) -> dict[str, Any]:
    found = rules.preview(proposed, today)
    return {"preview": found, "turns": found.turns[:TURNS_SHOWN], "more": max(0, len(found.turns) - TURNS_SHOWN)}


def adopted(request: HttpRequest, form: LightRuleForm, fingerprint: str) -> bool:
    """Whether it was; else the form says why not."""
    with form.refusals():
        row = adopt_rule(request.user, **form.cleaned_data, previewed=fingerprint, now=timezone.now())
        messages.success(request, f"已采用{row}，{row.since_on} 起施行。")
        return True
    return False
