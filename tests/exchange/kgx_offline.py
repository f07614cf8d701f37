"""Run kgx on the Biolink Model as it is installed: by itself it fetches model and prefixes each time that it starts."""

from __future__ import annotations

import json
from importlib.resources import files


def main() -> None:
    """Tell kgx where model and prefixes lie, and run its command line."""
    import bmt

    model = files("biolink_model")
    bmt.Toolkit.__init__.__defaults__ = (str(model / "schema" / "biolink_model.yaml"), {"predicate mappings": []})

    from kgx import config

    prefixes: dict[str, str] = {}
    for name in ("biolink-model-prefix-map.json", "biolink_model_prefix_map.json"):
        prefixes |= json.loads((model / "prefixmaps" / name).read_text(encoding="utf-8"))
    for name in ("biolink", "monarch_context", "obo_context"):
        config.jsonld_context_map[name] = prefixes

    from kgx.cli import cli

    cli()


if __name__ == "__main__":
    main()
