-- content.save_progress
-- $1 user, $2 a JSON list of {content_id, position, duration, completed, updated_at (the player's clock)}, each content once: the later
-- write wins, completion stays; $3 now. Answers of each content that exists on which grounds it was saved or not.
-- `allowed` is the rule of rule.rs once more, so that one statement decides and writes; a test holds the two together
WITH reports AS (
    SELECT * FROM jsonb_to_recordset($2::jsonb)
        AS r(content_id uuid, position double precision, duration double precision, completed boolean, updated_at timestamptz)
), grounds AS (
    SELECT
        c.id,
        c.creator_id = $1::uuid AS owner,
        c.status,
        c.visibility,
        c.minimum_tier_id IS NOT NULL AS tiered,
        EXISTS (SELECT FROM content_access a WHERE a.user_id = $1::uuid AND a.content_id = c.id AND a.revoked_at IS NULL) AS purchased,
        is_subscribed($1::uuid, c.minimum_tier_id, c.visibility, c.audience, c.organization_id, $3::timestamptz) AS subscribed,
        (
            SELECT om.role FROM organization_members om JOIN organizations o ON o.id = om.organization_id AND o.deleted_at IS NULL
            WHERE om.organization_id = c.organization_id AND om.user_id = $1::uuid
        ) AS role
    FROM reports r JOIN content c ON c.id = r.content_id AND c.deleted_at IS NULL
), allowed AS (
    SELECT id FROM grounds
    WHERE owner OR coalesce(role IN ('owner', 'admin'), false) OR (status = 'archived' AND purchased) OR (status = 'published' AND
        CASE visibility WHEN 'public' THEN true WHEN 'purchased_only' THEN purchased OR subscribed
            ELSE subscribed OR role IS NOT NULL AND NOT tiered END)
), saved AS (
    INSERT INTO playback_progress AS p (user_id, content_id, position_seconds, duration_seconds, completed, updated_at)
    SELECT $1::uuid, r.content_id, r.position, r.duration, r.completed, r.updated_at
    FROM reports r JOIN allowed a ON a.id = r.content_id
    -- Batches lock in one order, so that two of them never wait for each other.
    ORDER BY r.content_id
    ON CONFLICT (user_id, content_id) DO UPDATE SET
        position_seconds = CASE WHEN EXCLUDED.updated_at >= p.updated_at THEN EXCLUDED.position_seconds ELSE p.position_seconds END,
        duration_seconds = CASE WHEN EXCLUDED.updated_at >= p.updated_at THEN EXCLUDED.duration_seconds ELSE p.duration_seconds END,
        completed = p.completed OR EXCLUDED.completed,
        updated_at = greatest(p.updated_at, EXCLUDED.updated_at)
    RETURNING p.content_id
)
SELECT json_build_object('content_id', g.id, 'saved', s.content_id IS NOT NULL, 'grounds', to_json(g))
FROM grounds g LEFT JOIN saved s ON s.content_id = g.id
