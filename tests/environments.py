"""Other Pythons, and environments of their own."""

import os
import subprocess
import sys
from pathlib import Path
from shutil import which


def found_pythons(*versions: str) -> list[str]:
    """The Pythons of these versions that this machine has: on PATH, and those of pyenv."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    found = []
    for version in versions:
        own = [str(path) for path in sorted(pyenv.glob(f"versions/{version}.*/bin/python"))]
        on_path = which(f"python{version}") or ""
        found += own[-1:] or ([on_path] if on_path and "shims" not in on_path else [])
    return found


def pip(*arguments: str | Path) -> None:
    """Run pip, which must succeed."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def environment_with(folder: Path, *requirements: str, python: str = sys.executable) -> Path:
    """The Python of an environment that has nothing but these packages, from the registry."""
    subprocess.run([python, "-m", "venv", "--without-pip", folder], check=True)
    own = folder / "bin" / "python"
    pip("--python", own, "install", *requirements)
    return own
