-- notifications.preferences
-- $1 user
SELECT json_build_object('transactional', true,
    'marketing', coalesce(bool_and(p.subscribed) FILTER (WHERE p.category = 'marketing'), true),
    'digest', coalesce(bool_and(p.subscribed) FILTER (WHERE p.category = 'digest'), true))
FROM notification_preferences p WHERE p.user_id = $1::uuid
