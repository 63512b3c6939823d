CREATE TRIGGER guard_insert AFTER INSERT ON {schema}.{table} REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION {schema}.journal_guard({arguments});
CREATE TRIGGER guard_update AFTER UPDATE ON {schema}.{table} REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION {schema}.journal_guard({arguments});
CREATE TRIGGER guard_delete AFTER DELETE ON {schema}.{table} REFERENCING OLD TABLE AS old_rows
FOR EACH STATEMENT EXECUTE FUNCTION {schema}.journal_guard({arguments});
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON {schema}.{table}
FOR EACH STATEMENT EXECUTE FUNCTION {schema}.journal_append_only();
