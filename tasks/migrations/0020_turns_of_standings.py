"""How often a plan's standings have changed: what a ledger found, and in which order, is kept until they do."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tasks", "0019_words"),
    ]

    operations = [
        migrations.AddField(
            model_name="standingsummary",
            name="turn",
            field=models.PositiveBigIntegerField(
                default=0, help_text="举措现状每变动一次加一", verbose_name="变动次数"
            ),
        ),
    ]
