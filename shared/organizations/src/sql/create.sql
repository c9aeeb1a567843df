-- organizations.create
-- $1 id, $2 slug, $3 name, $4 description, $5 logo, $6 website, $7 owner, $8 now
WITH o AS (
    INSERT INTO organizations (id, slug, name, description, logo_url, website_url, created_by, created_at, updated_at)
    VALUES ($1::uuid, $2::text, $3::text, $4::text, $5::text, $6::text, $7::uuid, $8::timestamptz, $8::timestamptz)
    RETURNING *
), owner AS (
    INSERT INTO organization_members (organization_id, user_id, role, created_at)
    SELECT id, created_by, 'owner', created_at FROM o
), promoted AS (
    UPDATE users u SET role = 'creator', updated_at = o.created_at
    FROM o WHERE u.id = o.created_by AND u.role = 'customer'
    RETURNING u.id
)
SELECT json_build_object(
    'organization', json_build_object('id', o.id, 'slug', o.slug, 'name', o.name, 'description', o.description, 'logo_url', o.logo_url, 'website_url', o.website_url,
    'primary_color', o.primary_color, 'created_at', o.created_at, 'updated_at', o.updated_at),
    'session_hashes', (SELECT coalesce(json_agg(s.token_hash), '[]') FROM sessions s JOIN promoted p ON p.id = s.user_id)
)
FROM o
