from django.db import migrations

# Django adds to each text key an index for LIKE, which nobody asks of a head and every new subject pays for.
FORWARD = """
DO $$ DECLARE found text; BEGIN
  SELECT indexname INTO found FROM pg_indexes
   WHERE schemaname = current_schema() AND tablename = 'ledger_head' AND indexname LIKE 'ledger\\_head\\_subject\\_%\\_like';
  IF found IS NOT NULL THEN EXECUTE format('DROP INDEX %I', found); END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_storage")]
    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
