from django.db import migrations, models

from oneteam.journal.migration import SchemaSql


class Migration(migrations.Migration):

    dependencies = [
        ("journal", "0001_initial"),
    ]

    operations = [
        migrations.AddField("cursor", "error", models.TextField(default="")),
        migrations.AddField("cursor", "failed_at", models.DateTimeField(null=True)),
        SchemaSql("proving.sql", "proving_reverse.sql"),
    ]
