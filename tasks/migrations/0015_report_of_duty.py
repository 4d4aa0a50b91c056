"""Reports are found by duty and period at once. The index of the duty alone, and that of the period alone (`report_period_state`
begins with it), are no longer needed.
"""

import django.db.models.deletion
from django.db import migrations, models

from tasks.triggers import install


class Migration(migrations.Migration):
    dependencies = [
        ("tasks", "0014_work_lists"),
    ]

    # SQLite makes the table anew, without its triggers, on the way there and back.
    operations = [
        migrations.RunPython(migrations.RunPython.noop, install),
        migrations.AddIndex(
            model_name="progressreport",
            index=models.Index(fields=["duty", "period"], name="report_of_duty"),
        ),
        migrations.AlterField(
            model_name="progressreport",
            name="duty",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reports",
                to="tasks.duty",
                verbose_name="职责",
            ),
        ),
        migrations.AlterField(
            model_name="progressreport",
            name="period",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reports",
                to="tasks.reportingperiod",
                verbose_name="期次",
            ),
        ),
        migrations.RunPython(install, migrations.RunPython.noop),
    ]
