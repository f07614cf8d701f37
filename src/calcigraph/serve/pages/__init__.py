"""Pages for people: what is known as HTML that reads well on paper, on a phone and aloud, and in which all is linked."""

from calcigraph.serve.pages.render import page

__all__ = ["page"]
