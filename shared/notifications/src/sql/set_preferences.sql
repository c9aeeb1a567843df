-- notifications.set_preferences
-- $1 user, $2 marketing or null, $3 digest or null, $4 now
WITH before AS (
    SELECT category, subscribed FROM notification_preferences WHERE user_id = $1::uuid
), wanted AS (
    SELECT * FROM (VALUES ('marketing', $2::text::boolean), ('digest', $3::text::boolean)) AS wanted (category, subscribed)
), set AS (
    INSERT INTO notification_preferences (user_id, category, subscribed, updated_at)
    SELECT u.id, w.category, w.subscribed, $4::timestamptz
    FROM wanted w JOIN users u ON u.id = $1::uuid WHERE w.subscribed IS NOT NULL
    ON CONFLICT (user_id, category) DO UPDATE SET subscribed = EXCLUDED.subscribed, updated_at = EXCLUDED.updated_at
)
SELECT json_object_agg(category, subscribed) FROM (
    SELECT 'transactional' AS category, true AS subscribed
    UNION ALL
    SELECT w.category, coalesce(w.subscribed, b.subscribed, true) FROM wanted w LEFT JOIN before b USING (category)
) after
