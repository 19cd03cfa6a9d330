"""A page read as a browser reads it, as far as the tests of the report need it."""

from html.parser import HTMLParser

VOID = {"meta", "img", "br", "link", "input", "hr"}
# Attributes from which a browser loads without being asked.
LOADING = {"src", "srcset", "action", "data", "poster", "background", "xlink:href"}


class Page(HTMLParser):
    """Collects tags, ids, headings, links, what is loaded, and tags that were left open.

    Raises AssertionError where a tag is closed that is not open, and for attributes that are
    scripts or styles.
    """

    def __init__(self, text: str):
        super().__init__()
        self.tags, self.ids, self.loads, self.links, self.open = [], [], [], [], []
        self.unnamed, self.texts = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        values = dict(attributes)
        for name, value in attributes:
            assert not name.startswith("on"), f"<{tag} {name}>"
            assert name != "style", f"<{tag} style={value}>"
            if name == "id":
                self.ids.append(value)
            if name in LOADING or (tag, name) == ("link", "href"):
                self.loads.append(value)
            elif name == "href":
                self.links.append(value)
        if (tag == "img" and not values.get("alt")) or (
            tag == "svg" and not (values.get("role") == "img" and values.get("aria-label"))
        ):
            self.unnamed.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not {"style", "script"} & set(self.open):
            self.texts.append(data)

    @property
    def headings(self) -> list[int]:
        return [int(tag[1]) for tag in self.tags if tag in ("h1", "h2", "h3", "h4", "h5", "h6")]


def check(page: Page) -> None:
    """What holds of every page: whole, self-contained, its links have ends, its images words."""
    assert page.open == []
    assert all(load.startswith(("#", "data:")) for load in page.loads)
    assert not {"iframe", "object", "embed", "form", "base", "foreignobject"} & set(page.tags)
    assert page.tags.count("script") == page.tags.count("style") == 1
    assert len(page.ids) == len(set(page.ids))
    inside = {link[1:] for link in [*page.links, *page.loads] if link.startswith("#")}
    assert inside <= set(page.ids)
    assert not any(":" in link or link.startswith(("/", "..")) for link in page.links)
    assert page.unnamed == []
    assert page.headings[:1] == [1]
    assert all(b - a <= 1 for a, b in zip(page.headings, page.headings[1:], strict=False))
    assert page.headings.count(1) == 1
