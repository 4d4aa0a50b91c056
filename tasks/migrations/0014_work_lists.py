"""On which list of the workbench a duty stands is kept, in the order of the list; the lights that turned last are found by an
index.
"""

import django.db.models.deletion
from django.db import migrations, models


def forget(apps, schema_editor):
    """What was kept knows of no lists: until the next rebuild, pages compute from the facts."""
    apps.get_model("tasks", "StandingSummary").objects.filter(period=None).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("tasks", "0013_workbench"),
        ("units", "0003_digest_choice"),
    ]

    operations = [
        migrations.RunPython(forget, migrations.RunPython.noop),
        migrations.CreateModel(
            name="DutyFiling",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "work_list",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "退回修改"),
                            (2, "待填报"),
                            (3, "已提交"),
                            (4, "配合"),
                            (5, "配合，退回修改"),
                        ],
                        verbose_name="清单",
                    ),
                ),
                ("until", models.DateField(help_text="没有时限的记作最后一天", verbose_name="完成时限")),
                ("number", models.PositiveIntegerField(verbose_name="主要任务序号")),
                ("order", models.PositiveSmallIntegerField(verbose_name="举措次序")),
                (
                    "handed_in_at",
                    models.DateTimeField(
                        blank=True, help_text="只记在已提交清单上", null=True, verbose_name="提交时间"
                    ),
                ),
                (
                    "duty",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tasks.duty",
                        verbose_name="职责",
                    ),
                ),
                (
                    "period",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tasks.reportingperiod",
                        verbose_name="期次",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="units.unit",
                        verbose_name="单位",
                    ),
                ),
            ],
            options={
                "verbose_name": "职责填报",
                "verbose_name_plural": "职责填报",
                "ordering": ["period", "duty"],
                "indexes": [
                    models.Index(
                        fields=["unit", "period", "work_list", "until", "number", "order", "duty"],
                        name="duty_filing_listed",
                    ),
                    models.Index(
                        condition=models.Q(("handed_in_at__isnull", False)),
                        fields=["unit", "period", "-handed_in_at", "duty"],
                        name="duty_filing_handed_in",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("duty", "period"),
                        name="duty_filing_once",
                        violation_error_message="该职责本期已有一行。",
                    )
                ],
            },
        ),
        migrations.RemoveIndex(model_name="duty", name="duty_of_unit"),
        migrations.AddIndex(
            model_name="duty",
            index=models.Index(fields=["unit", "measure", "role"], name="duty_of_unit"),
        ),
        migrations.RemoveIndex(model_name="lightchange", name="light_change_since"),
        migrations.AddIndex(
            model_name="lightchange",
            index=models.Index(fields=["plan", "-at", "-id"], name="light_change_newest"),
        ),
    ]
