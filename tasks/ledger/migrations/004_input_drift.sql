CREATE TABLE input_drift (
    environment VARCHAR NOT NULL,
    prompt_id VARCHAR NOT NULL,
    behavior VARCHAR NOT NULL,
    side VARCHAR NOT NULL,
    measure VARCHAR NOT NULL,
    against VARCHAR NOT NULL,
    value DOUBLE NOT NULL,
    low DOUBLE NOT NULL,
    high DOUBLE NOT NULL,
    p DOUBLE,
    n INTEGER NOT NULL,
    reference INTEGER NOT NULL,
    drifted BOOLEAN NOT NULL,
    sentence VARCHAR NOT NULL,
    "at" TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE input_drift IS 'A day of a prompt beside the week before and the eval set: what is asked, and what is answered';
COMMENT ON COLUMN input_drift.environment IS 'The environment';
COMMENT ON COLUMN input_drift.prompt_id IS 'The prompt';
COMMENT ON COLUMN input_drift.behavior IS 'Behavior version that answered most of these requests; answers are only of this one';
COMMENT ON COLUMN input_drift.side IS 'input or output';
COMMENT ON COLUMN input_drift.measure IS 'meaning, length, language, intent or coverage';
COMMENT ON COLUMN input_drift.against IS 'last_week or eval_set';
COMMENT ON COLUMN input_drift.value IS 'A distance of mean vectors (0 to 2), a ratio of lengths, a change of a share, or a share';
COMMENT ON COLUMN input_drift.low IS 'Lower end of its 95 % interval';
COMMENT ON COLUMN input_drift.high IS 'Upper end of its 95 % interval';
COMMENT ON COLUMN input_drift.p IS 'How often days that do not differ would do this. Null: shown, not tested';
COMMENT ON COLUMN input_drift.n IS 'Requests of the day, one a unit';
COMMENT ON COLUMN input_drift.reference IS 'Requests or cases that they were compared with';
COMMENT ON COLUMN input_drift.drifted IS 'Whether somebody has to look';
COMMENT ON COLUMN input_drift.sentence IS 'The finding in a sentence';
COMMENT ON COLUMN input_drift."at" IS 'When it was compared';
