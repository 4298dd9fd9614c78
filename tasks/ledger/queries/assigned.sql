-- A unit counts once.
SELECT seen.share_bps AS share_bps, seen.arm AS arm, count(*) AS units
FROM first
GROUP BY ALL
ORDER BY share_bps, arm
