-- The second fence. Every statement names the tenant or person whose rows it touches; row-level security says it once more, by who is
-- calling, so that a condition forgotten in a statement shows nobody another's rows and changes none.
--
-- `fenced` runs a statement as somebody: what they are is read from their session's user by the first line of it, and put, with the role
-- under which the policies below hold, into settings that end with the transaction. It is one statement, so it takes one round trip and no
-- session state, behind any pooler; and a function's lines run in order, as the parts of a single SELECT need not.
--
-- Who owns these tables is not fenced: migrations, and what no person asks for (webhooks, schedules, signing in).

-- Roles belong to the whole server, where another database may have made them.
DO $$
DECLARE
    fence text;
BEGIN
    FOREACH fence IN ARRAY ARRAY['codex_caller', 'codex_platform'] LOOP -- anybody; those who run the platform
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', fence);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
        EXECUTE format('GRANT %I TO %I', fence, current_user);
    END LOOP;
END
$$;

-- What people's statements read and write. A table that is not here is no business of theirs: a new one is granted when it is needed.
GRANT SELECT, INSERT, UPDATE, DELETE ON
    access_grants, checkout_sessions, content, content_access, content_interventions, customer_spending, customers, email_templates,
    fee_rate_changes, fee_rates, ledger_entries, media_items, media_usage, organization_followers, organization_invitations,
    organization_members, organization_slugs, organizations, outbox, playback_progress, purchases, sales_figures, sessions,
    subscription_payments, subscriptions, tiers, transcoding_jobs, users
TO codex_caller, codex_platform;

-- Who is calling -----------------------------------------------------------------------------------------------------

CREATE FUNCTION fenced(caller uuid, statement text, p text[]) RETURNS SETOF json LANGUAGE plpgsql AS $$
DECLARE
    runs_platform boolean;
    places uuid[];
    managed uuid[];
BEGIN
    SELECT role = 'platform_owner' INTO runs_platform FROM users WHERE id = caller;
    SELECT array_agg(organization_id), array_agg(organization_id) FILTER (WHERE role IN ('owner', 'admin')) INTO places, managed
    FROM organization_members WHERE user_id = caller;
    PERFORM set_config('codex.caller', coalesce(caller::text, ''), true),
        set_config('codex.places', coalesce(places::text, '{}'), true),
        set_config('codex.managed', coalesce(managed::text, '{}'), true),
        set_config('role', CASE WHEN runs_platform THEN 'codex_platform' ELSE 'codex_caller' END, true);
    RETURN QUERY EXECUTE statement USING p[1], p[2], p[3], p[4], p[5], p[6], p[7], p[8], p[9], p[10], p[11], p[12], p[13], p[14], p[15],
        p[16], p[17], p[18], p[19], p[20], p[21], p[22], p[23], p[24];
END
$$;

-- The caller; the organizations they belong to; those of them that they manage.
CREATE FUNCTION fence_caller() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('codex.caller', true), '')::uuid $$;
CREATE FUNCTION fence_places() RETURNS uuid[] LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('codex.places', true), '')::uuid[] $$;
CREATE FUNCTION fence_managed() RETURNS uuid[] LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('codex.managed', true), '')::uuid[] $$;

-- Which rows ---------------------------------------------------------------------------------------------------------
-- Each function stands in a SELECT of its own, so that it is asked once a statement and not once a row.

-- Those who run the platform see and change all of it.
DO $$
DECLARE
    fenced_table text;
BEGIN
    FOREACH fenced_table IN ARRAY ARRAY['access_grants', 'content', 'content_interventions', 'customer_spending', 'customers', 'email_templates',
            'fee_rate_changes', 'fee_rates', 'ledger_entries', 'media_items', 'media_usage', 'organization_invitations', 'organization_members',
            'organizations', 'outbox', 'purchases', 'sales_figures', 'subscription_payments', 'subscriptions', 'tiers', 'transcoding_jobs'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', fenced_table);
        EXECUTE format('CREATE POLICY platform ON %I TO codex_platform USING (true) WITH CHECK (true)', fenced_table);
    END LOOP;
END
$$;

-- Money: seen by who paid, who earned, and who manages the seller; written by nobody who calls.
CREATE POLICY seen ON purchases FOR SELECT TO codex_caller USING (
    user_id = (SELECT fence_caller()) OR creator_id = (SELECT fence_caller()) OR organization_id = ANY ((SELECT fence_managed())::uuid[]));
CREATE POLICY seen ON subscription_payments FOR SELECT TO codex_caller USING (
    user_id = (SELECT fence_caller()) OR creator_id = (SELECT fence_caller()) OR organization_id = ANY ((SELECT fence_managed())::uuid[]));
CREATE POLICY seen ON subscriptions FOR SELECT TO codex_caller USING (
    user_id = (SELECT fence_caller()) OR organization_id = ANY ((SELECT fence_managed())::uuid[]));
CREATE POLICY seen ON ledger_entries FOR SELECT TO codex_caller USING (
    creator_id = (SELECT fence_caller()) OR organization_id = ANY ((SELECT fence_managed())::uuid[]));
CREATE POLICY seen ON sales_figures FOR SELECT TO codex_caller USING (organization_id = ANY ((SELECT fence_managed())::uuid[]));
CREATE POLICY seen ON customers FOR SELECT TO codex_caller USING (
    user_id = (SELECT fence_caller()) OR organization_id = ANY ((SELECT fence_managed())::uuid[]));
CREATE POLICY seen ON customer_spending FOR SELECT TO codex_caller USING (
    user_id = (SELECT fence_caller()) OR organization_id = ANY ((SELECT fence_managed())::uuid[]));

-- Tenants: who belongs to one sees who else does; who manages it changes it. Nobody who calls writes themselves into one.
CREATE POLICY seen ON organizations FOR SELECT TO codex_caller USING (true);
CREATE POLICY changed ON organizations FOR UPDATE TO codex_caller USING (id = ANY ((SELECT fence_managed())::uuid[]));
CREATE POLICY seen ON organization_members FOR SELECT TO codex_caller USING (
    user_id = (SELECT fence_caller()) OR organization_id = ANY ((SELECT fence_places())::uuid[]));
CREATE POLICY changed ON organization_members FOR UPDATE TO codex_caller USING (organization_id = ANY ((SELECT fence_managed())::uuid[]));
CREATE POLICY removed ON organization_members FOR DELETE TO codex_caller USING (
    user_id = (SELECT fence_caller()) OR organization_id = ANY ((SELECT fence_managed())::uuid[]));
CREATE POLICY managed ON organization_invitations TO codex_caller USING (organization_id = ANY ((SELECT fence_managed())::uuid[]));
CREATE POLICY seen ON tiers FOR SELECT TO codex_caller USING (true);
CREATE POLICY made ON tiers FOR INSERT TO codex_caller WITH CHECK (organization_id = ANY ((SELECT fence_managed())::uuid[]));
CREATE POLICY changed ON tiers FOR UPDATE TO codex_caller USING (organization_id = ANY ((SELECT fence_managed())::uuid[]));
CREATE POLICY seen ON fee_rates FOR SELECT TO codex_caller USING (true);

-- Contents are for everybody to find, so that only changes are fenced: a policy on reading would keep the search indexes from being used.
CREATE POLICY seen ON content FOR SELECT TO codex_caller USING (true);
CREATE POLICY made ON content FOR INSERT TO codex_caller WITH CHECK (
    creator_id = (SELECT fence_caller()) AND (organization_id IS NULL OR organization_id = ANY ((SELECT fence_places())::uuid[])));
CREATE POLICY changed ON content FOR UPDATE TO codex_caller USING (
    creator_id = (SELECT fence_caller()) OR organization_id = ANY ((SELECT fence_managed())::uuid[]));
CREATE POLICY managed ON content_interventions TO codex_caller USING (organization_id = ANY ((SELECT fence_managed())::uuid[]));
CREATE POLICY managed ON access_grants TO codex_caller USING (organization_id = ANY ((SELECT fence_managed())::uuid[]));

-- Files are their creator's; who manages a tenant sees those of its contents.
CREATE POLICY own ON media_items TO codex_caller USING (creator_id = (SELECT fence_caller()));
CREATE POLICY seen ON media_items FOR SELECT TO codex_caller USING (EXISTS (
    SELECT FROM content c WHERE c.media_item_id = media_items.id AND c.organization_id = ANY ((SELECT fence_managed())::uuid[])));
CREATE POLICY own ON media_usage TO codex_caller USING (creator_id = (SELECT fence_caller()));
CREATE POLICY own ON transcoding_jobs TO codex_caller USING (creator_id = (SELECT fence_caller()));

-- Mail: anybody may cause one; what became of it is seen by whose it is.
CREATE POLICY made ON outbox FOR INSERT TO codex_caller WITH CHECK (true);
CREATE POLICY seen ON outbox FOR SELECT TO codex_caller USING (
    user_id = (SELECT fence_caller()) OR creator_id = (SELECT fence_caller()) OR organization_id = ANY ((SELECT fence_managed())::uuid[]));
CREATE POLICY managed ON email_templates TO codex_caller USING (
    creator_id = (SELECT fence_caller()) OR organization_id = ANY ((SELECT fence_managed())::uuid[]));

-- What follows from a change by rule, whoever made it, is done in the name of the tables' owner.
ALTER FUNCTION end_subscriptions() SECURITY DEFINER SET search_path = public, pg_temp;
ALTER FUNCTION apply_grant() SECURITY DEFINER SET search_path = public, pg_temp;
