-- The catalogue, laid out as it is read: a page of any list of it is the first entries of an index, however much is published.

-- Which list: of an organization (the nil id: of all organizations together), of a creator, of a category, by tag; null: of any. A key, not a secret.
CREATE FUNCTION catalogue_scope(organization uuid, creator uuid, category text, tag text) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT md5(coalesce(organization::text, '') || coalesce(' creator ' || creator::text, '')
        || coalesce(' category ' || octet_length(category)::text || ' ' || category, '') || coalesce(' tag ' || tag, ''))::uuid
$$;

-- What it is, how one comes by it and whether the list is one by tag, in a number: twice 1 video, 2 audio, 3 written, one more where it is for
-- sale, and 10 more in a list by tag.
CREATE FUNCTION catalogue_kind(content_type text, visibility text, tagged boolean) RETURNS smallint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (2 * array_position(ARRAY['video', 'audio', 'written'], content_type) + (visibility = 'purchased_only')::int + 10 * tagged::int)::smallint
$$;
-- The kinds that somebody asks for; null: any.
CREATE FUNCTION catalogue_kinds(content_type text, visibility text, tagged boolean) RETURNS smallint[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ARRAY(SELECT catalogue_kind(t, v, tagged) FROM unnest(ARRAY['video', 'audio', 'written']) t, unnest(ARRAY['public', 'purchased_only']) v
        WHERE t = coalesce(content_type, t) AND v = coalesce(visibility, v))
$$;

-- One row for each list that a content stands in. Each kind is a partition, so that a list of several is merged from theirs in its order;
-- the smaller a partition is, the fewer pages has its visibility map, which each entry asks.
-- Kept by content's trigger and by nothing else: it refers to content without a constraint, which would cost a lookup a row.
CREATE TABLE catalogue_entries (
    scope         uuid NOT NULL,                                                -- catalogue_scope()
    kind          smallint NOT NULL,                                            -- catalogue_kind()
    published_at  timestamptz NOT NULL,
    price_cents   bigint NOT NULL,
    title         text NOT NULL,                                                -- its first 60 characters in small letters, by which it is sorted
    content_id    uuid NOT NULL
) PARTITION BY LIST (kind);
CREATE TABLE catalogue_free_videos PARTITION OF catalogue_entries FOR VALUES IN (2);
CREATE TABLE catalogue_sold_videos PARTITION OF catalogue_entries FOR VALUES IN (3);
CREATE TABLE catalogue_free_audio PARTITION OF catalogue_entries FOR VALUES IN (4);
CREATE TABLE catalogue_sold_audio PARTITION OF catalogue_entries FOR VALUES IN (5);
CREATE TABLE catalogue_free_writing PARTITION OF catalogue_entries FOR VALUES IN (6);
CREATE TABLE catalogue_sold_writing PARTITION OF catalogue_entries FOR VALUES IN (7);
CREATE TABLE catalogue_tagged_free_videos PARTITION OF catalogue_entries FOR VALUES IN (12);
CREATE TABLE catalogue_tagged_sold_videos PARTITION OF catalogue_entries FOR VALUES IN (13);
CREATE TABLE catalogue_tagged_free_audio PARTITION OF catalogue_entries FOR VALUES IN (14);
CREATE TABLE catalogue_tagged_sold_audio PARTITION OF catalogue_entries FOR VALUES IN (15);
CREATE TABLE catalogue_tagged_free_writing PARTITION OF catalogue_entries FOR VALUES IN (16);
CREATE TABLE catalogue_tagged_sold_writing PARTITION OF catalogue_entries FOR VALUES IN (17);

-- The rows that a content should have, none unless it is published for everybody: in the lists of everybody, of its creator, of its organization
-- and of both, each whole, of its category, by each tag and of both; and in those of all organizations, whole and of its category.
CREATE FUNCTION catalogue_entries_of(c content) RETURNS SETOF catalogue_entries LANGUAGE sql STABLE AS $$
    SELECT catalogue_scope(organization, creator, narrowed, tag), catalogue_kind(c.content_type, c.visibility, tag IS NOT NULL),
        coalesce(c.published_at, c.created_at), c.price_cents, left(lower(c.title), 60), c.id
    FROM (
        SELECT organization, creator, narrowed, tag
        FROM unnest(ARRAY[NULL, c.organization_id]) organization, unnest(ARRAY[NULL, c.creator_id]) creator, unnest(ARRAY[NULL, c.category]) narrowed,
            (SELECT NULL AS tag UNION ALL SELECT jsonb_array_elements_text(c.tags)) tags
        UNION
        SELECT '00000000-0000-0000-0000-000000000000', NULL, narrowed, NULL FROM unnest(ARRAY[NULL, c.category]) narrowed WHERE c.organization_id IS NOT NULL
    ) lists
    WHERE c.status = 'published' AND c.deleted_at IS NULL AND c.visibility <> 'members_only'
$$;
INSERT INTO catalogue_entries SELECT entry.* FROM content c, catalogue_entries_of(c) entry;

-- Newest and oldest, by title, cheapest and dearest: each with the id, so that pages neither repeat nor skip.
CREATE INDEX catalogue_time_idx ON catalogue_entries (scope, published_at, content_id) INCLUDE (kind);
CREATE INDEX catalogue_title_idx ON catalogue_entries (scope, title, content_id) INCLUDE (kind);
CREATE INDEX catalogue_price_idx ON catalogue_entries (scope, price_cents, content_id) INCLUDE (kind);

CREATE FUNCTION keep_catalogue() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM catalogue_entries
        WHERE scope = ANY (ARRAY(SELECT scope FROM catalogue_entries_of(OLD)))
            AND kind IN (catalogue_kind(OLD.content_type, OLD.visibility, false), catalogue_kind(OLD.content_type, OLD.visibility, true))
            AND published_at = coalesce(OLD.published_at, OLD.created_at) AND content_id = OLD.id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO catalogue_entries SELECT * FROM catalogue_entries_of(NEW);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER content_made_keep_catalogue AFTER INSERT ON content FOR EACH ROW WHEN (NEW.status = 'published') EXECUTE FUNCTION keep_catalogue();
CREATE TRIGGER content_changed_keep_catalogue AFTER UPDATE ON content FOR EACH ROW
    WHEN ((OLD.status = 'published' OR NEW.status = 'published')
        AND (OLD.status, OLD.deleted_at, OLD.visibility, OLD.content_type, OLD.creator_id, OLD.organization_id, OLD.category, OLD.tags, OLD.title,
            OLD.price_cents, OLD.published_at)
        IS DISTINCT FROM (NEW.status, NEW.deleted_at, NEW.visibility, NEW.content_type, NEW.creator_id, NEW.organization_id, NEW.category, NEW.tags, NEW.title,
            NEW.price_cents, NEW.published_at))
    EXECUTE FUNCTION keep_catalogue();
CREATE TRIGGER content_gone_keep_catalogue AFTER DELETE ON content FOR EACH ROW WHEN (OLD.status = 'published') EXECUTE FUNCTION keep_catalogue();

-- Which organization has a name now. Unlike a query of its own within a statement, it is known when that is planned, and with it how much it has:
-- three matches in half of the catalogue are not looked for in all of that half.
CREATE FUNCTION organization_named(wanted text) RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT id FROM organizations WHERE slug = wanted AND deleted_at IS NULL
$$;

-- The categories of what an organization shows, from the index alone: its contents lie far apart.
CREATE INDEX content_shelf_idx ON content (organization_id, published_at DESC, id DESC) INCLUDE (category)
    WHERE status = 'published' AND deleted_at IS NULL AND visibility <> 'members_only';

-- For everybody to read, as the contents themselves are (0015); written by the trigger alone.
GRANT SELECT ON catalogue_entries TO codex_caller, codex_platform;
