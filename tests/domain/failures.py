"""A failure with a short traceback."""

from pirate_tui.domain.access import Verdict
from pirate_tui.domain.failure import Failure


RAW = (
    "Traceback (most recent call last):",
    '  File "<your code>", line 1',
    "    ship.sailors",
    '  File "models.py", line 7',
    "    self.sailors",
    "Error: ship.sailors",
)


def failure(code: str, own: tuple[int, ...]) -> Failure:
    return Failure(
        name="MissingGreenlet",
        verdict=Verdict.IO,
        headline=RAW[-1:],
        raw=RAW,
        own=own,
        code=code,
        attribute="Ship.sailors",
        instance="Ship 1",
        summary="",
        cause="",
        where="",
        kind="",
        statement=(),
        link="",
        remedies=(),
        ineffective=(),
    )
