"""常用视图: saved from the ledger, listed, renamed, deleted after a question."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tasks.forms_office import ViewForm
from tasks.models import Plan, SavedView
from tasks.permissions import visible_to
from tasks.queries.saved_views import usable_by
from tasks.services import saved_views as services
from tasks.views.kept import login_keeps_text, typed
from units.permissions import Permission, require


@login_keeps_text
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def saved_views(request: HttpRequest, slug: str) -> HttpResponse:
    """The views one may use; a POST keeps another."""
    require(request.user, Permission.SEE_STAFF_NOTES)
    plan = get_object_or_404(Plan, slug=slug)
    form = ViewForm(typed(request))
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            view = services.save_view(request.user, plan=plan, **form.cleaned_data, now=timezone.now())
            messages.success(request, f"视图“{view.name}”已保存。")
            return redirect(address(view))
    views = [(view, services.can_change(request.user, view)) for view in usable_by(request.user, plan)]
    context = {"plan": plan, "form": form, "views": views}
    return render(request, "tasks/ledger/views.html", context)


@login_keeps_text
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rename_view(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    view = changeable(request, slug, pk)
    form = ViewForm(typed(request), initial={"name": view.name})
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            services.rename_view(request.user, view=view, name=form.cleaned_data["name"], now=timezone.now())
            messages.success(request, "视图已改名。")
            return redirect("ledger-views", slug)
    return render(request, "tasks/ledger/view_rename.html", {"plan": view.plan, "view": view, "form": form})


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def delete_view(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    view = changeable(request, slug, pk)
    if request.method == "POST":
        services.delete_view(request.user, view=view, now=timezone.now())
        messages.success(request, f"视图“{view.name}”已删除。")
        return redirect("ledger-views", slug)
    return render(request, "tasks/ledger/view_delete.html", {"plan": view.plan, "view": view})


def changeable(request: HttpRequest, slug: str, pk: int) -> SavedView:
    """A view this person can see; that they may change it the service decides."""
    require(request.user, Permission.SEE_STAFF_NOTES)
    plan = get_object_or_404(Plan, slug=slug)
    return get_object_or_404(visible_to(request.user, SavedView).select_related("plan", "owner"), plan=plan, pk=pk)


def address(view: SavedView) -> str:
    url = reverse("ledger", args=[view.plan.slug])
    return f"{url}?{view.query}" if view.query else url
