-- Units that were served by both arms of a release.
WITH first AS (
    SELECT unit, min(first_seen_at) AS first_seen_at FROM assignment WHERE release_id = $release_id GROUP BY unit
), arms AS (
    SELECT f.unit, count(DISTINCT t.arm) AS arms
    FROM first f
    JOIN trace t ON t.unit = f.unit AND t.ts >= f.first_seen_at
    WHERE t.environment = $environment AND t.prompt_id = $prompt_id AND t.ts >= $since AND t.ts <= $now
        AND t.arm IN ('live', 'canary')
    GROUP BY f.unit
)
SELECT count(*) AS units FROM arms WHERE arms > 1
