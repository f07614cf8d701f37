"""Run the command line as `python -m calcigraph`."""

from calcigraph.cli import main

main()
