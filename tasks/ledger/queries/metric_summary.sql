-- Sums by unit first: requests of one unit are not independent. What a request has as a column is summed side by side to
-- the end: a row for each metric of each unit would be ten times as many rows.
WITH by_unit AS (
    SELECT {by}, unit,
        sum(schema_ok) AS schema_ok, count(schema_ok)::DOUBLE AS schema_ok_n,
        sum(refusal) AS refusal, count(refusal)::DOUBLE AS refusal_n,
        sum(error) AS error, count(error)::DOUBLE AS error_n,
        sum(fallback) AS fallback, count(fallback)::DOUBLE AS fallback_n,
        sum(tool_error) AS tool_error, count(tool_error)::DOUBLE AS tool_error_n,
        sum(latency) AS latency, count(latency)::DOUBLE AS latency_n,
        sum(first_token) AS first_token, count(first_token)::DOUBLE AS first_token_n,
        sum(cost) AS cost, count(cost)::DOUBLE AS cost_n,
        sum(prompt_tokens) AS prompt_tokens, count(prompt_tokens)::DOUBLE AS prompt_tokens_n,
        sum(output_tokens) AS output_tokens, count(output_tokens)::DOUBLE AS output_tokens_n
    FROM request
    WHERE environment = $environment AND prompt_id = $prompt_id AND arm <> 'shadow'
        AND ($since::TIMESTAMPTZ IS NULL OR ts >= $since) AND ts < $until
    GROUP BY {by}, unit
), answered AS (
    SELECT {by}, unnest([
        {'metric': 'schema_ok', 'units': count(schema_ok), 'value': sum(schema_ok), 'weight': sum(schema_ok_n),
            'squares': sum(schema_ok * schema_ok), 'products': sum(schema_ok * schema_ok_n),
            'weights': sum(schema_ok_n * schema_ok_n)},
        {'metric': 'refusal', 'units': count(refusal), 'value': sum(refusal), 'weight': sum(refusal_n),
            'squares': sum(refusal * refusal), 'products': sum(refusal * refusal_n),
            'weights': sum(refusal_n * refusal_n)},
        {'metric': 'error', 'units': count(error), 'value': sum(error), 'weight': sum(error_n),
            'squares': sum(error * error), 'products': sum(error * error_n),
            'weights': sum(error_n * error_n)},
        {'metric': 'fallback', 'units': count(fallback), 'value': sum(fallback), 'weight': sum(fallback_n),
            'squares': sum(fallback * fallback), 'products': sum(fallback * fallback_n),
            'weights': sum(fallback_n * fallback_n)},
        {'metric': 'tool_error', 'units': count(tool_error), 'value': sum(tool_error), 'weight': sum(tool_error_n),
            'squares': sum(tool_error * tool_error), 'products': sum(tool_error * tool_error_n),
            'weights': sum(tool_error_n * tool_error_n)},
        {'metric': 'latency', 'units': count(latency), 'value': sum(latency), 'weight': sum(latency_n),
            'squares': sum(latency * latency), 'products': sum(latency * latency_n),
            'weights': sum(latency_n * latency_n)},
        {'metric': 'first_token', 'units': count(first_token), 'value': sum(first_token), 'weight': sum(first_token_n),
            'squares': sum(first_token * first_token), 'products': sum(first_token * first_token_n),
            'weights': sum(first_token_n * first_token_n)},
        {'metric': 'cost', 'units': count(cost), 'value': sum(cost), 'weight': sum(cost_n),
            'squares': sum(cost * cost), 'products': sum(cost * cost_n),
            'weights': sum(cost_n * cost_n)},
        {'metric': 'prompt_tokens', 'units': count(prompt_tokens), 'value': sum(prompt_tokens), 'weight': sum(prompt_tokens_n),
            'squares': sum(prompt_tokens * prompt_tokens), 'products': sum(prompt_tokens * prompt_tokens_n),
            'weights': sum(prompt_tokens_n * prompt_tokens_n)},
        {'metric': 'output_tokens', 'units': count(output_tokens), 'value': sum(output_tokens), 'weight': sum(output_tokens_n),
            'squares': sum(output_tokens * output_tokens), 'products': sum(output_tokens * output_tokens_n),
            'weights': sum(output_tokens_n * output_tokens_n)}
    ]) AS cell
    FROM by_unit
    GROUP BY {by}
), beside_by_unit AS (
    SELECT {by}, metric, count(*) AS n, sum(value) AS value, sum(weight) AS weight
    FROM metric_beside
    WHERE environment = $environment AND prompt_id = $prompt_id AND arm <> 'shadow'
        AND ($since::TIMESTAMPTZ IS NULL OR ts >= $since) AND ts < $until
    GROUP BY {by}, metric, unit
), beside AS (
    SELECT {by}, metric, sum(n)::BIGINT AS n, count(*) AS units, sum(value) AS value, sum(weight) AS weight,
        sum(value * value) AS squares, sum(value * weight) AS products, sum(weight * weight) AS weights
    FROM beside_by_unit
    GROUP BY {by}, metric
)
SELECT {by}, cell.metric AS metric, cell.weight::BIGINT AS n, cell.units AS units, cell.value AS value,
    cell.weight AS weight, cell.squares AS squares, cell.products AS products, cell.weights AS weights
FROM answered
WHERE cell.weight > 0
UNION ALL
SELECT {by}, metric, n, units, value, weight, squares, products, weights
FROM beside
WHERE weight > 0
ORDER BY {by}, metric
