import os
import sys
from threading import get_native_id

import pytest

from novacart.entrypoints.low_priority import with_low_priority


def _priority() -> int:
    return os.getpriority(os.PRIO_PROCESS, get_native_id())


@pytest.mark.skipif(sys.platform != "linux", reason="needs priorities of threads")
def test_only_the_call_has_low_priority() -> None:
    before = _priority()
    seen: list[int] = []
    with_low_priority(lambda: seen.append(_priority()))()
    assert seen == [max(before, 5)]
    assert _priority() == before


def test_error_of_the_call_is_raised() -> None:
    def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        with_low_priority(fail)()
