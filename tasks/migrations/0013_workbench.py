"""What a unit may or need not report is kept with how far it has filed; what was handed in last is found by an index."""

from django.db import migrations, models


def forget(apps, schema_editor):
    """What was kept has not counted them: until the next rebuild, pages count."""
    apps.get_model("tasks", "StandingSummary").objects.filter(period=None).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("tasks", "0012_unit_figures"),
    ]

    operations = [
        migrations.RunPython(forget, migrations.RunPython.noop),
        migrations.AddField(
            model_name="unitfiling",
            name="cooperating",
            field=models.PositiveIntegerField(default=0, verbose_name="配合"),
        ),
        migrations.AddField(
            model_name="unitfiling",
            name="needless",
            field=models.PositiveIntegerField(default=0, verbose_name="不需填报"),
        ),
        migrations.AddIndex(
            model_name="progressreport",
            index=models.Index(
                condition=models.Q(("submitted_at__isnull", False)),
                fields=["period", "-submitted_at"],
                name="report_handed_in",
            ),
        ),
    ]
