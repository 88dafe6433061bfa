"""Finding people by part of a name that only identity can read: pairs of letters as keyed digests.

The digests are cut short, so that they tell less and find a few too many: whoever asks opens the names and looks again.
A name is indexed when it is given; `index_some` catches up with those of before, and with those of an older secret.
"""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, delete, exists, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domainkit.name_search import is_searchable, pairs_of_name, pairs_of_query
from domainkit.pii import Pii
from servicekit.errors import invalid
from services.identity.rows import name_of, transaction, user_query
from services.identity.tables import memberships, name_pairs, users

_PAIR_BYTES = 8
# More of them would not find fewer people.
_MOST_PAIRS = 8
_AT_ONCE = 200


async def index_name(connection: AsyncConnection, pii: Pii, user_id: bytes, name: str) -> None:
    """Makes a person findable by a name, and by no earlier one; whoever calls holds the lock of their row."""
    await connection.execute(delete(name_pairs).where(name_pairs.c.user_id == user_id))
    pairs = {_digests(pii, pair)[0] for pair in pairs_of_name(name)}
    if pairs:
        await connection.execute(insert(name_pairs), [{"user_id": user_id, "pair": pair} for pair in pairs])
    indexed = update(users).where(users.c.user_id == user_id).values(name_indexed_with=pii.key_id)
    await connection.execute(indexed)


async def find(engine: AsyncEngine, pii: Pii, query: str, most: int) -> list[bytes] | None:
    """Everybody whose name may be like a query, few of whom are not; None where they are more than `most`.

    Raises:
        UnavailableError: The database is gone or busy.
    """
    if not is_searchable(query):
        return None
    first, *others = (_digests(pii, pair) for pair in sorted(pairs_of_query(query))[:_MOST_PAIRS])
    found = select(name_pairs.c.user_id).where(name_pairs.c.pair.in_(first))
    for other in others:
        theirs = name_pairs.alias()
        found = found.where(exists().where(theirs.c.user_id == name_pairs.c.user_id, theirs.c.pair.in_(other)))
    async with transaction(engine) as connection:
        user_ids = list((await connection.scalars(found.limit(most + 1))).all())
    return user_ids if len(user_ids) <= most else None


def may_be_like(pii: Pii, query: str) -> Iterable[ColumnElement[bool]]:
    """Conditions on `memberships` that everybody meets whose name is like a query, and few others.

    Raises:
        InvalidArgumentError: The query says too little.
    """
    if not is_searchable(query):
        raise invalid("name", "must have two Chinese characters or three others next to each other")
    for pair in sorted(pairs_of_query(query))[:_MOST_PAIRS]:
        is_theirs = name_pairs.c.user_id == memberships.c.user_id
        yield select(name_pairs.c.pair).where(is_theirs, name_pairs.c.pair.in_(_digests(pii, pair))).exists()


async def index_some(engine: AsyncEngine, pii: Pii, after: bytes) -> bytes:
    """Indexes a bounded number of names that are not yet, or under another secret than the first.

    Args:
        after: The person after whom to go on; empty at the start.

    Returns:
        After whom to go on; empty at the end.

    Raises:
        UnavailableError: The database is gone or busy.
    """
    is_due = or_(users.c.name_indexed_with.is_(None), users.c.name_indexed_with != pii.key_id)
    due = select(users.c.user_id).where(users.c.user_id > after, users.c.name.is_not(None), is_due)
    async with transaction(engine) as connection:
        user_ids = (await connection.execute(due.order_by(users.c.user_id).limit(_AT_ONCE))).scalars().all()
    for user_id in user_ids:
        async with transaction(engine) as connection:
            row = (await connection.execute(user_query(user_id).with_for_update())).one()
            # One that does not open stays due: its secret may come back.
            if name := name_of(pii, row):
                await index_name(connection, pii, user_id, name)
    return user_ids[-1] if len(user_ids) == _AT_ONCE else b""


def _digests(pii: Pii, pair: str) -> list[bytes]:
    """What a pair may be stored as; rows are written with the first."""
    return [digest[:_PAIR_BYTES] for digest in pii.blind_indexes("name_pair", pair)]
