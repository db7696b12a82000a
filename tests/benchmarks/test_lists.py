"""The measurements run, on a blog that is too small to say anything about speed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot
from sqlalchemy.orm import Session

from blogadmin.core.database.engine import Database
from blogadmin.core.queries.posts import LISTING
from blogadmin.core.queries.spec import ListSpec
from blogadmin.core.transfer.generate import generate
from tests.benchmarks import lists, startup
from tests.benchmarks.data import Blog, Size
from tests.benchmarks.reading import NEWEST
from tests.benchmarks.report import Report
from tests.benchmarks.run import Run, running
from tests.benchmarks.stage import bare, statements
from tests.conftest import with_database

SMALL = Size.of(300)


class _OneBlog:
    """A server that has one database."""

    def __init__(self, url: str) -> None:
        self._url = url

    def url(self, database: str) -> str:
        return self._url


@pytest.fixture
def run(
    qtbot: QtBot, database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Run]:
    """A run on three hundred posts, with hardly any repetition."""
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path / "settings"))
    monkeypatch.setattr("blogadmin.paths.log_dir", lambda: tmp_path)
    generate(database, users=SMALL.users, posts=SMALL.posts, comments=SMALL.comments)
    with running(Run(Blog(_OneBlog(database_url), SMALL), Report("lists", SMALL.posts), 0.01)) as made:
        yield made


def test_rows_in_the_window_are_measured_against_their_limits(run: Run) -> None:
    assert lists.measure(run, ["jump", "jump_before_ids", "seekable"])
    figures = run.report.figures
    for key in ("jump", "jump_p95", "seekable", "seekable_by_author"):
        assert (figures[key].value or 0) > 0
        assert (figures[key].limit or 0) > 0
    assert "jump_before_ids" in figures
    assert not any(key.startswith("first_rows") for key in figures)


def test_what_the_driver_reads_beside_a_jump_was_not_read_before(run: Run) -> None:
    stage = run.stage()
    stage.load(ListSpec("", NEWEST))
    stage.settle()
    ids = [id_ for row in range(3) if (id_ := stage.model.id_at(row)) is not None]
    sent = statements(stage.database, lambda s: LISTING.rows(s, ids), unsent=True)
    seen: list[list[int]] = []

    def read(session: Session) -> None:
        seen.append(list(LISTING.rows(session, ids)))

    assert sent == statements(stage.database, read)
    # Where it was kept from the server, nothing came of it.
    assert len(seen) == 1
    assert sorted(row[0] for row in bare(stage.raw, sent)()) == sorted(ids)


def test_a_model_without_python_is_painted_beside_the_lists(run: Run) -> None:
    twin = run.stage().new_twin()
    assert twin.repaint() > 0
    assert twin.show([["Some words", "more"], ["and another row", ""]]) > 0
    assert twin.worst_gap(3, 0.1) >= 5


def test_the_least_program_with_rows_is_started_beside_the_window(run: Run) -> None:
    assert lists.measure(run, ["window_with_rows"])
    figures = run.report.figures
    assert (figures["window_with_rows.least"].value or 0) > 0
    assert (figures["window_with_rows.least"].limit or 0) > 0
    assert startup.least_paint(run.blog.url, 1) > 0


def test_a_change_made_elsewhere_is_awaited_until_it_is_painted(run: Run) -> None:
    assert lists.measure(run, ["live"])
    figures = run.report.figures
    assert {"live", "live.burst"} == set(figures)
    assert all((figure.value or 0) > 0 and figure.target == "<= 200 ms" for figure in figures.values())


def test_layers_without_a_window_are_measured_against_their_limits(run: Run) -> None:
    assert lists.measure(run, ["list_query", "is_active"])
    assert {"list_query", "list_query.block", "is_active"} <= set(run.report.figures)
    assert all((figure.limit or 0) > 0 for figure in run.report.figures.values())


def test_finding_is_held_to_what_was_promised(run: Run) -> None:
    assert lists.measure(run, ["search.common", "facets", "palette"])
    targets = {key: figure.target for key, figure in run.report.figures.items()}
    assert targets == {"search.common": "<= 300 ms", "facets": "<= 300 ms", "palette": "<= 50 ms"}
    assert all((figure.value or 0) > 0 for figure in run.report.figures.values())


class _Server:
    """The tests' server, with a database for each name."""

    def __init__(self, url: str) -> None:
        self._url = url

    def url(self, database: str) -> str:
        return with_database(self._url, database)


def test_the_command_that_makes_a_blog_is_measured_against_a_bare_copy(run: Run, server_url: str) -> None:
    run.blog = Blog(_Server(server_url), SMALL)
    assert lists.measure(run, ["generate"])
    figure = run.report.figures["generate"]
    assert figure.unit == "posts/s"
    assert (figure.value or 0) > 0
    assert (figure.limit or 0) > 0


def test_one_measurement_that_fails_does_not_cost_the_others(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_run: Run) -> None:
        raise RuntimeError("no such thing here")

    def take(run: Run) -> None:
        run.report.add("second", 1.0)

    monkeypatch.setattr(lists, "MEASURES", ((("first",), fail), (("second",), take)))
    assert not lists.measure(run, ["first", "second"])
    assert run.report.figures["first"].value is None
    assert run.report.figures["second"].value == 1.0
    assert "no such thing here" in capsys.readouterr().err


def test_the_history_is_measured_against_tables_without_it(run: Run, server_url: str) -> None:
    run.blog = Blog(_Server(server_url), SMALL)
    assert lists.measure(run, ["history_cost"])
    figures = run.report.figures
    if figures["history_cost"].note.startswith("needs"):
        pytest.skip("the processor time of the server cannot be read here")
    assert {"history_cost.body", "history_cost.page_view", "history_cost.bulk"} <= set(figures)
    assert all((figure.value or 0) > 0 for figure in figures.values())
