SELECT count(*) AS n FROM trace
WHERE environment = $environment AND ts < $before
    AND (variables IS NOT NULL OR output IS NOT NULL OR tool_calls IS NOT NULL OR retrieval IS NOT NULL)
