"""A page of a list sorted by title or due date is read in the order of an index; what is public of a duty is found in one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tasks", "0017_duty_by_unit"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="maintask",
            index=models.Index(fields=["plan", "title"], name="maintask_by_title"),
        ),
        migrations.AddIndex(
            model_name="measure",
            index=models.Index(fields=["due_on"], name="measure_by_due"),
        ),
        migrations.AddIndex(
            model_name="progressreport",
            index=models.Index(
                condition=models.Q(("published_at__isnull", False), ("state", "approved")),
                fields=["duty", "period"],
                name="report_public",
            ),
        ),
    ]
