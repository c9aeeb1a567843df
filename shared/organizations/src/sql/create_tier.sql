-- organizations.create_tier
-- $1 tier, $2 organization, $3 who, $4 name, $5 description, $6 place among the others or null for above them, $7 monthly and
-- $8 annual price, $9 currency, $10 now. No row where they do not belong to it.
WITH grounds AS (
    SELECT o.id, m.role, o.subscriptions_enabled AS enabled,
        (SELECT count(*) FROM tiers t WHERE t.organization_id = o.id AND t.status = 'active') < 20 AS room,
        (SELECT coalesce(max(t.sort_order), 0) FROM tiers t WHERE t.organization_id = o.id) AS highest
    FROM organizations o JOIN organization_members m ON m.organization_id = o.id
    WHERE o.id = $2::uuid AND m.user_id = $3::uuid AND o.deleted_at IS NULL
), made AS (
    INSERT INTO tiers (id, organization_id, name, description, sort_order, monthly_cents, annual_cents, currency, created_at, updated_at)
    SELECT $1::uuid, id, $4, $5, coalesce($6::int, least(highest + 1, 1000)), $7::bigint, $8::bigint, $9, $10::timestamptz, $10::timestamptz
    FROM grounds WHERE role IN ('owner', 'admin') AND enabled AND room
    RETURNING *
)
SELECT json_build_object('role', role, 'enabled', enabled, 'room', room, 'tier', (SELECT to_json(t) FROM made t)) FROM grounds
