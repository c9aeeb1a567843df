-- notifications.send
-- $1 mail, $2 template, $3 recipient, $4 data, $5 category, $6 organization or null, $7 creator or null, $8 dedupe key, $9 now,
-- $10 whether the platform has words of its own for it
--
-- Who comes second with a key waits for the first, and gets the first one's mail.
WITH account AS (
    SELECT id FROM users WHERE email = $3::text
), checked AS (
    SELECT $10::text::boolean OR EXISTS (
            SELECT FROM email_templates
            WHERE name = $2::text AND status = 'active'
                AND owner_id IN ($6::uuid, $7::uuid, '00000000-0000-0000-0000-000000000000')
        ) AS known,
        $5::text = 'transactional' OR EXISTS (SELECT FROM account) AS refusable
), mail AS (
    INSERT INTO outbox (id, template, recipient, data, created_at, due_at, category, organization_id, creator_id, user_id, dedupe_key)
    SELECT $1::uuid, $2::text, $3::text, $4::jsonb, $9::timestamptz, $9::timestamptz, $5::text, $6::uuid, $7::uuid,
        (SELECT id FROM account), $8::text
    FROM checked WHERE known AND refusable
    ON CONFLICT (dedupe_key) DO UPDATE SET dedupe_key = EXCLUDED.dedupe_key
    RETURNING id
)
SELECT json_build_object('id', (SELECT id FROM mail), 'known', known) FROM checked
