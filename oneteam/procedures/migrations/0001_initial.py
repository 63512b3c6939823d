import django.db.models.deletion
import oneteam.kernel.ids
from django.db import migrations, models

from oneteam.journal.migration import Guard


class Migration(migrations.Migration):

    initial = True

    dependencies = [("journal", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name='Declaration',
            fields=[
                ('id', models.UUIDField(default=oneteam.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.TextField()),
                ('version', models.IntegerField()),
                ('hash', models.TextField(unique=True)),
                ('text', models.TextField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('name', 'version'), name='procedures_declaration_once')],
            },
        ),
        migrations.CreateModel(
            name='Run',
            fields=[
                ('id', models.UUIDField(default=oneteam.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('procedure', models.TextField()),
                ('state', models.TextField()),
                ('since', models.DateTimeField()),
                ('opened_act', models.UUIDField()),
                ('last_act', models.UUIDField()),
                ('declaration', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to='procedures.declaration')),
            ],
        ),
        migrations.CreateModel(
            name='Clock',
            fields=[
                ('id', models.UUIDField(default=oneteam.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.TextField()),
                ('side', models.TextField()),
                ('n', models.IntegerField()),
                ('unit', models.TextField()),
                ('basis', models.TextField()),
                ('unit_basis', models.TextField()),
                ('mark', models.TextField()),
                ('started_act', models.UUIDField()),
                ('started_at', models.DateTimeField()),
                ('due', models.DateTimeField()),
                ('provisional', models.BooleanField()),
                ('reasons', models.JSONField()),
                ('pauses', models.JSONField(default=list)),
                ('paused_since', models.DateTimeField(null=True)),
                ('stopped_at', models.DateTimeField(null=True)),
                ('stopped_act', models.UUIDField(null=True)),
                ('breached_act', models.UUIDField(null=True)),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='clocks', to='procedures.run')),
            ],
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(fields=['procedure', 'state', 'since'], name='procedures_run_state'),
        ),
        migrations.AddIndex(
            model_name='clock',
            index=models.Index(condition=models.Q(('breached_act__isnull', True), ('paused_since__isnull', True), ('stopped_at__isnull', True)), fields=['due'], name='procedures_clock_due'),
        ),
        migrations.AddConstraint(
            model_name='clock',
            constraint=models.UniqueConstraint(condition=models.Q(('stopped_at__isnull', True)), fields=('run', 'name'), name='procedures_clock_one_open'),
        ),
        migrations.AddConstraint(
            model_name='clock',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('stopped_act__isnull', True), ('stopped_at__isnull', True)), models.Q(('paused_since__isnull', True), ('stopped_act__isnull', False), ('stopped_at__isnull', False)), _connector='OR'), name='procedures_clock_stop'),
        ),
        migrations.AddConstraint(
            model_name='clock',
            constraint=models.CheckConstraint(condition=models.Q(('due__gte', models.F('started_at'))), name='procedures_clock_forward'),
        ),
        migrations.AddConstraint(
            model_name='clock',
            constraint=models.CheckConstraint(condition=models.Q(('side__in', ['party', 'agency'])), name='procedures_clock_side'),
        ),
        Guard("procedures_declaration", 30),
        Guard("procedures_run", 31),
        Guard("procedures_clock", 32),
    ]
