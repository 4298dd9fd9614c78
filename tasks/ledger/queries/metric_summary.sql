-- Sums by unit first: requests of one unit are not independent. What a request has as a column is summed side by side.
WITH answered AS (
    SELECT {by}, unit,
        unnest([
            {'metric': 'schema_ok', 'n': count(schema_ok), 'value': sum(schema_ok)},
            {'metric': 'refusal', 'n': count(refusal), 'value': sum(refusal)},
            {'metric': 'error', 'n': count(error), 'value': sum(error)},
            {'metric': 'fallback', 'n': count(fallback), 'value': sum(fallback)},
            {'metric': 'tool_error', 'n': count(tool_error), 'value': sum(tool_error)},
            {'metric': 'latency', 'n': count(latency), 'value': sum(latency)},
            {'metric': 'first_token', 'n': count(first_token), 'value': sum(first_token)},
            {'metric': 'cost', 'n': count(cost), 'value': sum(cost)},
            {'metric': 'prompt_tokens', 'n': count(prompt_tokens), 'value': sum(prompt_tokens)},
            {'metric': 'output_tokens', 'n': count(output_tokens), 'value': sum(output_tokens)}
        ]) AS cell
    FROM request
    WHERE environment = $environment AND prompt_id = $prompt_id AND arm <> 'shadow'
        AND ($since::TIMESTAMPTZ IS NULL OR ts >= $since) AND ts < $until
    GROUP BY {by}, unit
), by_unit AS (
    SELECT {by}, cell.metric AS metric, cell.n AS n, cell.value AS value, cell.n::DOUBLE AS weight
    FROM answered
    WHERE cell.n > 0
    UNION ALL
    SELECT {by}, metric, count(*), sum(value), sum(weight)
    FROM metric_beside
    WHERE environment = $environment AND prompt_id = $prompt_id AND arm <> 'shadow'
        AND ($since::TIMESTAMPTZ IS NULL OR ts >= $since) AND ts < $until
    GROUP BY {by}, metric, unit
)
SELECT {by}, metric, sum(n)::BIGINT AS n, count(*) AS units, sum(value) AS value, sum(weight) AS weight,
    sum(value * value) AS squares, sum(value * weight) AS products, sum(weight * weight) AS weights
FROM by_unit
GROUP BY {by}, metric
HAVING sum(weight) > 0
ORDER BY {by}, metric
