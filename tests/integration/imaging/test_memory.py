"""Memory that decoding an uploaded image takes, measured in a process of its own."""

import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

_MEASURE = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from novacart.adapters.imaging.image_processor import PillowImageProcessor

def peak():
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) // 1024

small, large = (Path(path).read_bytes() for path in sys.argv[1:3])
processor = PillowImageProcessor()
processor.prepare(small)
before = peak()
with ThreadPoolExecutor(int(sys.argv[3])) as pool:
    sizes = [
        (prepared.width, prepared.height)
        for prepared in pool.map(processor.prepare, [large] * int(sys.argv[3]))
    ]
assert sizes == [(2000, 1250)] * len(sizes), sizes
print(peak() - before)
"""


@pytest.mark.parametrize(
    ("kind", "threads", "at_most"), [("JPEG", 1, 200), ("PNG", 1, 320), ("PNG", 3, 400)]
)
def test_memory_of_a_40_megapixel_image_is_bounded(
    tmp_path: Path, kind: str, threads: int, at_most: int
) -> None:
    """In MiB. The pixels alone are 153 MiB; decoding three at once would take 460 and more."""
    small = BytesIO()
    Image.new("RGB", (64, 48), "teal").save(small, kind)
    (tmp_path / "small").write_bytes(small.getvalue())
    band = Image.linear_gradient("L").resize((8000, 5000))
    Image.merge("RGB", [band] * 3).save(tmp_path / "large", kind, quality=50, compress_level=1)
    measured = subprocess.run(
        [sys.executable, "-c", _MEASURE, tmp_path / "small", tmp_path / "large", str(threads)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(measured.stdout) < at_most
