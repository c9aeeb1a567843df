-- notifications.unsubscribe
-- $1 user, $2 category, $3 now; nothing where the account is gone
INSERT INTO notification_preferences (user_id, category, subscribed, updated_at)
SELECT id, $2::text, false, $3::timestamptz FROM users WHERE id = $1::uuid
ON CONFLICT (user_id, category) DO UPDATE SET subscribed = false, updated_at = EXCLUDED.updated_at
RETURNING to_json(subscribed)
