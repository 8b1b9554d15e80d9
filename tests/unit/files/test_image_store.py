from pathlib import Path

import pytest

from novacart.adapters.files.image_store import PREFIX, FilesImageStore
from novacart.application.ports.errors import Unavailable
from tests.support.contracts.image_store import WEBP, ImageStoreContract, Shown
from tests.support.fake_cloudinary.fixtures import picture


class TestFilesImageStore(ImageStoreContract):
    @pytest.fixture
    def images(self, tmp_path: Path) -> FilesImageStore:
        return FilesImageStore(tmp_path)

    @pytest.fixture
    def shown(self, tmp_path: Path) -> Shown:
        return lambda reference: (tmp_path / reference.removeprefix(PREFIX)).read_bytes()

    def test_a_name_tells_its_content(self, images: FilesImageStore) -> None:
        first = images.put(picture("teal"), name="products/17", content_type=WEBP)
        again = images.put(picture("teal"), name="products/17", content_type=WEBP)
        assert first == again
        assert first.startswith("/media/products/17-")

    def test_nothing_is_left_of_a_file_that_could_not_be_written(
        self, images: FilesImageStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("os.fsync", full)
        with pytest.raises(Unavailable):
            images.put(picture(), name="products/17", content_type=WEBP)
        assert [path for path in tmp_path.rglob("*") if path.is_file()] == []

    def test_a_folder_that_can_not_be_made_is_a_store_out_of_reach(self, tmp_path: Path) -> None:
        (tmp_path / "media").write_text("in the way")
        with pytest.raises(Unavailable):
            FilesImageStore(tmp_path / "media").put(picture(), name="a/b", content_type=WEBP)
