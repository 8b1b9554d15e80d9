import os
from pathlib import Path

import pytest

from novacart.adapters.files.image_store import FilesImageStore
from novacart.adapters.imaging.image_processor import PillowImageProcessor
from novacart.application.ports.errors import StorageUnavailable
from tests.support.contracts.image_store import Fetch, ImageStoreContract


@pytest.fixture
def images(tmp_path: Path) -> FilesImageStore:
    return FilesImageStore(tmp_path / "media", PillowImageProcessor())


@pytest.fixture
def fetch(tmp_path: Path) -> Fetch:
    def read(reference: str) -> bytes | None:
        assert reference.startswith("/media/")
        return (tmp_path / reference.removeprefix("/")).read_bytes()

    return read


class TestFilesImageStore(ImageStoreContract):
    def test_same_image_is_stored_in_one_file(
        self, images: FilesImageStore, tmp_path: Path
    ) -> None:
        first = images.put(b"lamp", name="products/17", content_type="image/webp")
        assert images.put(b"lamp", name="products/17", content_type="image/webp") == first
        assert [path.name for path in (tmp_path / "media/products").iterdir()] == [Path(first).name]

    @pytest.mark.parametrize(
        "name", ["", "../lamp", "/etc/lamp", "a//b", "a/../b", "a b", ".lamp", "Lamp", "lamp\n"]
    )
    def test_name_outside_the_folder_raises(self, images: FilesImageStore, name: str) -> None:
        with pytest.raises(ValueError, match="not a valid image name"):
            images.put(b"lamp", name=name, content_type="image/webp")

    def test_only_the_owner_can_read_folders_and_files(
        self, images: FilesImageStore, tmp_path: Path
    ) -> None:
        umask = os.umask(0)
        try:
            images.put(b"lamp", name="products/17", content_type="image/webp")
        finally:
            os.umask(umask)
        stored = [tmp_path / "media", *(tmp_path / "media").rglob("*")]
        assert len(stored) == 3
        assert [path for path in stored if path.stat().st_mode & 0o077] == []

    def test_failed_write_leaves_no_file(
        self, images: FilesImageStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def disk_full(_: Path, __: Path) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(Path, "replace", disk_full)
        with pytest.raises(StorageUnavailable):
            images.put(b"lamp", name="products/17", content_type="image/webp")
        assert list((tmp_path / "media/products").iterdir()) == []
