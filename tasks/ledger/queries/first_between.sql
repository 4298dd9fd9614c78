-- Units of a span of time, each with the first request that reached the ledger: those that a behavior served as live,
-- and with $held the release's holdback. What its canary counted is left out.
SELECT unit, arg_min(
    {'arm': arm, 'share_bps': 0, 'first_seen_at': ts, 'ingested_at': ingested_at},
    (ingested_at, ts)
) AS seen
FROM trace
WHERE environment = $environment AND prompt_id = $prompt_id AND ts >= $since AND ts < $until AND unit IS NOT NULL
    AND ((arm = 'live' AND intended = $behavior) OR ($held AND arm = 'holdback' AND release_id = $release_id))
    AND NOT EXISTS (SELECT 1 FROM assignment a WHERE a.release_id = $release_id AND a.unit = trace.unit)
GROUP BY unit
