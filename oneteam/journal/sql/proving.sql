-- What proving needs beside recording: transaction ids that come round after a restore fool nobody, the vault's tables
-- are noted like guarded ones, and a restored database can be adopted by the cluster it now lives in.

CREATE OR REPLACE FUNCTION {schema}.journal_act_chain() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
DECLARE
  last record;
BEGIN
  -- Never before the transaction began: that, and not the transaction id alone, ties an act to its transaction.
  IF NEW.recorded_at < transaction_timestamp()
     OR abs(extract(epoch FROM clock_timestamp() - NEW.recorded_at)) > 300 THEN
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

CREATE OR REPLACE FUNCTION {schema}.journal_erasable() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
BEGIN
  PERFORM 1 FROM journal_act
    WHERE own = pg_current_xact_id() AND recorded_at >= transaction_timestamp()
      AND kind IN ('personal.erased', 'personal.rekeyed');
  IF NOT FOUND THEN
    RAISE EXCEPTION '% changes only under an act that erases', TG_TABLE_NAME USING ERRCODE = 'OT002';
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION {schema}.journal_guard() RETURNS trigger
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
  SELECT a.id INTO this FROM journal_act a
    WHERE a.own = pg_current_xact_id() AND a.recorded_at >= transaction_timestamp() ORDER BY a.n DESC LIMIT 1;
  IF this IS NULL THEN
    RAISE EXCEPTION 'rows of % were changed without an act', TG_TABLE_NAME USING ERRCODE = 'OT001';
  END IF;
  INSERT INTO journal_change (act_id, tbl, row_id, op, form, digest)
    SELECT this, TG_ARGV[0]::smallint, u.id, left(TG_OP, 1), 1, u.digest FROM unnest(ids, digests) AS u(id, digest);
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION {schema}.journal_renote(tbl_name text, tbl_code smallint, left_out text[]) RETURNS bigint
LANGUAGE plpgsql SET search_path = {schema}, pg_temp
SET "TimeZone" = 'UTC' SET "DateStyle" = 'ISO, YMD' SET "IntervalStyle" = 'iso_8601'
SET extra_float_digits = 1 SET bytea_output = 'hex' AS $$
DECLARE
  this uuid;
  noted bigint;
BEGIN
  SELECT a.id INTO this FROM journal_act a
    WHERE a.own = pg_current_xact_id() AND a.recorded_at >= transaction_timestamp() ORDER BY a.n DESC LIMIT 1;
  IF this IS NULL THEN
    RAISE EXCEPTION 'rows of % cannot be noted anew without an act', tbl_name USING ERRCODE = 'OT001';
  END IF;
  EXECUTE format('INSERT INTO journal_change (act_id, tbl, row_id, op, form, digest)
    SELECT $1, $2, r.id, ''M'', 1, journal_row_digest(to_jsonb(r), $3) FROM %I r ORDER BY r.id', tbl_name)
    USING this, tbl_code, left_out;
  GET DIAGNOSTICS noted = ROW_COUNT;
  RETURN noted;
END $$;

-- The vault's rows come before their act (an act needs the subject's key), so they are noted when the transaction ends.
-- A blind index has no id of its own; the first half of its digest stands for it.
CREATE FUNCTION {schema}.journal_vault_note() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp
SET "TimeZone" = 'UTC' SET bytea_output = 'hex' AS $$
DECLARE
  source jsonb := CASE WHEN TG_OP = 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
  this uuid;
BEGIN
  SELECT a.id INTO this FROM journal_act a
    WHERE a.own = pg_current_xact_id() AND a.recorded_at >= transaction_timestamp() ORDER BY a.n DESC LIMIT 1;
  IF this IS NULL THEN
    RAISE EXCEPTION 'rows of % were changed without an act', TG_TABLE_NAME USING ERRCODE = 'OT001';
  END IF;
  INSERT INTO journal_change (act_id, tbl, row_id, op, form, digest) VALUES (
    this, TG_ARGV[0]::smallint, journal_vault_id(source), left(TG_OP, 1), 1,
    CASE WHEN TG_OP <> 'DELETE' THEN journal_row_digest(source, '{{}}') END);
  RETURN NULL;
END $$;

CREATE FUNCTION {schema}.journal_vault_id(source jsonb) RETURNS uuid
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN coalesce(source->>'id', substr(source->>'digest', 3, 32))::uuid;
END $$;

CREATE CONSTRAINT TRIGGER vault_note AFTER INSERT OR UPDATE OR DELETE ON {schema}.journal_subject
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {schema}.journal_vault_note('1');
CREATE CONSTRAINT TRIGGER vault_note AFTER INSERT OR UPDATE OR DELETE ON {schema}.journal_blind
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {schema}.journal_vault_note('2');

-- The digests that the rows of a vault's table have now.
CREATE FUNCTION {schema}.journal_vault_current(tbl_name text) RETURNS TABLE (row_id uuid, digest bytea)
LANGUAGE plpgsql STABLE SET search_path = {schema}, pg_temp
SET "TimeZone" = 'UTC' SET bytea_output = 'hex' AS $$
BEGIN
  RETURN QUERY EXECUTE format(
    'SELECT journal_vault_id(to_jsonb(r)), journal_row_digest(to_jsonb(r), ''{{}}'') FROM %I r', tbl_name);
END $$;

-- Makes a restored database this cluster's own: transaction ids of another cluster mean nothing here. Only the owner
-- can run it. Taking the triggers' lock waits for writers and keeps them out until the end of the transaction.
CREATE FUNCTION {schema}.journal_adopt() RETURNS bigint
LANGUAGE plpgsql SET search_path = {schema}, pg_temp AS $$
DECLARE
  adopted bigint;
BEGIN
  ALTER TABLE journal_act DISABLE TRIGGER append_only;
  UPDATE journal_act SET own = '0', xid = '0' WHERE own <> '0' OR xid <> '0';
  GET DIAGNOSTICS adopted = ROW_COUNT;
  ALTER TABLE journal_act ENABLE TRIGGER append_only;
  PERFORM setval('{schema}.journal_act_n_seq', greatest((SELECT max(n) FROM journal_act),
    (SELECT last_value FROM journal_act_n_seq)));
  PERFORM setval(pg_get_serial_sequence('journal_change', 'n'), greatest((SELECT max(n) FROM journal_change),
    nextval(pg_get_serial_sequence('journal_change', 'n'))));
  PERFORM setval(pg_get_serial_sequence('journal_secret', 'n'), greatest((SELECT max(n) FROM journal_secret),
    nextval(pg_get_serial_sequence('journal_secret', 'n'))));
  RETURN adopted;
END $$;
