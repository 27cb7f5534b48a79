"""`python -m agent` is `why-spike`."""

from agent.cli import main

main()
