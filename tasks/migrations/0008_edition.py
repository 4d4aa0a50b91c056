from django.db import migrations, models

from tasks.triggers import install, remove


class Migration(migrations.Migration):
    """The edition of the public pages, and the triggers that turn it."""

    dependencies = [
        ('tasks', '0007_exports'),
    ]

    operations = [
        migrations.CreateModel(
            name='PublicEdition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mark', models.CharField(max_length=32, verbose_name='版次')),
            ],
            options={
                'verbose_name': '公开版次',
                'verbose_name_plural': '公开版次',
            },
        ),
        migrations.RunPython(install, remove),
    ]
