-- Portable: no keys, sequences, enums or indexes (DuckLake has none). Times are UTC. `at` must be quoted in SQL.

CREATE TABLE release (
    release_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    environment VARCHAR NOT NULL,
    prompt_id VARCHAR NOT NULL,
    from_version VARCHAR,
    from_behavior VARCHAR,
    to_version VARCHAR NOT NULL,
    to_behavior VARCHAR NOT NULL,
    anchor_behavior VARCHAR,
    risk VARCHAR NOT NULL,
    author VARCHAR NOT NULL,
    attempt INTEGER NOT NULL,
    started_by VARCHAR NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    decision VARCHAR,
    decided_by VARCHAR,
    reason VARCHAR,
    components JSON NOT NULL,
    policy JSON NOT NULL,
    change_note JSON NOT NULL
);
COMMENT ON TABLE release IS 'One attempt to bring a candidate into an environment';
COMMENT ON COLUMN release.release_id IS 'rel_ and a UUIDv7';
COMMENT ON COLUMN release.kind IS 'release or model_upgrade';
COMMENT ON COLUMN release.environment IS 'Entry of registry/environments.yaml';
COMMENT ON COLUMN release.prompt_id IS 'The prompt';
COMMENT ON COLUMN release.from_version IS 'The baseline: what was live at the start, or after a rebase. Null: nothing was live';
COMMENT ON COLUMN release.from_behavior IS 'Behavior version of the baseline, whole sha256. Null: nothing was live';
COMMENT ON COLUMN release.to_version IS 'The candidate';
COMMENT ON COLUMN release.to_behavior IS 'Behavior version of the candidate, whole sha256';
COMMENT ON COLUMN release.anchor_behavior IS 'Behavior version of the anchor at the start. Null: there was none';
COMMENT ON COLUMN release.risk IS 'low, medium or high, as the version file says';
COMMENT ON COLUMN release.author IS 'Who wrote the change note';
COMMENT ON COLUMN release.attempt IS 'Which attempt of this candidate in this environment, from 1';
COMMENT ON COLUMN release.started_by IS 'Who or what started it';
COMMENT ON COLUMN release.started_at IS 'When it was opened';
COMMENT ON COLUMN release.ended_at IS 'When it was decided. Null: still open';
COMMENT ON COLUMN release.decision IS 'promote, reject, roll_back or hold. Null: still open';
COMMENT ON COLUMN release.decided_by IS 'Who or what decided. Null: still open';
COMMENT ON COLUMN release.reason IS 'Why, in a sentence. Null: still open';
COMMENT ON COLUMN release.components IS 'The candidate''s sha256 by component';
COMMENT ON COLUMN release.policy IS 'The rules of the environment for this risk, frozen at the start';
COMMENT ON COLUMN release.change_note IS 'The change note of the version file, frozen at the start';

CREATE TABLE stage_result (
    release_id VARCHAR NOT NULL,
    stage VARCHAR NOT NULL,
    attempt INTEGER NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ NOT NULL,
    verdict VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    evidence JSON NOT NULL,
    calls BIGINT NOT NULL,
    cost_usd DOUBLE
);
COMMENT ON TABLE stage_result IS 'What one stage of a release found, one row each time it ran';
COMMENT ON COLUMN stage_result.release_id IS 'The release';
COMMENT ON COLUMN stage_result.stage IS 'lint, fast_gate, gate, shadow, rehearsal, canary, observe and so on';
COMMENT ON COLUMN stage_result.attempt IS 'Which run of this stage in this release, from 1';
COMMENT ON COLUMN stage_result.started_at IS 'When the stage began';
COMMENT ON COLUMN stage_result.ended_at IS 'When the stage ended';
COMMENT ON COLUMN stage_result.verdict IS 'pass, inconclusive, error or reject; not_applicable where there was nothing to judge';
COMMENT ON COLUMN stage_result.reason IS 'The verdict in a sentence';
COMMENT ON COLUMN stage_result.evidence IS 'Value, interval and n of every row; of observe also observed and outcome';
COMMENT ON COLUMN stage_result.calls IS 'Model calls made';
COMMENT ON COLUMN stage_result.cost_usd IS 'What the calls cost in USD. Null: unknown';

CREATE TABLE gate_test (
    gate_test_id VARCHAR NOT NULL,
    subject JSON NOT NULL,
    margin DOUBLE NOT NULL,
    rounds_max INTEGER NOT NULL,
    rounds_done INTEGER NOT NULL,
    verdict VARCHAR,
    reason VARCHAR,
    evidence JSON,
    created_at TIMESTAMPTZ NOT NULL,
    closed_at TIMESTAMPTZ
);
COMMENT ON TABLE gate_test IS 'One sequential test of a candidate; it goes on over attempts';
COMMENT ON COLUMN gate_test.gate_test_id IS 'sha256 over subject';
COMMENT ON COLUMN gate_test.subject IS 'Candidate, baseline, anchor, eval set, judge and model snapshot that are compared';
COMMENT ON COLUMN gate_test.margin IS 'Non-inferiority margin on the score, 0 to 1';
COMMENT ON COLUMN gate_test.rounds_max IS 'Rounds the test may take';
COMMENT ON COLUMN gate_test.rounds_done IS 'Rounds judged so far';
COMMENT ON COLUMN gate_test.verdict IS 'pass, inconclusive or reject. Null: still open';
COMMENT ON COLUMN gate_test.reason IS 'The verdict in a sentence. Null: still open';
COMMENT ON COLUMN gate_test.evidence IS 'The rows behind the verdict. Null: still open';
COMMENT ON COLUMN gate_test.created_at IS 'When the first attempt asked';
COMMENT ON COLUMN gate_test.closed_at IS 'When the verdict fell. Null: still open';

CREATE TABLE eval_result (
    run_id VARCHAR NOT NULL,
    gate_test_id VARCHAR,
    round INTEGER NOT NULL,
    arm VARCHAR NOT NULL,
    behavior VARCHAR NOT NULL,
    case_id VARCHAR NOT NULL,
    cluster_id VARCHAR NOT NULL,
    intent VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    score DOUBLE,
    assertions JSON NOT NULL,
    output VARCHAR,
    prompt_tokens BIGINT,
    output_tokens BIGINT,
    cost_usd DOUBLE,
    latency_ms DOUBLE,
    "at" TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE eval_result IS 'One answer to one eval case';
COMMENT ON COLUMN eval_result.run_id IS 'run_ and a UUIDv7: one run of the runner';
COMMENT ON COLUMN eval_result.gate_test_id IS 'The test it belongs to. Null: a run on dev';
COMMENT ON COLUMN eval_result.round IS 'Round of the test, from 1';
COMMENT ON COLUMN eval_result.arm IS 'candidate, live or anchor';
COMMENT ON COLUMN eval_result.behavior IS 'Behavior version that answered';
COMMENT ON COLUMN eval_result.case_id IS 'The eval case';
COMMENT ON COLUMN eval_result.cluster_id IS 'Ties cases that are not independent';
COMMENT ON COLUMN eval_result.intent IS 'Intent of the case';
COMMENT ON COLUMN eval_result.status IS 'scored or unscored';
COMMENT ON COLUMN eval_result.score IS '0 to 1. Null: unscored';
COMMENT ON COLUMN eval_result.assertions IS 'Result of each assertion: type, score, passed, reason';
COMMENT ON COLUMN eval_result.output IS 'The answer. Null: none came';
COMMENT ON COLUMN eval_result.prompt_tokens IS 'Tokens in. Null: unknown';
COMMENT ON COLUMN eval_result.output_tokens IS 'Tokens out. Null: unknown';
COMMENT ON COLUMN eval_result.cost_usd IS 'USD. Null: unknown';
COMMENT ON COLUMN eval_result.latency_ms IS 'Milliseconds. Null: unknown';
COMMENT ON COLUMN eval_result."at" IS 'When the answer came';

CREATE TABLE anchor (
    environment VARCHAR NOT NULL,
    prompt_id VARCHAR NOT NULL,
    evalset_sha VARCHAR,
    behavior VARCHAR NOT NULL,
    since TIMESTAMPTZ NOT NULL,
    release_id VARCHAR,
    change VARCHAR NOT NULL,
    reason VARCHAR NOT NULL
);
COMMENT ON TABLE anchor IS 'What the ratchet is tied to; the newest set row without a later drop row counts';
COMMENT ON COLUMN anchor.environment IS 'The environment';
COMMENT ON COLUMN anchor.prompt_id IS 'The prompt';
COMMENT ON COLUMN anchor.evalset_sha IS 'Eval set it was proved on. Null: it has none';
COMMENT ON COLUMN anchor.behavior IS 'Behavior version that is set or dropped';
COMMENT ON COLUMN anchor.since IS 'From when on';
COMMENT ON COLUMN anchor.release_id IS 'The release that moved it. Null: a person did';
COMMENT ON COLUMN anchor.change IS 'set or drop';
COMMENT ON COLUMN anchor.reason IS 'Why';

CREATE TABLE trace (
    trace_id VARCHAR NOT NULL,
    ts TIMESTAMPTZ NOT NULL,
    environment VARCHAR NOT NULL,
    prompt_id VARCHAR NOT NULL,
    version VARCHAR NOT NULL,
    intended VARCHAR NOT NULL,
    served VARCHAR,
    arm VARCHAR NOT NULL,
    generation BIGINT NOT NULL,
    release_id VARCHAR,
    unit VARCHAR,
    unit_key_id VARCHAR,
    intent VARCHAR NOT NULL,
    variables JSON,
    output VARCHAR,
    tool_calls JSON,
    retrieval JSON,
    prompt_tokens BIGINT,
    cached_tokens BIGINT,
    output_tokens BIGINT,
    cost_usd DOUBLE,
    latency_ms DOUBLE,
    first_token_ms DOUBLE,
    attempts INTEGER NOT NULL,
    fallback BOOLEAN NOT NULL,
    schema_ok BOOLEAN,
    refusal BOOLEAN,
    refusal_detector VARCHAR,
    finish_reason VARCHAR,
    error VARCHAR,
    routes_age_s DOUBLE,
    redacted VARCHAR[] NOT NULL,
    metrics MAP(VARCHAR, DOUBLE) NOT NULL,
    ingested_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE trace IS 'One request that an application made';
COMMENT ON COLUMN trace.trace_id IS 'tr_ and a UUIDv7';
COMMENT ON COLUMN trace.ts IS 'When the request began';
COMMENT ON COLUMN trace.environment IS 'The environment';
COMMENT ON COLUMN trace.prompt_id IS 'The prompt';
COMMENT ON COLUMN trace.version IS 'The version that was resolved';
COMMENT ON COLUMN trace.intended IS 'Behavior version that was resolved';
COMMENT ON COLUMN trace.served IS 'Behavior version that answered; another one when a fallback did. Null: nothing answered';
COMMENT ON COLUMN trace.arm IS 'live, canary, holdback or shadow';
COMMENT ON COLUMN trace.generation IS 'Generation of the route table that was used';
COMMENT ON COLUMN trace.release_id IS 'The release whose canary or holdback was on. Null: none';
COMMENT ON COLUMN trace.unit IS 'HMAC-SHA256 of the unit. Null: an anonymous request';
COMMENT ON COLUMN trace.unit_key_id IS 'The key of that hash. Null: an anonymous request';
COMMENT ON COLUMN trace.intent IS 'Label given by the application, else other';
COMMENT ON COLUMN trace.variables IS 'Template variables after redaction. Null: not kept, or past its retention';
COMMENT ON COLUMN trace.output IS 'The answer after redaction. Null: none, not kept, or past its retention';
COMMENT ON COLUMN trace.tool_calls IS 'Tool calls: name, arguments, result or error; [] when none was made. Null: the prompt has no tools, or past its retention';
COMMENT ON COLUMN trace.retrieval IS 'Documents, fan-out and latency_ms. Null: no retrieval';
COMMENT ON COLUMN trace.prompt_tokens IS 'Tokens in. Null: unknown';
COMMENT ON COLUMN trace.cached_tokens IS 'Of these, read from a cache. Null: unknown';
COMMENT ON COLUMN trace.output_tokens IS 'Tokens out. Null: unknown';
COMMENT ON COLUMN trace.cost_usd IS 'USD. Null: unknown';
COMMENT ON COLUMN trace.latency_ms IS 'Milliseconds to the whole answer. Null: unknown';
COMMENT ON COLUMN trace.first_token_ms IS 'Milliseconds to the first token. Null: not streamed';
COMMENT ON COLUMN trace.attempts IS 'Model calls made for it';
COMMENT ON COLUMN trace.fallback IS 'A fallback answered';
COMMENT ON COLUMN trace.schema_ok IS 'The answer keeps the output contract. Null: nothing to check';
COMMENT ON COLUMN trace.refusal IS 'The answer is a refusal. Null: no answer';
COMMENT ON COLUMN trace.refusal_detector IS 'Version of the detector that said so. Null: no answer';
COMMENT ON COLUMN trace.finish_reason IS 'As the provider says. Null: no answer';
COMMENT ON COLUMN trace.error IS 'Why there was no usable answer after all retries. Null: there was one';
COMMENT ON COLUMN trace.routes_age_s IS 'Seconds since the route table was last read well. Null: pinned, no table used';
COMMENT ON COLUMN trace.redacted IS 'What was redacted, by kind';
COMMENT ON COLUMN trace.metrics IS 'The application''s own metrics';
COMMENT ON COLUMN trace.ingested_at IS 'Time of the transaction that took it in; grows with every transaction';

CREATE TABLE assignment (
    environment VARCHAR NOT NULL,
    prompt_id VARCHAR NOT NULL,
    release_id VARCHAR NOT NULL,
    generation BIGINT NOT NULL,
    share_bps INTEGER NOT NULL,
    unit VARCHAR NOT NULL,
    unit_key_id VARCHAR NOT NULL,
    arm VARCHAR NOT NULL,
    first_seen_at TIMESTAMPTZ NOT NULL,
    ingested_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE assignment IS 'A unit''s arm at its first request while a canary took traffic';
COMMENT ON COLUMN assignment.environment IS 'The environment';
COMMENT ON COLUMN assignment.prompt_id IS 'The prompt';
COMMENT ON COLUMN assignment.release_id IS 'The release whose canary was on';
COMMENT ON COLUMN assignment.generation IS 'Generation of the route table';
COMMENT ON COLUMN assignment.share_bps IS 'Share of the canary at that moment, basis points';
COMMENT ON COLUMN assignment.unit IS 'HMAC-SHA256 of the unit';
COMMENT ON COLUMN assignment.unit_key_id IS 'The key of that hash';
COMMENT ON COLUMN assignment.arm IS 'canary or live';
COMMENT ON COLUMN assignment.first_seen_at IS 'ts of the unit''s first request';
COMMENT ON COLUMN assignment.ingested_at IS 'Time of the transaction that took it in; grows with every transaction';

CREATE TABLE feedback (
    trace_id VARCHAR NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    name VARCHAR NOT NULL,
    value DOUBLE NOT NULL,
    source VARCHAR NOT NULL,
    ingested_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE feedback IS 'What a user or an application said about an answer afterwards';
COMMENT ON COLUMN feedback.trace_id IS 'The request';
COMMENT ON COLUMN feedback."at" IS 'When it was said';
COMMENT ON COLUMN feedback.name IS 'A metric: thumbs_down, retried, resolved, or one of the application''s own';
COMMENT ON COLUMN feedback.value IS '0 or 1 for yes/no metrics, else the number';
COMMENT ON COLUMN feedback.source IS 'Which application, or judge, said it';
COMMENT ON COLUMN feedback.ingested_at IS 'Time of the transaction that took it in; grows with every transaction';

CREATE TABLE claim (
    key VARCHAR NOT NULL,
    owner VARCHAR NOT NULL,
    epoch BIGINT NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE claim IS 'Who may carry on a release or watch a canary';
COMMENT ON COLUMN claim.key IS 'release:<environment>/<prompt> or watch:<environment>/<prompt>';
COMMENT ON COLUMN claim.owner IS 'Who holds it, or held it last';
COMMENT ON COLUMN claim.epoch IS 'Grows each time it is taken; a stale epoch may not write';
COMMENT ON COLUMN claim.expires_at IS 'Until when, unless renewed';

CREATE TABLE look (
    release_id VARCHAR NOT NULL,
    batch_seq BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    metric VARCHAR NOT NULL,
    intent VARCHAR NOT NULL,
    watermark TIMESTAMPTZ,
    n_canary BIGINT NOT NULL,
    n_live BIGINT NOT NULL,
    sum_canary DOUBLE,
    sum_live DOUBLE,
    state JSON,
    verdict VARCHAR NOT NULL
);
COMMENT ON TABLE look IS 'What a watcher saw of a canary: one row a stream, one batch_seq a look';
COMMENT ON COLUMN look.release_id IS 'The release';
COMMENT ON COLUMN look.batch_seq IS 'Number of the look, from 1';
COMMENT ON COLUMN look.epoch IS 'Epoch of the watcher''s claim';
COMMENT ON COLUMN look."at" IS 'When it looked';
COMMENT ON COLUMN look.metric IS 'Metric of the stream; * for the canary as a whole';
COMMENT ON COLUMN look.intent IS 'Intent of the stream; * for all';
COMMENT ON COLUMN look.watermark IS 'closed_at of the last unit taken in. Null: none yet';
COMMENT ON COLUMN look.n_canary IS 'Units of the canary so far';
COMMENT ON COLUMN look.n_live IS 'Units of the control so far';
COMMENT ON COLUMN look.sum_canary IS 'Sum over the canary''s units. Null: not a sum';
COMMENT ON COLUMN look.sum_live IS 'Sum over the control''s units. Null: not a sum';
COMMENT ON COLUMN look.state IS 'What the next look goes on from. Null: kept in the row of metric *';
COMMENT ON COLUMN look.verdict IS 'pass, breach, insufficient or missing; in the row of metric * the action';

CREATE TABLE rehearsal (
    environment VARCHAR NOT NULL,
    prompt_id VARCHAR NOT NULL,
    behavior VARCHAR NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    seconds DOUBLE NOT NULL,
    verdict VARCHAR NOT NULL,
    evidence JSON NOT NULL
);
COMMENT ON TABLE rehearsal IS 'A proof that a version can be gone back to';
COMMENT ON COLUMN rehearsal.environment IS 'The environment';
COMMENT ON COLUMN rehearsal.prompt_id IS 'The prompt';
COMMENT ON COLUMN rehearsal.behavior IS 'Behavior version that was gone back to';
COMMENT ON COLUMN rehearsal."at" IS 'When';
COMMENT ON COLUMN rehearsal.seconds IS 'How long it took';
COMMENT ON COLUMN rehearsal.verdict IS 'pass, inconclusive, error or reject';
COMMENT ON COLUMN rehearsal.evidence IS 'What was tried and what came back';

CREATE TABLE drift_reference (
    target VARCHAR NOT NULL,
    fingerprint VARCHAR NOT NULL,
    batch VARCHAR NOT NULL,
    probe VARCHAR NOT NULL,
    outputs JSON NOT NULL,
    "at" TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE drift_reference IS 'What an endpoint or a cell answered when it was known to be well';
COMMENT ON COLUMN drift_reference.target IS 'The endpoint, or prompt x model cell';
COMMENT ON COLUMN drift_reference.fingerprint IS 'sha256 over model, parameters and probe set';
COMMENT ON COLUMN drift_reference.batch IS 'Probes drawn together';
COMMENT ON COLUMN drift_reference.probe IS 'The probe';
COMMENT ON COLUMN drift_reference.outputs IS 'Outputs, or their counts';
COMMENT ON COLUMN drift_reference."at" IS 'When it was drawn';

CREATE TABLE drift_check (
    target VARCHAR NOT NULL,
    fingerprint VARCHAR NOT NULL,
    batch VARCHAR NOT NULL,
    probe VARCHAR NOT NULL,
    outputs JSON NOT NULL,
    statistic DOUBLE,
    z DOUBLE,
    phi DOUBLE,
    effect DOUBLE,
    finding VARCHAR NOT NULL,
    verdict VARCHAR NOT NULL,
    "at" TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE drift_check IS 'One nightly comparison with the reference';
COMMENT ON COLUMN drift_check.target IS 'The endpoint, or prompt x model cell';
COMMENT ON COLUMN drift_check.fingerprint IS 'The reference it was compared with';
COMMENT ON COLUMN drift_check.batch IS 'Probes drawn together';
COMMENT ON COLUMN drift_check.probe IS 'The probe; * for all of them';
COMMENT ON COLUMN drift_check.outputs IS 'Outputs, or their counts';
COMMENT ON COLUMN drift_check.statistic IS 'Test statistic. Null: could not be computed';
COMMENT ON COLUMN drift_check.z IS 'Standardised statistic. Null: could not be computed';
COMMENT ON COLUMN drift_check.phi IS 'Overdispersion of the reference. Null: unknown';
COMMENT ON COLUMN drift_check.effect IS 'Excess over what chance gives. Null: could not be computed';
COMMENT ON COLUMN drift_check.finding IS 'stable, numerics, drift_benign, drift_degraded or broken';
COMMENT ON COLUMN drift_check.verdict IS 'pass, inconclusive, error or reject';
COMMENT ON COLUMN drift_check."at" IS 'When';

CREATE TABLE matrix_cell (
    behavior VARCHAR NOT NULL,
    model VARCHAR NOT NULL,
    evalset_sha VARCHAR NOT NULL,
    verdict VARCHAR NOT NULL,
    score DOUBLE,
    low DOUBLE,
    high DOUBLE,
    n INTEGER NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    cost_usd DOUBLE
);
COMMENT ON TABLE matrix_cell IS 'A prompt on a model: does it hold there';
COMMENT ON COLUMN matrix_cell.behavior IS 'Behavior version';
COMMENT ON COLUMN matrix_cell.model IS 'provider/model@revision#region';
COMMENT ON COLUMN matrix_cell.evalset_sha IS 'The eval set';
COMMENT ON COLUMN matrix_cell.verdict IS 'pass, inconclusive, error, reject or not_tested';
COMMENT ON COLUMN matrix_cell.score IS 'Mean score. Null: not tested';
COMMENT ON COLUMN matrix_cell.low IS 'Lower bound of its interval. Null: not tested';
COMMENT ON COLUMN matrix_cell.high IS 'Upper bound of its interval. Null: not tested';
COMMENT ON COLUMN matrix_cell.n IS 'Cases scored';
COMMENT ON COLUMN matrix_cell."at" IS 'When';
COMMENT ON COLUMN matrix_cell.cost_usd IS 'USD. Null: unknown';

CREATE TABLE event (
    event_id VARCHAR NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    kind VARCHAR NOT NULL,
    actor VARCHAR NOT NULL,
    environment VARCHAR,
    prompt_id VARCHAR,
    release_id VARCHAR,
    behavior VARCHAR,
    payload JSON NOT NULL
);
COMMENT ON TABLE event IS 'Every step and every person: the audit';
COMMENT ON COLUMN event.event_id IS 'Bears the operation that caused it; inserted once';
COMMENT ON COLUMN event."at" IS 'When it happened';
COMMENT ON COLUMN event.kind IS 'promptship.<noun>.<what happened>';
COMMENT ON COLUMN event.actor IS 'Who or what did it';
COMMENT ON COLUMN event.environment IS 'The environment it is about. Null: none';
COMMENT ON COLUMN event.prompt_id IS 'The prompt it is about. Null: none';
COMMENT ON COLUMN event.release_id IS 'The release it is about. Null: none';
COMMENT ON COLUMN event.behavior IS 'The behavior version it is about. Null: none';
COMMENT ON COLUMN event.payload IS 'What else is known, by kind';

CREATE TABLE ingested_segment (
    segment VARCHAR NOT NULL,
    ingested_at TIMESTAMPTZ NOT NULL,
    traces BIGINT NOT NULL,
    assignments BIGINT NOT NULL,
    feedbacks BIGINT NOT NULL,
    rejected BIGINT NOT NULL
);
COMMENT ON TABLE ingested_segment IS 'Spool segments that are in the ledger: what makes ingestion exactly once';
COMMENT ON COLUMN ingested_segment.segment IS 'File name of the segment';
COMMENT ON COLUMN ingested_segment.ingested_at IS 'Time of the transaction; grows with every transaction';
COMMENT ON COLUMN ingested_segment.traces IS 'Trace lines taken in';
COMMENT ON COLUMN ingested_segment.assignments IS 'Assignment lines taken in';
COMMENT ON COLUMN ingested_segment.feedbacks IS 'Feedback lines taken in';
COMMENT ON COLUMN ingested_segment.rejected IS 'Lines that could not be read and are kept in rejected/';

CREATE VIEW changelog AS
WITH approval AS (
    SELECT release_id, string_agg(DISTINCT actor, ', ' ORDER BY actor) AS approved_by
    FROM event
    WHERE kind = 'promptship.approval.answered' AND json_extract_string(payload, '$.approve') = 'true'
    GROUP BY release_id
), promoted AS (
    SELECT release_id, min(event."at") AS released_at
    FROM event
    WHERE kind = 'promptship.release.promoted'
    GROUP BY release_id
), observed AS (
    SELECT
        release_id,
        arg_max(json_extract(evidence, '$.observed'), ended_at) AS observed,
        arg_max(json_extract_string(evidence, '$.outcome'), ended_at) AS outcome
    FROM stage_result
    WHERE stage = 'observe'
    GROUP BY release_id
), component AS (
    SELECT to_behavior AS behavior, min(components) AS components
    FROM release
    GROUP BY to_behavior
), entry AS (
    SELECT
        r.kind,
        r.started_at,
        coalesce(p.released_at, CASE WHEN r.decision = 'promote' THEN r.ended_at END) AS released_at,
        r.ended_at,
        r.environment,
        r.prompt_id,
        r.from_version,
        r.to_version,
        r.from_behavior,
        r.to_behavior,
        r.author,
        json_extract_string(r.change_note, '$.why') AS why,
        json_extract(r.change_note, '$.expected') AS expected,
        o.observed,
        o.outcome,
        r.decision,
        r.decided_by,
        a.approved_by,
        r.reason,
        r.release_id,
        json_extract_string(r.change_note, '$.reverse') AS note
    FROM release r
    LEFT JOIN promoted p ON p.release_id = r.release_id
    LEFT JOIN approval a ON a.release_id = r.release_id
    LEFT JOIN observed o ON o.release_id = r.release_id
    UNION ALL
    SELECT
        CASE e.kind
            WHEN 'promptship.live.rolled_back' THEN 'rollback'
            WHEN 'promptship.live.pinned' THEN 'pin'
            WHEN 'promptship.drift.found' THEN 'drift'
            ELSE 'model_upgrade'
        END,
        e."at",
        CASE WHEN e.kind <> 'promptship.drift.found' THEN e."at" END,
        e."at",
        e.environment,
        e.prompt_id,
        json_extract_string(e.payload, '$.from_version'),
        json_extract_string(e.payload, '$.to_version'),
        json_extract_string(e.payload, '$.from_behavior'),
        coalesce(json_extract_string(e.payload, '$.to_behavior'), e.behavior),
        e.actor,
        json_extract_string(e.payload, '$.reason'),
        json_extract(e.payload, '$.expected'),
        json_extract(e.payload, '$.observed'),
        coalesce(json_extract_string(e.payload, '$.outcome'), json_extract_string(e.payload, '$.finding')),
        CASE e.kind WHEN 'promptship.live.rolled_back' THEN 'roll_back' END,
        e.actor,
        NULL,
        json_extract_string(e.payload, '$.reason'),
        e.release_id,
        NULL
    FROM event e
    WHERE e.kind IN (
        'promptship.live.rolled_back', 'promptship.live.pinned', 'promptship.drift.found', 'promptship.model.upgraded'
    )
)
SELECT
    entry.kind,
    entry.started_at,
    entry.released_at,
    entry.ended_at,
    entry.environment,
    entry.prompt_id,
    entry.from_version,
    entry.to_version,
    entry.from_behavior,
    entry.to_behavior,
    CASE WHEN before.components IS NOT NULL AND after.components IS NOT NULL THEN
        [name FOR name IN ['prompt', 'model', 'decoding', 'tools', 'output', 'retrieval', 'safety', 'fallbacks']
         IF json_extract_string(before.components, '$.' || name)
            IS DISTINCT FROM json_extract_string(after.components, '$.' || name)]
    END AS components_changed,
    entry.author,
    entry.why,
    entry.expected,
    entry.observed,
    entry.outcome,
    entry.decision,
    entry.decided_by,
    entry.approved_by,
    entry.reason,
    entry.release_id,
    CASE
        WHEN entry.kind IN ('rollback', 'pin', 'model_upgrade') AND entry.from_version IS NOT NULL THEN
            'promptship live pin ' || entry.prompt_id || ' ' || entry.from_version
            || ' --environment ' || entry.environment
            || CASE WHEN entry.kind = 'rollback' THEN ' --break-glass' ELSE '' END || ' --reason WHY'
        WHEN entry.kind = 'drift' THEN NULL
        WHEN entry.ended_at IS NULL THEN 'promptship release abort ' || entry.release_id || ' --reason WHY'
        WHEN entry.released_at IS NOT NULL AND entry.from_behavior IS NOT NULL THEN
            'promptship rollback ' || entry.prompt_id || ' --environment ' || entry.environment
            || ' --from ' || entry.to_behavior || ' --reason WHY'
    END
    || CASE WHEN entry.note IS NOT NULL THEN '  # the change note says: ' || entry.note ELSE '' END AS how_to_reverse
FROM entry
LEFT JOIN component before ON before.behavior = entry.from_behavior
LEFT JOIN component after ON after.behavior = entry.to_behavior;
COMMENT ON VIEW changelog IS 'One line a change: what changed, why, what was expected to move, what did, and how to reverse it';
COMMENT ON COLUMN changelog.kind IS 'release, rollback, pin, drift or model_upgrade';
COMMENT ON COLUMN changelog.started_at IS 'When it began';
COMMENT ON COLUMN changelog.released_at IS 'Since when it served all traffic. Null: it never did';
COMMENT ON COLUMN changelog.ended_at IS 'When it was decided. Null: still open';
COMMENT ON COLUMN changelog.environment IS 'The environment';
COMMENT ON COLUMN changelog.prompt_id IS 'The prompt';
COMMENT ON COLUMN changelog.from_version IS 'What was live. Null: nothing';
COMMENT ON COLUMN changelog.to_version IS 'What was to go live';
COMMENT ON COLUMN changelog.from_behavior IS 'Behavior version that was live. Null: nothing';
COMMENT ON COLUMN changelog.to_behavior IS 'Behavior version that was to go live';
COMMENT ON COLUMN changelog.components_changed IS 'Components that differ. Null: nothing to compare with';
COMMENT ON COLUMN changelog.author IS 'Who wrote the change, or did it';
COMMENT ON COLUMN changelog.why IS 'Why, as the author says';
COMMENT ON COLUMN changelog.expected IS 'What should move, as the change note says';
COMMENT ON COLUMN changelog.observed IS 'What did move, by expected line. Null: not known yet';
COMMENT ON COLUMN changelog.outcome IS 'moved, did not move, cannot tell; of drift the finding. Null: not known yet';
COMMENT ON COLUMN changelog.decision IS 'promote, reject, roll_back or hold. Null: still open, or nothing to decide';
COMMENT ON COLUMN changelog.decided_by IS 'Who or what decided. Null: still open';
COMMENT ON COLUMN changelog.approved_by IS 'The people who approved a step. Null: nobody was asked';
COMMENT ON COLUMN changelog.reason IS 'Why it was decided so. Null: still open';
COMMENT ON COLUMN changelog.release_id IS 'The release. Null: a change outside a release';
COMMENT ON COLUMN changelog.how_to_reverse IS 'The command that undoes it, then the note''s own words. Null: there is nothing to undo';

CREATE VIEW metric_hourly AS
WITH hourly AS (
    SELECT
        environment,
        prompt_id,
        intended AS behavior,
        intent,
        arm,
        date_trunc('hour', ts) AS hour,
        [
            {'metric': 'schema_ok', 'n': count(schema_ok), 'total': sum(schema_ok::DOUBLE), 'squares': sum(schema_ok::DOUBLE)},
            {'metric': 'refusal', 'n': count(refusal), 'total': sum(refusal::DOUBLE), 'squares': sum(refusal::DOUBLE)},
            {'metric': 'error', 'n': count(*), 'total': count(error)::DOUBLE, 'squares': count(error)::DOUBLE},
            {'metric': 'fallback', 'n': count(fallback), 'total': sum(fallback::DOUBLE), 'squares': sum(fallback::DOUBLE)},
            {'metric': 'latency', 'n': count(latency_ms), 'total': sum(latency_ms / 1000),
             'squares': sum((latency_ms / 1000) * (latency_ms / 1000))},
            {'metric': 'first_token', 'n': count(first_token_ms), 'total': sum(first_token_ms / 1000),
             'squares': sum((first_token_ms / 1000) * (first_token_ms / 1000))},
            {'metric': 'cost', 'n': count(cost_usd), 'total': sum(cost_usd), 'squares': sum(cost_usd * cost_usd)},
            {'metric': 'prompt_tokens', 'n': count(prompt_tokens), 'total': sum(prompt_tokens::DOUBLE),
             'squares': sum(prompt_tokens::DOUBLE * prompt_tokens::DOUBLE)},
            {'metric': 'output_tokens', 'n': count(output_tokens), 'total': sum(output_tokens::DOUBLE),
             'squares': sum(output_tokens::DOUBLE * output_tokens::DOUBLE)}
        ] AS cells
    FROM trace
    GROUP BY environment, prompt_id, intended, intent, arm, date_trunc('hour', ts)
), reading AS (
    SELECT environment, prompt_id, behavior, intent, arm, hour, unnest(cells) AS cell
    FROM hourly
), own AS (
    SELECT environment, prompt_id, intended AS behavior, intent, arm, date_trunc('hour', ts) AS hour,
        unnest(map_entries(metrics)) AS pair
    FROM trace
    WHERE cardinality(metrics) > 0
), said AS (
    SELECT t.environment, t.prompt_id, t.intended AS behavior, t.intent, t.arm, date_trunc('hour', t.ts) AS hour,
        f.name AS metric, f.value
    FROM feedback f
    JOIN trace t ON t.trace_id = f.trace_id
    UNION ALL
    SELECT environment, prompt_id, behavior, intent, arm, hour, pair.key, pair.value
    FROM own
    UNION ALL
    SELECT environment, prompt_id, intended, intent, arm, date_trunc('hour', ts), 'tool_error',
        (len([call FOR call IN json_extract(tool_calls, '$[*]')
              IF json_extract_string(call, '$.error') IS NOT NULL]) > 0)::DOUBLE
    FROM trace
    WHERE tool_calls IS NOT NULL
)
SELECT environment, prompt_id, behavior, intent, arm, hour, cell.metric AS metric, cell.n AS n, cell.total AS total,
    cell.squares AS squares
FROM reading
WHERE cell.n > 0
UNION ALL
SELECT environment, prompt_id, behavior, intent, arm, hour, metric, count(value), sum(value), sum(value * value)
FROM said
GROUP BY environment, prompt_id, behavior, intent, arm, hour, metric;
COMMENT ON VIEW metric_hourly IS 'Metrics by hour of request; mean = total / n, missing values are in no count';
COMMENT ON COLUMN metric_hourly.environment IS 'The environment';
COMMENT ON COLUMN metric_hourly.prompt_id IS 'The prompt';
COMMENT ON COLUMN metric_hourly.behavior IS 'Behavior version that was resolved';
COMMENT ON COLUMN metric_hourly.intent IS 'Intent of the request';
COMMENT ON COLUMN metric_hourly.arm IS 'live, canary, holdback or shadow';
COMMENT ON COLUMN metric_hourly.hour IS 'Begin of the hour, UTC';
COMMENT ON COLUMN metric_hourly.metric IS 'Metric of the vocabulary: seconds, USD, tokens, or 0 and 1';
COMMENT ON COLUMN metric_hourly.n IS 'Requests that have a value';
COMMENT ON COLUMN metric_hourly.total IS 'Sum of the values';
COMMENT ON COLUMN metric_hourly.squares IS 'Sum of the squared values';
