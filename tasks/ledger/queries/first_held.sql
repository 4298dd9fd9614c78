-- The units of a promoted release, each with the first request that reached the ledger: new as live, old as holdback.
SELECT unit, arg_min(
    {'arm': arm, 'share_bps': $share_bps::INTEGER, 'first_seen_at': ts, 'ingested_at': ingested_at},
    (ingested_at, ts)
) AS seen
FROM trace
WHERE environment = $environment AND prompt_id = $prompt_id AND ts >= $since AND ts < $now AND unit IS NOT NULL
    AND ((arm = 'live' AND intended = $behavior) OR (arm = 'holdback' AND release_id = $release_id))
    AND NOT EXISTS (SELECT 1 FROM assignment a WHERE a.release_id = $release_id AND a.unit = trace.unit)
GROUP BY unit
