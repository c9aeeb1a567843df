-- notifications.create_template
-- $1 id, $2 organization or null, $3 creator or null, $4 name, $5 subject, $6 html, $7 text, $8 description, $9 status, $10 now
INSERT INTO email_templates (id, organization_id, creator_id, name, subject, html_body, text_body, description, status, created_at, updated_at)
VALUES ($1::uuid, $2::uuid, $3::uuid, $4::text, $5::text, $6::text, $7::text, $8::text, $9::text, $10::timestamptz, $10::timestamptz)
RETURNING json_build_object('id', id, 'scope', scope, 'organization_id', organization_id, 'creator_id', creator_id, 'name', name,
    'subject', subject, 'html_body', html_body, 'text_body', text_body, 'description', description, 'status', status,
    'created_at', created_at, 'updated_at', updated_at)
