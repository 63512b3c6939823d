-- Holding a subject: who writes a value keeps others from erasing the subject until the transaction ends, and who
-- erases it (alone) keeps others from writing. Of two at once the later one sees what the earlier did. A function with
-- the owner's rights, because locking a row needs the right to change it, which only journal_erase has.

CREATE FUNCTION {schema}.journal_hold(person uuid, alone boolean, OUT held uuid, OUT wrapped bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
BEGIN
  IF alone THEN
    SELECT s.id, s.wrapped INTO held, wrapped FROM journal_subject s WHERE s.id = person FOR UPDATE;
  ELSE
    SELECT s.id, s.wrapped INTO held, wrapped FROM journal_subject s WHERE s.id = person FOR SHARE;
  END IF;
END $$;
REVOKE ALL ON FUNCTION {schema}.journal_hold(uuid, boolean) FROM PUBLIC;
