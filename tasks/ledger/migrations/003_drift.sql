-- Portable. matrix_cell, drift_reference and drift_check were made by 001 and never written: they get the columns that the
-- matrix and the sentinel need.

DROP TABLE matrix_cell;
CREATE TABLE matrix_cell (
    prompt_id VARCHAR NOT NULL,
    version VARCHAR NOT NULL,
    behavior VARCHAR NOT NULL,
    model VARCHAR NOT NULL,
    role VARCHAR NOT NULL,
    look VARCHAR NOT NULL,
    evalset_sha VARCHAR NOT NULL,
    verdict VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    score DOUBLE,
    low DOUBLE,
    high DOUBLE,
    difference DOUBLE,
    n INTEGER NOT NULL,
    calls BIGINT NOT NULL,
    cost_usd DOUBLE,
    "at" TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE matrix_cell IS 'A prompt version on a model: does it hold there. One row each time it was looked at';
COMMENT ON COLUMN matrix_cell.prompt_id IS 'The prompt';
COMMENT ON COLUMN matrix_cell.version IS 'Its version';
COMMENT ON COLUMN matrix_cell.behavior IS 'Behavior version of that version on its own, primary model';
COMMENT ON COLUMN matrix_cell.model IS 'The model of the cell, provider/model@revision#region';
COMMENT ON COLUMN matrix_cell.role IS 'primary, fallback or other: what the version says of this model';
COMMENT ON COLUMN matrix_cell.look IS 'smoke (eight cases, the contract only) or eval';
COMMENT ON COLUMN matrix_cell.evalset_sha IS 'The eval set';
COMMENT ON COLUMN matrix_cell.verdict IS 'pass, inconclusive, error or reject; no row: not tested';
COMMENT ON COLUMN matrix_cell.reason IS 'The verdict in a sentence';
COMMENT ON COLUMN matrix_cell.score IS 'Mean score. Null: nothing was scored';
COMMENT ON COLUMN matrix_cell.low IS 'Lower end of its 95 % interval. Null: nothing was scored';
COMMENT ON COLUMN matrix_cell.high IS 'Upper end of its 95 % interval. Null: nothing was scored';
COMMENT ON COLUMN matrix_cell.difference IS 'Mean score minus that on the primary model, paired. Null: not compared';
COMMENT ON COLUMN matrix_cell.n IS 'Cases scored';
COMMENT ON COLUMN matrix_cell.calls IS 'Model calls made';
COMMENT ON COLUMN matrix_cell.cost_usd IS 'USD. Null: unknown';
COMMENT ON COLUMN matrix_cell."at" IS 'When';

DROP TABLE drift_check;
CREATE TABLE drift_check (
    target VARCHAR NOT NULL,
    model VARCHAR NOT NULL,
    leg VARCHAR NOT NULL,
    draw VARCHAR NOT NULL,
    blessed_at TIMESTAMPTZ NOT NULL,
    statistic DOUBLE,
    z DOUBLE,
    phi DOUBLE,
    effect DOUBLE,
    planned INTEGER NOT NULL,
    done INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    watch JSON NOT NULL,
    outputs JSON NOT NULL,
    "at" TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE drift_check IS 'One draw of one leg, compared with the blessed reference';
COMMENT ON COLUMN drift_check.target IS 'The endpoint (a model), or prompt@version on a model';
COMMENT ON COLUMN drift_check.model IS 'Its model, provider/model@revision#region';
COMMENT ON COLUMN drift_check.leg IS 'contract, fingerprint or text';
COMMENT ON COLUMN drift_check.draw IS 'screen or confirm';
COMMENT ON COLUMN drift_check.blessed_at IS 'When the reference was blessed that it was compared with';
COMMENT ON COLUMN drift_check.statistic IS 'Test statistic. Null: could not be computed, or a contract';
COMMENT ON COLUMN drift_check.z IS 'Standardised statistic. Null: could not be computed, or a contract';
COMMENT ON COLUMN drift_check.phi IS 'Over-dispersion of the endpoint then. Null: a contract';
COMMENT ON COLUMN drift_check.effect IS 'Excess over what chance gives. Null: could not be computed, or a contract';
COMMENT ON COLUMN drift_check.planned IS 'Calls planned';
COMMENT ON COLUMN drift_check.done IS 'Calls answered';
COMMENT ON COLUMN drift_check.failed IS 'Calls lost in transport, after retries';
COMMENT ON COLUMN drift_check.watch IS 'The keys that turned in a row, after this draw';
COMMENT ON COLUMN drift_check.outputs IS 'What was answered, by probe';
COMMENT ON COLUMN drift_check."at" IS 'When';

CREATE TABLE drift_blessing (
    target VARCHAR NOT NULL,
    model VARCHAR NOT NULL,
    fingerprint VARCHAR NOT NULL,
    batches VARCHAR[] NOT NULL,
    calibration JSON NOT NULL,
    blessed_by VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    "at" TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE drift_blessing IS 'A person said: this is how it should answer. The newest row of a target counts';
COMMENT ON COLUMN drift_blessing.target IS 'The endpoint (a model), or prompt@version on a model';
COMMENT ON COLUMN drift_blessing.model IS 'Its model, provider/model@revision#region';
COMMENT ON COLUMN drift_blessing.fingerprint IS 'sha256 over model, parameters and probe set';
COMMENT ON COLUMN drift_blessing.batches IS 'The batches of drift_reference that were blessed';
COMMENT ON COLUMN drift_blessing.calibration IS 'z of each batch against the others';
COMMENT ON COLUMN drift_blessing.blessed_by IS 'Who';
COMMENT ON COLUMN drift_blessing.reason IS 'Why';
COMMENT ON COLUMN drift_blessing."at" IS 'When';

CREATE TABLE drift_finding (
    target VARCHAR NOT NULL,
    model VARCHAR NOT NULL,
    environment VARCHAR NOT NULL,
    prompt_id VARCHAR,
    finding VARCHAR NOT NULL,
    verdict VARCHAR NOT NULL,
    sentence VARCHAR NOT NULL,
    changed BOOLEAN NOT NULL,
    pages BOOLEAN NOT NULL,
    since TIMESTAMPTZ,
    examples JSON NOT NULL,
    calls BIGINT NOT NULL,
    "at" TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE drift_finding IS 'What a night came to, for an endpoint or a cell';
COMMENT ON COLUMN drift_finding.target IS 'The endpoint (a model), or prompt@version on a model';
COMMENT ON COLUMN drift_finding.model IS 'Its model, provider/model@revision#region';
COMMENT ON COLUMN drift_finding.environment IS 'Whose live prompts were looked at';
COMMENT ON COLUMN drift_finding.prompt_id IS 'The prompt. Null: an endpoint';
COMMENT ON COLUMN drift_finding.finding IS 'stable, numerics, drift_benign, drift_degraded, broken or inconclusive';
COMMENT ON COLUMN drift_finding.verdict IS 'pass, inconclusive or reject';
COMMENT ON COLUMN drift_finding.sentence IS 'The finding in a sentence, with its numbers';
COMMENT ON COLUMN drift_finding.changed IS 'Whether a change is certain, whatever its harm';
COMMENT ON COLUMN drift_finding.pages IS 'Whether a person is woken';
COMMENT ON COLUMN drift_finding.since IS 'When the change was first seen. Null: none was';
COMMENT ON COLUMN drift_finding.examples IS 'Answers of the reference and of tonight, side by side';
COMMENT ON COLUMN drift_finding.calls IS 'Model calls made for it';
COMMENT ON COLUMN drift_finding."at" IS 'When';
