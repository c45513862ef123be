"""Make everything that loads and accesses instances of one database."""

from pirate_tui.orm.connection.engine import Connections
from pirate_tui.orm.connection.query_runner import QueryRunner
from pirate_tui.orm.connection.recorder import StatementRecorder
from pirate_tui.orm.live.benchmark import LoadMeter
from pirate_tui.orm.live.benchmarks import OrmBenchmarks
from pirate_tui.orm.live.eager_loading import EagerLoader
from pirate_tui.orm.live.explainer import StatementExplainer
from pirate_tui.orm.live.fix_applier import FixApplier
from pirate_tui.orm.live.fix_tester import FixTester
from pirate_tui.orm.live.held_instance import HeldInstance
from pirate_tui.orm.live.instance import LiveInstance
from pirate_tui.orm.live.instances import CollectionGuard, OrmInstances
from pirate_tui.orm.live.live_fix_tester import LiveFixTester
from pirate_tui.orm.live.opener import RelationshipOpener
from pirate_tui.orm.mapped_classes import MappedClasses
from pirate_tui.orm.rows.row_queries import RowQueries


class LiveParts:
    """The live instance of a database, and what is tried beside it; `limit` is that of one collection."""

    def __init__(
        self,
        connections: Connections,
        recorder: StatementRecorder,
        queries: QueryRunner,
        models: MappedClasses,
        rows: RowQueries,
        limit: int,
    ) -> None:
        catalog = models.catalog
        held = HeldInstance(connections, recorder)
        self.applier = applier = FixApplier(catalog, limit)
        self.instance = LiveInstance(held, connections, recorder, catalog)
        opener = RelationshipOpener(held, connections, recorder, catalog)
        guard = CollectionGuard(queries, models, rows, limit)
        tester = LiveFixTester(held, connections, recorder, applier, catalog)
        self.instances = OrmInstances(self.instance, opener, tester, models, rows, guard)
        measurer = LoadMeter(connections, recorder, catalog)
        loader = EagerLoader(connections, recorder, applier, catalog)
        trials = FixTester(connections, recorder, applier)
        self.benchmarks = OrmBenchmarks(measurer, StatementExplainer(queries), trials, loader, models)
