from django.db import migrations

from tasks.postgres import add_trigram_indexes, drop_trigram_indexes


class Migration(migrations.Migration):
    """Indexes for searching inside texts, on PostgreSQL; nothing on any other database."""

    dependencies = [("tasks", "0003_leading")]

    operations = [migrations.RunPython(add_trigram_indexes, drop_trigram_indexes)]
