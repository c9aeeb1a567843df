-- identity.upgrade_password
-- $1 user id, $2 the hash that was verified, $3 the same password's new hash, $4 now. Nothing where the password was changed since.
UPDATE users SET password_hash = $3::text, updated_at = $4::timestamptz
WHERE id = $1::uuid AND password_hash = $2::text
RETURNING to_json(true)
