SELECT count(*) AS n FROM trace
WHERE environment = $environment AND ts < $before AND (
    variables IS NOT NULL OR output IS NOT NULL OR json_extract_string(retrieval, '$.documents') IS NOT NULL
    OR len(json_extract(tool_calls, '$[*].arguments')) > 0 OR len(json_extract(tool_calls, '$[*].result')) > 0
)
