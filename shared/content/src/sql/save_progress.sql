-- content.save_progress
-- $1 user, $2 content, $3 position, $4 duration, $5 completed, $6 the player's time: the later write wins, completion stays.
-- `allowed` is the rule of rule.rs once more, so that one statement decides and writes; a test holds the two together
WITH grounds AS (
    SELECT
        c.id,
        c.creator_id = $1::uuid AS owner,
        c.status,
        c.visibility,
        EXISTS (SELECT FROM content_access a WHERE a.user_id = $1::uuid AND a.content_id = c.id AND a.revoked_at IS NULL) AS purchased,
        (
            SELECT om.role FROM organization_members om JOIN organizations o ON o.id = om.organization_id AND o.deleted_at IS NULL
            WHERE om.organization_id = c.organization_id AND om.user_id = $1::uuid
        ) AS role
    FROM content c
    WHERE c.id = $2::uuid AND c.deleted_at IS NULL
), allowed AS (
    SELECT id FROM grounds
    WHERE owner OR coalesce(role IN ('owner', 'admin'), false) OR (status = 'archived' AND purchased) OR (status = 'published' AND
        CASE visibility WHEN 'public' THEN true WHEN 'purchased_only' THEN purchased ELSE role IS NOT NULL END)
), saved AS (
    INSERT INTO playback_progress AS p (user_id, content_id, position_seconds, duration_seconds, completed, updated_at)
    SELECT $1::uuid, id, $3::double precision, $4::double precision, $5::boolean, $6::timestamptz FROM allowed
    ON CONFLICT (user_id, content_id) DO UPDATE SET
        position_seconds = CASE WHEN EXCLUDED.updated_at >= p.updated_at THEN EXCLUDED.position_seconds ELSE p.position_seconds END,
        duration_seconds = CASE WHEN EXCLUDED.updated_at >= p.updated_at THEN EXCLUDED.duration_seconds ELSE p.duration_seconds END,
        completed = p.completed OR EXCLUDED.completed,
        updated_at = greatest(p.updated_at, EXCLUDED.updated_at)
    RETURNING p.content_id
)
SELECT json_build_object('saved', EXISTS (SELECT FROM saved), 'grounds', to_json(grounds)) FROM grounds
