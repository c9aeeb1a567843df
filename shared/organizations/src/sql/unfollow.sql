-- organizations.unfollow
-- $1 organization, $2 who; again is no different from once
WITH o AS (
    SELECT id FROM organizations WHERE id = $1::uuid AND deleted_at IS NULL
), unfollowed AS (
    DELETE FROM organization_followers f USING o WHERE f.organization_id = o.id AND f.user_id = $2::uuid
    RETURNING f.organization_id
), counted AS (
    UPDATE organizations t SET follower_count = t.follower_count - 1 FROM unfollowed u WHERE t.id = u.organization_id
)
SELECT to_json(id) FROM o
