-- Portable. Two more legs of the sentinel, in the columns that are there.

COMMENT ON COLUMN drift_reference.probe IS 'The probe; contract and logprobs stand for what an endpoint said of itself, and for all its vectors';
COMMENT ON COLUMN drift_check.leg IS 'contract, fingerprint, logprobs, text, or week: the pooled texts of seven quiet nights';
COMMENT ON COLUMN drift_check.phi IS 'Over-dispersion of the endpoint then; of logprobs their own. Null: a contract';
COMMENT ON COLUMN drift_check.planned IS 'Calls planned; of the screen of a week those that were pooled, made before';
