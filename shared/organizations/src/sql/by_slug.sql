-- organizations.by_slug
-- $1 slug
SELECT to_json(o) FROM organizations o WHERE o.slug = $1::text AND o.deleted_at IS NULL
