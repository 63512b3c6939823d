DROP TRIGGER guard_insert ON {schema}.{table};
DROP TRIGGER guard_update ON {schema}.{table};
DROP TRIGGER guard_delete ON {schema}.{table};
DROP TRIGGER guard_truncate ON {schema}.{table};
