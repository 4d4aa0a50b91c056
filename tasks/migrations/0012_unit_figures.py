"""The figures of each unit by field are kept beside the plan's, each in a row that only its own page reads."""

import django.db.models.deletion
from django.db import migrations, models


def forget(apps, schema_editor):
    """What was kept knows of no unit's fields: until the next rebuild, pages compute from the facts."""
    apps.get_model("tasks", "StandingSummary").objects.filter(period=None).delete()


class Migration(migrations.Migration):

    dependencies = [
        ('tasks', '0011_digests'),
        ('units', '0003_digest_choice'),
    ]

    operations = [
        migrations.RunPython(forget, migrations.RunPython.noop),
        migrations.CreateModel(
            name='UnitFigures',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('figures', models.JSONField(default=dict, verbose_name='数字')),
                ('summary', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='by_unit', to='tasks.standingsummary', verbose_name='汇总')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='units.unit', verbose_name='单位')),
            ],
            options={
                'verbose_name': '单位汇总',
                'verbose_name_plural': '单位汇总',
                'ordering': ['summary', 'unit'],
                'constraints': [models.UniqueConstraint(fields=('summary', 'unit'), name='unit_figures_once', violation_error_message='该单位已有汇总。')],
            },
        ),
    ]
