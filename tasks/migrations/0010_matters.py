"""Matters that wait for an answer are kept with what else is kept of a measure, and found by the day of the answer."""

from django.db import migrations, models


def forget(apps, schema_editor):
    """What was kept knows of no matters: until the next rebuild, pages compute from the facts."""
    apps.get_model("tasks", "StandingSummary").objects.filter(period=None).delete()


ASKING = models.Q(("coordination_unit__isnull", False))


class Migration(migrations.Migration):
    dependencies = [
        ("tasks", "0009_table_import"),
    ]

    operations = [
        migrations.RunPython(forget, migrations.RunPython.noop),
        migrations.RemoveIndex(model_name="progressreport", name="report_asking"),
        migrations.AddField(
            model_name="measurestanding",
            name="asked",
            field=models.JSONField(
                default=list, help_text="每件没有答复的需协调事项一个单位", verbose_name="请协调的单位"
            ),
        ),
        migrations.AddIndex(
            model_name="progressreport",
            index=models.Index(
                condition=models.Q(("state__in", ("submitted", "forwarded"))),
                fields=["state", "submitted_at"],
                name="report_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="progressreport",
            index=models.Index(
                condition=ASKING,
                fields=["period", "coordination_unit", "coordination_due_on", "duty"],
                name="report_asking",
            ),
        ),
        migrations.AddIndex(
            model_name="progressreport",
            index=models.Index(
                condition=ASKING, fields=["period", "coordination_due_on", "duty"], name="report_asking_by_day"
            ),
        ),
    ]
