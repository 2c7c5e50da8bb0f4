"""What was asked and is done counts as read: unread notices are found by the page to which they lead."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notices", "0002_numbers")]

    operations = [
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("read_at__isnull", True)), fields=["url"], name="notice_unread_of_page"
            ),
        ),
    ]
