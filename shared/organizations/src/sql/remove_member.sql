-- organizations.remove_member
-- $1 organization, $2 who removes, $3 whom (perhaps themselves). Locks and rules as in `change_role`.
WITH owners AS MATERIALIZED (
    SELECT user_id FROM organization_members WHERE organization_id = $1::uuid AND role = 'owner' ORDER BY user_id FOR UPDATE
), acting AS (
    SELECT o.id,
        CASE WHEN EXISTS (SELECT FROM owners w WHERE w.user_id = $2::uuid) THEN 'owner' WHEN m.role = 'owner' THEN 'member' ELSE m.role END AS role
    FROM organizations o JOIN organization_members m ON m.organization_id = o.id
    WHERE o.id = $1::uuid AND m.user_id = $2::uuid AND o.deleted_at IS NULL
), grounds AS (
    SELECT a.id, a.role, t.role AS current,
        a.role = 'owner' OR a.role = 'admin' AND t.role <> 'owner' OR $2::uuid = $3::uuid AS may,
        t.role = 'owner' AND NOT EXISTS (SELECT FROM owners w WHERE w.user_id <> $3::uuid) AS last_owner
    FROM acting a LEFT JOIN organization_members t ON t.organization_id = a.id AND t.user_id = $3::uuid
), removed AS (
    DELETE FROM organization_members m USING grounds g
    WHERE m.organization_id = g.id AND m.user_id = $3::uuid AND m.role = g.current AND g.may AND NOT g.last_owner
    RETURNING m.user_id
)
SELECT json_build_object(
    'current', current, 'manages', role IN ('owner', 'admin'), 'may', may, 'last_owner', last_owner, 'removed', EXISTS (SELECT FROM removed)
)
FROM grounds
