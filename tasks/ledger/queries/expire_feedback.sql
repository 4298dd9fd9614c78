DELETE FROM feedback
WHERE trace_id IN (SELECT trace_id FROM trace WHERE environment = $environment AND ts < $before)
