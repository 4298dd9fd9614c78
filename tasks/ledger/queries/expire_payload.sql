-- What registry/runtime/payload.py does to a record: names of tools and numbers stay.
UPDATE trace SET
    variables = NULL,
    output = NULL,
    tool_calls = CASE WHEN tool_calls IS NOT NULL THEN to_json([
        CASE
            WHEN json_extract_string(call, '$.error') IS NULL THEN json_object('name', json_extract(call, '$.name'))
            WHEN starts_with(json_extract_string(call, '$.error'), $made_up)
                THEN json_object('name', json_extract(call, '$.name'), 'error', $made_up || $withheld)
            ELSE json_object('name', json_extract(call, '$.name'), 'error', $withheld)
        END
        FOR call IN json_extract(tool_calls, '$[*]')
    ]) END,
    retrieval = CASE WHEN retrieval IS NOT NULL THEN json_object(
        'documents', NULL,
        'fan_out', json_extract(retrieval, '$.fan_out'),
        'latency_ms', json_extract(retrieval, '$.latency_ms')
    ) END
WHERE environment = $environment AND ts < $before AND (
    variables IS NOT NULL OR output IS NOT NULL OR json_extract_string(retrieval, '$.documents') IS NOT NULL
    OR len(json_extract(tool_calls, '$[*].arguments')) > 0 OR len(json_extract(tool_calls, '$[*].result')) > 0
)
