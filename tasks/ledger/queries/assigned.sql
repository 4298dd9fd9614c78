-- A unit counts once, with the first assignment that reached the ledger.
WITH first AS (
    SELECT unit, arg_min({'share_bps': share_bps, 'arm': arm}, (ingested_at, first_seen_at)) AS seen
    FROM assignment
    WHERE release_id = $release_id
    GROUP BY unit
)
SELECT seen.share_bps AS share_bps, seen.arm AS arm, count(*) AS units
FROM first
GROUP BY ALL
ORDER BY share_bps, arm
