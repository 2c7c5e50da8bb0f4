"""Every API token ends. One made before ends a year after it was made, and not before 30 days from now."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("identity", "0002_cache")]

    tells = "API tokens end: those made before, a year after they were made, but not within the next 30 days"

    operations = [
        migrations.AddField("apitoken", "expires_at", models.DateTimeField(null=True)),
        migrations.RunSQL(
            """
            UPDATE identity_apitoken
               SET expires_at = greatest(created_at + interval '1 year', now() + interval '30 days')
             WHERE expires_at IS NULL
            """,
            migrations.RunSQL.noop,
        ),
        migrations.AlterField("apitoken", "expires_at", models.DateTimeField()),
    ]
