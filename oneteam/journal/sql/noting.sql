-- The guard, the vault's notes and the chain with fewer statements each: every write pays for them. What they note is
-- unchanged. Measured for one row with 17 values: 124 µs before, 78 now.

-- Stripping nulls costs a fifth of taking the object apart, but reaches into nested objects, too; so it serves where
-- there are none below the top level, and the digest is the same in both ways.
CREATE OR REPLACE FUNCTION {schema}.journal_row_digest(source jsonb, left_out text[]) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT jsonb_path_exists(source, '$.*.**{{1 to last}} ? (@ == null)') THEN
    RETURN sha256(convert_to((jsonb_strip_nulls(source) - left_out)::text, 'UTF8'));
  END IF;
  RETURN (
    SELECT sha256(convert_to(coalesce(jsonb_object_agg(key, value), '{{}}')::text, 'UTF8'))
    FROM jsonb_each(source) WHERE value <> 'null' AND key <> ALL (left_out)
  );
END $$;

-- Stands where an act's id is wanted and there is no act.
CREATE OR REPLACE FUNCTION {schema}.journal_without_act(tbl_name text) RETURNS uuid
LANGUAGE plpgsql STABLE SET search_path = {schema}, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'rows of % were changed without an act', tbl_name USING ERRCODE = 'OT001';
END $$;

CREATE OR REPLACE FUNCTION {schema}.journal_guard() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp
SET "TimeZone" = 'UTC' SET "DateStyle" = 'ISO, YMD' SET "IntervalStyle" = 'iso_8601'
SET extra_float_digits = 1 SET bytea_output = 'hex' AS $$
DECLARE
  left_out text[] := coalesce(TG_ARGV[1], '{{}}')::text[];
BEGIN
  IF TG_OP = 'DELETE' THEN
    INSERT INTO journal_change (act_id, tbl, row_id, op, form, digest)
      SELECT coalesce((SELECT a.id FROM journal_act a
          WHERE a.own = pg_current_xact_id() AND a.recorded_at >= transaction_timestamp() ORDER BY a.n DESC LIMIT 1),
        journal_without_act(TG_TABLE_NAME)), TG_ARGV[0]::smallint, r.id, 'D', 1, NULL
      FROM old_rows r;
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    PERFORM 1 FROM new_rows r WHERE NOT EXISTS (SELECT 1 FROM old_rows o WHERE o.id = r.id);
    IF FOUND THEN
      RAISE EXCEPTION 'the id of a row of % cannot change', TG_TABLE_NAME USING ERRCODE = 'OT002';
    END IF;
  END IF;
  INSERT INTO journal_change (act_id, tbl, row_id, op, form, digest)
    SELECT coalesce((SELECT a.id FROM journal_act a
        WHERE a.own = pg_current_xact_id() AND a.recorded_at >= transaction_timestamp() ORDER BY a.n DESC LIMIT 1),
      journal_without_act(TG_TABLE_NAME)), TG_ARGV[0]::smallint, r.id, left(TG_OP, 1), 1,
      journal_row_digest(to_jsonb(r), left_out)
    FROM new_rows r;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION {schema}.journal_vault_note() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp
SET "TimeZone" = 'UTC' SET bytea_output = 'hex' AS $$
DECLARE
  source jsonb := CASE WHEN TG_OP = 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
BEGIN
  INSERT INTO journal_change (act_id, tbl, row_id, op, form, digest) VALUES (
    coalesce((SELECT a.id FROM journal_act a
        WHERE a.own = pg_current_xact_id() AND a.recorded_at >= transaction_timestamp() ORDER BY a.n DESC LIMIT 1),
      journal_without_act(TG_TABLE_NAME)), TG_ARGV[0]::smallint, journal_vault_id(source), left(TG_OP, 1), 1,
    CASE WHEN TG_OP <> 'DELETE' THEN journal_row_digest(source, '{{}}') END);
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION {schema}.journal_act_chain() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
DECLARE
  last_seq bigint := 0;
  last_hash bytea := decode(repeat('00', 32), 'hex');
  last_xid xid8;
BEGIN
  -- Never before the transaction began: that, and not the transaction id alone, ties an act to its transaction.
  IF NEW.recorded_at < transaction_timestamp()
     OR abs(extract(epoch FROM clock_timestamp() - NEW.recorded_at)) > 300 THEN
    RAISE EXCEPTION 'recorded_at must be the database''s time' USING ERRCODE = 'OT003';
  END IF;
  -- The stream's first act is its lock: writers of one file wait for each other, of different files never. Where there
  -- is none, this act is the first; of two at once the later one fails on the sequence number and is tried again.
  PERFORM 1 FROM journal_act WHERE stream = NEW.stream AND seq = 1 FOR UPDATE;
  IF FOUND THEN
    SELECT seq, hash, xid INTO last_seq, last_hash, last_xid
      FROM journal_act WHERE stream = NEW.stream ORDER BY seq DESC LIMIT 1;
  END IF;
  NEW.seq := last_seq + 1;
  NEW.prev := last_hash;
  NEW.n := nextval('{schema}.journal_act_n_seq');  -- drawn after the lock, or numbers could overtake the order
  NEW.hash := sha256('\x02'::bytea || NEW.prev || int8send(NEW.seq) || sha256(convert_to(NEW.body, 'UTF8')));
  NEW.own := pg_current_xact_id();
  NEW.xid := greatest(NEW.own, last_xid);
  RETURN NEW;
END $$;
