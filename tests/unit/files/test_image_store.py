"""Pictures on disk keep the image store's contract, whole or not at all."""

from pathlib import Path

import pytest

from novacart.adapters.files.image_store import FilesImageStore
from novacart.application.ports.errors import StorageUnavailable
from tests.support.contracts.image_store import ImageStoreContract, Shown


@pytest.fixture
def images(tmp_path: Path) -> FilesImageStore:
    return FilesImageStore(tmp_path / "media")


@pytest.fixture
def shown(tmp_path: Path) -> Shown:
    def behind(reference: str) -> bytes | None:
        assert reference.startswith("/media/")
        return (tmp_path / reference.removeprefix("/")).read_bytes()

    return behind


class TestFilesImageStore(ImageStoreContract):
    def test_the_same_picture_again_is_the_same_file(
        self, images: FilesImageStore, tmp_path: Path
    ) -> None:
        first = images.put(b"lamp", name="products/17", content_type="image/webp")
        assert images.put(b"lamp", name="products/17", content_type="image/webp") == first
        assert [each.name for each in (tmp_path / "media/products").iterdir()] == [Path(first).name]

    @pytest.mark.parametrize(
        "name", ["", "../lamp", "/etc/lamp", "a//b", "a/../b", "a b", ".lamp", "Lamp", "lamp\n"]
    )
    def test_a_name_can_not_lead_out_of_the_folder(
        self, images: FilesImageStore, name: str
    ) -> None:
        with pytest.raises(ValueError, match="names no picture"):
            images.put(b"lamp", name=name, content_type="image/webp")

    def test_a_picture_that_can_not_be_written_leaves_nothing(
        self, images: FilesImageStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(_: Path, __: Path) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(Path, "replace", full)
        with pytest.raises(StorageUnavailable):
            images.put(b"lamp", name="products/17", content_type="image/webp")
        assert list((tmp_path / "media/products").iterdir()) == []
