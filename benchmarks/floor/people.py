"""The floor's subscribers: `python people.py FOLDER COUNT`; 20 topics, about 10 chosen by each, as a bit mask."""

import random
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

TOPICS = 20


def build(folder: Path, count: int) -> None:
    """Write FOLDER/subscribers.db."""
    path = folder / "subscribers.db"
    path.unlink(missing_ok=True)
    database = sqlite3.connect(path)
    database.execute("PRAGMA synchronous=OFF")
    database.execute(
        "CREATE TABLE subscriber (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, name TEXT NOT NULL,"
        " first_name TEXT NOT NULL, status INTEGER NOT NULL, topics INTEGER NOT NULL)"
    )
    database.executemany("INSERT INTO subscriber VALUES (?, ?, ?, ?, ?, ?)", people(count))
    database.commit()
    database.close()


def people(count: int) -> Iterator[tuple[int, str, str, str, int, int]]:
    """Rows of everybody: one in ten chose a single topic, one in fifty has left."""
    chance = random.Random(3)
    for number in range(count):
        topics = chance.getrandbits(TOPICS) if number % 10 else 1 << (10 + number // 10 % 10)
        first = f"First{number % 5000}"
        address = f"user{number:07d}@mail{number % 997}.example.com"
        yield number, address, f"{first} Last{number % 7000}", first, int(number % 50 != 0), topics or 1 << 19


if __name__ == "__main__":
    build(Path(sys.argv[1]), int(sys.argv[2]))
