"""Whether anything is asked of a database: exact at once, where PostgreSQL's own counts come late.

`pg_stat_database` is told by idle sessions after as long as ten seconds; when each session began
its last statement is there in the same moment.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import psycopg


def last_asked(database_url: str) -> frozenset[tuple[object, ...]]:
    """Each session of the database, with when it began its last statement.

    Asked from another database, so that the asking itself is not among them.
    """
    name = urlsplit(database_url).path.removeprefix("/")
    elsewhere = database_url.replace(f"/{name}?", "/postgres?")
    with psycopg.connect(elsewhere) as connection:
        found = connection.execute(
            "select pid, query_start from pg_stat_activity "
            "where datname = %s and backend_type = 'client backend'",
            (name,),
        ).fetchall()
    return frozenset(found)
