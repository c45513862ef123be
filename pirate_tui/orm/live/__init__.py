"""Use selected instances: the live instance, benchmarks of loader strategies, and fixes that are tried out."""
