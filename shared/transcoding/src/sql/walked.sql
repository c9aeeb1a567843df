-- transcoding.walked
-- How far the walk over the media bucket came
SELECT to_json(after_key) FROM object_walks WHERE bucket = 'media'
