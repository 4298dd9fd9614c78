DELETE FROM trace WHERE environment = $environment AND ts < $before
