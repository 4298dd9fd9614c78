-- The units that a behavior served while it was live, each as if assigned at the first request that reached the ledger.
SELECT unit, arg_min(
    {'arm': arm, 'share_bps': 0, 'first_seen_at': ts, 'ingested_at': ingested_at},
    (ingested_at, ts)
) AS seen
FROM trace
WHERE environment = $environment AND prompt_id = $prompt_id AND intended = $behavior AND arm = 'live'
    AND ts >= $since AND ts < $now AND unit IS NOT NULL
GROUP BY unit
