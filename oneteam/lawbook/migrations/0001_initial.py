import oneteam.kernel.ids
import uuid
from django.db import migrations, models

from oneteam.journal.migration import Guard


class Migration(migrations.Migration):

    initial = True

    dependencies = [("journal", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name='CalendarDay',
            fields=[
                ('id', models.UUIDField(default=oneteam.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('date', models.DateField(unique=True)),
                ('is_workday', models.BooleanField()),
                ('name', models.TextField(blank=True)),
                ('source', models.TextField()),
                ('provisional', models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name='Setting',
            fields=[
                ('id', models.UUIDField(default=oneteam.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.TextField(unique=True)),
                ('value', models.TextField()),
                ('mark', models.TextField()),
                ('basis', models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name='Edition',
            fields=[
                ('id', models.UUIDField(default=uuid.UUID('00000000-0000-7000-8000-6f6e65746c61'), editable=False, primary_key=True, serialize=False)),
                ('act', models.UUIDField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', uuid.UUID('00000000-0000-7000-8000-6f6e65746c61'))), name='lawbook_edition_one')],
            },
        ),
        Guard("lawbook_calendarday", 20),
        Guard("lawbook_setting", 21),
        Guard("lawbook_edition", 22),
    ]
