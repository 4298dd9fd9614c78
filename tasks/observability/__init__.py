"""What Prometheus, Grafana and a collector need to watch what is live: rendered from guards, read from the ledger."""
