-- organizations.by_id
-- $1 id
SELECT json_build_object('id', o.id, 'slug', o.slug, 'name', o.name, 'description', o.description, 'logo_url', o.logo_url, 'website_url', o.website_url,
    'primary_color', o.primary_color, 'created_at', o.created_at, 'updated_at', o.updated_at)
FROM organizations o WHERE o.id = $1::uuid AND o.deleted_at IS NULL
