-- organizations.delete
-- $1 organization, $2 who, $3 now. What is unpublished bears the time of the deletion, by which `restore` knows it again.
WITH grounds AS (
    SELECT o.id, o.slug, m.role
    FROM organizations o JOIN organization_members m ON m.organization_id = o.id
    WHERE o.id = $1::uuid AND m.user_id = $2::uuid AND o.deleted_at IS NULL
), deleted AS (
    UPDATE organizations o SET deleted_at = $3::timestamptz, updated_at = $3::timestamptz
    FROM grounds g WHERE o.id = g.id AND g.role = 'owner' AND o.deleted_at IS NULL
    RETURNING o.id
), released AS (
    UPDATE organization_slugs s SET released_at = $3::timestamptz
    FROM deleted d WHERE s.organization_id = d.id AND s.released_at IS NULL
), unpublished AS (
    UPDATE content c SET status = 'draft', updated_at = $3::timestamptz
    FROM deleted d WHERE c.organization_id = d.id AND c.status = 'published' AND c.deleted_at IS NULL
)
SELECT json_build_object('role', role, 'slug', slug) FROM grounds
