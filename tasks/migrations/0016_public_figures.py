"""What the public overview counts is kept; what was published of a period, and last, is found by an index."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tasks", "0015_report_of_duty"),
        ("units", "0003_digest_choice"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PublicFigures",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("mark", models.CharField(max_length=32, verbose_name="所据版次")),
                ("figures", models.JSONField(default=dict, verbose_name="数字")),
            ],
            options={
                "verbose_name": "公开数字",
                "verbose_name_plural": "公开数字",
            },
        ),
        migrations.AddIndex(
            model_name="progressreport",
            index=models.Index(
                condition=models.Q(("published_at__isnull", False)),
                fields=["period", "published_at"],
                name="report_published",
            ),
        ),
        migrations.AddIndex(
            model_name="progressreport",
            index=models.Index(
                condition=models.Q(("published_at__isnull", False)),
                fields=["-published_at", "-id"],
                name="report_latest",
            ),
        ),
        migrations.AddField(
            model_name="publicfigures",
            name="plan",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tasks.plan", verbose_name="分工方案"
            ),
        ),
    ]
