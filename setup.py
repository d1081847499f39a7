"""Name the packages: the card's folders install as unmask.evals, unmask.scorers, unmask.results."""

from setuptools import find_packages, setup

card = find_packages(include=["evals*", "scorers*", "results*"])
own = find_packages("src", include=["unmask*"], exclude=["unmask.evals*", "unmask.scorers*", "unmask.results*"])
setup(packages=[*own, *(f"unmask.{name}" for name in card)])
