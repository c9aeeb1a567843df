-- organizations.desk
-- $1 organization, $2 who asks, $3 team, tiers or null: what else, $4 now, $5 limit and $6 offset of the members, the longest there
-- first. Addresses, invitations, archived tiers, and tiers while subscriptions are switched off are for those who manage it
SELECT json_build_object(
    'role', m.role,
    'organization', to_json(o),
    'tiers', CASE WHEN $3::text = 'tiers' THEN (
        SELECT coalesce(json_agg(t ORDER BY t.status, t.sort_order, t.id), '[]') FROM (
            SELECT * FROM tiers WHERE organization_id = o.id AND (a.manages OR status = 'active' AND o.subscriptions_enabled)
            ORDER BY status, sort_order, id LIMIT 120
        ) t
    ) END,
    'team', CASE WHEN $3::text = 'team' THEN json_build_object(
        'total', (SELECT count(*) FROM (SELECT FROM organization_members x WHERE x.organization_id = o.id LIMIT 10000) counted),
        'members', (SELECT coalesce(json_agg(r ORDER BY r.joined_at, r.user_id), '[]') FROM (
            SELECT u.id AS user_id, u.name, u.username, u.avatar_url, CASE WHEN a.manages THEN u.email END AS email, p.role, p.created_at AS joined_at
            FROM (
                SELECT x.user_id, x.role, x.created_at FROM organization_members x WHERE x.organization_id = o.id
                ORDER BY x.created_at, x.user_id LIMIT $5::int OFFSET $6::int
            ) p JOIN users u ON u.id = p.user_id
        ) r),
        'invitations', (SELECT coalesce(json_agg(r ORDER BY r.created_at DESC, r.id DESC), '[]') FROM (
            SELECT i.id, i.email, i.role, i.invited_by, i.created_at, i.sent_at, i.expires_at, i.decided_at, i.status
            FROM organization_invitations i
            WHERE a.manages AND i.organization_id = o.id AND i.status = 'pending' AND i.expires_at > $4::timestamptz
            ORDER BY i.created_at DESC, i.id DESC LIMIT 100
        ) r),
        'followers', o.follower_count
    ) END
)
FROM organizations o JOIN organization_members m ON m.organization_id = o.id AND m.user_id = $2::uuid
CROSS JOIN LATERAL (SELECT m.role IN ('owner', 'admin') AS manages) a
WHERE o.id = $1::uuid AND o.deleted_at IS NULL
