-- Tamperings for test_tamper.py. A case begins with `-- name -> what must be named`; its statements end with a
-- semicolon at a line's end. $act and $next are acts of one file sealed in different batches that both changed $row;
-- $told is an act without rows, $single one with two, $call one with personal values of $who; $free is a new id.

-- payload -> told
UPDATE journal_act SET payload = '{"word": "other"}' WHERE id = '$told';

-- payload field added -> told
UPDATE journal_act SET payload = payload || '{"x": 1.5}' WHERE id = '$told';

-- payload field removed -> told
UPDATE journal_act SET payload = '{}' WHERE id = '$told';

-- salt -> told
UPDATE journal_act SET salt = sha256(salt) WHERE id = '$told';

-- kind -> act
UPDATE journal_act SET kind = 'other' WHERE id = '$act';

-- actor -> act
UPDATE journal_act SET actor = 'operator:other' WHERE id = '$act';

-- time -> act
UPDATE journal_act SET occurred_at = occurred_at + interval '1 us' WHERE id = '$act';

-- recorded -> act
UPDATE journal_act SET recorded_at = recorded_at - interval '1 s' WHERE id = '$act';

-- post -> act
UPDATE journal_act SET post = gen_random_uuid() WHERE id = '$act';

-- place -> act
UPDATE journal_act SET place = '1,2' WHERE id = '$act';

-- device -> act
UPDATE journal_act SET device = 'd' WHERE id = '$act';

-- about -> act
UPDATE journal_act SET about = ARRAY[gen_random_uuid()] WHERE id = '$act';

-- basis -> act
UPDATE journal_act SET basis = '{x}' WHERE id = '$act';

-- version -> act
UPDATE journal_act SET version = 2 WHERE id = '$act';

-- body -> act
UPDATE journal_act SET body = replace(body, 'tester', 'nobody') WHERE id = '$act';

-- body, not JSON -> act
UPDATE journal_act SET body = body || ' ' WHERE id = '$act';
UPDATE journal_act SET hash = sha256('\x02'::bytea || prev || int8send(seq) || sha256(convert_to(body,
  'UTF8'))) WHERE id = '$act';

-- body rehashed -> act
UPDATE journal_act SET body = replace(body, 'tester', 'x') WHERE id = '$act';
UPDATE journal_act SET hash = sha256('\x02'::bytea || prev || int8send(seq) || sha256(convert_to(body,
  'UTF8'))) WHERE id = '$act';

-- hash -> act
UPDATE journal_act SET hash = sha256(hash) WHERE id = '$act';

-- prev -> next
UPDATE journal_act SET prev = sha256(prev) WHERE id = '$next';

-- stream -> next
UPDATE journal_act SET stream = gen_random_uuid() WHERE id = '$next';

-- sequence -> next
UPDATE journal_act SET seq = 3 WHERE id = '$next';

-- id -> act
UPDATE journal_act SET id = gen_random_uuid() WHERE id = '$act';

-- number -> next
UPDATE journal_act SET n = n + 100000 WHERE id = '$act';

-- act removed -> told
DELETE FROM journal_act WHERE id = '$told';

-- act and leaf removed -> act
DELETE FROM journal_act WHERE id = '$act';
DELETE FROM journal_leaf WHERE act_id = '$act';

-- act removed without trace, file renumbered -> next
DELETE FROM journal_act WHERE id = '$act';
DELETE FROM journal_leaf WHERE act_id = '$act';
DELETE FROM journal_change WHERE act_id = '$act';
UPDATE journal_act SET seq = 1, prev = decode(repeat('00', 32), 'hex') WHERE id = '$next';
UPDATE journal_act SET hash = sha256('\x02'::bytea || prev || int8send(seq) || sha256(convert_to(body,
  'UTF8'))) WHERE id = '$next';

-- act slipped in unsealed -> free
INSERT INTO journal_act SELECT (a).* FROM (SELECT jsonb_populate_record(x, jsonb_build_object('id',
  '$free'::uuid, 'stream', '$free'::uuid, 'idem', NULL, 'n', x.n + 1000, 'seq', 1)) a FROM journal_act x WHERE
  id = '$told') y;
UPDATE journal_act SET xid = '1', own = '1' WHERE id = '$free';

-- act slipped in as adopted -> free
INSERT INTO journal_act SELECT (a).* FROM (SELECT jsonb_populate_record(x, jsonb_build_object('id',
  '$free'::uuid, 'stream', '$free'::uuid, 'idem', NULL, 'n', x.n + 1000, 'seq', 1)) a FROM journal_act x WHERE
  id = '$told') y;
UPDATE journal_act SET xid = '0', own = '0' WHERE id = '$free';

-- act slipped in with a leaf -> free
INSERT INTO journal_act SELECT (a).* FROM (SELECT jsonb_populate_record(x, jsonb_build_object('id',
  '$free'::uuid, 'stream', '$free'::uuid, 'idem', NULL, 'n', x.n + 1000, 'seq', 1)) a FROM journal_act x WHERE
  id = '$told') y;
INSERT INTO journal_leaf (idx, act_id, leaf) SELECT max(idx) + 1, '$free', sha256('x') FROM journal_leaf;

-- acts of a file swapped -> act
UPDATE journal_act SET seq = 9 WHERE id = '$act';
UPDATE journal_act SET seq = 1 WHERE id = '$next';
UPDATE journal_act SET seq = 2 WHERE id = '$act';

-- digest -> act
UPDATE journal_change SET digest = sha256(digest) WHERE act_id = '$act';

-- operation -> act
UPDATE journal_change SET op = 'M' WHERE act_id = '$act';

-- change row of another act -> told
UPDATE journal_change SET act_id = '$told' WHERE act_id = '$act';

-- change removed -> act
DELETE FROM journal_change WHERE act_id = '$act';

-- change added -> told
INSERT INTO journal_change (act_id, tbl, row_id, op, form, digest) VALUES ('$told', 32000, '$free', 'D', 1,
  NULL);

-- change added for no act -> free
INSERT INTO journal_change (act_id, tbl, row_id, op, form, digest) VALUES ('$free', 32000, '$free', 'D', 1,
  NULL);

-- changes of one act swapped -> single
UPDATE journal_change SET n = -n WHERE act_id = '$single';
UPDATE journal_change SET n = CASE n WHEN (SELECT min(n) FROM journal_change) THEN -(SELECT max(n) FROM
  journal_change WHERE n < 0) ELSE -(SELECT min(n) FROM journal_change) END WHERE n < 0;

-- changes of one row swapped, row put back -> row
UPDATE journal_change SET n = -n WHERE act_id IN ('$act', '$next');
UPDATE journal_change SET n = CASE n WHEN (SELECT min(n) FROM journal_change) THEN -(SELECT max(n) FROM
  journal_change WHERE n < 0) ELSE -(SELECT min(n) FROM journal_change) END WHERE n < 0;
UPDATE journal_probe SET name = 'one' WHERE id = '$row';

-- leaf -> act
UPDATE journal_leaf SET leaf = sha256(leaf) WHERE act_id = '$act';

-- leaf of another act -> act
UPDATE journal_leaf SET act_id = '$free' WHERE act_id = '$act';

-- leaf removed -> act
DELETE FROM journal_leaf WHERE act_id = '$act';

-- leaf added -> free
INSERT INTO journal_leaf (idx, act_id, leaf) SELECT max(idx) + 1, '$free', sha256('x') FROM journal_leaf;

-- leaves swapped -> told
UPDATE journal_leaf SET idx = -1 WHERE idx = $idx;
UPDATE journal_leaf SET idx = $idx WHERE idx = $told_idx;
UPDATE journal_leaf SET idx = $told_idx WHERE idx = -1;

-- note -> checkpoint
UPDATE journal_checkpoint SET note = replace(note, 'time 2', 'time 1') WHERE size = (SELECT min(size) FROM
  journal_checkpoint);

-- root -> checkpoint
UPDATE journal_checkpoint SET root = sha256(root) WHERE size > $size;

-- edge -> checkpoint
UPDATE journal_checkpoint SET edge = overlay(edge placing sha256(edge) from 1) WHERE size > $size;

-- size -> checkpoint
UPDATE journal_checkpoint SET size = size + 1 WHERE size = (SELECT max(size) FROM journal_checkpoint);

-- checkpoint removed -> checkpoint
DELETE FROM journal_checkpoint WHERE size = (SELECT min(size) FROM journal_checkpoint);

-- last checkpoint removed -> checkpoint
DELETE FROM journal_checkpoint WHERE size = (SELECT max(size) FROM journal_checkpoint);

-- checkpoint added -> checkpoint
INSERT INTO journal_checkpoint (size, root, note, horizon, edge)
  SELECT size - 1, sha256(root), note, horizon, edge FROM journal_checkpoint ORDER BY size LIMIT 1;

-- notes swapped -> checkpoint
UPDATE journal_checkpoint c SET note = (SELECT note FROM journal_checkpoint d WHERE d.size <> c.size ORDER BY
  size LIMIT 1);

-- key changed -> who
UPDATE journal_subject SET wrapped = sha256(wrapped) WHERE id = '$who';

-- key removed -> who
UPDATE journal_subject SET wrapped = NULL WHERE id = '$who';

-- subject removed -> who
DELETE FROM journal_subject WHERE id = '$who';

-- subject added -> free
INSERT INTO journal_subject SELECT '$free', wrapped FROM journal_subject WHERE id = '$who';

-- keys swapped -> who
UPDATE journal_subject s SET wrapped = (SELECT wrapped FROM journal_subject o WHERE o.id IN ('$who',
  '$other_who') AND o.id <> s.id) WHERE id IN ('$who', '$other_who');

-- blob -> call
UPDATE journal_secret SET blob = sha256(blob) WHERE act_id = '$call';

-- blob removed -> call
DELETE FROM journal_secret WHERE act_id = '$call' AND subject_id = '$who';

-- all removed as if erased -> call
DELETE FROM journal_secret WHERE subject_id = '$who';
DELETE FROM journal_blind WHERE subject_id = '$who';
UPDATE journal_subject SET wrapped = NULL WHERE id = '$who';

-- blob added -> told
INSERT INTO journal_secret (act_id, subject_id, blob) SELECT '$told', subject_id, blob FROM journal_secret
  WHERE act_id = '$call' LIMIT 1;

-- blob added to an erased act -> gone
INSERT INTO journal_secret (act_id, subject_id, blob) SELECT '$gone', '$who', blob FROM journal_secret WHERE
  act_id = '$call' LIMIT 1;

-- blob added for no act -> free
INSERT INTO journal_secret (act_id, subject_id, blob) SELECT '$free', subject_id, blob FROM journal_secret
  WHERE act_id = '$call' LIMIT 1;

-- blobs swapped -> call
UPDATE journal_secret s SET blob = (SELECT blob FROM journal_secret o WHERE o.subject_id IN ('$who',
  '$other_who') AND o.subject_id <> s.subject_id) WHERE subject_id IN ('$who', '$other_who');

-- blind index -> blind
UPDATE journal_blind SET digest = sha256(digest) WHERE subject_id = '$who';

-- blind index removed -> blind
DELETE FROM journal_blind WHERE subject_id = '$who';

-- blind index added -> blind
INSERT INTO journal_blind SELECT sha256(digest), subject_id FROM journal_blind WHERE subject_id = '$who';

-- blind indexes swapped -> blind
UPDATE journal_blind SET subject_id = CASE subject_id WHEN '$who'::uuid THEN '$other_who'::uuid ELSE
  '$who'::uuid END WHERE subject_id IN ('$who', '$other_who');

-- row -> row
UPDATE journal_probe SET number = 2 WHERE id = '$row';

-- row set to null -> row
UPDATE journal_probe SET number = NULL WHERE id = '$row';

-- row removed -> row
DELETE FROM journal_probe WHERE id = '$row';

-- row added -> free
INSERT INTO journal_probe (id, name) VALUES ('$free', 'x');

-- rows swapped -> other
UPDATE journal_probe SET name = CASE id WHEN '$row' THEN 'another' ELSE 'two' END WHERE id IN ('$row',
  '$other');

-- row with its digest -> next
UPDATE journal_probe SET name = 'x' WHERE id = '$row';
UPDATE journal_change SET digest = (SELECT digest FROM journal_current('journal_probe', '{cached}') WHERE
  row_id = '$row') WHERE act_id = '$next';
