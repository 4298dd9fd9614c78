-- The components of a behavior version as a release froze them.
SELECT to_behavior AS behavior, min(components) AS components
FROM release
WHERE list_contains($behaviors, to_behavior)
GROUP BY to_behavior
