import django.contrib.postgres.constraints
import oneteam.kernel.ids
import oneteam.lawbook.models
from django.db import migrations, models

from oneteam.journal.migration import Guard


class Migration(migrations.Migration):

    dependencies = [
        ('lawbook', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='TransferRow',
            fields=[
                ('id', models.UUIDField(default=oneteam.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.TextField(unique=True)),
                ('title_zh', models.TextField()),
                ('title_en', models.TextField()),
                ('document', models.TextField()),
                ('approved_on', models.DateField()),
                ('valid_from', models.DateField(null=True)),
                ('valid_to', models.DateField(null=True)),
                ('mark', models.CharField(max_length=8)),
            ],
        ),
        migrations.CreateModel(
            name='CatalogueRow',
            fields=[
                ('id', models.UUIDField(default=oneteam.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=20)),
                ('valid_from', models.DateField(null=True)),
                ('valid_to', models.DateField(null=True)),
                ('field', models.CharField(blank=True, max_length=3)),
                ('kind', models.CharField(max_length=20)),
                ('name_zh', models.TextField()),
                ('name_en', models.TextField()),
                ('former_department', models.TextField(blank=True)),
                ('duty', models.TextField(blank=True)),
                ('basis', models.TextField(blank=True)),
                ('penalties', models.TextField(blank=True)),
                ('two_step', models.CharField(max_length=3)),
                ('competence', models.CharField(max_length=20)),
                ('compulsory', models.TextField(blank=True)),
                ('urgency', models.CharField(max_length=20)),
                ('words', models.TextField(blank=True)),
                ('event_codes', models.TextField(blank=True)),
                ('transfer', models.TextField(blank=True)),
                ('mark', models.CharField(max_length=8)),
                ('layer', models.TextField()),
            ],
            options={
                'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('code', '='), (oneteam.lawbook.models._DateSpan(models.F('valid_from'), models.F('valid_to'), models.Value('[]')), '&&')], name='lawbook_matter_once')],
            },
        ),
        migrations.CreateModel(
            name='StatuteRow',
            fields=[
                ('id', models.UUIDField(default=oneteam.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.TextField()),
                ('title', models.TextField()),
                ('level', models.CharField(max_length=20)),
                ('adopted', models.DateField()),
                ('in_force', models.DateField(null=True)),
                ('until', models.DateField(null=True)),
                ('repealed_by', models.TextField(blank=True)),
                ('mark', models.CharField(max_length=8)),
                ('higher_cap', models.BooleanField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('name', 'adopted'), name='lawbook_statute_version')],
            },
        ),
        Guard("lawbook_cataloguerow", 23),
        Guard("lawbook_statuterow", 24),
        Guard("lawbook_transferrow", 25),
    ]
