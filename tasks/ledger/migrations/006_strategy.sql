-- Portable: a column more, no default. Lines of older SDKs do not have it. And what is left without payload.

ALTER TABLE trace ADD COLUMN strategy VARCHAR;
COMMENT ON COLUMN trace.strategy IS 'How the answer was drawn, as the version says: single, or vote of 5. Null: an older SDK wrote it';
COMMENT ON COLUMN trace.tool_calls IS 'Tool calls: name, arguments, result or error; [] when none was made; without payload the name, and that it failed. Null: the prompt has no tools';
COMMENT ON COLUMN trace.retrieval IS 'Documents, fan_out and latency_ms; without payload the last two. Null: no retrieval';
