-- organizations.accept_invitation
-- $1 token hash, $2 who, $3 now. Accepting again, by the same person, answers as the first time.
WITH invitation AS (
    SELECT i.id, i.status, i.expires_at > $3::timestamptz AS is_live, u.email = i.email AS is_theirs, o.id AS organization_id
    FROM organization_invitations i
    JOIN organizations o ON o.id = i.organization_id AND o.deleted_at IS NULL
    JOIN users u ON u.id = $2::uuid
    WHERE i.token_hash = $1::text
), accepted AS (
    UPDATE organization_invitations i SET status = 'accepted', decided_at = $3::timestamptz, accepted_by = $2::uuid
    FROM invitation v
    WHERE i.id = v.id AND i.token_hash = $1::text AND i.status = 'pending' AND v.is_live AND v.is_theirs
    RETURNING i.organization_id, i.role
), joined AS (
    INSERT INTO organization_members (organization_id, user_id, role, created_at)
    SELECT organization_id, $2::uuid, role, $3::timestamptz FROM accepted
    ON CONFLICT (organization_id, user_id) DO NOTHING
    RETURNING organization_id, role
), creator AS (
    UPDATE users u SET role = 'creator', updated_at = $3::timestamptz
    FROM joined j WHERE u.id = $2::uuid AND u.role = 'customer' AND j.role <> 'member'
    RETURNING u.id
)
SELECT json_build_object(
    'is_theirs', v.is_theirs,
    'joined', (
        SELECT to_json(r) FROM (
            SELECT o.*, coalesce((SELECT role FROM joined), (
                SELECT m.role FROM organization_members m WHERE m.organization_id = o.id AND m.user_id = $2::uuid
            )) AS role
            FROM organizations o WHERE o.id = v.organization_id AND (EXISTS (SELECT FROM accepted) OR v.status = 'accepted' AND v.is_theirs)
        ) r WHERE r.role IS NOT NULL
    ),
    'session_hashes', (SELECT coalesce(json_agg(s.token_hash), '[]') FROM sessions s JOIN creator c ON c.id = s.user_id)
)
FROM invitation v
