# Every target calls the one script, which also runs without make: python3 scripts/setup.py TARGET
PYTHON ?= python3

help demo test coverage torture mutants lint lock catalogues bench lint-mail lighthouse pictures:
	@$(PYTHON) scripts/setup.py $@

.PHONY: help demo test coverage torture mutants lint lock catalogues bench lint-mail lighthouse pictures
