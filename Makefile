# The two commands of the README are `make demo` and `make test`; `make help` lists the others.

.PHONY: help demo test stress lint format bench fashion nist references set-up

python = .build-python/bin/python
# Large, and a peer of the networks alone.
torch = .build-python/torch-is-installed

help:
	@echo 'make demo    shows on real data what a second fit keeps, under each policy'
	@echo 'make test    lints, builds without warnings and runs all tests'
	@echo 'make stress  does random things to every estimator for SECONDS=600, from SEED=1000, and looks for what breaks'
	@echo 'make lint    says which sources are not formatted'
	@echo 'make format  formats the sources'
	@echo 'make bench   measures us and others on the same data in one run; ONLY=sgd selects by name'
	@echo 'make fashion trains on Fashion-MNIST (Debian: dataset-fashion-mnist) beside scikit-learn and torch'
	@echo 'make nist    counts the correct digits on the reference problems of NIST, beside NumPy and scikit-learn'
	@echo 'make references  writes the results of scikit-learn that the tests compare with'

demo: set-up
	swift build -c release --product estimate
	@.build/release/estimate compare

test:
	@Scripts/install-blas.sh --with-reference
	@$(MAKE) --no-print-directory lint
	@Scripts/test.sh

SECONDS = 600
SEED = 1000

stress: set-up
	swift build -c release --build-tests
	STRESS_SECONDS=$(SECONDS) STRESS_SEED=$(SEED) swift test -c release --skip-build --filter RandomOperationTests

lint:
	@Scripts/format.sh --lint

format:
	@Scripts/format.sh

set-up:
	@Scripts/install-blas.sh

bench: set-up $(python) $(torch)
	swift build -c release --package-path Benchmarks
	@$(python) Benchmarks/bench.py $(if $(ONLY),--only $(ONLY))

fashion:
	@$(MAKE) --no-print-directory bench ONLY=fashion

nist: set-up $(python)
	swift build -c release --product estimate
	@$(python) Scripts/nist-table.py .build/release/estimate Tests/Fixtures/nist-strd.json

references: $(python)
	$(python) Scripts/generate-references.py Tests/Fixtures
	$(python) Scripts/generate-nist-fixture.py Tests/Fixtures/nist-strd-data.json Tests/Fixtures/nist-strd.json
	$(python) Scripts/generate-least-squares-fixture.py Tests/Fixtures/least-squares.json
	$(python) Scripts/generate-ridge-fixture.py Tests/Fixtures/ridge-exact.json
	$(python) Scripts/generate-scaler-fixture.py Tests/Fixtures/standard-scaler-exact.json
	$(python) Scripts/generate-statistics-fixture.py Tests/Fixtures/statistics.json
	$(python) Scripts/generate-score-fixture.py Tests/Fixtures/class-scores.json

$(python): Benchmarks/requirements.txt
	python3 -m venv .build-python
	.build-python/bin/pip install --quiet -r Benchmarks/requirements.txt
	@touch $@

$(torch): Benchmarks/requirements-torch.txt $(python)
	.build-python/bin/pip install --quiet -r Benchmarks/requirements-torch.txt
	@touch $@
