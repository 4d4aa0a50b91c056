"""Who is responsible: the units, and what each of them has to do in a plan."""

from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from tasks.models import Plan
from tasks.permissions import sees_filing
from tasks.public_pages import public_page
from tasks.queries.edition import public_edition
from tasks.queries.overview import overview
from tasks.queries.public_figures import public_figures
from tasks.queries.states import keeping, once, state_of_public
from tasks.queries.unit_duties import unit_duties
from tasks.templatetags.rows_drawn import duty_rows
from tasks.views.figures import Figures
from units.models import Unit, UnitGroupMember

SHOWN = 50  # measures of a role; the list shows the rest
kept = keeping(64)  # units, a hundred kilobytes each


class DrawnSection(NamedTuple):
    """A `RoleSection` with its lines drawn."""

    role: str
    label: str
    count: int
    rows: SafeString


class Drawn(NamedTuple):
    """`UnitDuties`, drawn."""

    count: int
    sections: list[DrawnSection]


def plan_asked(request: HttpRequest) -> dict[str, Any]:
    """The plan named by `?plan=`, the first where none is named; empty before there is any."""
    plans = list(Plan.objects.all())
    if not plans:
        return {}
    slug = request.GET.get("plan", plans[0].slug)
    for plan in plans:
        if plan.slug == slug:
            return {"plan": plan, "plans": plans, "in_plan": in_plan(plan, plans)}
    raise Http404


def in_plan(plan: Plan, plans: list[Plan]) -> str:
    """What an address of units needs to stay in the plan; nothing for the first one."""
    return "" if plan == plans[0] else f"?plan={plan.slug}"


@public_page
@require_safe
def unit_list(request: HttpRequest) -> HttpResponse:
    asked = plan_asked(request)
    if not asked:
        return render(request, "public/no_plan.html")
    found = overview(asked["plan"], public_figures(asked["plan"].pk))
    figures = Figures(found, asked["in_plan"])
    context = {
        **asked,
        "overview": found,
        "heads": ["单位", "职责"],
        "roles": figures.roles,
        "kinds": figures.units_by_kind(),
        "all_units": figures.all_units(),
    }
    return render(request, "tasks/units/list.html", context)


@public_page
@require_safe
def unit_detail(request: HttpRequest, slug: str) -> HttpResponse:
    unit = get_object_or_404(Unit.objects.select_related("group"), slug=slug)
    asked = plan_asked(request)
    if not asked:
        return render(request, "public/no_plan.html")
    memberships = UnitGroupMember.objects.on(timezone.localdate()).select_related("group__unit", "unit")
    context = {
        **asked,
        "unit": unit,
        "aliases": list(unit.aliases.all()),
        "groups": [membership.group.unit for membership in memberships.filter(unit=unit)],
        "members": [membership.unit for membership in memberships.filter(group__unit=unit)],
        "duties": duties_drawn(asked["plan"], unit),
        "shown": SHOWN,
        "has_dashboard": sees_filing(request.user, unit),
    }
    return render(request, "tasks/units/detail.html", context)


def duties_drawn(plan: Plan, unit: Unit) -> Drawn:
    """Once in each edition."""
    edition = public_edition()

    def draw() -> Drawn:
        found = unit_duties(edition, plan, unit, SHOWN)
        sections = [(section, duty_rows(section.lines, unit, plan)) for section in found.sections]
        return Drawn(found.count, [DrawnSection(*section[:3], rows) for section, rows in sections])

    return once(state_of_public(edition), (plan.pk, unit.pk), draw, kept)
