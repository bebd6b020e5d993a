"""Pages for machines that watch machines: `/healthz`, `/readyz`, `/metrics`."""
