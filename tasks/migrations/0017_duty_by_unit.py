"""Of which unit a duty is, an index says without the row: it takes the place of that of the unit alone."""

import django.db.models.deletion
from django.db import migrations, models

from tasks.triggers import install


class Migration(migrations.Migration):
    dependencies = [
        ("tasks", "0016_public_figures"),
    ]

    # SQLite makes the table anew, without its triggers, on the way there and back.
    operations = [
        migrations.RunPython(migrations.RunPython.noop, install),
        migrations.AddIndex(
            model_name="duty",
            index=models.Index(fields=["unit", "id"], name="duty_by_unit"),
        ),
        migrations.AlterField(
            model_name="duty",
            name="unit",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="duties",
                to="units.unit",
                verbose_name="责任单位",
            ),
        ),
        migrations.RunPython(install, migrations.RunPython.noop),
    ]
