DROP FUNCTION {schema}.journal_act_chain() CASCADE;
DROP FUNCTION {schema}.journal_append_only() CASCADE;
DROP FUNCTION {schema}.journal_erasable() CASCADE;
DROP FUNCTION {schema}.journal_guard() CASCADE;
DROP FUNCTION {schema}.journal_renote(text, smallint, text[]);
DROP FUNCTION {schema}.journal_current(text, text[]);
DROP FUNCTION {schema}.journal_erase(uuid);
DROP FUNCTION {schema}.journal_row_digest(jsonb, text[]);
DROP SEQUENCE {schema}.journal_act_n_seq CASCADE;
