-- notifications.templates
-- $1 owner, $2 status or null, $3 name or null, $4 limit, $5 offset: by name, the newest first
SELECT json_build_object(
    'total', (SELECT count(*) FROM (
        SELECT FROM email_templates
        WHERE owner_id = $1::uuid AND ($2::text IS NULL OR status = $2::text) AND ($3::text IS NULL OR name = $3::text) LIMIT 10000
    ) counted),
    'items', (SELECT coalesce(json_agg(t), '[]') FROM (
        SELECT id, scope, name, subject, description, status, created_at, updated_at
        FROM email_templates
        WHERE owner_id = $1::uuid AND ($2::text IS NULL OR status = $2::text) AND ($3::text IS NULL OR name = $3::text)
        ORDER BY name, created_at DESC, id DESC LIMIT $4::int OFFSET $5::int
    ) t)
)
