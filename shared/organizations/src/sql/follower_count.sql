-- organizations.follower_count
-- $1 organization
SELECT json_build_object('count', follower_count) FROM organizations WHERE id = $1::uuid AND deleted_at IS NULL
