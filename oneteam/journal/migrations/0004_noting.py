from django.db import migrations

from oneteam.journal.migration import SchemaSql


class Migration(migrations.Migration):

    dependencies = [
        ("journal", "0003_holding"),
    ]

    operations = [
        SchemaSql("noting.sql", "noting_reverse.sql"),
    ]
