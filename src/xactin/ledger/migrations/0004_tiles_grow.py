"""A tile only grows: what stands in it was published. The owner of the table may do otherwise (`restore`)."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION ledger_tile_grows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF substring(NEW.hashes FOR length(OLD.hashes)) IS DISTINCT FROM OLD.hashes
     AND NOT pg_has_role((SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER') THEN
    RAISE EXCEPTION 'a tile of the log only grows' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER tile_grows BEFORE UPDATE ON ledger_tile FOR EACH ROW EXECUTE FUNCTION ledger_tile_grows();
"""
BACKWARD = "DROP TRIGGER tile_grows ON ledger_tile; DROP FUNCTION ledger_tile_grows()"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_heads")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
