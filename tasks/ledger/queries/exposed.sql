-- Sums of what was taken in after a moment. Every request counts once, and feedback when it was first said: a counter
-- cannot take back what was corrected. The span of time lets the scan skip the rest of the file.
WITH fresh AS (
    SELECT trace_id, metrics FROM trace
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
)
SELECT t.environment, t.prompt_id AS prompt, t.version, t.intended AS behavior, t.arm, t.intent, m.metric,
    sum(m.value) AS value, count(*) AS n
FROM measured m
JOIN trace t ON t.trace_id = m.trace_id
WHERE m.value >= 0 AND t.arm <> 'shadow'
GROUP BY t.environment, t.prompt_id, t.version, t.intended, t.arm, t.intent, m.metric
ORDER BY t.environment, t.prompt_id, t.version, t.intended, t.arm, t.intent, m.metric
