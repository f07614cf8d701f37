"""Pages for people: what is known as HTML that reads well on paper, on a phone and aloud, and where all is linked."""

from calcigraph.serve.pages.render import page

__all__ = ["page"]
