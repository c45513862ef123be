"""Let the probe into a process that `pirate-tui run` has started: Python imports this file at each start.

It is run by whatever Python the program uses, with any SQLAlchemy or none, and must not disturb it: no syntax and no
module here is newer than Python 3.6, and Python 2.7 runs it too, without doing anything. It needs nothing but the
standard library, and imports no more of it than a starting Python has already loaded.
"""

import os
import sys


STARTUP = os.path.dirname(os.path.abspath(__file__))
"""This folder, which `pirate-tui run` has put on PYTHONPATH. Nothing else may be in it: it would be importable."""

PACKAGES = os.path.dirname(os.path.dirname(os.path.dirname(STARTUP)))
"""The folder that holds our package, and usually much else that the program must not get from there."""

PACKAGE = "pirate_tui"

ORM = "sqlalchemy.orm"

AWAITED = frozenset((ORM, "sqlalchemy.ext.asyncio"))
"""The probe is installed when the first has been imported, but not amid an import of the second.

sqlalchemy.ext.asyncio imports sqlalchemy.orm before its own classes exist, and the probe may need these.
"""

PYTEST = "_pytest.config"
"""The module of pytest that lists the plugins it loads by itself."""

PLUGIN = PACKAGE + ".pytest_plugin"

OLDEST_PYTHON = (3, 11)

OLDEST_SQLALCHEMY = 2


class PackageFinder(object):
    """Finds our own package, and nothing else, for a program whose environment does not have it.

    Our folder never goes on sys.path: what lies beside our package there, our SQLAlchemy for one, would shadow the
    program's own. Where the program's environment has a pirate-tui too, ours is found first: the person has started
    this one, the probe has to be the one that this file knows, and an older release has none.
    """

    def find_spec(self, name, path=None, target=None):  # noqa: ARG002  the import system passes all three
        """Return the spec of our package; None for every other module, and on a Python that cannot parse ours."""
        if name != PACKAGE or sys.version_info < OLDEST_PYTHON:
            return None
        from importlib.machinery import PathFinder

        return PathFinder.find_spec(name, [PACKAGES], target)


class ModuleFinder(object):
    """Waits until a module has been imported, then installs what is for it, and leaves.

    It stands before the finders of the program and lets these find the modules. It stays until an import has
    succeeded: a program may only look whether there is SQLAlchemy, or try again after a failure.
    """

    def __init__(self, module, awaited, install):
        self._module = module
        self._awaited = awaited
        self._install = install
        self._running = []
        self._is_loaded = False
        self._is_done = False

    def begin(self):
        """Wait; where a .pth file has imported the module before, there is nothing to wait for."""
        if self._module in sys.modules:
            self._is_loaded = True
            self._finish()
        else:
            sys.meta_path.insert(0, self)

    def find_spec(self, name, path=None, target=None):
        """Return what the other finders find for an awaited module, its loader wrapped; None for other modules."""
        if name not in self._awaited or self._is_done:
            return None
        if sys.version_info < OLDEST_PYTHON:
            # No import of an old Python is touched: it is enough to know that there is one.
            if name == self._module:
                self._finish()
            return None
        spec = self._found(name, path, target)
        loader = getattr(spec, "loader", None)
        if hasattr(loader, "exec_module"):
            spec.loader = ObservedLoader(loader, name, self)
        return spec

    def _found(self, name, path, target):
        """Ask the finders behind this one, as the import system would; those before it had nothing to say."""
        finders = list(sys.meta_path)
        if self in finders:
            del finders[: finders.index(self) + 1]
        for finder in finders:
            if hasattr(finder, "find_spec"):
                spec = finder.find_spec(name, path, target)
                if spec is not None:
                    return spec
        return None

    def entered(self, name):
        """Note that the code of a module has begun to run."""
        self._running.append(name)

    def left(self, name, has_succeeded):
        """Note that the code of a module has ended; install when none that is awaited still runs."""
        self._running.remove(name)
        self._is_loaded = self._is_loaded or (has_succeeded and name == self._module)
        if self._is_loaded and not self._running:
            self._finish()

    def _finish(self):
        """Install, once in a process; no failure goes any further."""
        if self._is_done:
            return
        self._is_done = True
        if self in sys.meta_path:
            sys.meta_path.remove(self)
        try:
            problem = self._install()
        except Exception as error:  # the program goes on, whatever is wrong with the probe
            problem = "the probe could not be installed: %s" % described(error)
        if problem:
            say("%s; this program runs without it" % problem)


class ObservedLoader(object):
    """Stands in for the loader of one module, and tells the finder when the module's code has run.

    Before that code runs, the real loader is back in its place, so that the module, and a reload of it, know no other.
    """

    def __init__(self, loader, name, finder):
        self._loader = loader
        self._name = name
        self._finder = finder

    def __getattr__(self, name):
        """Return what anybody asks of a loader (get_source, path, is_package) from the real one."""
        return getattr(object.__getattribute__(self, "_loader"), name)

    def create_module(self, spec):
        """Return what the real loader makes."""
        return self._loader.create_module(spec)

    def exec_module(self, module):
        """Run the module's code by the real loader; its errors are the program's own."""
        for holder, attribute in ((getattr(module, "__spec__", None), "loader"), (module, "__loader__")):
            if getattr(holder, attribute, None) is self:
                setattr(holder, attribute, self._loader)
        has_succeeded = False
        self._finder.entered(self._name)
        try:
            self._loader.exec_module(module)
            has_succeeded = True
        finally:
            self._finder.left(self._name, has_succeeded)


def install_probe():
    """Install the probe, and return an empty text; or return why this process cannot have it."""
    if sys.version_info < OLDEST_PYTHON:
        version = ".".join(map(str, sys.version_info[:3]))
        return "the probe needs Python %d.%d or newer, and this is %s" % (OLDEST_PYTHON + (version,))
    version = getattr(sys.modules["sqlalchemy"], "__version__", "")
    major = version.partition(".")[0]
    if major.isdigit() and int(major) < OLDEST_SQLALCHEMY:
        return "the probe needs SQLAlchemy %d.0 or newer, and this is %s" % (OLDEST_SQLALCHEMY, version)
    try:
        import greenlet  # type: ignore[import-untyped]  # noqa: F401  async SQLAlchemy needs it, and so does the probe
    except ImportError as error:
        return "the probe needs greenlet, which cannot be imported: %s" % described(error)
    from pirate_tui.probe import install

    for name in AWAITED.intersection(sys.modules):
        # The import system does it too, but only after this: without it, `import sqlalchemy.orm` fails in the probe.
        parent, _, child = name.rpartition(".")
        setattr(sys.modules[parent], child, sys.modules[name])
    install()
    return ""


def install_plugin():
    """Have pytest load our plugin, so that failed tests are explained in sections of their own."""
    config = sys.modules[PYTEST]
    if PLUGIN not in config.default_plugins:
        setattr(config, "default_plugins", tuple(config.default_plugins) + (PLUGIN,))  # noqa: B010  it has no such type
    return ""


def described(error):
    """Return type and message of an exception, which may be unable to say what it is."""
    try:
        return "%s: %s" % (type(error).__name__, error)
    except Exception:
        return type(error).__name__


def say(text):
    """Write one line to stderr, where there is one."""
    try:
        sys.stderr.write("pirate-tui: %s\n" % " ".join(text.split()))
    except Exception:
        # A stderr that is closed, or None, is no reason to stop the program.
        return


def begin():
    """Set the finders up, unless the environment says not to.

    A second sitecustomize of this kind, of another pirate-tui, leaves all to the first.
    """
    is_wanted = os.environ.get("PIRATE_TUI_PROBE") != "0" and sys.version_info >= (3, 6)
    if not is_wanted or any(type(finder).__name__ == PackageFinder.__name__ for finder in sys.meta_path):
        return
    sys.meta_path.insert(0, PackageFinder())
    ModuleFinder(ORM, AWAITED, install_probe).begin()
    if sys.version_info >= OLDEST_PYTHON:
        ModuleFinder(PYTEST, frozenset((PYTEST,)), install_plugin).begin()


try:
    begin()
except Exception as error:  # the program starts, whatever is wrong here
    say("the probe could not be set up: %s" % described(error))

# From here on all is as if this file was not there. The next sitecustomize on sys.path, of the program or of the
# distribution, is imported in its place; what it raises, and the ImportError where there is none, are what Python's
# own site module handles. Child processes still get this folder, by PYTHONPATH.
sys.path[:] = [entry for entry in sys.path if entry != STARTUP]
ourselves = sys.modules.pop(__name__, None)  # on Python 2 the names of a module that nobody holds become None

import sitecustomize  # type: ignore[import-not-found]  # noqa: E402, F401  another one


del ourselves
