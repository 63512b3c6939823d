DROP FUNCTION {schema}.journal_hold(uuid, boolean);
