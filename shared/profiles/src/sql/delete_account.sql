-- profiles.delete_account
-- $1 who, $2 now. Everything, or nothing where there is a reason against it. Their own row and the owners' rows of every
-- organization they belong to are locked first, in one order, and read as whoever came before left them: of the last two owners who
-- leave at once the second stays, and so does whoever is being made an owner.
WITH places AS MATERIALIZED (
    SELECT m.organization_id, m.user_id, m.role FROM organization_members m
    WHERE m.organization_id IN (SELECT organization_id FROM organization_members WHERE user_id = $1::uuid)
        AND (m.user_id = $1::uuid OR m.role = 'owner')
    ORDER BY m.organization_id, m.user_id FOR UPDATE
), sole AS (
    SELECT o.name, o.slug FROM places p JOIN organizations o ON o.id = p.organization_id AND o.deleted_at IS NULL
    WHERE p.user_id = $1::uuid AND p.role = 'owner'
        AND NOT EXISTS (SELECT FROM places other WHERE other.organization_id = p.organization_id AND other.user_id <> p.user_id)
), unpaid AS (
    SELECT owed.currency, sum(owed.cents) AS cents FROM (
        SELECT e.currency, e.creator_cents AS cents FROM ledger_entries e WHERE e.creator_id = $1::uuid
        UNION ALL
        SELECT p.currency, p.creator_payout_cents FROM purchases p WHERE p.creator_id = $1::uuid AND p.status = 'disputed'
    ) owed
    GROUP BY owed.currency HAVING sum(owed.cents) > 0
), leaving AS (
    SELECT id, email FROM users
    WHERE id = $1::uuid AND deleted_at IS NULL AND NOT EXISTS (SELECT FROM sole) AND NOT EXISTS (SELECT FROM unpaid)
), nobody AS (
    UPDATE users u SET
        email = 'deleted-' || u.id || '@deleted.invalid', email_verified_at = NULL, name = 'Deleted account', password_hash = '',
        username = NULL, bio = NULL, avatar_url = NULL, social_links = '{}', preferences = '{}', role = 'customer',
        session_epoch = u.session_epoch + 1, deleted_at = $2::timestamptz, updated_at = $2::timestamptz
    FROM leaving l WHERE u.id = l.id
), ended AS (
    DELETE FROM sessions s USING leaving l WHERE s.user_id = l.id RETURNING s.token_hash
), verifications AS (
    DELETE FROM verification_tokens t USING leaving l WHERE t.user_id = l.id
), memberships AS (
    DELETE FROM organization_members m USING leaving l WHERE m.user_id = l.id
), invitations AS (
    DELETE FROM organization_invitations i USING leaving l WHERE i.email = l.email
), unfollowed AS (
    DELETE FROM organization_followers f USING leaving l WHERE f.user_id = l.id RETURNING f.organization_id
), counted AS (
    UPDATE organizations o SET follower_count = o.follower_count - 1 FROM unfollowed f WHERE o.id = f.organization_id
), progress AS (
    DELETE FROM playback_progress p USING leaving l WHERE p.user_id = l.id
), access AS (
    DELETE FROM content_access a USING leaving l WHERE a.user_id = l.id
), gifts AS (
    DELETE FROM access_grants g USING leaving l WHERE g.user_id = l.id
), mails AS (
    DELETE FROM outbox o USING leaving l WHERE o.recipient = l.email
), choices AS (
    DELETE FROM notification_preferences n USING leaving l WHERE n.user_id = l.id
), templates AS (
    DELETE FROM email_templates t USING leaving l WHERE t.creator_id = l.id
), usage AS (
    DELETE FROM media_usage m USING leaving l WHERE m.creator_id = l.id
), payee AS (
    UPDATE connect_accounts a SET user_id = NULL FROM leaving l WHERE a.user_id = l.id
), events AS (
    -- What Stripe told stays for the accounts; who it was about does not.
    UPDATE webhook_events w SET payload = without_people(w.payload)
    FROM leaving l CROSS JOIN LATERAL stripe_events_of(l.id) AS told (id) WHERE w.id = told.id
), writings AS (
    UPDATE content c SET deleted_at = $2::timestamptz, updated_at = $2::timestamptz
    FROM leaving l WHERE c.creator_id = l.id AND c.organization_id IS NULL AND c.deleted_at IS NULL
), recordings AS (
    UPDATE media_items m SET deleted_at = $2::timestamptz, updated_at = $2::timestamptz
    FROM leaving l WHERE m.creator_id = l.id AND m.deleted_at IS NULL AND NOT EXISTS (
        SELECT FROM content c WHERE c.media_item_id = m.id AND c.organization_id IS NOT NULL AND c.deleted_at IS NULL
    )
)
SELECT json_build_object(
    'organizations', (SELECT coalesce(json_agg(json_build_object('name', name, 'slug', slug) ORDER BY slug), '[]') FROM sole),
    'balances', (SELECT coalesce(json_agg(json_build_object('cents', cents, 'currency', currency) ORDER BY currency), '[]') FROM unpaid),
    'avatar_url', u.avatar_url,
    'session_hashes', (SELECT coalesce(json_agg(token_hash), '[]') FROM ended)
)
FROM users u WHERE u.id = $1::uuid AND u.deleted_at IS NULL
