-- profiles.export
-- $1 who, $2 now. Everything held about a person, by the names of the wire; other people's addresses and all secrets stay out.
SELECT json_build_object(
    'exportedAt', $2::timestamptz,
    'account', json_build_object(
        'id', u.id, 'email', u.email, 'emailVerifiedAt', u.email_verified_at, 'displayName', u.name, 'username', u.username, 'bio', u.bio,
        'avatarUrl', u.avatar_url, 'socialLinks', u.social_links, 'preferences', u.preferences, 'role', u.role, 'createdAt', u.created_at,
        'updatedAt', u.updated_at
    ),
    'sessions', (SELECT coalesce(json_agg(json_build_object(
        'id', s.id, 'userAgent', s.user_agent, 'createdAt', s.created_at, 'expiresAt', s.expires_at) ORDER BY s.created_at), '[]')
        FROM sessions s WHERE s.user_id = u.id),
    'pendingVerifications', (SELECT coalesce(json_agg(json_build_object(
        'purpose', t.purpose, 'createdAt', t.created_at, 'expiresAt', t.expires_at) ORDER BY t.created_at), '[]')
        FROM verification_tokens t WHERE t.user_id = u.id),
    'memberships', (SELECT coalesce(json_agg(json_build_object(
        'organizationId', o.id, 'slug', o.slug, 'name', o.name, 'role', m.role, 'joinedAt', m.created_at) ORDER BY m.created_at), '[]')
        FROM organization_members m JOIN organizations o ON o.id = m.organization_id WHERE m.user_id = u.id),
    'follows', (SELECT coalesce(json_agg(json_build_object(
        'organizationId', o.id, 'slug', o.slug, 'name', o.name, 'since', f.created_at) ORDER BY f.created_at), '[]')
        FROM organization_followers f JOIN organizations o ON o.id = f.organization_id WHERE f.user_id = u.id),
    'invitations', (SELECT coalesce(json_agg(json_build_object(
        'organizationId', i.organization_id, 'role', i.role, 'status', i.status, 'createdAt', i.created_at, 'expiresAt', i.expires_at,
        'decidedAt', i.decided_at) ORDER BY i.created_at), '[]')
        FROM organization_invitations i WHERE i.email = u.email),
    'media', (SELECT coalesce(json_agg(json_build_object(
        'id', m.id, 'title', m.title, 'mediaType', m.media_type, 'mimeType', m.mime_type, 'fileSizeBytes', m.file_size_bytes,
        'status', m.status, 'durationSeconds', m.duration_seconds, 'createdAt', m.created_at, 'deletedAt', m.deleted_at) ORDER BY m.created_at), '[]')
        FROM media_items m WHERE m.creator_id = u.id),
    'transcodings', (SELECT coalesce(json_agg(json_build_object(
        'mediaItemId', j.media_item_id, 'attempt', j.attempt, 'status', j.status, 'createdAt', j.created_at, 'endedAt', j.ended_at) ORDER BY j.created_at), '[]')
        FROM transcoding_jobs j WHERE j.creator_id = u.id),
    'content', (SELECT coalesce(json_agg(json_build_object(
        'id', c.id, 'organizationId', c.organization_id, 'mediaItemId', c.media_item_id, 'title', c.title, 'slug', c.slug,
        'description', c.description, 'contentType', c.content_type, 'contentBody', c.content_body, 'category', c.category, 'tags', c.tags,
        'thumbnailUrl', c.thumbnail_url, 'visibility', c.visibility, 'priceCents', c.price_cents, 'currency', c.currency, 'status', c.status,
        'publishedAt', c.published_at, 'createdAt', c.created_at, 'updatedAt', c.updated_at, 'deletedAt', c.deleted_at) ORDER BY c.created_at), '[]')
        FROM content c WHERE c.creator_id = u.id),
    'playbackProgress', (SELECT coalesce(json_agg(json_build_object(
        'contentId', p.content_id, 'positionSeconds', p.position_seconds, 'durationSeconds', p.duration_seconds, 'completed', p.completed,
        'updatedAt', p.updated_at) ORDER BY p.updated_at), '[]')
        FROM playback_progress p WHERE p.user_id = u.id),
    'purchases', (SELECT coalesce(json_agg(json_build_object(
        'id', p.id, 'contentId', p.content_id, 'organizationId', p.organization_id, 'status', p.status, 'amountCents', p.amount_cents,
        'currency', p.currency, 'purchasedAt', p.purchased_at) ORDER BY p.purchased_at), '[]')
        FROM purchases p WHERE p.user_id = u.id),
    'sales', (SELECT coalesce(json_agg(json_build_object(
        'id', p.id, 'contentId', p.content_id, 'organizationId', p.organization_id, 'status', p.status, 'amountCents', p.amount_cents,
        'creatorPayoutCents', p.creator_payout_cents, 'currency', p.currency, 'purchasedAt', p.purchased_at) ORDER BY p.purchased_at), '[]')
        FROM purchases p WHERE p.creator_id = u.id),
    'earnings', (SELECT coalesce(json_agg(json_build_object(
        'purchaseId', e.purchase_id, 'kind', e.kind, 'currency', e.currency, 'cents', e.creator_cents, 'postedAt', e.posted_at) ORDER BY e.id), '[]')
        FROM ledger_entries e WHERE e.creator_id = u.id),
    'payoutAccounts', (SELECT coalesce(json_agg(json_build_object(
        'id', a.id, 'organizationId', a.organization_id, 'payoutsEnabled', a.payouts_enabled, 'toldAt', a.told_at) ORDER BY a.told_at), '[]')
        FROM connect_accounts a WHERE a.user_id = u.id),
    'mediaBytes', (SELECT m.bytes FROM media_usage m WHERE m.creator_id = u.id),
    'access', (SELECT coalesce(json_agg(json_build_object(
        'contentId', a.content_id, 'purchaseId', a.purchase_id, 'grantedAt', a.granted_at, 'revokedAt', a.revoked_at) ORDER BY a.granted_at), '[]')
        FROM content_access a WHERE a.user_id = u.id),
    'gifts', (SELECT coalesce(json_agg(json_build_object(
        'contentId', g.content_id, 'organizationId', g.organization_id, 'grantedAt', g.granted_at, 'reason', g.reason, 'revokedAt', g.revoked_at,
        'revokeReason', g.revoke_reason) ORDER BY g.granted_at), '[]')
        FROM access_grants g WHERE g.user_id = u.id),
    'customerOf', (SELECT coalesce(json_agg(json_build_object(
        'organizationId', k.organization_id, 'purchases', k.purchases, 'firstPurchasedAt', k.first_purchased_at, 'lastAt', k.last_at)
        ORDER BY k.last_at), '[]')
        FROM customers k WHERE k.user_id = u.id),
    'spending', (SELECT coalesce(json_agg(json_build_object(
        'organizationId', k.organization_id, 'currency', k.currency, 'purchases', k.purchases, 'amountCents', k.amount_cents,
        'refundedCents', k.refunded_cents) ORDER BY k.currency), '[]')
        FROM customer_spending k WHERE k.user_id = u.id),
    'checkouts', (SELECT coalesce(json_agg(json_build_object(
        'id', s.id, 'contentId', s.content_id, 'priceCents', s.price_cents, 'createdAt', s.created_at, 'settledAt', s.settled_at)
        ORDER BY s.created_at), '[]')
        FROM checkout_sessions s WHERE s.user_id = u.id),
    'subscriptions', (SELECT coalesce(json_agg(json_build_object(
        'id', s.id, 'organizationId', s.organization_id, 'tierId', s.tier_id, 'status', s.status, 'interval', s.interval,
        'amountCents', s.amount_cents, 'currency', s.currency, 'currentPeriodEnd', s.period_end, 'cancelAtPeriodEnd', s.cancel_at_period_end,
        'createdAt', s.created_at, 'endedAt', s.ended_at) ORDER BY s.created_at), '[]')
        FROM subscriptions s WHERE s.user_id = u.id),
    'subscriptionPayments', (SELECT coalesce(json_agg(json_build_object(
        'id', p.id, 'organizationId', p.organization_id, 'tierId', p.tier_id, 'status', p.status, 'amountCents', p.amount_cents,
        'currency', p.currency, 'periodStart', p.period_start, 'periodEnd', p.period_end, 'paidAt', p.paid_at) ORDER BY p.paid_at), '[]')
        FROM subscription_payments p WHERE p.user_id = u.id),
    'failedPayments', (SELECT coalesce(json_agg(json_build_object(
        'invoiceId', f.invoice_id, 'attempt', f.attempt, 'organizationId', f.organization_id, 'tierId', f.tier_id, 'amountCents', f.amount_cents,
        'currency', f.currency, 'nextAttemptAt', f.next_attempt_at, 'failedAt', f.failed_at) ORDER BY f.failed_at), '[]')
        FROM failed_payments f WHERE f.user_id = u.id),
    'subscriptionCheckouts', (SELECT coalesce(json_agg(json_build_object(
        'id', c.id, 'organizationId', c.organization_id, 'status', c.status, 'createdAt', c.created_at, 'settledAt', c.settled_at)
        ORDER BY c.created_at), '[]')
        FROM subscription_checkouts c WHERE c.user_id = u.id),
    'stripeEvents', (SELECT coalesce(json_agg(json_build_object(
        'id', w.id, 'type', w.type, 'receivedAt', w.received_at, 'payload', w.payload) ORDER BY w.received_at), '[]')
        FROM webhook_events w WHERE w.id IN (SELECT stripe_events_of(u.id))),
    'notificationPreferences', (SELECT coalesce(json_agg(json_build_object(
        'category', n.category, 'subscribed', n.subscribed, 'updatedAt', n.updated_at) ORDER BY n.category), '[]')
        FROM notification_preferences n WHERE n.user_id = u.id),
    'mailTemplates', (SELECT coalesce(json_agg(json_build_object(
        'id', t.id, 'name', t.name, 'subject', t.subject, 'htmlBody', t.html_body, 'textBody', t.text_body, 'description', t.description,
        'status', t.status, 'createdAt', t.created_at, 'updatedAt', t.updated_at) ORDER BY t.created_at), '[]')
        FROM email_templates t WHERE t.creator_id = u.id),
    'mails', (SELECT coalesce(json_agg(json_build_object(
        'template', o.template, 'createdAt', o.created_at, 'sentAt', o.sent_at) ORDER BY o.created_at), '[]')
        FROM outbox o WHERE o.recipient = u.email)
)
FROM users u WHERE u.id = $1::uuid AND u.deleted_at IS NULL
