-- organizations.restore
-- $1 organization, $2 who, $3 now. Only where nobody has its name by now; published is what its deletion unpublished and nobody touched since.
WITH grounds AS (
    SELECT o.*, m.role
    FROM organizations o JOIN organization_members m ON m.organization_id = o.id
    WHERE o.id = $1::uuid AND m.user_id = $2::uuid
), claimed AS (
    INSERT INTO organization_slugs AS s (slug, organization_id)
    SELECT slug, id FROM grounds WHERE role = 'owner' AND deleted_at IS NOT NULL
    ON CONFLICT (slug) DO UPDATE SET released_at = NULL WHERE s.organization_id = EXCLUDED.organization_id
    RETURNING organization_id
), restored AS (
    UPDATE organizations o SET deleted_at = NULL, updated_at = $3::timestamptz
    FROM claimed c WHERE o.id = c.organization_id AND o.deleted_at IS NOT NULL
    RETURNING o.*
), published AS (
    UPDATE content c SET status = 'published', updated_at = $3::timestamptz
    FROM restored r JOIN grounds g ON g.id = r.id
    WHERE c.organization_id = r.id AND c.status = 'draft' AND c.published_at IS NOT NULL AND c.updated_at = g.deleted_at AND c.withheld_at IS NULL AND c.deleted_at IS NULL
)
SELECT json_build_object(
    'role', g.role,
    'organization', CASE WHEN g.deleted_at IS NULL THEN to_json(g) ELSE (SELECT to_json(r) FROM restored r) END
)
FROM grounds g
