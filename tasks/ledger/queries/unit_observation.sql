-- One row a closed unit. What counts was in the ledger when the unit closed, so a row never changes afterwards:
-- ingested_at grows with every transaction, and a unit closes no earlier than its first trace was taken in.
, opening AS (
    SELECT
        f.unit,
        f.seen.arm AS arm,
        f.seen.share_bps AS share_bps,
        f.seen.first_seen_at AS first_seen_at,
        min(t.intent) AS intent,
        greatest(f.seen.first_seen_at + $answer_window, f.seen.ingested_at, min(t.ingested_at)) AS closed_at
    FROM first f
    JOIN trace t ON t.unit = f.unit AND t.ts = f.seen.first_seen_at AND t.arm = f.seen.arm
    WHERE t.environment = $environment AND t.prompt_id = $prompt_id AND t.ts >= $since
    GROUP BY f.unit, f.seen
), closed AS (
    SELECT *, greatest(closed_at, first_seen_at + $unit_window) AS said_at
    FROM opening
    WHERE closed_at <= $now
        AND ($after::TIMESTAMPTZ IS NULL OR greatest(closed_at, first_seen_at + $unit_window) >= $after)
), request AS (
    SELECT c.unit, c.closed_at, c.first_seen_at, c.said_at, t.* EXCLUDE (unit)
    FROM closed c
    JOIN trace t ON t.unit = c.unit AND t.arm = c.arm AND t.ts >= c.first_seen_at
    WHERE t.environment = $environment AND t.prompt_id = $prompt_id AND t.ts >= $since
        AND t.ingested_at <= c.said_at AND t.ts <= greatest(c.first_seen_at + $unit_window, c.first_seen_at + $answer_window)
), answer AS (
    SELECT * FROM request WHERE ts <= first_seen_at + $answer_window AND ingested_at <= closed_at
), measured AS (
    SELECT
        unit,
        count(*) AS requests,
        min(schema_ok::INTEGER)::DOUBLE AS schema_ok,
        max(refusal::INTEGER)::DOUBLE AS refusal,
        max((error IS NOT NULL)::INTEGER)::DOUBLE AS error,
        max(fallback::INTEGER)::DOUBLE AS fallback,
        max((len([call FOR call IN json_extract(tool_calls, '$[*]')
                  IF json_extract_string(call, '$.error') IS NOT NULL]) > 0)::INTEGER)::DOUBLE AS tool_error,
        avg(latency_ms) / 1000 AS latency,
        avg(first_token_ms) / 1000 AS first_token,
        avg(cost_usd) AS cost,
        avg(prompt_tokens) AS prompt_tokens,
        avg(output_tokens) AS output_tokens
    FROM answer
    GROUP BY unit
), named AS (
    SELECT unit, 'own' AS source, pair.key AS name, pair.value AS value
    FROM (SELECT unit, unnest(map_entries(metrics)) AS pair FROM answer)
    WHERE list_contains($own, pair.key)
    UNION ALL
    SELECT a.unit, 'tool', tool.name,
        list_contains(json_extract_string(a.tool_calls, '$[*].name'), tool.name)::INTEGER
    FROM answer a, (SELECT unnest($tools::VARCHAR[]) AS name) tool
    WHERE a.tool_calls IS NOT NULL
    UNION ALL
    SELECT r.unit, 'said', f.name, f.value
    FROM request r
    JOIN feedback f ON f.trace_id = r.trace_id
    WHERE list_contains($feedback, f.name) AND f."at" <= r.first_seen_at + $unit_window AND f.ingested_at <= r.said_at
), cell AS (
    SELECT unit, source, name, min(value) AS low, max(value) AS high, avg(value) AS mean
    FROM named
    GROUP BY ALL
), listed AS (
    SELECT unit, list({'source': source, 'name': name, 'low': low, 'high': high, 'mean': mean}) AS cells
    FROM cell
    GROUP BY unit
)
SELECT c.unit, c.arm, c.share_bps, c.intent, c.closed_at, c.said_at, m.* EXCLUDE (unit), coalesce(l.cells, []) AS cells
FROM closed c
JOIN measured m ON m.unit = c.unit
LEFT JOIN listed l ON l.unit = c.unit
ORDER BY c.closed_at, c.unit
