-- The export of one's data behind the fence (0015).
--
-- What is held about a person is read there, too: of these, everybody's own and nobody else's,
-- whether or not they run the platform.
ALTER FUNCTION stripe_events_of(uuid) SECURITY DEFINER SET search_path = public, pg_temp;
DO $$
DECLARE
    personal text;
BEGIN
    FOREACH personal IN ARRAY ARRAY['connect_accounts', 'failed_payments', 'notification_preferences', 'subscription_checkouts', 'verification_tokens'] LOOP
        EXECUTE format('GRANT SELECT ON %I TO codex_caller, codex_platform', personal);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', personal);
        EXECUTE format('CREATE POLICY own ON %I FOR SELECT TO codex_caller, codex_platform USING (user_id = (SELECT fence_caller()))', personal);
    END LOOP;
END
$$;
GRANT SELECT ON webhook_events TO codex_caller, codex_platform;
ALTER TABLE webhook_events ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON webhook_events FOR SELECT TO codex_caller, codex_platform USING (
    id = ANY ((SELECT array_agg(told) FROM stripe_events_of((SELECT fence_caller())) told)::text[]));
CREATE POLICY own ON access_grants FOR SELECT TO codex_caller USING (user_id = (SELECT fence_caller()));
CREATE POLICY own ON organization_invitations FOR SELECT TO codex_caller USING (
    email = (SELECT u.email FROM users u WHERE u.id = (SELECT fence_caller())));
CREATE POLICY own ON outbox FOR SELECT TO codex_caller USING (
    recipient = (SELECT u.email FROM users u WHERE u.id = (SELECT fence_caller())));
