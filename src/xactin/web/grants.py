"""What web and workers may do with tables that no room of ours made, beside reading: the words of GRANT."""

from typing import Final

RIGHTS: Final = {
    # Nobody's rights stand in Django's own tables: reading is all there is.
    "auth_group": "",
    "auth_group_permissions": "",
    "auth_permission": "",
    "django_content_type": "",
    "django_migrations": "",
    "django_session": "INSERT, UPDATE, DELETE",
    "procrastinate_events": "INSERT, UPDATE, DELETE",
    "procrastinate_jobs": "INSERT, UPDATE, DELETE",
    "procrastinate_periodic_defers": "INSERT, UPDATE, DELETE",
    "procrastinate_workers": "INSERT, UPDATE, DELETE",
}
