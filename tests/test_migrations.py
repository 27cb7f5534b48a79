"""A store is brought to the newest schema by the program itself, on both engines."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

from ledger.engine import HEAD, MIGRATIONS, open_engine
from ledger.schema import metadata
from ledger.types import LedgerError


def test_head_is_the_newest_revision():
    """The constant that saves a look at the scripts is what the scripts say."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_migrations_make_what_the_program_expects(store_url):
    """An empty database upgraded by the scripts equals the metadata: tables, columns, types, indexes, constraints."""
    engine = open_engine(store_url)
    with engine.connect() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_opening_again_changes_nothing(store_url, caplog):
    """A store at the newest revision is opened as it is; making it is said once, without the password."""
    caplog.set_level("INFO", "ledger")
    open_engine(store_url).dispose()
    assert f"at revision {HEAD}" in caplog.text
    caplog.clear()
    engine = open_engine(store_url)
    assert not caplog.records
    assert set(inspect(engine).get_table_names()) == {*metadata.tables, "alembic_version"}
    engine.dispose()


def test_many_may_open_an_empty_store_at_once(store_url):
    """Two processes started together both find a whole schema."""
    with ThreadPoolExecutor(4) as pool:
        engines = list(pool.map(open_engine, [store_url] * 4))
    for engine in engines:
        with engine.connect() as conn:
            assert conn.execute(text("SELECT count(*) FROM cost")).scalar() == 0
        engine.dispose()


def test_a_store_of_a_newer_program_is_refused_in_words(store_url):
    """It says which revision stands there and what to do; nothing is touched."""
    engine = open_engine(store_url)
    with engine.begin() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(LedgerError, match=r"revision 9999.*upgrade why-spike"):
        open_engine(store_url)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "nonsense.*sqlite:///"),
        ("mysql://127.0.0.1/x", "mysql.*use sqlite or postgresql"),
        ("postgresql://someone:s3cret@127.0.0.1:1/x", "cannot be opened"),
    ],
)
def test_a_wrong_url_is_an_error_in_words(url, said):
    """It says what is wrong and never shows the password."""
    with pytest.raises(LedgerError, match=said) as caught:
        open_engine(url)
    assert "s3cret" not in str(caught.value)


def test_a_file_that_is_no_database_is_refused_in_words(tmp_path):
    """A path to something else is not overwritten."""
    path = tmp_path / "notes.txt"
    path.write_text("these are my notes, not a database\n" * 100)
    with pytest.raises(LedgerError, match="cannot be opened"):
        open_engine(f"sqlite:///{path}")
    assert path.read_text().startswith("these are my notes")


def test_a_failed_migration_leaves_nothing(store_url, monkeypatch):
    """DDL rolls back on both engines: the next start finds an empty store, not half of one."""
    import alembic.op

    made = alembic.op.create_table

    def breaks(name, *rest, **more):
        if name == "delivery":
            raise RuntimeError("the power went")
        return made(name, *rest, **more)

    monkeypatch.setattr("alembic.op.create_table", breaks)
    with pytest.raises(RuntimeError, match="the power went"):
        open_engine(store_url)
    monkeypatch.undo()
    engine = create_engine(store_url.replace("postgresql:", "postgresql+psycopg:"))
    assert inspect(engine).get_table_names() == []
    engine.dispose()
    open_engine(store_url).dispose()
