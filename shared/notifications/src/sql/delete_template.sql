-- notifications.delete_template
-- $1 id, $2 owner
DELETE FROM email_templates WHERE id = $1::uuid AND owner_id = $2::uuid RETURNING to_json(id)
