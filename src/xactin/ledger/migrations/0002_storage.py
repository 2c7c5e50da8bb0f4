from django.db import migrations

# Heads are updated in place by each act; entries stay in their page, uncompressed (they are read as they are
# written); the queue is emptied all day, so it is vacuumed by count and not by share.
FORWARD = """
ALTER TABLE ledger_head SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE ledger_entry SET (toast_tuple_target = 8160);
ALTER TABLE ledger_unsequenced SET (
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
  autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 50000);
ALTER TABLE ledger_mandate SET (fillfactor = 50);
ALTER TABLE ledger_log SET (fillfactor = 10);
ALTER TABLE ledger_tile ALTER COLUMN hashes SET STORAGE EXTERNAL;
"""
BACKWARD = """
ALTER TABLE ledger_head RESET (fillfactor, autovacuum_vacuum_scale_factor);
ALTER TABLE ledger_entry RESET (toast_tuple_target);
ALTER TABLE ledger_unsequenced RESET (
  autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold,
  autovacuum_analyze_scale_factor, autovacuum_analyze_threshold);
ALTER TABLE ledger_mandate RESET (fillfactor);
ALTER TABLE ledger_log RESET (fillfactor);
ALTER TABLE ledger_tile ALTER COLUMN hashes SET STORAGE EXTENDED;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
