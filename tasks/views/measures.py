"""One main task, one measure."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tasks.choices import DutyRole
from tasks.models import MainTask, ProbableSlip
from tasks.permissions import seen_by
from tasks.public_pages import public_page
from tasks.queries import measures, options
from tasks.views.controls import heads
from tasks.views.found import measure_or_404
from tasks.views.rows import MeasureRows
from tasks.views.timeline import measure_course

TASK_COLUMNS = ("code", "text", "units")


@require_safe
@public_page
def task_detail(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    tasks = MainTask.objects.select_related("plan", "field")
    task = get_object_or_404(tasks, plan__slug=slug, number=number)
    lines = measures.measure_lines(measures.measure_list(task.plan).filter(main_task=task))
    rows = MeasureRows(TASK_COLUMNS, slug, options.group_sizes(timezone.localdate()))
    before, after = measures.tasks_beside(task)
    context = {
        "plan": task.plan,
        "task": task,
        "measure_count": len(lines),
        "unit_count": len({duty.slug for line in lines for duty in line.duties}),
        "heads": heads(TASK_COLUMNS),
        "body": rows.body(lines),
        "before": before,
        "after": after,
    }
    return render(request, "tasks/measures/task.html", context)


@require_safe
@public_page
def measure_detail(request: HttpRequest, slug: str, number: int, order: int) -> HttpResponse:
    measure = measure_or_404(slug, number, order)
    duties = measures.duties_of_measure(measure.pk)
    before, after = measures.measures_beside(measure)
    context = {
        "plan": measure.main_task.plan,
        "task": measure.main_task,
        "measure": measure,
        "duties": duties,
        "has_lead": any(duty.role == DutyRole.LEAD for duty in duties),
        "has_groups": any(duty.via_group_id for duty in duties),
        "siblings": [order for (order,) in measures.orders_of(measure.main_task_id)],
        "slips": measures.slips_of(seen_by(request.user, ProbableSlip), measure.pk),
        "before": before,
        "after": after,
        **measure_course(request, measure, duties),
    }
    return render(request, "tasks/measures/measure.html", context)
