-- notifications.words
-- $1 owner, $2 name or null for all: of each name the template in use, or else the one that was written last
SELECT row_to_json(t) FROM (
    SELECT DISTINCT ON (name) id, scope, organization_id, creator_id, name, subject, html_body, text_body, description, status, created_at, updated_at
    FROM email_templates WHERE owner_id = $1::uuid AND status <> 'archived' AND ($2::text IS NULL OR name = $2::text)
    ORDER BY name, status = 'active' DESC, created_at DESC, id DESC
) t
