"""What a plan asks of whom, in figures that each lead to the rows they count."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tasks.models import Plan
from tasks.public_pages import public_page
from tasks.queries import public
from tasks.queries.overview import overview
from tasks.queries.public_figures import public_figures
from tasks.views.figures import Figures
from tasks.views.progress_figures import published_progress
from tasks.views.units import in_plan

LATEST = 5  # published reports shown


@public_page
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The first plan's overview; before there is one, what to do about it."""
    plans = list(Plan.objects.all())
    return show(request, plans[0], plans) if plans else render(request, "public/no_plan.html")


@public_page
@require_safe
def plan_overview(request: HttpRequest, slug: str) -> HttpResponse:
    plans = list(Plan.objects.all())
    for plan in plans:
        if plan.slug == slug:
            return show(request, plan, plans)
    raise Http404


def show(request: HttpRequest, plan: Plan, plans: list[Plan]) -> HttpResponse:
    counts = public_figures(plan.pk)
    found = overview(plan, counts)
    figures = Figures(found, in_plan(plan, plans))
    context = {
        "plan": plan,
        "in_plan": figures.in_plan,
        "overview": found,
        "tables": [figures.by_field(), figures.by_kind(), *figures.by_member()],
        **published_progress(found, counts, figures.list_url),
        "latest": public.latest(plan, LATEST),
        "other_plans": [other for other in plans if other != plan],
    }
    return render(request, "public/overview.html", context)
