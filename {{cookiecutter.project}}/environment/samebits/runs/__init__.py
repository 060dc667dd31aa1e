"""Runs: training, their records, and their evaluation."""
