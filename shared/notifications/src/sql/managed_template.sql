-- notifications.managed_template
-- $1 id, $2 person, $3 whether they run the platform: a template that they may change, and how its tenant looks
SELECT json_build_object('name', t.name, 'subject', t.subject, 'html', t.html_body, 'text', t.text_body,
    'brand', CASE WHEN o.id IS NOT NULL THEN json_build_object('name', coalesce(o.platform_name, o.name), 'logo_url', o.logo_url,
        'primary_color', o.primary_color, 'support_email', o.support_email) END)
FROM email_templates t
LEFT JOIN organizations o ON o.id = t.organization_id AND o.deleted_at IS NULL
WHERE t.id = $1::uuid AND (
    t.scope = 'creator' AND t.creator_id = $2::uuid
    OR t.scope = 'global' AND $3::text::boolean
    OR o.id IS NOT NULL AND ($3::text::boolean OR EXISTS (
        SELECT FROM organization_members m WHERE m.organization_id = o.id AND m.user_id = $2::uuid AND m.role IN ('owner', 'admin')))
)
