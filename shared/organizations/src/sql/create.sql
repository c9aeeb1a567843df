-- organizations.create
-- $1 id, $2 slug, $3 name, $4 description, $5 logo, $6 website, $7 owner, $8 now. The claim of the name decides between those
-- who want it at once; what was given up within 30 days only goes back to its owners.
WITH claimed AS (
    INSERT INTO organization_slugs AS s (slug, organization_id) VALUES ($2::text, $1::uuid)
    ON CONFLICT (slug) DO UPDATE SET organization_id = EXCLUDED.organization_id, released_at = NULL
        WHERE s.released_at < $8::timestamptz - interval '30 days' OR s.released_at IS NOT NULL AND EXISTS (
            SELECT FROM organization_members m WHERE m.organization_id = s.organization_id AND m.user_id = $7::uuid AND m.role = 'owner'
        )
    RETURNING organization_id
), o AS (
    INSERT INTO organizations (id, slug, name, description, logo_url, website_url, created_by, created_at, updated_at)
    SELECT organization_id, $2::text, $3::text, $4::text, $5::text, $6::text, $7::uuid, $8::timestamptz, $8::timestamptz FROM claimed
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
    'organization', (SELECT to_json(o) FROM o),
    'session_hashes', (SELECT coalesce(json_agg(s.token_hash), '[]') FROM sessions s JOIN promoted p ON p.id = s.user_id)
)
