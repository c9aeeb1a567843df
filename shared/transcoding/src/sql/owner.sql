-- transcoding.owner
-- $1 job, $2 media item: whose they are
SELECT to_json(creator_id) FROM transcoding_jobs WHERE id = $1::uuid AND media_item_id = $2::uuid
