"""Whether more than one person wrote a report or handed it in: only of those the audit trail has to be asked who."""

from django.db import migrations, models
from django.db.models import CharField, Exists, F, OuterRef
from django.db.models.functions import Cast

from tasks.triggers import install

KIND = "进展填报"
WRITING = ("存草稿", "提交", "更正")


def mark(apps, schema_editor):
    """Those approved are decided on already."""
    reports = apps.get_model("tasks", "ProgressReport").objects.order_by().exclude(state="approved")
    events = apps.get_model("units", "AuditEvent").objects.order_by().filter(
        subject_kind=KIND, subject_key=Cast(OuterRef("pk"), CharField()), verb__in=WRITING
    )
    others = events.exclude(actor_key=None).exclude(actor_key=OuterRef("written_by"))
    reports.filter(Exists(others)).update(is_joint=True)
    reports.exclude(submitted_by=None).exclude(submitted_by=F("written_by")).update(is_joint=True)


class Migration(migrations.Migration):
    dependencies = [
        ("tasks", "0021_board_of_duties"),
        ("units", "0003_digest_choice"),
    ]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, install),
        migrations.AddField(
            model_name="progressreport",
            name="is_joint",
            field=models.BooleanField(
                default=False, help_text="不止一人填写或提交过，是谁见操作日志", verbose_name="多人经手"
            ),
        ),
        migrations.AddIndex(
            model_name="progressreport",
            index=models.Index(condition=models.Q(is_joint=True), fields=["state"], name="report_joint"),
        ),
        migrations.RunPython(install, migrations.RunPython.noop),
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]
