-- notifications.try_out
-- $1 template, $2 person, $3 whether they run the platform, $4 recipient, $5 data, $6 mail, $7 now
--
-- Strangers cannot be written to this way: the recipient is the person, or somebody of the template's organization, and has
-- shown that the address is theirs.
WITH template AS (
    SELECT t.id, t.name, t.organization_id, t.creator_id
    FROM email_templates t
    LEFT JOIN organizations o ON o.id = t.organization_id AND o.deleted_at IS NULL
    WHERE t.id = $1::uuid AND (
        t.scope = 'creator' AND t.creator_id = $2::uuid
        OR t.scope = 'global' AND $3::text::boolean
        OR o.id IS NOT NULL AND ($3::text::boolean OR EXISTS (
            SELECT FROM organization_members m WHERE m.organization_id = o.id AND m.user_id = $2::uuid AND m.role IN ('owner', 'admin')))
    )
), recipient AS (
    SELECT u.id, u.email FROM users u CROSS JOIN template t
    WHERE u.email = $4::text AND u.email_verified_at IS NOT NULL AND (
        u.id = $2::uuid OR EXISTS (SELECT FROM organization_members m WHERE m.organization_id = t.organization_id AND m.user_id = u.id))
), mail AS (
    INSERT INTO outbox (id, template, recipient, data, created_at, due_at, organization_id, creator_id, user_id, template_id)
    SELECT $6::uuid, t.name, r.email, $5::jsonb, $7::timestamptz, $7::timestamptz, t.organization_id, t.creator_id, r.id, t.id
    FROM template t CROSS JOIN recipient r
    RETURNING id
)
SELECT json_build_object('queued', EXISTS (SELECT FROM mail)) FROM template
