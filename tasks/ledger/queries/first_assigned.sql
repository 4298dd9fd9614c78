-- The units of a release, each with the first assignment that reached the ledger: later ones change nothing.
SELECT unit, arg_min(
    {'arm': arm, 'share_bps': share_bps, 'first_seen_at': first_seen_at, 'ingested_at': ingested_at},
    (ingested_at, first_seen_at)
) AS seen
FROM assignment
WHERE release_id = $release_id
GROUP BY unit
