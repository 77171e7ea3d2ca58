# egostream: every task, from a fresh clone on. 'make help' lists them.

PREFIX ?= /usr/local
# A folder that GStreamer searches by itself is known only for the system's own prefix.
ifeq ($(PREFIX),/usr)
PLUGIN_DIR ?= $(shell pkg-config --variable=pluginsdir gstreamer-1.0)
else
PLUGIN_DIR ?= $(PREFIX)/lib/gstreamer-1.0
endif

# Static: users need no Swift runtime. 'defs': a missing symbol shows at link time, not when the plugin is loaded.
FLAGS := -c release -Xswiftc -static-stdlib -Xlinker -z -Xlinker defs
# Nehalem has exactly the instructions of x86-64-v2, which every x86 processor since 2009 has; the compiler alone would
# stop at those of 2003. (The compiler's C importer refuses the name x86-64-v2.)
ifeq ($(shell uname -m),x86_64)
FLAGS += -Xswiftc -target-cpu -Xswiftc nehalem
endif
BUILD := .build/release

.PHONY: help run test test-training build prior-library install uninstall bench deps format lint clean

help:  ## List the tasks
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

run: build  ## Play the bundled sample through the element; writes out/ego.mp4 and out/ego.png
	@scripts/run-sample

test: deps  ## Check formatting, build, and run every test
	@scripts/run-tests

test-training: prior-library  ## Run the Python tests; .venv has to be there (training/README.md)
	.venv/bin/python -m pytest -q training/tests

build: deps  ## Build the plugin and the tools for use
	@scripts/swift-build build $(FLAGS)

prior-library: deps  ## Build libegoprior.so, which training draws priors and composes with
	@scripts/swift-build build $(FLAGS) --product egoprior

install: build  ## Install the plugin, the tools, the models and the pipelines under PREFIX (DESTDIR is honoured)
	install -D -m 755 -s $(BUILD)/egostream $(DESTDIR)$(PREFIX)/bin/egostream
	install -D -m 755 -s $(BUILD)/egobench $(DESTDIR)$(PREFIX)/bin/egobench
	install -D -m 755 -s $(BUILD)/libgstexo2ego.so $(DESTDIR)$(PLUGIN_DIR)/libgstexo2ego.so
	install -d $(DESTDIR)$(PREFIX)/share/egostream/pipelines
	install -m 755 pipelines/*.sh $(DESTDIR)$(PREFIX)/share/egostream/pipelines
	install -m 644 pipelines/*.json $(DESTDIR)$(PREFIX)/share/egostream/pipelines
	for model in $(patsubst Models/%/config.json,%,$(wildcard Models/*/config.json)); do \
	  install -d $(DESTDIR)$(PREFIX)/share/egostream/models/$$model && \
	  install -m 644 Models/$$model/* $(DESTDIR)$(PREFIX)/share/egostream/models/$$model || exit 1; done
ifneq ($(PREFIX),/usr)
	@echo "GStreamer does not search this folder by itself: export GST_PLUGIN_PATH=$(PLUGIN_DIR)"
endif

uninstall:  ## Remove what 'make install' installed, with the same PREFIX
	rm -f $(DESTDIR)$(PREFIX)/bin/egostream $(DESTDIR)$(PREFIX)/bin/egobench $(DESTDIR)$(PLUGIN_DIR)/libgstexo2ego.so
	rm -rf $(DESTDIR)$(PREFIX)/share/egostream

bench: build  ## Measure quality, latency and endurance on the bundled sample; writes out/bench
	@scripts/run-bench

deps:  ## Install the Debian packages that are missing, and check for Swift
	@scripts/install-packages
	@scripts/check-swift

format:  ## Format the Swift sources in place
	swift format --in-place --recursive Package.swift $(wildcard Sources bench Tests Plugins)

lint: deps  ## Check formatting only
	@scripts/lint

clean:  ## Remove everything built
	rm -rf .build .build-test out
