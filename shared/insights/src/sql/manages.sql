-- insights.manages
-- $1 organization or null for all, $2 who asks, $3 whether they run the platform
SELECT json_build_object('manages', manages, 'found', true) FROM managed_tenant($1::uuid, $2::uuid, $3::boolean)
