-- Whether a subscription opens a content, asked by the busiest reads: as a function, because few contents ask for one, and planning what
-- might be asked took the database longer than all else that these statements do.

CREATE FUNCTION is_subscribed(
    viewer         uuid,
    minimum_tier   uuid,       -- of the content, as its visibility, audience and organization
    seen_by        text,
    called         text,
    seller         uuid,
    at             timestamptz
) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF minimum_tier IS NOT NULL THEN
        RETURN EXISTS (
            SELECT FROM reached_tiers r
            WHERE r.user_id = viewer AND r.tier_id = minimum_tier AND r.opens_from <= at AND r.opens_until > at);
    END IF;
    IF seen_by = 'members_only' AND called = 'subscribers' THEN
        RETURN EXISTS (
            SELECT FROM open_subscriptions s
            WHERE s.user_id = viewer AND s.organization_id = seller AND s.opens_from <= at AND s.opens_until > at);
    END IF;
    RETURN false;
END
$$;
