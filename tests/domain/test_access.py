"""The two modes of access."""

from pirate_tui.domain.access import AccessMode


def test_only_the_safe_mode_awaits() -> None:
    assert AccessMode.SAFE.awaits
    assert not AccessMode.UNSAFE.awaits


def test_each_mode_leads_to_the_other() -> None:
    assert AccessMode.SAFE.other is AccessMode.UNSAFE
    assert AccessMode.UNSAFE.other is AccessMode.SAFE
