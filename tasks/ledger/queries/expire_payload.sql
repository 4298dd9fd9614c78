UPDATE trace SET variables = NULL, output = NULL, tool_calls = NULL, retrieval = NULL
WHERE environment = $environment AND ts < $before
    AND (variables IS NOT NULL OR output IS NOT NULL OR tool_calls IS NOT NULL OR retrieval IS NOT NULL)
