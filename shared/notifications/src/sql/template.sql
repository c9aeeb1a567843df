-- notifications.template
-- $1 id, $2 owner
SELECT row_to_json(t) FROM (
    SELECT id, scope, organization_id, creator_id, name, subject, html_body, text_body, description, status, created_at, updated_at
    FROM email_templates WHERE id = $1::uuid AND owner_id = $2::uuid
) t
