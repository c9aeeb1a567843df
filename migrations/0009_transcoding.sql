-- Transcoding: each attempt to make an uploaded file playable, and what came of it.

CREATE TABLE transcoding_jobs (
    id            uuid PRIMARY KEY,
    media_item_id uuid NOT NULL REFERENCES media_items,
    creator_id    uuid NOT NULL REFERENCES users,                               -- whose file
    attempt       integer NOT NULL CHECK (attempt BETWEEN 1 AND 3),             -- 1, and one more with each retry
    status        text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'running', 'completed', 'failed')),
    progress      integer NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 100), -- percent
    step          text CHECK (char_length(step) <= 100),                        -- what the transcoder is doing
    error         text CHECK (char_length(error) <= 500),                       -- why it failed, in a word of ours or the transcoder's
    output        jsonb,                                                        -- what was made, as the transcoder told it
    due_at        timestamptz NOT NULL,                                         -- while queued: when it is handed to the transcoder; a claim moves it into the future
    handovers     integer NOT NULL DEFAULT 0,                                   -- how often that was tried
    heard_at      timestamptz,                                                  -- the transcoder's last sign of life
    created_at    timestamptz NOT NULL,
    ended_at      timestamptz,
    CONSTRAINT transcoding_jobs_attempt_key UNIQUE (media_item_id, attempt)
);
CREATE INDEX transcoding_jobs_due_idx ON transcoding_jobs (due_at) WHERE status = 'queued';
CREATE INDEX transcoding_jobs_heard_idx ON transcoding_jobs (heard_at) WHERE status = 'running';

ALTER TABLE media_items
    ADD COLUMN transcoding_job_id uuid REFERENCES transcoding_jobs,             -- the latest attempt: news of any other changes nothing here
    ADD COLUMN thumbnail_key      text,                                         -- {creator}/thumbnails/{media}/thumbnail.jpg
    ADD COLUMN waveform_key       text,                                         -- {creator}/waveforms/{media}/waveform.json
    ADD COLUMN width              integer CHECK (width > 0),                    -- pixels, of the original
    ADD COLUMN height             integer CHECK (height > 0),
    ADD COLUMN ready_variants     jsonb NOT NULL DEFAULT '[]';                  -- '1080p', '720p', ...
-- What arrived and nobody has begun to transcode.
CREATE INDEX media_items_uploaded_idx ON media_items (updated_at) WHERE status = 'uploaded' AND deleted_at IS NULL;

-- Where the walk over a bucket's objects, which looks for those that belong to nothing, goes on.
CREATE TABLE object_walks (
    bucket     text PRIMARY KEY,
    after_key  text NOT NULL,                                                   -- the last key that was looked at; empty before the first
    updated_at timestamptz NOT NULL
);
INSERT INTO object_walks (bucket, after_key, updated_at) VALUES ('media', '', now());
