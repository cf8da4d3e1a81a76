# Every target calls the one script, which also runs without make: python3 scripts/setup.py TARGET
PYTHON ?= python3

demo test torture bench lint lock catalogues:
	@$(PYTHON) scripts/setup.py $@

.PHONY: demo test torture bench lint lock catalogues
