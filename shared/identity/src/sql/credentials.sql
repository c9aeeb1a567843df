-- identity.credentials
-- $1 email
SELECT json_build_object(
    'user', json_build_object('id', id, 'email', email, 'emailVerified', email_verified_at IS NOT NULL, 'name', name, 'role', role, 'createdAt', created_at),
    'password_hash', password_hash,
    'session_epoch', session_epoch
)
FROM users WHERE email = $1::text
