from django.db import migrations


class Migration(migrations.Migration):
    """Once the indexes that `0019_words` drops again."""

    dependencies = [("tasks", "0003_leading")]
