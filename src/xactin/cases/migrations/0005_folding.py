"""Barred letters and apostrophes are searched as people type them (`H'Nga` as `hnga`): what is searched follows."""

from django.db import migrations

from xactin.cases.rules import search_words
from xactin.identity.rules import folded

# Names with a letter or sign that `folded` reads otherwise than before; few, so the others are not touched.
MARKED = r"[ƀɓƌɖɗǥɨłøɵŧʉ'’‘ʼʻˈ`´]"


def fold_again(apps, schema_editor):
    """The words of dossiers and procedures that stand."""
    rows = apps.get_model("cases", "Case").objects.filter(applicant_name__iregex=MARKED).select_related("version")
    for case in rows.only("number", "applicant_name", "version__name_vi").iterator(chunk_size=1000):
        words = search_words(case.number, folded(case.version.name_vi), folded(case.applicant_name))
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("UPDATE cases_case SET words = %s::tsvector WHERE id = %s", [words, case.pk])
    for version in apps.get_model("cases", "ProcedureVersion").objects.only("search"):
        version.search = folded(version.search)
        version.save(update_fields=["search"])


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_act_drafts"), ("identity", "0006_calendars")]

    operations = [
        migrations.RunPython(fold_again, migrations.RunPython.noop),
        # Rows were changed above: what is deferred must be settled before tables are altered.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED", migrations.RunSQL.noop),
    ]
