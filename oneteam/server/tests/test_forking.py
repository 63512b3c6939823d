"""A forked child keeps nothing of its parent but what that had loaded."""

import json
import subprocess
import sys
from pathlib import Path

PARENT = """
import fcntl, json, os, signal, subprocess, sys
from pathlib import Path
from oneteam.server.forking import fork

folder = Path(sys.argv[1])
lock = (folder / "lock").open("w")
fcntl.flock(lock, fcntl.LOCK_EX)
signal.signal(signal.SIGTERM, lambda *_: print("handler of the parent"))
os.environ["PARENTS"] = "own"

def told():
    print(json.dumps({
        "environment": dict(os.environ), "open": sorted(int(name) for name in os.listdir("/proc/self/fd")),
        "leader": os.getsid(0) == os.getpid(), "name": Path("/proc/self/comm").read_text().strip(),
        "stopped_by_default": signal.getsignal(signal.SIGTERM) is signal.SIG_DFL,
        "loaded": "oneteam.server.forking" in sys.modules,
    }))
    return 7

def waits():
    print("waiting", flush=True)
    signal.pause()
    return 0

def fails():
    raise ValueError("nothing goes up")

with (folder / "log").open("wb") as log:
    def start(run):
        return fork(run, name="ot-test", environment={"A": "b"}, output=log.fileno())
    codes = [start(told).wait(20), start(fails).wait(20)]
    waiting = start(waits)
    try:
        waiting.wait(0.1)
    except subprocess.TimeoutExpired:
        codes.append("still there")
    while b"waiting" not in (folder / "log").read_bytes():
        pass
    lock.close()
    with (folder / "lock").open("w") as again:
        fcntl.flock(again, fcntl.LOCK_EX | fcntl.LOCK_NB)  # raises where a child holds it
    waiting.send_signal(signal.SIGTERM)
    codes.append(waiting.wait(20))
    waiting.kill()
print(json.dumps(codes))
"""


def test_child_keeps_no_lock_no_handler_and_no_environment_of_its_parent(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", PARENT, str(tmp_path)], capture_output=True, text=True, check=True, timeout=60
    )
    assert json.loads(run.stdout) == [7, 1, "still there", -15], run.stderr
    told, *trace, _waiting = (tmp_path / "log").read_text().splitlines()
    child = json.loads(told)
    assert child["environment"] == {"A": "b"}
    assert child["open"][:3] == [0, 1, 2]
    assert len(child["open"]) == 4  # the listing itself
    assert (child["leader"], child["name"]) == (True, "ot-test")
    assert child["stopped_by_default"]
    assert child["loaded"]
    assert trace[-1] == "ValueError: nothing goes up"
