-- The functions of journal.sql that were replaced stay in their newer form: both forms serve the same tables.
DROP TRIGGER vault_note ON {schema}.journal_subject;
DROP TRIGGER vault_note ON {schema}.journal_blind;
DROP FUNCTION {schema}.journal_vault_note();
DROP FUNCTION {schema}.journal_vault_current(text);
DROP FUNCTION {schema}.journal_vault_id(jsonb);
DROP FUNCTION {schema}.journal_adopt();
