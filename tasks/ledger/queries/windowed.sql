-- The requests of two windows that have a value of the metric, with what is measured of each. 0 is before, 1 is after.
WITH windowed AS (
    SELECT
        CASE
            WHEN r.ts >= $since AND r.ts < $until AND ($behavior IS NULL OR r.behavior = $behavior) THEN 1
            WHEN r.ts >= $since_before AND r.ts < $until_before
                AND ($behavior_before IS NULL OR r.behavior = $behavior_before) THEN 0
        END AS side,
        {value} AS y,
        r.intent,
        r.behavior,
        (md5_number_lower(r.unit) % $blocks)::INTEGER AS block,
        r.prompt_tokens,
        r.cached_tokens,
        r.output_tokens,
        r.fan_out,
        r.attempts,
        r.fallback
    FROM {source}
    WHERE {value} IS NOT NULL AND r.environment = $environment AND r.prompt_id = $prompt_id AND r.arm <> 'shadow'
        AND r.ts >= least($since, $since_before) AND r.ts < greatest($until, $until_before)
)
