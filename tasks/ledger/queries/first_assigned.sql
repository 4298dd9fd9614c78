-- The units of a release, each with the first assignment that reached the ledger: later ones change nothing. Those that a
-- canary against another baseline counted are left out: only what came after the routes of the newest plan is compared.
SELECT unit, arg_min(
    {'arm': arm, 'share_bps': share_bps, 'first_seen_at': first_seen_at, 'ingested_at': ingested_at},
    (ingested_at, first_seen_at)
) AS seen
FROM assignment
WHERE release_id = $release_id
GROUP BY unit
HAVING min(generation) > (
    SELECT coalesce(max(json_extract_string(payload, '$.generation')::BIGINT), -1)
    FROM event
    WHERE release_id = $release_id AND kind = 'promptship.canary.planned'
)
