# The two commands of the README are `make demo` and `make test`; `make help` lists the others.

.PHONY: help demo test lint format set-up

help:
	@echo 'make demo    shows on real data what a second fit keeps, under each policy'
	@echo 'make test    lints, builds without warnings and runs all tests'
	@echo 'make lint    says which sources are not formatted'
	@echo 'make format  formats the sources'

demo: set-up
	swift build -c release --product estimate
	@.build/release/estimate compare

test:
	@Scripts/install-blas.sh --with-reference
	@$(MAKE) --no-print-directory lint
	@Scripts/test.sh

lint:
	@Scripts/format.sh --lint

format:
	@Scripts/format.sh

set-up:
	@Scripts/install-blas.sh
