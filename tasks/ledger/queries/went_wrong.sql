-- Requests that went wrong and whose variables are kept: what users said no to, answers that broke their contract,
-- and what a version answered that was taken back, as canary or as live. The most said against one first, then the newest.
WITH taken_back AS (
    SELECT DISTINCT to_behavior AS behavior FROM release
    WHERE environment = $environment AND prompt_id = $prompt_id AND decision = 'roll_back'
    UNION
    SELECT DISTINCT behavior FROM anchor
    WHERE environment = $environment AND prompt_id = $prompt_id AND change = 'drop'
), disliked AS (
    SELECT f.trace_id, list_sort(list(DISTINCT f.name)) AS names
    FROM feedback f
    WHERE list_contains($names, f.name) AND f.value > 0
    GROUP BY f.trace_id
), seen AS (
    SELECT t.*, d.names, b.behavior IS NOT NULL AS taken_back,
        coalesce(len(d.names), 0) + (t.schema_ok IS NOT DISTINCT FROM false)::INTEGER
            + (b.behavior IS NOT NULL)::INTEGER AS signs
    FROM trace t
    LEFT JOIN disliked d ON d.trace_id = t.trace_id
    LEFT JOIN taken_back b ON b.behavior = t.intended
    WHERE t.environment = $environment AND t.prompt_id = $prompt_id AND t.ts >= $since AND t.ts < $until
        AND t.arm <> 'shadow' AND t.variables IS NOT NULL
)
SELECT trace_id, ts, version, intent, variables, output, coalesce(names, []) AS disliked,
    schema_ok IS NOT DISTINCT FROM false AS broke_schema, taken_back
FROM seen
WHERE signs > 0
ORDER BY signs DESC, ts DESC, trace_id
LIMIT $size
