-- Functions and triggers of the journal. {schema} is the city's schema; every function carries its own search path
-- with pg_temp last, so that no table of a session can stand in for one of ours.

CREATE SEQUENCE {schema}.journal_act_n_seq;
ALTER TABLE {schema}.journal_act ALTER COLUMN n SET DEFAULT nextval('{schema}.journal_act_n_seq');
ALTER TABLE {schema}.journal_act ALTER COLUMN seq SET DEFAULT 0;
ALTER TABLE {schema}.journal_act ALTER COLUMN prev SET DEFAULT '';
ALTER TABLE {schema}.journal_act ALTER COLUMN hash SET DEFAULT '';
ALTER TABLE {schema}.journal_act ALTER COLUMN own SET DEFAULT '0';
ALTER TABLE {schema}.journal_act ALTER COLUMN xid SET DEFAULT '0';

CREATE FUNCTION {schema}.journal_act_chain() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
DECLARE
  last record;
BEGIN
  IF abs(extract(epoch FROM clock_timestamp() - NEW.recorded_at)) > 300 THEN
    RAISE EXCEPTION 'recorded_at must be the database''s time' USING ERRCODE = 'OT003';
  END IF;
  -- The stream's first act is its lock: writers of one file wait for each other, of different files never.
  PERFORM 1 FROM journal_act WHERE stream = NEW.stream AND seq = 1 FOR UPDATE;
  SELECT seq, hash, xid INTO last FROM journal_act WHERE stream = NEW.stream ORDER BY seq DESC LIMIT 1;
  NEW.seq := coalesce(last.seq, 0) + 1;
  NEW.prev := coalesce(last.hash, decode(repeat('00', 32), 'hex'));
  NEW.n := nextval('{schema}.journal_act_n_seq');  -- drawn after the lock, or numbers could overtake the order
  NEW.hash := sha256('\x02'::bytea || NEW.prev || int8send(NEW.seq) || sha256(convert_to(NEW.body, 'UTF8')));
  NEW.own := pg_current_xact_id();
  NEW.xid := greatest(NEW.own, last.xid);
  RETURN NEW;
END $$;

CREATE TRIGGER journal_act_chain BEFORE INSERT ON {schema}.journal_act
FOR EACH ROW EXECUTE FUNCTION {schema}.journal_act_chain();

CREATE FUNCTION {schema}.journal_append_only() RETURNS trigger
LANGUAGE plpgsql SET search_path = {schema}, pg_temp AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'OT002';
END $$;

CREATE FUNCTION {schema}.journal_erasable() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
BEGIN
  PERFORM 1 FROM journal_act
    WHERE own = pg_current_xact_id() AND kind IN ('personal.erased', 'personal.rekeyed');
  IF NOT FOUND THEN
    RAISE EXCEPTION '% changes only under an act that erases', TG_TABLE_NAME USING ERRCODE = 'OT002';
  END IF;
  RETURN NULL;
END $$;

-- Digest of one row as JSON: without its left-out columns and without top-level nulls, so that a nullable column
-- added later changes no digest. In plpgsql, which plans it once a session: a function in SQL is planned at each call
-- of a trigger (measured: 147 µs against 51).
CREATE FUNCTION {schema}.journal_row_digest(source jsonb, left_out text[]) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN (
    SELECT sha256(convert_to(coalesce(jsonb_object_agg(key, value), '{{}}')::text, 'UTF8'))
    FROM jsonb_each(source) WHERE value <> 'null' AND key <> ALL (left_out)
  );
END $$;

-- The guard: a statement that changes rows of a guarded table needs an act of the same transaction, and the digest of
-- each changed row is noted beside that act. The settings that shape a row's JSON are pinned.
CREATE FUNCTION {schema}.journal_guard() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp
SET "TimeZone" = 'UTC' SET "DateStyle" = 'ISO, YMD' SET "IntervalStyle" = 'iso_8601'
SET extra_float_digits = 1 SET bytea_output = 'hex' AS $$
DECLARE
  ids uuid[];
  digests bytea[];
  this uuid;
  left_out text[] := coalesce(TG_ARGV[1], '{{}}')::text[];
BEGIN
  IF TG_OP = 'DELETE' THEN
    SELECT array_agg(r.id), array_agg(NULL::bytea) INTO ids, digests FROM old_rows r;
  ELSE
    SELECT array_agg(r.id), array_agg(journal_row_digest(to_jsonb(r), left_out)) INTO ids, digests FROM new_rows r;
  END IF;
  IF ids IS NULL THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    PERFORM 1 FROM new_rows r WHERE NOT EXISTS (SELECT 1 FROM old_rows o WHERE o.id = r.id);
    IF FOUND THEN
      RAISE EXCEPTION 'the id of a row of % cannot change', TG_TABLE_NAME USING ERRCODE = 'OT002';
    END IF;
  END IF;
  SELECT a.id INTO this FROM journal_act a WHERE a.own = pg_current_xact_id() ORDER BY a.n DESC LIMIT 1;
  IF this IS NULL THEN
    RAISE EXCEPTION 'rows of % were changed without an act', TG_TABLE_NAME USING ERRCODE = 'OT001';
  END IF;
  INSERT INTO journal_change (act_id, tbl, row_id, op, form, digest)
    SELECT this, TG_ARGV[0]::smallint, u.id, left(TG_OP, 1), 1, u.digest FROM unnest(ids, digests) AS u(id, digest);
  RETURN NULL;
END $$;

-- Notes the digest of every row of a table anew, after a migration that changed the rows' shape. Needs an act, too.
CREATE FUNCTION {schema}.journal_renote(tbl_name text, tbl_code smallint, left_out text[]) RETURNS bigint
LANGUAGE plpgsql SET search_path = {schema}, pg_temp
SET "TimeZone" = 'UTC' SET "DateStyle" = 'ISO, YMD' SET "IntervalStyle" = 'iso_8601'
SET extra_float_digits = 1 SET bytea_output = 'hex' AS $$
DECLARE
  this uuid;
  noted bigint;
BEGIN
  SELECT a.id INTO this FROM journal_act a WHERE a.own = pg_current_xact_id() ORDER BY a.n DESC LIMIT 1;
  IF this IS NULL THEN
    RAISE EXCEPTION 'rows of % cannot be noted anew without an act', tbl_name USING ERRCODE = 'OT001';
  END IF;
  EXECUTE format('INSERT INTO journal_change (act_id, tbl, row_id, op, form, digest)
    SELECT $1, $2, r.id, ''M'', 1, journal_row_digest(to_jsonb(r), $3) FROM %I r ORDER BY r.id', tbl_name)
    USING this, tbl_code, left_out;
  GET DIAGNOSTICS noted = ROW_COUNT;
  RETURN noted;
END $$;

-- The digests that a table's rows have now, for comparison with those noted.
CREATE FUNCTION {schema}.journal_current(tbl_name text, left_out text[]) RETURNS TABLE (row_id uuid, digest bytea)
LANGUAGE plpgsql STABLE SET search_path = {schema}, pg_temp
SET "TimeZone" = 'UTC' SET "DateStyle" = 'ISO, YMD' SET "IntervalStyle" = 'iso_8601'
SET extra_float_digits = 1 SET bytea_output = 'hex' AS $$
BEGIN
  RETURN QUERY EXECUTE format('SELECT r.id, journal_row_digest(to_jsonb(r), $1) FROM %I r', tbl_name) USING left_out;
END $$;

-- Destroys a subject's values. The act that gives the ground must stand in the same transaction (journal_erasable).
CREATE FUNCTION {schema}.journal_erase(person uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
BEGIN
  UPDATE journal_subject SET wrapped = NULL WHERE id = person;
  DELETE FROM journal_secret WHERE subject_id = person;
  DELETE FROM journal_blind WHERE subject_id = person;
END $$;
REVOKE ALL ON FUNCTION {schema}.journal_erase(uuid) FROM PUBLIC;

-- TRUNCATE has triggers of its own: one definition for all three would not reach a Citus shard.
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {schema}.journal_act
FOR EACH STATEMENT EXECUTE FUNCTION {schema}.journal_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {schema}.journal_change
FOR EACH STATEMENT EXECUTE FUNCTION {schema}.journal_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {schema}.journal_leaf
FOR EACH STATEMENT EXECUTE FUNCTION {schema}.journal_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {schema}.journal_checkpoint
FOR EACH STATEMENT EXECUTE FUNCTION {schema}.journal_append_only();
CREATE TRIGGER erasable BEFORE UPDATE OR DELETE ON {schema}.journal_subject
FOR EACH STATEMENT EXECUTE FUNCTION {schema}.journal_erasable();
CREATE TRIGGER erasable BEFORE UPDATE OR DELETE ON {schema}.journal_secret
FOR EACH STATEMENT EXECUTE FUNCTION {schema}.journal_erasable();
CREATE TRIGGER erasable BEFORE UPDATE OR DELETE ON {schema}.journal_blind
FOR EACH STATEMENT EXECUTE FUNCTION {schema}.journal_erasable();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {schema}.journal_act
FOR EACH STATEMENT EXECUTE FUNCTION {schema}.journal_append_only();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {schema}.journal_change
FOR EACH STATEMENT EXECUTE FUNCTION {schema}.journal_append_only();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {schema}.journal_leaf
FOR EACH STATEMENT EXECUTE FUNCTION {schema}.journal_append_only();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {schema}.journal_checkpoint
FOR EACH STATEMENT EXECUTE FUNCTION {schema}.journal_append_only();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {schema}.journal_subject
FOR EACH STATEMENT EXECUTE FUNCTION {schema}.journal_append_only();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {schema}.journal_secret
FOR EACH STATEMENT EXECUTE FUNCTION {schema}.journal_append_only();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {schema}.journal_blind
FOR EACH STATEMENT EXECUTE FUNCTION {schema}.journal_append_only();
