"""Try loader strategies and fixes beside the live instance."""

from pirate_tui.domain.access import TrialRequest
from pirate_tui.domain.comparing import MeasureRequest, Sample
from pirate_tui.domain.loading import EagerRequest, EagerSelect
from pirate_tui.domain.plan import StatementPlan
from pirate_tui.domain.remedy import Trial
from pirate_tui.orm.live.benchmark import LoadMeter
from pirate_tui.orm.live.eager_loading import EagerLoader
from pirate_tui.orm.live.explainer import StatementExplainer
from pirate_tui.orm.live.fix_tester import FixTester
from pirate_tui.orm.mapped_classes import MappedClasses


class OrmBenchmarks:
    """Tries loader strategies and fixes in sessions of their own; implements `domain.ports.Benchmarks`."""

    def __init__(
        self,
        measurer: LoadMeter,
        explainer: StatementExplainer,
        tester: FixTester,
        loader: EagerLoader,
        schema: MappedClasses,
    ) -> None:
        self._measurer = measurer
        self._explainer = explainer
        self._loader = loader
        self._schema = schema
        self._tester = tester

    async def measure(self, request: MeasureRequest) -> Sample:
        """Read a relationship of many instances in one way, and return its time and cost."""
        await self._schema.target(request.entity, request.relationship)
        return await self._measurer.measure(request)

    async def explain(self, request: MeasureRequest) -> tuple[StatementPlan, ...]:
        """Return how the database would execute what a measured way has sent."""
        cause = f"plan of {request.way.title} for {request.entity.name}.{request.relationship.name}"
        return await self._explainer.explain(cause, self._measurer.sent(request))

    async def try_out(self, request: TrialRequest) -> Trial:
        """Apply a remedy to a row, and return whether the access then does no IO."""
        return await self._tester.try_out(request)

    async def eager_select(self, request: EagerRequest) -> EagerSelect:
        """Return the select that loads all these relationships with the instance."""
        return await self._loader.select(request)
