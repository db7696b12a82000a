"""The function that makes the history's partitions, one a month."""

from __future__ import annotations

from typing import Final

MONTHS: Final = "blogadmin_history_months"
"""Its name. Everybody may call it; it refuses who may not change the blog."""

# Attached and not made in place, a partition stops nobody from writing or reading meanwhile. Only where the
# rows of now go to the default partition must writers wait: they would be told that their row has no place.
MAKE_MONTHS: Final = """
CREATE OR REPLACE FUNCTION blogadmin_history_months() RETURNS integer LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s' AS $body$
DECLARE
  home CONSTANT text := $home$@schema@$home$;
  prefix CONSTANT text := 'audit_log_';
  this CONSTANT timestamp := date_trunc('month', now() AT TIME ZONE 'UTC');
  begins timestamp[];
  month timestamp;
  name text;
  bounds text;
  holder text;
BEGIN
  IF NOT (SELECT bool_or(has_any_column_privilege(session_user, CAST(home || '.' || t AS regclass), 'INSERT, UPDATE')
      OR has_table_privilege(session_user, CAST(home || '.' || t AS regclass), 'DELETE'))
      FROM unnest(ARRAY['users', 'posts', 'comments']) AS t) THEN
    RAISE EXCEPTION 'Only who may change the blog may prepare its history.' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF to_regclass(home || '.' || prefix || to_char(this, 'YYYY_MM')) IS NULL
      OR EXISTS (SELECT FROM @schema@.audit_log_default) THEN
    LOCK TABLE ONLY @schema@.audit_log IN SHARE ROW EXCLUSIVE MODE;
  ELSE
    LOCK TABLE ONLY @schema@.audit_log IN SHARE UPDATE EXCLUSIVE MODE;
  END IF;
  begins := ARRAY(
    SELECT m FROM (
      SELECT generate_series(this, this + interval '3 months', interval '1 month')
      UNION SELECT date_trunc('month', at AT TIME ZONE 'UTC') FROM @schema@.audit_log_default
    ) AS wanted (m)
    WHERE to_regclass(home || '.' || prefix || to_char(m, 'YYYY_MM')) IS NULL ORDER BY m);
  FOREACH month IN ARRAY begins LOOP
    name := home || '.' || prefix || to_char(month, 'YYYY_MM');
    bounds := format('FROM (%L) TO (%L)', to_char(month, 'YYYY-MM-DD 00:00:00+00'),
      to_char(month + interval '1 month', 'YYYY-MM-DD 00:00:00+00'));
    EXECUTE format('CREATE TABLE %s (LIKE %s.audit_log)', name, home);
    IF EXISTS (SELECT FROM @schema@.audit_log_default) THEN
      LOCK TABLE @schema@.audit_log_default IN ACCESS EXCLUSIVE MODE;
      ALTER TABLE @schema@.audit_log_default DISABLE TRIGGER USER;
      EXECUTE format('WITH moved AS (DELETE FROM %s.audit_log_default'
        ' WHERE at >= %L AND at < %L RETURNING *) INSERT INTO %s SELECT * FROM moved',
        home, month AT TIME ZONE 'UTC', (month + interval '1 month') AT TIME ZONE 'UTC', name);
      ALTER TABLE @schema@.audit_log_default ENABLE TRIGGER USER;
    END IF;
    EXECUTE format('ALTER TABLE %s.audit_log ATTACH PARTITION %s FOR VALUES %s', home, name, bounds);
    EXECUTE format('CREATE TRIGGER a_unalterable BEFORE UPDATE OR DELETE OR TRUNCATE ON %s'
      ' FOR EACH STATEMENT EXECUTE FUNCTION %s.blogadmin_refuse()', name, home);
    -- Default privileges may have given more than reading through audit_log.
    FOR holder IN
      SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END
      FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
      WHERE c.oid = CAST(name AS regclass) AND a.grantee <> c.relowner
    LOOP
      EXECUTE format('REVOKE ALL ON %s FROM %s', name, holder);
    END LOOP;
  END LOOP;
  RETURN cardinality(begins);
END
$body$
"""  # noqa: E501
"""The statement that makes it; ``@schema@`` stands for the schema of the blog's tables."""
