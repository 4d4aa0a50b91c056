"""Why a measure's lights are what they are: the page of both explanations, and what the measure page shows of it."""

import datetime
from typing import Any, NamedTuple

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tasks.explaining import Explanation, explain_deadline, explain_progress
from tasks.lights import ProgressLight
from tasks.models import Measure
from tasks.queries.measure_lights import MeasureLights, lights_of, trend
from tasks.views.found import measure_or_404
from tasks.views.light_tags import PROGRESS_TAGS, deadline_tag
from tasks.views.report_rows import CONFIDENCE_TAGS, Tag
from tasks.views.trend_chart import Chart, chart
from units.permissions import Permission, require


class Shown(NamedTuple):
    """Both lights of a measure as shown. `declared` is what the units said, where that was asked."""

    lights: MeasureLights
    progress_tag: Tag
    deadline_tag: Tag
    declared: Tag | None
    progress: Explanation
    chart: Chart | None

    @property
    def is_sign_of_its_own(self) -> bool:
        """已办结 stands in the stage already."""
        return self.lights.verdict.light == ProgressLight.COMPLETED

    @property
    def gap(self) -> str:
        points = self.lights.verdict.gap
        if points is None:
            return ""
        return f"落后 {points} 个百分点" if points > 0 else f"超前 {-points} 个百分点" if points else "没有差距"


def shown(measure: Measure, today: datetime.date, stage: str | None = None) -> Shown:
    """Six queries at most."""
    found = lights_of(measure, today, stage)
    facts, verdict = found.facts, found.verdict
    return Shown(
        found,
        PROGRESS_TAGS[verdict.light],
        deadline_tag(found.deadline, facts.due_on, today),
        CONFIDENCE_TAGS.get(verdict.rolled_up.confidence) if verdict.rolled_up.is_complete else None,
        explain_progress(facts, verdict, found.rule, today),
        chart(trend(measure, found)),
    )


@login_required
@never_cache
@require_safe
def light(request: HttpRequest, slug: str, number: int, order: int) -> HttpResponse:
    require(request.user, Permission.SEE_STAFF_NOTES)
    measure = measure_or_404(slug, number, order)
    today = timezone.localdate()
    context: dict[str, Any] = {
        "plan": measure.main_task.plan,
        "measure": measure,
        "shown": (found := shown(measure, today)),
        "deadline": explain_deadline(found.lights.facts, found.lights.deadline, found.lights.rule, today),
    }
    return render(request, "tasks/lights/light.html", context)
