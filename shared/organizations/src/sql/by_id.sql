-- organizations.by_id
-- $1 id
SELECT to_json(o) FROM organizations o WHERE o.id = $1::uuid AND o.deleted_at IS NULL
