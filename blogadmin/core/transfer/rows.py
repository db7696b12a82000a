"""Rows of a generated blog, line by line, in the text format of COPY."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Final, Protocol

from blogadmin.core.transfer import UNUSABLE_HASH
from blogadmin.core.transfer.bulk import escaped
from blogadmin.core.transfer.prose import Prose
from blogadmin.core.values import CommentStatus, PostStatus, Role

USER_COLUMNS: Final = "id, email, name, password_hash, role, is_active, created_at, updated_at"
POST_COLUMNS: Final = (
    "id, public_id, title, body, slug, status, view_count, metadata, author_id, created_at, updated_at"
)
DRAFT_COLUMNS: Final = POST_COLUMNS.replace("title, body", "title, first, second")
COMMENT_COLUMNS: Final = "id, post_id, author_id, body, status, created_at, updated_at"

# Fixed, not "today": the same seed makes the same blog next year.
_FROM: Final = date(2018, 3, 1)
_UNTIL: Final = date(2026, 10, 1)
_DAY: Final = 86_400
_SPAN: Final = (_UNTIL - _FROM).days * _DAY
_EPOCH: Final = int(datetime(_FROM.year, _FROM.month, _FROM.day, tzinfo=UTC).timestamp())
_DAYS: Final = [str(_FROM + timedelta(days=n)) for n in range((_UNTIL - _FROM).days + 20_000)]
_MINUTES: Final = [f"{minute // 60:02}:{minute % 60:02}:" for minute in range(24 * 60)]


def stamp(moment: int) -> str:
    """A time, in seconds since the blog began, as PostgreSQL reads it."""
    day, second = divmod(moment, _DAY)
    return f"{_DAYS[day]} {_MINUTES[second // 60]}{second % 60:02}+00"


def moment_of(epoch: float) -> int:
    """Seconds since the blog began; what is older or far in the future counts as its first or last day."""
    return min(max(0, int(epoch) - _EPOCH), (len(_DAYS) - 2_000) * _DAY)


@dataclass(frozen=True, slots=True)
class Growth:
    """When the rows of a table were made: in order, and more of them each year."""

    count: int
    power: float = 0.7

    def at(self, index: int) -> int:
        """The moment of row number ``index``; the first one is there from the beginning."""
        return int(_SPAN * (index / self.count) ** self.power)

    def before(self, moment: int) -> int:
        """How many rows there are at a moment; at least one."""
        return max(1, min(self.count, int(self.count * (moment / _SPAN) ** (1 / self.power))))


class People(Protocol):
    """Those who write."""

    def pick(self, chance: float, moment: int) -> int:
        """The id of one who is there at the moment; a small ``chance`` picks the industrious ones."""
        ...


class Targets(Protocol):
    """Posts that are written about."""

    def pick(self, rng: Random, moment: int) -> tuple[int, int]:
        """The id of a post, and the moment from which it can be commented on."""
        ...


@dataclass(frozen=True, slots=True)
class NewPeople:
    """Users that this run makes: who writes was there before."""

    ids: range
    growth: Growth

    def pick(self, chance: float, moment: int) -> int:
        return self.ids[int(self.growth.before(moment) * chance * chance)]


@dataclass(frozen=True, slots=True)
class OldPeople:
    """Users that were there before this run."""

    ids: Sequence[int]

    def pick(self, chance: float, moment: int) -> int:
        return self.ids[int(len(self.ids) * chance * chance)]


@dataclass(frozen=True, slots=True)
class NewPosts:
    """Posts that this run makes: the latest ones are talked about most, and only what is published."""

    ids: range
    growth: Growth
    salt: int

    def status(self, index: int) -> str:
        """The status of post number ``index``, without remembering any."""
        chance = ((index * 0x9E3779B1 + self.salt) & 0xFFFFFFFF) / 2**32
        if index == 0:
            return _PUBLISHED  # so that from the first day there is something to comment on
        young = index >= self.growth.count * 0.97
        for status, below in _YOUNG if young else _SETTLED:
            if chance < below:
                return status
        return _PUBLISHED

    def pick(self, rng: Random, moment: int) -> tuple[int, int]:
        there = self.growth.before(moment)
        index = 0
        for _ in range(20):
            index = int(there * rng.random() ** 0.3)
            if self.status(index) in _READ:
                break
        return self.ids[index], self.growth.at(index) + 60


@dataclass(frozen=True, slots=True)
class OldPosts:
    """Posts that were there before this run, with the moments at which they were made."""

    posts: Sequence[tuple[int, int]]

    def pick(self, rng: Random, moment: int) -> tuple[int, int]:
        post, made = self.posts[int(len(self.posts) * rng.random())]
        return post, made + 60 + int(30 * _DAY * rng.random() ** 3)


# Plain words: hashing and formatting members of an enumeration costs more than the rest of a status.
_PUBLISHED: Final = PostStatus.PUBLISHED.value
_READ: Final = frozenset({_PUBLISHED, PostStatus.ARCHIVED.value})
_SETTLED: Final = (
    (PostStatus.DRAFT.value, 0.03),
    (PostStatus.ARCHIVED.value, 0.12),
    (PostStatus.REVIEW.value, 0.125),
)
_YOUNG: Final = (
    (PostStatus.DRAFT.value, 0.35),
    (PostStatus.REVIEW.value, 0.47),
    (PostStatus.SCHEDULED.value, 0.62),
)


def users(rng: Random, ids: range, number: int, growth: Growth) -> Iterator[bytes]:
    """Lines for new users; ``number`` is added to an id where it makes an e-mail address unique."""
    names = [(escaped(n.text), n.slug) for n in Prose(rng).names(min(len(ids), 5_000))]
    chance = rng.random
    for index, key in enumerate(ids):
        name, slug = names[int(len(names) * chance())]
        made = growth.at(index)
        active = "t" if chance() < 0.93 or index == 0 else "f"
        when = stamp(made)
        yield (
            f"{key}\t{slug}{key + number}@example.org\t{name}\t{UNUSABLE_HASH}\t{_role(index, chance())}"
            f"\t{active}\t{when}\t{when if chance() < 0.7 else stamp(made + int(_DAY * 200 * chance()))}\n"
        ).encode()


def _role(index: int, chance: float) -> Role:
    if index == 0 or chance < 0.001:
        return Role.ADMIN
    if chance < 0.008:
        return Role.MODERATOR
    return Role.EDITOR if chance < 0.05 else Role.USER


@dataclass(frozen=True, slots=True)
class Texts:
    """What posts are made of: titles, with their form for an address, and pieces of bodies, all escaped.

    A body is two pieces. That many posts share few pieces makes their words quick to know.
    """

    titles: Sequence[tuple[str, str]]
    pieces: Sequence[bytes]

    def whole(self, title: int, first: int, second: int) -> bytes:
        """Title and body as fields of a line."""
        return b"%s\t%s%s%s" % (self.titles[title][0].encode(), self.pieces[first], GAP, self.pieces[second])

    @staticmethod
    def numbers(title: int, first: int, second: int) -> bytes:
        """The numbers of title and pieces instead, for a table beside theirs."""
        return b"%d\t%d\t%d" % (title, first, second)


GAP: Final = b"\\n\\n"
"""What stands between two pieces, escaped."""


def texts(rng: Random, count: int, *, short: bool = False) -> Texts:
    """Texts for ``count`` posts; ``short`` makes bodies of about 0.5 kB instead of 0.9."""
    prose = Prose(rng)
    # The server reads the words of each, so there are no more than it takes for posts to differ.
    few = min(count, 2_000 + count // 20, 20_000)
    titles = [(escaped(title.text), title.slug) for title in prose.titles(few)]
    # Bytes from here on: text of several alphabets is slow to join, and all of it would be encoded again.
    blocks = [escaped(block).encode() for block in prose.paragraphs(min(4_000, 50 + 3 * few))]
    longest = 0 if short else 3.4
    lengths = [1 + int(longest * rng.random() ** 2) for _ in range(min(10_000, 500 + count // 40))]
    return Texts(titles, [GAP.join(rng.choice(blocks) for _ in range(length)) for length in lengths])


def posts(
    rng: Random,
    new: NewPosts,
    number: int,
    people: People,
    written: Texts,
    *,
    as_numbers: bool = False,
) -> Iterator[bytes]:
    """Lines for new posts; ``number`` is added to an id where it makes a slug unique.

    The lines have the fields of ``POST_COLUMNS``, or, ``as_numbers``, of ``DRAFT_COLUMNS``.
    """
    field = written.numbers if as_numbers else written.whole
    titles, many = len(written.titles), len(written.pieces)
    tags = [escaped(inside) for inside in Prose(rng).tags(400)]
    chance, bits = rng.random, rng.getrandbits
    for index, key in enumerate(new.ids):
        title = int(titles * chance())
        made = new.growth.at(index)
        status = new.status(index)
        views = int(12 / (1.0005 - chance()) ** 1.15) if status in _READ else 0
        code = f"{bits(128):032x}"
        text = field(title, int(many * chance()), int(many * chance()))
        after = (
            f"\t{written.titles[title][1]}-{key + number}\t{status}\t{views}\t{_metadata(tags, chance())}"
            f"\t{people.pick(chance(), made)}\t{stamp(made)}"
            f"\t{stamp(made + int(_DAY * 90 * chance() ** 6))}\n"
        )
        yield f"{key}\t{code[:12]}4{code[13:16]}a{code[17:]}\t".encode() + text + after.encode()


def _metadata(tags: list[str], chance: float) -> str:
    if chance < 0.08:
        return "\\N"
    more = f', "reading_minutes": {1 + int(chance * 97) % 9}' if chance < 0.3 else ""
    return f'{{"tags": [{tags[int(len(tags) * chance)]}]{more}}}'


def comments(rng: Random, ids: range, targets: Targets, people: People) -> Iterator[bytes]:
    """Lines for new comments, from the first to the last day of the blog."""
    prose = Prose(rng)
    replies = [escaped(text) for text in prose.replies(min(5_000, 50 + len(ids)))]
    spam = [escaped(text) for text in prose.spam()]
    growth = Growth(len(ids))
    chance = rng.random
    for index, key in enumerate(ids):
        made = growth.at(index)
        post, earliest = targets.pick(rng, made)
        status = _comment_status(chance(), young=index > 0.995 * len(ids))
        texts = spam if status is CommentStatus.SPAM else replies
        when = stamp(max(made, earliest))
        yield (
            f"{key}\t{post}\t{people.pick(chance(), made)}\t{texts[int(len(texts) * chance())]}\t{status}"
            f"\t{when}\t{when}\n"
        ).encode()


def _comment_status(chance: float, *, young: bool) -> CommentStatus:
    if chance < (0.6 if young else 0.01):
        return CommentStatus.PENDING
    if chance < 0.9:
        return CommentStatus.APPROVED
    return CommentStatus.SPAM if chance < 0.97 else CommentStatus.TRASH
