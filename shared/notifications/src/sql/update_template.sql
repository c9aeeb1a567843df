-- notifications.update_template
-- $1 id, $2 owner, $3 subject, $4 html, $5 text or nulls, $6 whether the description changes, $7 description, $8 status or null, $9 now
UPDATE email_templates
SET subject = coalesce($3::text, subject),
    html_body = coalesce($4::text, html_body),
    text_body = coalesce($5::text, text_body),
    description = CASE WHEN $6::text::boolean THEN $7::text ELSE description END,
    status = coalesce($8::text, status),
    updated_at = $9::timestamptz
WHERE id = $1::uuid AND owner_id = $2::uuid
RETURNING json_build_object('id', id, 'scope', scope, 'organization_id', organization_id, 'creator_id', creator_id, 'name', name,
    'subject', subject, 'html_body', html_body, 'text_body', text_body, 'description', description, 'status', status,
    'created_at', created_at, 'updated_at', updated_at)
