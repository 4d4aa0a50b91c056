"""How each duty stands on the filing board is kept beside its list: the rows behind a number are read in the order of an index."""

from django.db import migrations, models
from django.db.models import Case, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

COOPERATE = "cooperate"
ON_BOARD = {
    "approved": "approved",
    "submitted": "in_review",
    "forwarded": "in_review",
    "returned": "returned",
    "draft": "drafted",
}


def fill(apps, schema_editor):
    rows = apps.get_model("tasks", "DutyFiling").objects.order_by().exclude(duty__role=COOPERATE)
    reports = apps.get_model("tasks", "ProgressReport").objects.order_by()
    own = reports.filter(duty=OuterRef("duty"), period=OuterRef("period"), corrects=None)
    on_board = Case(*[When(state=state, then=Value(name)) for state, name in ON_BOARD.items()])
    rows.update(
        state=Coalesce(Subquery(own.annotate(on_board=on_board).values("on_board")[:1]), Value("missing")),
        is_late=Coalesce(Subquery(own.values("is_late")[:1]), Value(False)),
    )


class Migration(migrations.Migration):
    dependencies = [
        ("tasks", "0020_turns_of_standings"),
    ]

    operations = [
        migrations.AddField(
            model_name="dutyfiling",
            name="state",
            field=models.CharField(
                blank=True,
                choices=[
                    ("approved", "已通过"),
                    ("in_review", "审核中"),
                    ("returned", "已退回"),
                    ("drafted", "草稿"),
                    ("missing", "未报"),
                ],
                default="",
                help_text="不须填报的职责没有",
                max_length=12,
                verbose_name="填报情况",
            ),
        ),
        migrations.AddField(
            model_name="dutyfiling",
            name="is_late",
            field=models.BooleanField(default=False, help_text="只记须填报的职责", verbose_name="补报"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="dutyfiling",
            index=models.Index(fields=["unit", "period", "state", "duty"], name="duty_filing_in_state"),
        ),
        migrations.AddIndex(
            model_name="dutyfiling",
            index=models.Index(
                condition=Q(is_late=True), fields=["unit", "period", "duty"], name="duty_filing_late"
            ),
        ),
    ]
