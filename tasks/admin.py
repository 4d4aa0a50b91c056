"""The back office of `tasks`: plan, fields, main tasks, measures, duties, in the order of the source."""

from django.contrib import admin
from django.db.models import CharField, Count, F, Prefetch, QuerySet, Value
from django.db.models.functions import Concat
from django.http import HttpRequest
from django.utils.text import Truncator

from tasks.models import Duty, Field, MainTask, Measure, Plan, ProbableSlip
from tasks.services import planning
from units.admin.base import Door, HistoryAdmin, ServiceAdmin, ServiceInline, said
from units.permissions import Permission, may

UNITS_SHOWN = 4
SHOWN_TIMES = ["starts_on", "due_on", "ongoing"]


class Planning:
    edit_permission = Permission.EDIT_PLAN
    doors = {
        Plan: Door("plan", planning.save_plan, planning.delete_plan),
        Field: Door("field", planning.save_field, planning.delete_field),
        MainTask: Door("main_task", planning.save_main_task, planning.delete_main_task),
        Measure: Door("measure", planning.save_measure, planning.delete_measure),
        Duty: Door("duty", planning.save_duty, planning.delete_duty),
        ProbableSlip: Door("slip", planning.save_probable_slip, planning.delete_probable_slip),
    }


class FieldInline(Planning, ServiceInline):
    model = Field


class MeasureInline(Planning, ServiceInline):
    model = Measure
    related = ("main_task",)
    fields = ["order", "text", "responsibility_text"]
    show_change_link = True


class DutyInline(Planning, ServiceInline):
    model = Duty
    related = ("unit", "via_group__unit")
    fields = ["position", "unit", "role", "via_group"]
    autocomplete_fields = ["unit", "via_group"]
    show_change_link = True


class ProbableSlipInline(Planning, ServiceInline):
    model = ProbableSlip


@admin.register(Plan)
class PlanAdmin(Planning, HistoryAdmin):
    list_display = ["title", "subject", "main_task_count", "measure_count", "source_name"]
    search_fields = ["title", "subject", "slug"]
    search_help_text = "按标题、所属工作或网址名查找"
    ordering = ["id"]  # counting drops the model's own order, here and below
    inlines = [FieldInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Plan]:
        tasks, measures = Count("main_tasks", distinct=True), Count("main_tasks__measures", distinct=True)
        return super().get_queryset(request).annotate(main_task_count=tasks, measure_count=measures)

    @admin.display(description="主要任务", ordering="main_task_count")
    def main_task_count(self, plan: Plan) -> int:
        return plan.main_task_count

    @admin.display(description="具体举措", ordering="measure_count")
    def measure_count(self, plan: Plan) -> int:
        return plan.measure_count


@admin.register(Field)
class FieldAdmin(Planning, ServiceAdmin):
    list_display = ["name", "plan", "position", "main_task_count"]
    list_filter = ["plan"]
    list_select_related = ["plan"]
    search_fields = ["name", "basis"]
    search_help_text = "按名称或分组依据查找"
    ordering = ["plan", "position"]
    autocomplete_fields = ["plan"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Field]:
        return super().get_queryset(request).annotate(main_task_count=Count("main_tasks"))

    @admin.display(description="主要任务", ordering="main_task_count")
    def main_task_count(self, field: Field) -> int:
        return field.main_task_count


@admin.register(MainTask)
class MainTaskAdmin(Planning, HistoryAdmin):
    list_display = ["number", "title", "field", "measure_count", "plan"]
    list_display_links = ["number", "title"]
    list_filter = ["plan", "field"]
    list_select_related = ["plan", "field"]
    search_fields = ["=number", "title"]
    search_help_text = "按序号或主要任务查找"
    ordering = ["plan", "number"]
    fields = ["plan", "number", "title", "field"]
    autocomplete_fields = ["plan", "field"]
    inlines = [MeasureInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[MainTask]:
        return super().get_queryset(request).annotate(measure_count=Count("measures"))

    @admin.display(description="具体举措", ordering="measure_count")
    def measure_count(self, main_task: MainTask) -> int:
        return main_task.measure_count


@admin.register(Measure)
class MeasureAdmin(Planning, HistoryAdmin):
    list_display = ["code", "shortened", "units", "due_on", "ongoing"]
    list_display_links = ["code", "shortened"]
    list_filter = ["main_task__plan", "main_task__field", "duties__role", "is_ongoing"]
    list_per_page = 50
    list_select_related = ["main_task"]
    search_fields = ["=code", "text", "responsibility_text", "main_task__title", "duties__unit__name"]
    search_help_text = "按编号（如 7-3）、具体举措、责任单位或主要任务查找"
    autocomplete_fields = ["main_task"]
    fieldsets = [
        (None, {"fields": ["main_task", "order", "text", "responsibility_text"]}),
        ("时间", {"fields": ["starts_on", "due_on", "is_ongoing"], "description": planning.NUMBERED}),
        ("来源", {"fields": [("source_line", "source_paragraph")]}),
    ]
    inlines = [DutyInline, ProbableSlipInline]

    def get_readonly_fields(self, request: HttpRequest, obj: Measure | None = None) -> list[str]:
        return SHOWN_TIMES if obj or not may(request.user, Permission.SET_DUE_DATES) else []

    def get_fieldsets(self, request: HttpRequest, obj: Measure | None = None) -> list[tuple]:
        if not (shown := self.get_readonly_fields(request, obj)):
            return self.fieldsets
        text, (title, time), source = self.fieldsets
        return [text, (title, {**time, "fields": shown}), source]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Measure]:
        duties = Prefetch("duties", Duty.objects.select_related("unit").order_by("position"))
        return super().get_queryset(request).select_related("main_task").prefetch_related(duties)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Measure], search_term: str):
        code = Concat("main_task__number", Value("-"), "order", output_field=CharField())
        return super().get_search_results(request, queryset.alias(code=code), search_term)

    @admin.display(description="编号", ordering=F("main_task__number") * 100_000 + F("order"))
    def code(self, measure: Measure) -> str:
        return measure.code

    @admin.display(description="具体举措", ordering="text")
    def shortened(self, measure: Measure) -> str:
        return Truncator(measure.text).chars(40, truncate="…")

    @admin.display(description="责任单位")
    def units(self, measure: Measure) -> str | None:
        """The first few, in the order of the source, and how many there are."""
        names = [duty.unit.short_name for duty in measure.duties.all()]
        more = f"等 {len(names)} 个单位" if len(names) > UNITS_SHOWN else ""
        return "、".join(names[:UNITS_SHOWN]) + more or None

    @admin.display(description="长期坚持", ordering="is_ongoing")
    def ongoing(self, measure: Measure) -> str:
        """For the list and for the page, which would say None."""
        return said(measure.is_ongoing) or self.get_empty_value_display()


@admin.register(Duty)
class DutyAdmin(Planning, HistoryAdmin):
    list_display = ["measure", "unit", "role", "via_group"]
    list_filter = ["role", "unit__kind", "measure__main_task__plan"]
    list_per_page = 50
    list_select_related = ["measure__main_task", "unit", "via_group__unit"]
    search_fields = ["unit__name", "unit__short_name", "measure__text", "via_group__unit__name"]
    search_help_text = "按责任单位、群体或具体举措查找"
    ordering = ["measure__main_task__plan", "measure__main_task__number", "measure__order", "position"]
    autocomplete_fields = ["measure", "unit", "via_group"]
