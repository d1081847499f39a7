"""Name the packages: the card's folders install as unmask.evals, unmask.scorers, unmask.results."""

from setuptools import find_packages, setup

card = ("evals", "scorers", "results")
found = find_packages(include=[f"{name}*" for name in card])
own = find_packages("src", include=["unmask*"], exclude=[f"unmask.{name}*" for name in card])
setup(packages=[*own, *(f"unmask.{name}" for name in found)])
