-- content.find
-- $1 content, $2 viewer or null, $3 whether its writing is wanted, $4 now: the content and the grounds on which its access is decided
SELECT json_build_object(
    'content', (SELECT to_json(r) FROM (
        SELECT c.id, c.creator_id, c.organization_id, c.media_item_id, c.title, c.slug, c.description, c.content_type,
            CASE WHEN $3::boolean THEN c.content_body END AS content_body, c.category, c.tags, c.thumbnail_url, c.visibility, c.access_type,
            c.price_cents, c.currency, c.status, c.published_at, c.created_at, c.updated_at, c.version, c.minimum_tier_id, c.withheld_at,
            m.status AS media_status, m.duration_seconds
    ) r),
    'hls_master_key', m.hls_master_key,
    'audio_key', m.audio_key,
    'thumbnail_key', c.thumbnail_key,
    'poster_key', m.thumbnail_key,
    'waveform_key', m.waveform_key,
    'grounds', json_build_object(
        'owner', coalesce(c.creator_id = $2::uuid, false),
        'status', c.status,
        'visibility', c.visibility,
        'tiered', c.minimum_tier_id IS NOT NULL,
        'purchased', EXISTS (SELECT FROM content_access a WHERE a.user_id = $2::uuid AND a.content_id = c.id AND a.revoked_at IS NULL),
        'subscribed', is_subscribed($2::uuid, c.minimum_tier_id, c.visibility, c.audience, c.organization_id, $4::timestamptz),
        'role', (
            SELECT om.role FROM organization_members om JOIN organizations o ON o.id = om.organization_id AND o.deleted_at IS NULL
            WHERE om.organization_id = c.organization_id AND om.user_id = $2::uuid
        )
    )
)
FROM content c LEFT JOIN media_items m ON m.id = c.media_item_id AND m.deleted_at IS NULL
WHERE c.id = $1::uuid AND c.deleted_at IS NULL
