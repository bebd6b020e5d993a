"""What things cost, measured; `python -m benchmarks` runs them."""
