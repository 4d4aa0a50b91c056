"""What the tests of the plan's back office share: its pages, and a row to show on each."""

from django.urls import reverse

from tasks.models import Duty
from tasks.tests.samples import make_duty, make_field, make_main_task, make_measure, make_plan
from units.tests.back_office import inline
from units.tests.samples import make_group, make_unit

MODELS = ["plan", "field", "maintask", "measure", "duty"]
NO_SLIPS = inline("probable_slips")


def address(page: str, row=None) -> str:
    return reverse(f"admin:tasks_{page}", args=[row.pk] if row else [])


def make_duty_via_group() -> Duty:
    """A duty, reached through a group, of measure 7-3, whose main task has a field."""
    plan = make_plan()
    main_task = make_main_task(plan, number=7, field=make_field(plan))
    return make_duty(make_measure(main_task, order=3), make_unit("青岛市政府"), via_group=make_group())
