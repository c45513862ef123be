"""Hypothesis without a clock: a busy machine is no failed test."""

from hypothesis import HealthCheck, settings


settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")
