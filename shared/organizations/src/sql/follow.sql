-- organizations.follow
-- $1 organization, $2 who, $3 now; again is no different from once
WITH o AS (
    SELECT id, signups_enabled FROM organizations WHERE id = $1::uuid AND deleted_at IS NULL
), followed AS (
    INSERT INTO organization_followers (organization_id, user_id, created_at)
    SELECT id, $2::uuid, $3::timestamptz FROM o WHERE signups_enabled
    ON CONFLICT (organization_id, user_id) DO NOTHING
    RETURNING organization_id
), counted AS (
    UPDATE organizations t SET follower_count = t.follower_count + 1 FROM followed f WHERE t.id = f.organization_id
)
SELECT json_build_object('follows', o.signups_enabled OR EXISTS (
    SELECT FROM organization_followers f WHERE f.organization_id = o.id AND f.user_id = $2::uuid
))
FROM o
