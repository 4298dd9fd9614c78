-- The units that a behavior served while it was live, as if each had been assigned at its first request.
SELECT unit, arg_min(
    {'arm': arm, 'share_bps': 0, 'first_seen_at': ts, 'ingested_at': ingested_at},
    (ts, ingested_at)
) AS seen
FROM trace
WHERE environment = $environment AND prompt_id = $prompt_id AND intended = $behavior AND arm = 'live'
    AND ts >= $since AND ts < $now AND unit IS NOT NULL
GROUP BY unit
