"""What instances are selected for: the live instance, benchmarks of loader strategies, and fixes that are tried out."""
