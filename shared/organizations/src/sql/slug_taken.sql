-- organizations.slug_taken
-- $1 slug
SELECT to_json(EXISTS (SELECT FROM organizations WHERE slug = $1::text AND deleted_at IS NULL))
