-- Metrics that have at least one value among the requests of a prompt. What was scored on a sample now and then does not
-- count: a canary that nobody happened to sample would lack it, and hold.
WITH recent AS (
    SELECT * FROM trace WHERE environment = $environment AND prompt_id = $prompt_id AND ts >= $since AND ts < $until
), counted AS (
    SELECT [
        {'name': 'error', 'n': count(*)}, {'name': 'fallback', 'n': count(fallback)},
        {'name': 'schema_ok', 'n': count(schema_ok)}, {'name': 'refusal', 'n': count(refusal)},
        {'name': 'tool_error', 'n': count(tool_calls)}, {'name': 'latency', 'n': count(latency_ms)},
        {'name': 'first_token', 'n': count(first_token_ms)}, {'name': 'cost', 'n': count(cost_usd)},
        {'name': 'prompt_tokens', 'n': count(prompt_tokens)}, {'name': 'output_tokens', 'n': count(output_tokens)}
    ] AS metrics
    FROM recent
), measured AS (
    SELECT unnest(metrics) AS metric FROM counted
)
SELECT metric.name AS name FROM measured WHERE metric.n > 0
UNION
SELECT unnest(map_keys(metrics)) FROM recent
UNION
SELECT f.name FROM feedback f JOIN recent r ON r.trace_id = f.trace_id WHERE NOT starts_with(f.source, 'sample:')
ORDER BY name
