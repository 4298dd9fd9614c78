"""The configuration of an OpenTelemetry collector beside promptship. Pure."""

from __future__ import annotations

from typing import Any


def collector(target: str, scrape: str = "30s") -> dict[str, Any]:
    """Takes spans and metrics of applications, scrapes `promptship observability serve` at `target`, and gives both on.

    Spans become lines of OTLP JSON; metrics are offered to Prometheus on port 8889.
    """
    job = {"job_name": "promptship", "scrape_interval": scrape, "static_configs": [{"targets": [target]}]}
    prometheus = {"endpoint": "0.0.0.0:8889", "resource_to_telemetry_conversion": {"enabled": True}}
    return {
        "receivers": {
            "otlp": {"protocols": {"grpc": {"endpoint": "0.0.0.0:4317"}, "http": {"endpoint": "0.0.0.0:4318"}}},
            "prometheus": {"config": {"scrape_configs": [job]}},
        },
        "processors": {"batch": {}},
        "exporters": {
            "file": {"path": "${env:PROMPTSHIP_OTLP_FILE}", "rotation": {"max_megabytes": 64}},
            "prometheus": prometheus,
        },
        "service": {
            "pipelines": {
                "traces": {"receivers": ["otlp"], "processors": ["batch"], "exporters": ["file"]},
                "metrics": {
                    "receivers": ["otlp", "prometheus"],
                    "processors": ["batch"],
                    "exporters": ["prometheus"],
                },
            }
        },
    }
