"""Who is responsible: the units, and what each of them has to do."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from tasks.models import Plan
from units.models import Unit


def unit_list(request: HttpRequest) -> HttpResponse:
    return render(request, "tasks/units/list.html", {"plan": Plan.objects.first()})


def unit_detail(request: HttpRequest, slug: str) -> HttpResponse:
    return render(
        request, "tasks/units/detail.html", {"plan": Plan.objects.first(), "unit": get_object_or_404(Unit, slug=slug)}
    )
