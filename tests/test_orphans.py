"""Whatever is killed at whatever moment: no process stays behind to take requests that nobody looks after."""

import time

import pytest

from oneteam.server import testing
from tests.running import alive, end, on_clone, wait_for

pytestmark = pytest.mark.server


@pytest.mark.parametrize("moment", [0.0, 0.3, 0.8])
def test_worker_that_is_just_starting_does_not_outlive_its_main_process(
    template: testing.Template, moment: float
) -> None:
    with on_clone(template) as server:
        server.start()
        before = server.workers()
        end(before[0])
        [fresh] = wait_for(lambda: [pid for pid in server.workers() if pid not in before])
        time.sleep(moment)
        workers, web = server.workers(), server.children()["web"]
        assert fresh in workers
        end(web)
        wait_for(lambda: not [pid for pid in workers if alive(pid)], seconds=20)
        wait_for(lambda: server.children().get("web", web) != web)
        assert server.stop() == 0
