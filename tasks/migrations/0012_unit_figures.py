"""The figures of each unit by field are kept beside the plan's, in rows that only its own page reads; 汇报稿 has a code."""

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
        migrations.RemoveConstraint(
            model_name='exportrecord',
            name='export_kind_known',
        ),
        migrations.AlterField(
            model_name='exportrecord',
            name='kind',
            field=models.CharField(choices=[('list', '任务清单'), ('progress', '进展台账'), ('unfinished', '未办结举措'), ('changes', '两期变化'), ('figures', '领域与单位汇总'), ('cities', '五市任务对照'), ('filing', '填报情况'), ('filed', '填报情况明细'), ('amendments', '调整记录'), ('instructions', '批示'), ('stocktake', '汇报稿'), ('audit', '操作日志')], max_length=12, verbose_name='内容'),
        ),
        migrations.AddConstraint(
            model_name='exportrecord',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['list', 'progress', 'unfinished', 'changes', 'figures', 'cities', 'filing', 'filed', 'amendments', 'instructions', 'stocktake', 'audit'])), name='export_kind_known', violation_error_message='导出的内容不在规定范围内。'),
        ),
    ]
