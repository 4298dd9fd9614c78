"""What Prometheus and Grafana need to watch what is live: rendered from guards, read from the ledger."""
