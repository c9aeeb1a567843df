-- organizations.update_tier
-- $1 tier, $2 organization, $3 who, $4 the changed fields as JSON (null empties a field), $5 now. No row where they do not belong to the
-- organization. What was archived is offered again only where subscriptions are switched on and there is room.
WITH grounds AS (
    SELECT o.id, m.role,
        o.subscriptions_enabled OR $4::jsonb ->> 'status' IS DISTINCT FROM 'active' AS enabled,
        $4::jsonb ->> 'status' IS DISTINCT FROM 'active' OR (
            SELECT count(*) FROM tiers t WHERE t.organization_id = o.id AND t.status = 'active' AND t.id <> $1::uuid
        ) < 20 AS room
    FROM organizations o JOIN organization_members m ON m.organization_id = o.id
    WHERE o.id = $2::uuid AND m.user_id = $3::uuid AND o.deleted_at IS NULL
), changed AS (
    UPDATE tiers t SET
        name = coalesce($4::jsonb ->> 'name', t.name),
        description = CASE WHEN $4::jsonb ? 'description' THEN $4::jsonb ->> 'description' ELSE t.description END,
        sort_order = coalesce(($4::jsonb ->> 'sort_order')::int, t.sort_order),
        monthly_cents = coalesce(($4::jsonb ->> 'monthly_cents')::bigint, t.monthly_cents),
        annual_cents = coalesce(($4::jsonb ->> 'annual_cents')::bigint, t.annual_cents),
        status = coalesce($4::jsonb ->> 'status', t.status),
        updated_at = $5::timestamptz
    FROM grounds g
    WHERE t.id = $1::uuid AND t.organization_id = g.id AND g.role IN ('owner', 'admin') AND g.enabled AND g.room
    RETURNING t.*
)
SELECT json_build_object('role', role, 'enabled', enabled, 'room', room, 'tier', (SELECT to_json(t) FROM changed t)) FROM grounds
