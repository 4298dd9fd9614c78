DELETE FROM assignment WHERE environment = $environment AND first_seen_at < $before
