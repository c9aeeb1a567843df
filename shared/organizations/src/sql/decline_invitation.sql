-- organizations.decline_invitation
-- $1 token hash, $2 now; again is no different from once
UPDATE organization_invitations SET status = 'declined', decided_at = coalesce(decided_at, $2::timestamptz)
WHERE token_hash = $1::text AND (status = 'declined' OR status = 'pending' AND expires_at > $2::timestamptz)
RETURNING to_json(id)
