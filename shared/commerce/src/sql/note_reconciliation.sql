-- commerce.note_reconciliation
-- $1 since, $2 until, $3 events seen, $4 those that had never arrived and $5 those that could not be applied, as JSON arrays
INSERT INTO reconciliations (since, until, seen, missing, failed)
VALUES ($1::timestamptz, $2::timestamptz, $3::int, $4::jsonb, $5::jsonb)
RETURNING json_build_object('id', id)
