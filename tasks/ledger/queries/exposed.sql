-- Sums of what was taken in after a moment. Every request counts once, and feedback when it was first said: a counter
-- cannot take back what was corrected. The span of time lets the scan skip the rest of the file. A tool that was called
-- has a row; what the models only made up has none, its names have no end.
WITH fresh AS (
    SELECT trace_id, metrics, tool_calls FROM trace
    WHERE ts >= $begin AND ts <= $end AND arm <> 'shadow'
        AND ($after::TIMESTAMPTZ IS NULL OR ingested_at > $after) AND ingested_at <= $until
), answered AS (
    UNPIVOT (
        SELECT trace_id, schema_ok, refusal, error, fallback, tool_error, latency, first_token, cost, prompt_tokens,
            output_tokens
        FROM request
        WHERE ts >= $begin AND ts <= $end AND trace_id IN (SELECT trace_id FROM fresh)
    )
    ON schema_ok, refusal, error, fallback, tool_error, latency, first_token, cost, prompt_tokens, output_tokens
    INTO NAME metric VALUE value
), own AS (
    SELECT trace_id, unnest(map_entries(metrics)) AS pair FROM fresh WHERE cardinality(metrics) > 0
), tool AS (
    SELECT DISTINCT trace_id, 'tool_call:' || json_extract_string(call, '$.name') AS metric
    FROM (SELECT trace_id, unnest(json_extract(tool_calls, '$[*]')) AS call FROM fresh WHERE tool_calls IS NOT NULL)
    WHERE NOT starts_with(coalesce(json_extract_string(call, '$.error'), ''), $made_up)
), said AS (
    SELECT f.trace_id, f.name AS metric, arg_min(f.value, f."at") AS value
    FROM feedback f
    WHERE f.ingested_at <= $until
    GROUP BY f.trace_id, f.name
    HAVING $after::TIMESTAMPTZ IS NULL OR min(f.ingested_at) > $after
), measured AS (
    SELECT trace_id, metric, value FROM answered
    UNION ALL
    SELECT trace_id, pair.key, pair.value FROM own
    UNION ALL
    SELECT trace_id, metric, value FROM said
    UNION ALL
    SELECT trace_id, metric, 1.0 FROM tool WHERE metric IS NOT NULL
)
SELECT t.environment, t.prompt_id AS prompt, t.version, t.intended AS behavior, t.arm, t.intent, m.metric,
    sum(m.value) AS value, count(*) AS n
FROM measured m
JOIN trace t ON t.trace_id = m.trace_id
WHERE m.value >= 0 AND t.arm <> 'shadow'
GROUP BY t.environment, t.prompt_id, t.version, t.intended, t.arm, t.intent, m.metric
ORDER BY t.environment, t.prompt_id, t.version, t.intended, t.arm, t.intent, m.metric
