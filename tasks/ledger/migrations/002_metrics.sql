-- Portable: views only. A view that names one CTE twice says NOT MATERIALIZED, so that filters reach the table.

CREATE VIEW request AS
SELECT
    trace_id,
    ts,
    (ts AT TIME ZONE 'UTC')::DATE AS day,
    environment,
    prompt_id,
    version,
    intended AS behavior,
    arm,
    intent,
    coalesce(unit, trace_id) AS unit,
    schema_ok::DOUBLE AS schema_ok,
    refusal::DOUBLE AS refusal,
    (error IS NOT NULL)::DOUBLE AS error,
    fallback::DOUBLE AS fallback,
    (len([call FOR call IN json_extract(tool_calls, '$[*]')
          IF json_extract_string(call, '$.error') IS NOT NULL]) > 0)::DOUBLE AS tool_error,
    latency_ms / 1000 AS latency,
    first_token_ms / 1000 AS first_token,
    cost_usd AS cost,
    prompt_tokens::DOUBLE AS prompt_tokens,
    cached_tokens::DOUBLE AS cached_tokens,
    output_tokens::DOUBLE AS output_tokens,
    attempts::DOUBLE AS attempts,
    CASE WHEN retrieval IS NULL THEN 0 ELSE json_extract_string(retrieval, '$.fan_out')::DOUBLE END AS fan_out
FROM trace;
COMMENT ON VIEW request IS 'One request that an application made, in the units of the metrics';
COMMENT ON COLUMN request.trace_id IS 'The request';
COMMENT ON COLUMN request.ts IS 'When it began';
COMMENT ON COLUMN request.day IS 'Day of ts, UTC';
COMMENT ON COLUMN request.environment IS 'The environment';
COMMENT ON COLUMN request.prompt_id IS 'The prompt';
COMMENT ON COLUMN request.version IS 'The version that was resolved';
COMMENT ON COLUMN request.behavior IS 'Behavior version that was resolved';
COMMENT ON COLUMN request.arm IS 'live, canary, holdback or shadow';
COMMENT ON COLUMN request.intent IS 'Label given by the application, else other';
COMMENT ON COLUMN request.unit IS 'Hash of the unit; an anonymous request is a unit of its own';
COMMENT ON COLUMN request.schema_ok IS '0 or 1. Null: nothing to check';
COMMENT ON COLUMN request.refusal IS '0 or 1. Null: no answer';
COMMENT ON COLUMN request.error IS '1 when there was no usable answer, else 0';
COMMENT ON COLUMN request.fallback IS '1 when a fallback answered, else 0';
COMMENT ON COLUMN request.tool_error IS '1 when a tool call failed, else 0. Null: the prompt has no tools';
COMMENT ON COLUMN request.latency IS 'Seconds to the whole answer. Null: unknown';
COMMENT ON COLUMN request.first_token IS 'Seconds to the first token. Null: not streamed';
COMMENT ON COLUMN request.cost IS 'USD. Null: unknown';
COMMENT ON COLUMN request.prompt_tokens IS 'Tokens in. Null: unknown';
COMMENT ON COLUMN request.cached_tokens IS 'Of these, read from a cache. Null: unknown';
COMMENT ON COLUMN request.output_tokens IS 'Tokens out. Null: unknown';
COMMENT ON COLUMN request.attempts IS 'Model calls made for it';
COMMENT ON COLUMN request.fan_out IS 'Retrieval queries or documents, as the application counts them; 0 without retrieval. Null: unknown';

CREATE VIEW metric_beside AS
WITH said AS NOT MATERIALIZED (
    SELECT trace_id, name, arg_max(value, "at") AS value
    FROM feedback
    GROUP BY trace_id, name
), tool AS NOT MATERIALIZED (
    SELECT DISTINCT environment, prompt_id, unnest(json_extract_string(tool_calls, '$[*].name')) AS name
    FROM trace
    WHERE tool_calls IS NOT NULL
), released AS NOT MATERIALIZED (
    SELECT environment, prompt_id, to_version AS version, to_behavior AS behavior FROM release
    UNION
    SELECT environment, prompt_id, from_version, from_behavior FROM release WHERE from_behavior IS NOT NULL
), own AS NOT MATERIALIZED (
    SELECT trace_id, unnest(map_entries(metrics)) AS pair
    FROM trace
    WHERE cardinality(metrics) > 0
)
SELECT r.trace_id, r.ts, r.day, r.environment, r.prompt_id, r.version, r.behavior, r.arm, r.intent, r.unit,
    s.name AS metric, s.value, 1.0::DOUBLE AS weight
FROM said s
JOIN request r ON r.trace_id = s.trace_id
UNION ALL
SELECT r.trace_id, r.ts, r.day, r.environment, r.prompt_id, r.version, r.behavior, r.arm, r.intent, r.unit,
    o.pair.key, o.pair.value, 1.0
FROM own o
JOIN request r ON r.trace_id = o.trace_id
UNION ALL
SELECT t.trace_id, t.ts, (t.ts AT TIME ZONE 'UTC')::DATE, t.environment, t.prompt_id, t.version, t.intended, t.arm, t.intent,
    coalesce(t.unit, t.trace_id), 'tool_call:' || tool.name,
    list_contains(json_extract_string(t.tool_calls, '$[*].name'), tool.name)::DOUBLE, 1.0
FROM trace t
JOIN tool ON tool.environment = t.environment AND tool.prompt_id = t.prompt_id
WHERE t.tool_calls IS NOT NULL
UNION ALL
SELECT r.trace_id, r.ts, r.day, r.environment, r.prompt_id, r.version, r.behavior, r.arm, r.intent, r.unit,
    'cost_per_resolved', r.cost, coalesce(s.value, 0)
FROM request r
LEFT JOIN said s ON s.trace_id = r.trace_id AND s.name = 'resolved'
WHERE r.cost IS NOT NULL AND r.prompt_id IN (
    SELECT t.prompt_id FROM feedback f JOIN trace t ON t.trace_id = f.trace_id WHERE f.name = 'resolved'
)
UNION ALL
SELECT NULL, e."at", (e."at" AT TIME ZONE 'UTC')::DATE, d.environment, d.prompt_id, d.version, e.behavior, 'eval', e.intent,
    e.cluster_id, 'score', e.score, 1.0
FROM eval_result e
JOIN released d ON d.behavior = e.behavior
WHERE e.score IS NOT NULL;
COMMENT ON VIEW metric_beside IS 'The values of metric_value that are no columns of request';
COMMENT ON COLUMN metric_beside.trace_id IS 'The request. Null: an eval case';
COMMENT ON COLUMN metric_beside.ts IS 'When the request began; of an eval case, when it was answered';
COMMENT ON COLUMN metric_beside.day IS 'Day of ts, UTC';
COMMENT ON COLUMN metric_beside.environment IS 'The environment; of an eval case, each one the version was released in';
COMMENT ON COLUMN metric_beside.prompt_id IS 'The prompt';
COMMENT ON COLUMN metric_beside.version IS 'The version that was resolved';
COMMENT ON COLUMN metric_beside.behavior IS 'Behavior version that was resolved';
COMMENT ON COLUMN metric_beside.arm IS 'live, canary, holdback, shadow or eval';
COMMENT ON COLUMN metric_beside.intent IS 'Intent of the request or of the case';
COMMENT ON COLUMN metric_beside.unit IS 'What is independent of the others: the unit, an anonymous request, or the cluster of a case';
COMMENT ON COLUMN metric_beside.metric IS 'Metric of the vocabulary, or one of the application''s own';
COMMENT ON COLUMN metric_beside.value IS 'Seconds, USD, tokens, or 0 and 1; of feedback said twice the last word';
COMMENT ON COLUMN metric_beside.weight IS '1; of cost_per_resolved 1 where resolved was said, else 0';

CREATE VIEW metric_value AS
WITH answered AS NOT MATERIALIZED (
    UNPIVOT (
        SELECT trace_id, ts, day, environment, prompt_id, version, behavior, arm, intent, unit, schema_ok, refusal, error,
            fallback, tool_error, latency, first_token, cost, prompt_tokens, output_tokens
        FROM request
    )
    ON schema_ok, refusal, error, fallback, tool_error, latency, first_token, cost, prompt_tokens, output_tokens
    INTO NAME metric VALUE value
)
SELECT trace_id, ts, day, environment, prompt_id, version, behavior, arm, intent, unit, metric, value, 1.0::DOUBLE AS weight
FROM answered
UNION ALL
SELECT trace_id, ts, day, environment, prompt_id, version, behavior, arm, intent, unit, metric, value, weight
FROM metric_beside;
COMMENT ON VIEW metric_value IS 'One value of one metric of one request; mean = sum(value) / sum(weight). What is missing has no row';
COMMENT ON COLUMN metric_value.trace_id IS 'The request. Null: an eval case';
COMMENT ON COLUMN metric_value.ts IS 'When the request began; of an eval case, when it was answered';
COMMENT ON COLUMN metric_value.day IS 'Day of ts, UTC';
COMMENT ON COLUMN metric_value.environment IS 'The environment; of an eval case, each one the version was released in';
COMMENT ON COLUMN metric_value.prompt_id IS 'The prompt';
COMMENT ON COLUMN metric_value.version IS 'The version that was resolved';
COMMENT ON COLUMN metric_value.behavior IS 'Behavior version that was resolved';
COMMENT ON COLUMN metric_value.arm IS 'live, canary, holdback, shadow or eval';
COMMENT ON COLUMN metric_value.intent IS 'Intent of the request or of the case';
COMMENT ON COLUMN metric_value.unit IS 'What is independent of the others: the unit, an anonymous request, or the cluster of a case';
COMMENT ON COLUMN metric_value.metric IS 'Metric of the vocabulary, or one of the application''s own';
COMMENT ON COLUMN metric_value.value IS 'Seconds, USD, tokens, or 0 and 1; of feedback said twice the last word';
COMMENT ON COLUMN metric_value.weight IS '1; of cost_per_resolved 1 where resolved was said, else 0';

CREATE VIEW metric_daily AS
WITH answered AS (
    SELECT environment, prompt_id, version, behavior, intent, day, unit,
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
    WHERE arm <> 'shadow'
    GROUP BY environment, prompt_id, version, behavior, intent, day, unit
), by_unit AS (
    SELECT environment, prompt_id, version, behavior, intent, day, cell.metric AS metric, cell.n AS n, cell.value AS value,
        cell.n::DOUBLE AS weight
    FROM answered
    WHERE cell.n > 0
    UNION ALL
    SELECT environment, prompt_id, version, behavior, intent, day, metric, count(*), sum(value), sum(weight)
    FROM metric_beside
    WHERE arm <> 'shadow'
    GROUP BY environment, prompt_id, version, behavior, intent, day, metric, unit
), summed AS (
    SELECT environment, prompt_id, version, behavior, intent, day, metric,
        sum(n)::BIGINT AS n,
        count(*) AS units,
        sum(value) / sum(weight) AS mean,
        sum(weight) AS weight,
        sum(value * value) AS squares,
        sum(value * weight) AS products,
        sum(weight * weight) AS weights
    FROM by_unit
    GROUP BY environment, prompt_id, version, behavior, intent, day, metric
    HAVING sum(weight) > 0
)
SELECT environment, prompt_id, version, behavior, intent, day, metric, n, units, mean,
    CASE WHEN units > 1 THEN
        sqrt(greatest(squares - 2 * mean * products + mean * mean * weights, 0) * units / (units - 1)) / weight
    END AS se
FROM summed;
COMMENT ON VIEW metric_daily IS 'Each metric by behavior version, intent and day, shadow left out. What is missing has no row';
COMMENT ON COLUMN metric_daily.environment IS 'The environment';
COMMENT ON COLUMN metric_daily.prompt_id IS 'The prompt';
COMMENT ON COLUMN metric_daily.version IS 'The version that was resolved';
COMMENT ON COLUMN metric_daily.behavior IS 'Behavior version that was resolved';
COMMENT ON COLUMN metric_daily.intent IS 'Intent of the request';
COMMENT ON COLUMN metric_daily.day IS 'Day of the request, UTC';
COMMENT ON COLUMN metric_daily.metric IS 'Metric of the vocabulary, or one of the application''s own';
COMMENT ON COLUMN metric_daily.n IS 'Requests that have a value';
COMMENT ON COLUMN metric_daily.units IS 'Units among them';
COMMENT ON COLUMN metric_daily.mean IS 'Seconds, USD, tokens, or a share; of cost_per_resolved USD by resolved request';
COMMENT ON COLUMN metric_daily.se IS 'Standard error of the mean, requests of one unit taken together. Null: one unit';

CREATE VIEW cost_and_prompt_length AS
WITH daily AS (
    SELECT environment, prompt_id, intent, day, count(*) AS n,
        avg(cost) AS cost,
        avg(prompt_tokens) AS prompt_tokens,
        (covar_pop(cost, prompt_tokens) * var_pop(output_tokens)
            - covar_pop(cost, output_tokens) * covar_pop(prompt_tokens, output_tokens)) AS numerator,
        var_pop(prompt_tokens) * var_pop(output_tokens) AS spread,
        covar_pop(prompt_tokens, output_tokens) AS together,
        CASE WHEN var_pop(prompt_tokens) > 0 THEN regr_slope(cost, prompt_tokens) END AS slope
    FROM request
    WHERE cost IS NOT NULL AND prompt_tokens IS NOT NULL AND output_tokens IS NOT NULL AND arm <> 'shadow'
    GROUP BY environment, prompt_id, intent, day
), priced AS (
    SELECT environment, prompt_id, intent, day, n, cost, prompt_tokens,
        CASE WHEN spread - together * together > 1e-9 * spread THEN numerator / (spread - together * together)
            ELSE slope END AS usd_a_token
    FROM daily
)
SELECT environment, prompt_id, intent, day, n, cost, prompt_tokens, usd_a_token,
    cost - lag(cost) OVER dearer AS moved,
    CASE WHEN prompt_tokens = lag(prompt_tokens) OVER dearer THEN 0 ELSE
        (prompt_tokens - lag(prompt_tokens) OVER dearer)
        * (coalesce(usd_a_token, lag(usd_a_token) OVER dearer) + coalesce(lag(usd_a_token) OVER dearer, usd_a_token)) / 2
    END AS by_prompt_length
FROM priced
WINDOW dearer AS (PARTITION BY environment, prompt_id, intent ORDER BY day);
COMMENT ON VIEW cost_and_prompt_length IS 'Did cost rise because the prompt got longer: each day against the day with requests before it';
COMMENT ON COLUMN cost_and_prompt_length.environment IS 'The environment';
COMMENT ON COLUMN cost_and_prompt_length.prompt_id IS 'The prompt';
COMMENT ON COLUMN cost_and_prompt_length.intent IS 'Intent of the requests';
COMMENT ON COLUMN cost_and_prompt_length.day IS 'The day, UTC';
COMMENT ON COLUMN cost_and_prompt_length.n IS 'Requests with cost and tokens';
COMMENT ON COLUMN cost_and_prompt_length.cost IS 'Mean USD a request';
COMMENT ON COLUMN cost_and_prompt_length.prompt_tokens IS 'Mean tokens in';
COMMENT ON COLUMN cost_and_prompt_length.usd_a_token IS 'USD one more token in costs, at equal tokens out. Null: all prompts had the same length';
COMMENT ON COLUMN cost_and_prompt_length.moved IS 'Change of cost to the day before. Null: the first day';
COMMENT ON COLUMN cost_and_prompt_length.by_prompt_length IS 'How much of it the length of the prompt explains. Null: the first day, or lengths that did not vary';

CREATE VIEW latency_and_fan_out AS
WITH daily AS (
    SELECT environment, prompt_id, intent, day, count(*) AS n,
        avg(latency) AS latency,
        avg(fan_out) AS fan_out,
        (covar_pop(latency, fan_out) * var_pop(output_tokens)
            - covar_pop(latency, output_tokens) * covar_pop(fan_out, output_tokens)) AS numerator,
        var_pop(fan_out) * var_pop(output_tokens) AS spread,
        covar_pop(fan_out, output_tokens) AS together,
        CASE WHEN var_pop(fan_out) > 0 THEN regr_slope(latency, fan_out) END AS slope
    FROM request
    WHERE latency IS NOT NULL AND fan_out IS NOT NULL AND output_tokens IS NOT NULL AND arm <> 'shadow'
    GROUP BY environment, prompt_id, intent, day
), timed AS (
    SELECT environment, prompt_id, intent, day, n, latency, fan_out,
        CASE WHEN spread - together * together > 1e-9 * spread THEN numerator / (spread - together * together)
            ELSE slope END AS seconds_a_query
    FROM daily
)
SELECT environment, prompt_id, intent, day, n, latency, fan_out, seconds_a_query,
    latency - lag(latency) OVER slower AS moved,
    CASE WHEN fan_out = lag(fan_out) OVER slower THEN 0 ELSE
        (fan_out - lag(fan_out) OVER slower)
        * (coalesce(seconds_a_query, lag(seconds_a_query) OVER slower)
            + coalesce(lag(seconds_a_query) OVER slower, seconds_a_query)) / 2
    END AS by_fan_out
FROM timed
WINDOW slower AS (PARTITION BY environment, prompt_id, intent ORDER BY day);
COMMENT ON VIEW latency_and_fan_out IS 'Did latency rise because retrieval fan-out changed: each day against the day with requests before it';
COMMENT ON COLUMN latency_and_fan_out.environment IS 'The environment';
COMMENT ON COLUMN latency_and_fan_out.prompt_id IS 'The prompt';
COMMENT ON COLUMN latency_and_fan_out.intent IS 'Intent of the requests';
COMMENT ON COLUMN latency_and_fan_out.day IS 'The day, UTC';
COMMENT ON COLUMN latency_and_fan_out.n IS 'Requests with latency, fan-out and tokens out';
COMMENT ON COLUMN latency_and_fan_out.latency IS 'Mean seconds a request';
COMMENT ON COLUMN latency_and_fan_out.fan_out IS 'Mean retrieval fan-out';
COMMENT ON COLUMN latency_and_fan_out.seconds_a_query IS 'Seconds that one more costs, at equal tokens out. Null: all requests had the same fan-out';
COMMENT ON COLUMN latency_and_fan_out.moved IS 'Change of latency to the day before. Null: the first day';
COMMENT ON COLUMN latency_and_fan_out.by_fan_out IS 'How much of it the fan-out explains. Null: the first day, or a fan-out that did not vary';

CREATE VIEW metric_by_behavior AS
WITH by_unit AS (
    SELECT environment, prompt_id, behavior, intent, metric, unit,
        count(*) AS n, sum(value) AS value, sum(weight) AS weight, min(ts) AS first_at
    FROM metric_value
    WHERE arm <> 'shadow'
    GROUP BY environment, prompt_id, behavior, intent, metric, unit
), summed AS (
    SELECT environment, prompt_id, behavior, intent, metric,
        sum(n)::BIGINT AS n,
        count(*) AS units,
        min(first_at) AS first_at,
        sum(value) / sum(weight) AS mean,
        sum(weight) AS weight,
        sum(value * value) AS squares,
        sum(value * weight) AS products,
        sum(weight * weight) AS weights
    FROM by_unit
    GROUP BY environment, prompt_id, behavior, intent, metric
    HAVING sum(weight) > 0
), component AS (
    SELECT to_behavior AS behavior, min(components) AS components
    FROM release
    GROUP BY to_behavior
), compared AS (
    SELECT s.*, c.components,
        CASE WHEN s.units > 1 THEN
            sqrt(greatest(s.squares - 2 * s.mean * s.products + s.mean * s.mean * s.weights, 0) * s.units / (s.units - 1))
                / s.weight
        END AS se
    FROM summed s
    LEFT JOIN component c ON c.behavior = s.behavior
), paired AS (
    SELECT *,
        lag(behavior) OVER before AS behavior_before,
        lag(components) OVER before AS components_before,
        lag(mean) OVER before AS mean_before,
        lag(se) OVER before AS se_before
    FROM compared
    WINDOW before AS (PARTITION BY environment, prompt_id, intent, metric ORDER BY first_at, behavior)
)
SELECT environment, prompt_id, intent, metric, behavior_before, behavior, first_at, n, units, mean, se,
    mean - mean_before AS moved,
    sqrt(se * se + se_before * se_before) AS moved_se,
    CASE WHEN components IS NOT NULL AND components_before IS NOT NULL THEN
        [name FOR name IN ['prompt', 'model', 'decoding', 'tools', 'output', 'retrieval', 'safety', 'fallbacks']
         IF json_extract_string(components_before, '$.' || name) IS DISTINCT FROM json_extract_string(components, '$.' || name)]
    END AS components_changed
FROM paired;
COMMENT ON VIEW metric_by_behavior IS 'Each metric by behavior version and intent, beside the behavior version first seen before it';
COMMENT ON COLUMN metric_by_behavior.environment IS 'The environment';
COMMENT ON COLUMN metric_by_behavior.prompt_id IS 'The prompt';
COMMENT ON COLUMN metric_by_behavior.intent IS 'Intent of the requests';
COMMENT ON COLUMN metric_by_behavior.metric IS 'Metric of the vocabulary, or one of the application''s own';
COMMENT ON COLUMN metric_by_behavior.behavior_before IS 'The behavior version before. Null: this is the first';
COMMENT ON COLUMN metric_by_behavior.behavior IS 'Behavior version that was resolved';
COMMENT ON COLUMN metric_by_behavior.first_at IS 'First request that has a value';
COMMENT ON COLUMN metric_by_behavior.n IS 'Requests that have a value';
COMMENT ON COLUMN metric_by_behavior.units IS 'Units among them';
COMMENT ON COLUMN metric_by_behavior.mean IS 'Seconds, USD, tokens, or a share; of cost_per_resolved USD by resolved request';
COMMENT ON COLUMN metric_by_behavior.se IS 'Standard error of the mean, requests of one unit taken together. Null: one unit';
COMMENT ON COLUMN metric_by_behavior.moved IS 'Change of the mean to the behavior version before. Null: this is the first';
COMMENT ON COLUMN metric_by_behavior.moved_se IS 'Standard error of that change. Null: this is the first, or one unit';
COMMENT ON COLUMN metric_by_behavior.components_changed IS 'Components that differ between the two. Null: the components of one were never released here';

CREATE VIEW quality_and_model AS
SELECT environment, prompt_id, intent, behavior_before, behavior, first_at, n, mean AS quality, moved, moved_se,
    components_changed,
    CASE
        WHEN components_changed IS NULL THEN 'cannot tell'
        WHEN NOT list_contains(components_changed, 'model') THEN 'no'
        WHEN len(components_changed) > 1 THEN 'cannot tell'
        WHEN moved_se IS NULL THEN 'cannot tell'
        WHEN moved + 1.96 * moved_se < 0 THEN 'yes'
        ELSE 'not shown'
    END AS because_of_model
FROM metric_by_behavior
WHERE metric = 'quality' AND behavior_before IS NOT NULL;
COMMENT ON VIEW quality_and_model IS 'Did quality drop because the model changed: each behavior version against the one before it';
COMMENT ON COLUMN quality_and_model.environment IS 'The environment';
COMMENT ON COLUMN quality_and_model.prompt_id IS 'The prompt';
COMMENT ON COLUMN quality_and_model.intent IS 'Intent of the requests';
COMMENT ON COLUMN quality_and_model.behavior_before IS 'The behavior version before';
COMMENT ON COLUMN quality_and_model.behavior IS 'The behavior version';
COMMENT ON COLUMN quality_and_model.first_at IS 'Its first request that has a value';
COMMENT ON COLUMN quality_and_model.n IS 'Requests that have a value';
COMMENT ON COLUMN quality_and_model.quality IS 'Mean quality, 0 to 1';
COMMENT ON COLUMN quality_and_model.moved IS 'Change to the behavior version before';
COMMENT ON COLUMN quality_and_model.moved_se IS 'Standard error of that change. Null: one unit';
COMMENT ON COLUMN quality_and_model.components_changed IS 'Components that differ. Null: not known';
COMMENT ON COLUMN quality_and_model.because_of_model IS 'yes, no (the model is the same), not shown (no drop beyond chance), or cannot tell: other components changed with it';

CREATE VIEW tool_error_and_schema AS
SELECT environment, prompt_id, intent, behavior_before, behavior, first_at, n, mean AS tool_error, moved, moved_se,
    components_changed,
    CASE
        WHEN components_changed IS NULL THEN 'cannot tell'
        WHEN NOT list_contains(components_changed, 'tools') THEN 'no'
        WHEN len(components_changed) > 1 THEN 'cannot tell'
        WHEN moved_se IS NULL THEN 'cannot tell'
        WHEN moved - 1.96 * moved_se > 0 THEN 'yes'
        ELSE 'not shown'
    END AS because_of_schema
FROM metric_by_behavior
WHERE metric = 'tool_error' AND behavior_before IS NOT NULL;
COMMENT ON VIEW tool_error_and_schema IS 'Did tool errors rise because the tool schema changed: each behavior version against the one before it';
COMMENT ON COLUMN tool_error_and_schema.environment IS 'The environment';
COMMENT ON COLUMN tool_error_and_schema.prompt_id IS 'The prompt';
COMMENT ON COLUMN tool_error_and_schema.intent IS 'Intent of the requests';
COMMENT ON COLUMN tool_error_and_schema.behavior_before IS 'The behavior version before';
COMMENT ON COLUMN tool_error_and_schema.behavior IS 'The behavior version';
COMMENT ON COLUMN tool_error_and_schema.first_at IS 'Its first request that has a value';
COMMENT ON COLUMN tool_error_and_schema.n IS 'Requests that have a value';
COMMENT ON COLUMN tool_error_and_schema.tool_error IS 'Share of requests with a failed tool call';
COMMENT ON COLUMN tool_error_and_schema.moved IS 'Change to the behavior version before';
COMMENT ON COLUMN tool_error_and_schema.moved_se IS 'Standard error of that change. Null: one unit';
COMMENT ON COLUMN tool_error_and_schema.components_changed IS 'Components that differ. Null: not known';
COMMENT ON COLUMN tool_error_and_schema.because_of_schema IS 'yes, no (the schema is the same), not shown (no rise beyond chance), or cannot tell: other components changed with it';
