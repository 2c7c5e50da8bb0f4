"""Lists among a million dossiers: what an agency has a part in, and words, by keys that are walked or looked up."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import migrations, models
from django.db.models import CASCADE, PROTECT

from xactin.cases.rules import search_words
from xactin.identity.rules import folded

INVOLVE = """
INSERT INTO cases_caseagency (agency_id, case_id) SELECT DISTINCT unnest(agencies), id FROM cases_case
"""
BACK = """
UPDATE cases_case c SET agencies = ARRAY(SELECT agency_id FROM cases_caseagency WHERE case_id = c.id)
"""
# A case is updated in place by its acts, which needs room in its page; open tasks come and go all day.
STORAGE = """
ALTER TABLE cases_case SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE cases_opentask SET (
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
  autovacuum_analyze_scale_factor = 0.02, autovacuum_analyze_threshold = 2000);
ALTER TABLE cases_timer SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
"""
NO_STORAGE = """
ALTER TABLE cases_case RESET (fillfactor, autovacuum_vacuum_scale_factor);
ALTER TABLE cases_opentask RESET (
  autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold,
  autovacuum_analyze_scale_factor, autovacuum_analyze_threshold);
ALTER TABLE cases_timer RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold);
"""


def fill_words(apps, schema_editor):
    """The words of dossiers that stand."""
    rows = apps.get_model("cases", "Case").objects.select_related("version")
    for case in rows.only("number", "applicant_name", "version__name_vi").iterator(chunk_size=1000):
        words = search_words(case.number, folded(case.version.name_vi), folded(case.applicant_name))
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("UPDATE cases_case SET words = %s::tsvector WHERE id = %s", [words, case.pk])


def fill_search(apps, schema_editor):
    """The folded text that was searched before."""
    rows = apps.get_model("cases", "Case").objects.select_related("version")
    for case in rows.only("number", "applicant_name", "version__name_vi").iterator(chunk_size=1000):
        case.search = folded(f"{case.number} {case.applicant_name} {case.version.name_vi}")
        case.save(update_fields=["search"])


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial"), ("identity", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="CaseAgency",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey("agency_id", "case_id", blank=True, editable=False, primary_key=True, serialize=False),
                ),
                ("agency", models.ForeignKey(db_index=False, on_delete=PROTECT, related_name="+", to="identity.agency")),
                ("case", models.ForeignKey(on_delete=CASCADE, related_name="involved", to="cases.case")),
            ],
        ),
        migrations.RunSQL(INVOLVE, BACK),
        migrations.AddField("case", "words", SearchVectorField(default=""), preserve_default=False),
        migrations.RunPython(fill_words, fill_search),
        # Rows were changed above: what is deferred must be settled before tables are altered.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED", migrations.RunSQL.noop),
        migrations.RemoveIndex("case", "case_agencies"),
        migrations.RemoveIndex("case", "case_agency"),
        migrations.RemoveField("case", "agencies"),
        migrations.RemoveField("case", "search"),
        migrations.AddIndex("case", GinIndex(fields=["words"], fastupdate=True, gin_pending_list_limit=256, name="case_words")),
        migrations.AlterField("case", "number", models.CharField(max_length=60)),
        migrations.AddConstraint("case", models.UniqueConstraint(fields=("number",), name="case_number_once")),
        migrations.AlterField("case", "version", models.ForeignKey(db_index=False, on_delete=PROTECT, related_name="cases", to="cases.procedureversion")),
        migrations.AlterField("case", "agency", models.ForeignKey(db_index=False, on_delete=PROTECT, related_name="+", to="identity.agency")),
        migrations.AlterField("case", "applicant", models.ForeignKey(db_index=False, on_delete=PROTECT, related_name="+", to="identity.person")),
        migrations.AlterField("opentask", "case", models.ForeignKey(db_index=False, on_delete=CASCADE, related_name="open_tasks", to="cases.case")),
        migrations.AlterField("opentask", "agency", models.ForeignKey(db_index=False, null=True, on_delete=PROTECT, related_name="+", to="identity.agency")),
        migrations.RunSQL(STORAGE, NO_STORAGE),
    ]
