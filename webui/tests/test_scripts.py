import subprocess
from pathlib import Path

SCRIPTS = Path(__file__).parent / "js"


def test_the_logic_of_the_scripts():
    tests = sorted(str(path) for path in SCRIPTS.glob("*.test.js"))
    done = subprocess.run(
        ["node", "--test", *tests], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout
