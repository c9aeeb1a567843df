-- notifications.manages
-- $1 organization, $2 person, $3 whether they run the platform: whether they manage it; nothing where it is not theirs to know of
SELECT to_json($3::text::boolean OR m.role IN ('owner', 'admin'))
FROM organizations o
LEFT JOIN organization_members m ON m.organization_id = o.id AND m.user_id = $2::uuid
WHERE o.id = $1::uuid AND o.deleted_at IS NULL AND ($3::text::boolean OR m.user_id IS NOT NULL)
