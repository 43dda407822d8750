"""The data folder is private, used by one `up` at a time, and real or demo but never both."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from server import data_folder
from server.data_folder import FolderProblem, InUse


def test_a_new_data_folder_is_for_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "house"

    data_folder.prepare(folder)

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_data_folder_open_to_others_is_closed(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)

    data_folder.prepare(tmp_path)

    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


def test_a_file_is_no_data_folder(tmp_path: Path) -> None:
    file = tmp_path / "house"
    file.write_text("")

    with pytest.raises(FolderProblem, match=r"is a file\. Choose a folder with --data"):
        data_folder.prepare(file)


def test_a_second_house_on_the_same_data_is_told_where_the_first_one_listens(tmp_path: Path) -> None:
    with (
        data_folder.alone(tmp_path, "http://127.0.0.1:8000"),
        pytest.raises(InUse, match=r"open http://127\.0\.0\.1:8000, or stop that one first"),
    ):
        data_folder.alone(tmp_path, "http://127.0.0.1:8001").__enter__()

    with data_folder.alone(tmp_path, "http://127.0.0.1:8001"):
        assert (tmp_path / data_folder.LOCK).read_text() == "http://127.0.0.1:8001\n"


@pytest.mark.parametrize("trace", ["oneguest.db", "keys", "uploads"])
def test_the_demo_does_not_start_over_real_data(tmp_path: Path, trace: str) -> None:
    (tmp_path / trace).mkdir()

    with pytest.raises(FolderProblem, match="holds real data"):
        data_folder.refuse_mixing(tmp_path, demo=True)


def test_real_work_does_not_start_over_the_demo(tmp_path: Path) -> None:
    data_folder.mark_demo(tmp_path, filled=True)

    with pytest.raises(FolderProblem, match="invented guests"):
        data_folder.refuse_mixing(tmp_path, demo=False)


def test_each_kind_starts_again_over_its_own(tmp_path: Path) -> None:
    demo, real = tmp_path / "demo", tmp_path / "real"
    for folder in (demo, real):
        (folder / "keys").mkdir(parents=True)
    data_folder.mark_demo(demo, filled=False)

    data_folder.refuse_mixing(demo, demo=True)
    data_folder.refuse_mixing(real, demo=False)

    assert data_folder.demo_facts(demo) == {"filled": False}
    assert data_folder.demo_facts(real) == {}
