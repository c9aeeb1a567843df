-- insights.remove_fees
-- $1 organization, $2 who removes its rates, $3 why, or null: the platform's count again. The settings tell the trigger, which writes the
-- history, who and why; they end with the transaction
WITH actor AS MATERIALIZED (
    SELECT set_config('codex.actor', $2::text, true) AS who, set_config('codex.reason', coalesce($3::text, ''), true) AS why
), removed AS (
    DELETE FROM fee_rates f USING actor a WHERE f.organization_id = $1::uuid AND a.who <> '' RETURNING f.organization_id
)
SELECT json_build_object('organization', organization_id) FROM removed
