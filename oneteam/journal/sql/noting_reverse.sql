-- The functions stay in their newer form, as in proving_reverse.sql: both forms note the same.
SELECT 1;
