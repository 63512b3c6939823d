from django.db import migrations

from oneteam.journal.migration import SchemaSql


class Migration(migrations.Migration):

    dependencies = [
        ("journal", "0002_proving"),
    ]

    operations = [
        SchemaSql("holding.sql", "holding_reverse.sql"),
    ]
