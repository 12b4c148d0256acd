# SPDX-License-Identifier: GPL-2.0
#
# jackfruit: the module for this machine and the tools (make), and everything about their tests in a
# VM (make demo, make check), which installs what it needs by itself.

KERNEL ?= 6.12
prefix ?= /usr/local
RELEASE ?= $(shell uname -r)
MAKEFLAGS += --no-print-directory

# the module's sources, linked into a build folder of each kernel, so that two never get mixed up
SOURCES := Kbuild $(wildcard kernel/*.c kernel/*.h)

.PHONY: all module modules userspace install uninstall setup vm demo check clean help
all: userspace
	@$(MAKE) module KERNEL=$(RELEASE)

help:
	@echo "make                     the module for the running kernel, and the tools"
	@echo "make install             both, below prefix=$(prefix); DESTDIR= is understood"
	@echo "make demo [KERNEL=6.1]   see it work, in a test VM"
	@echo "make check [T=pattern]   all tests, or those whose name matches"
	@echo "make vm [KERNEL=6.1]     a shell in the test VM"
	@echo "make module KERNEL=...   jackfruit.ko for one kernel, in build/<release>/"

# KERNEL is a series (6.1, 6.12), for the stock kernel that is installed, or a release
module:
	@release=$$(scripts/kernel-release $(KERNEL)) && \
	dir=build/$$release && mkdir -p $$dir/kernel && \
	find $$dir -maxdepth 2 -type l -delete && \
	for file in $(SOURCES); do ln -s $(CURDIR)/$$file $$dir/$$file; done && \
	$(MAKE) -s -C /lib/modules/$$release/build M=$(CURDIR)/$$dir W=1 $(KBUILD_FLAGS) modules

modules:
	@scripts/setup
	@$(MAKE) module KERNEL=6.1
	@$(MAKE) module KERNEL=6.12

userspace:
	@[ ! -e userspace/Makefile ] || $(MAKE) -C userspace

install: all
	install -D -m 644 build/$(RELEASE)/jackfruit.ko \
		$(DESTDIR)/lib/modules/$(RELEASE)/updates/jackfruit.ko
	[ -n "$(DESTDIR)" ] || depmod $(RELEASE)
	$(MAKE) -C userspace install prefix=$(prefix) DESTDIR=$(DESTDIR)

uninstall:
	rm -f $(DESTDIR)/lib/modules/$(RELEASE)/updates/jackfruit.ko
	[ -n "$(DESTDIR)" ] || depmod $(RELEASE)
	$(MAKE) -C userspace uninstall prefix=$(prefix) DESTDIR=$(DESTDIR)

setup:
	@scripts/setup

vm: setup
	@scripts/vm --kernel $(KERNEL)

demo: setup
	@scripts/vm --kernel $(KERNEL) --timeout 300 -- scripts/demo

check: setup
	@scripts/check $(T)

clean:
	rm -rf build
