.PHONY: check golden demo
check:          ## ruff, mypy strict, tests: what CI runs
	./check
golden:         ## write the golden files anew, after a change that is meant to show in them
	.venv/bin/python -m pytest -q --refresh-golden
demo:           ## the whole way, offline
	.venv/bin/unmask demo
