-- Stratified by intent in proportion, in the order of a hash: the same traces at any thread count and order of rows,
-- and a larger sample keeps the smaller one's. Ids first, payload afterwards: payload is nine tenths of the file.
WITH candidate AS (
    SELECT trace_id, intent, md5_number_lower(trace_id || $seed) AS draw
    FROM trace
    WHERE environment = $environment AND prompt_id = $prompt_id AND ts >= $since AND ts < $until AND list_contains($arms, arm)
        AND ($behavior IS NULL OR intended = $behavior) AND variables IS NOT NULL
), ranked AS (
    SELECT trace_id, draw, intent,
        (row_number() OVER (PARTITION BY intent ORDER BY draw, trace_id) - 0.5) / count(*) OVER (PARTITION BY intent) AS depth
    FROM candidate
), pick AS (
    SELECT trace_id, depth FROM ranked ORDER BY depth, intent, draw LIMIT $size
)
SELECT {columns}
FROM trace t
JOIN pick p ON p.trace_id = t.trace_id
WHERE t.environment = $environment AND t.prompt_id = $prompt_id AND t.ts >= $since AND t.ts < $until
ORDER BY p.depth, t.intent, t.trace_id
