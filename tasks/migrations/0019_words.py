from django.db import migrations

from tasks.postgres import add_pair_indexes, drop_pair_indexes, drop_trigram_indexes


class Migration(migrations.Migration):
    """Indexes for words of two characters and more, on PostgreSQL, in place of trigrams; nothing on any other database."""

    dependencies = [("tasks", "0018_lists")]

    operations = [
        migrations.RunPython(drop_trigram_indexes, migrations.RunPython.noop),
        migrations.RunPython(add_pair_indexes, drop_pair_indexes),
    ]
