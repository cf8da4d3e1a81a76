import datetime as dt
from xml.etree import ElementTree as ET

from digest.archive.sitemap import MOST_ADDRESSES, SitemapEntry, piece, pieces, sitemap, sitemap_index

NAMES = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def test_address_stands_with_the_day_of_its_change_if_it_is_known():
    entries = [SitemapEntry("https://example.org/?a=1&b=2", dt.date(2026, 11, 1)), SitemapEntry("https://example.org/")]

    root = ET.fromstring(sitemap(entries))

    assert root.tag == f"{NAMES}urlset"
    assert [one.findtext(f"{NAMES}loc") for one in root] == [entry.url for entry in entries]
    assert [one.findtext(f"{NAMES}lastmod") for one in root] == ["2026-11-01", None]


def test_index_names_the_files():
    root = ET.fromstring(sitemap_index(["https://example.org/sitemap-1.xml"]))

    assert root.tag == f"{NAMES}sitemapindex"
    assert [one.findtext(f"{NAMES}loc") for one in root] == ["https://example.org/sitemap-1.xml"]


def test_every_address_is_in_exactly_one_file():
    entries = [SitemapEntry(f"https://example.org/{number}/") for number in range(2 * MOST_ADDRESSES + 1)]

    files = [piece(entries, number) for number in range(1, pieces(len(entries)) + 1)]

    assert [len(one) for one in files] == [MOST_ADDRESSES, MOST_ADDRESSES, 1]
    assert [entry for one in files for entry in one] == entries
    assert not piece(entries, 0)
    assert not piece(entries, 4)


def test_few_addresses_take_one_file():
    assert [pieces(count) for count in (0, 1, MOST_ADDRESSES, MOST_ADDRESSES + 1)] == [1, 1, 1, 2]
