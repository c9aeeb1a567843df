-- organizations.update
-- $1 organization, $2 who, $3 the changed fields as JSON (null empties a field or restores its default), $4 now.
-- No row where they do not belong to it. A new name is claimed as in `create`; the old one stays its owners' for 30 days.
WITH grounds AS (
    SELECT o.id, o.slug, o.logo_url, m.role,
        coalesce($3::jsonb ->> 'slug', o.slug) AS wanted,
        $3::jsonb ->> 'timezone' IS NULL OR EXISTS (SELECT FROM pg_timezone_names z WHERE z.name = $3::jsonb ->> 'timezone') AS timezone_ok
    FROM organizations o JOIN organization_members m ON m.organization_id = o.id
    WHERE o.id = $1::uuid AND m.user_id = $2::uuid AND o.deleted_at IS NULL
), permitted AS (
    SELECT * FROM grounds WHERE timezone_ok AND (role = 'owner' OR role = 'admin' AND wanted = slug)
), claimed AS (
    INSERT INTO organization_slugs AS s (slug, organization_id) SELECT wanted, id FROM permitted WHERE wanted <> slug
    ON CONFLICT (slug) DO UPDATE SET organization_id = EXCLUDED.organization_id, released_at = NULL
        WHERE s.organization_id = EXCLUDED.organization_id OR s.released_at < $4::timestamptz - interval '30 days'
            OR s.released_at IS NOT NULL AND EXISTS (
                SELECT FROM organization_members m WHERE m.organization_id = s.organization_id AND m.user_id = $2::uuid AND m.role = 'owner'
            )
    RETURNING slug
), changed AS (
    UPDATE organizations o SET
        slug = p.wanted,
        name = coalesce($3::jsonb ->> 'name', o.name),
        description = CASE WHEN $3::jsonb ? 'description' THEN $3::jsonb ->> 'description' ELSE o.description END,
        logo_url = CASE WHEN $3::jsonb ? 'logo_url' THEN $3::jsonb ->> 'logo_url' ELSE o.logo_url END,
        website_url = CASE WHEN $3::jsonb ? 'website_url' THEN $3::jsonb ->> 'website_url' ELSE o.website_url END,
        primary_color = CASE WHEN $3::jsonb ? 'primary_color' THEN coalesce($3::jsonb ->> 'primary_color', '#3B82F6') ELSE o.primary_color END,
        secondary_color = CASE WHEN $3::jsonb ? 'secondary_color' THEN $3::jsonb ->> 'secondary_color' ELSE o.secondary_color END,
        heading_font = CASE WHEN $3::jsonb ? 'heading_font' THEN $3::jsonb ->> 'heading_font' ELSE o.heading_font END,
        body_font = CASE WHEN $3::jsonb ? 'body_font' THEN $3::jsonb ->> 'body_font' ELSE o.body_font END,
        platform_name = CASE WHEN $3::jsonb ? 'platform_name' THEN $3::jsonb ->> 'platform_name' ELSE o.platform_name END,
        support_email = CASE WHEN $3::jsonb ? 'support_email' THEN $3::jsonb ->> 'support_email' ELSE o.support_email END,
        timezone = CASE WHEN $3::jsonb ? 'timezone' THEN coalesce($3::jsonb ->> 'timezone', 'UTC') ELSE o.timezone END,
        signups_enabled = CASE WHEN $3::jsonb ? 'signups' THEN coalesce(($3::jsonb ->> 'signups')::bool, true) ELSE o.signups_enabled END,
        purchases_enabled = CASE WHEN $3::jsonb ? 'purchases' THEN coalesce(($3::jsonb ->> 'purchases')::bool, true) ELSE o.purchases_enabled END,
        subscriptions_enabled = CASE WHEN $3::jsonb ? 'subscriptions' THEN coalesce(($3::jsonb ->> 'subscriptions')::bool, true)
            ELSE o.subscriptions_enabled END,
        updated_at = $4::timestamptz
    FROM permitted p
    WHERE o.id = p.id AND (p.wanted = p.slug OR EXISTS (SELECT FROM claimed))
    RETURNING o.*
), released AS (
    UPDATE organization_slugs s SET released_at = $4::timestamptz
    FROM claimed WHERE s.organization_id = $1::uuid AND s.slug <> claimed.slug AND s.released_at IS NULL
)
SELECT json_build_object(
    'role', role, 'old_slug', slug, 'old_logo', logo_url, 'timezone_ok', timezone_ok, 'organization', (SELECT to_json(c) FROM changed c)
)
FROM grounds
