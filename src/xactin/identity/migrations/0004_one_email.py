"""A person's e-mail address is their account's, which follows when they change it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("identity", "0003_token_end")]

    tells = "the e-mail address of a person is that of their account; the copy made at sign-up is gone"

    operations = [migrations.RemoveField("person", "email")]
