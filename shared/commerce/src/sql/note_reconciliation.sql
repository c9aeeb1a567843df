-- commerce.note_reconciliation
-- $1 since, $2 until, $3 events seen, $4 those that had never arrived, as a JSON array
INSERT INTO reconciliations (since, until, seen, missing) VALUES ($1::timestamptz, $2::timestamptz, $3::int, $4::jsonb)
RETURNING json_build_object('id', id)
