# SPDX-License-Identifier: GPL-2.0
#
# jackfruit: the module for this machine and the tools (make), and everything about their tests in a
# VM (make demo, make check), which installs what it needs by itself. Everything is built below build/.

# a series (6.1, 6.12), for the stock kernel that is installed, or a release
KERNEL ?= 6.12
# the kernel that `make` and `make install` build for
RELEASE ?= $(shell uname -r)
KDIR ?= /lib/modules/$(RELEASE)/build
prefix ?= /usr/local
MAKEFLAGS += --no-print-directory

moddir = $(DESTDIR)/lib/modules/$(RELEASE)/updates
has_headers = [ -e $(KDIR)/Makefile ]

.PHONY: all help module modules userspace install uninstall setup vm demo check check-debug check-rt check-i386 check-arm64 check-leaks check-planted coverage bench experiments deb check-deb clean
all: userspace
	@if $(has_headers); then scripts/module $(RELEASE) $(KDIR); else \
		echo "make: the tools are built, the module is not: no headers of the running kernel in" \
			"$(KDIR): install linux-headers-$(RELEASE)"; fi

help:
	@echo "make                     the module for the running kernel, and the tools"
	@echo "make install             both, below prefix=$(prefix); DESTDIR= is understood"
	@echo "make uninstall           what install has brought"
	@echo
	@echo "make demo [KERNEL=6.1]   see it work, in a test VM"
	@echo "make check [T=pattern]   all tests on both kernels, or those whose name matches"
	@echo "make check-debug [T=...] the VM's suites on kernels of our own: with all checkers, for data races, without cgroups"
	@echo "make check-leaks [T=...] on that with all checkers, while kmemleak looks for what is never freed"
	@echo "make check-planted [T=...] faults on purpose, which those kernels have to tell of"
	@echo "make check-rt [T=...]    the VM's suites on Debian's kernel with PREEMPT_RT"
	@echo "make check-i386 [T=...]  the module's suites on a kernel of 32 bit"
	@echo "make check-arm64 [T=...] the same on Debian's kernel for arm64 (KERNEL=6.1, 6.12-rt or 6.12-16k)"
	@echo "make coverage [T=...]   how much of the module the suites run, on the kernel with all checkers"
	@echo "make bench [KERNEL=6.1]  measure it, beside others, on both kernels or one; scripts/bench --help tells more"
	@echo "make experiments [KERNEL=6.1]  how the kernel schedules containers, measured, on both kernels or one"
	@echo "make deb                 Debian packages, in build/deb/"
	@echo "make check-deb           install, use and purge them in both VMs"
	@echo "make vm [KERNEL=6.1]     a shell in the test VM; scripts/vm --help tells more"
	@echo
	@echo "make module KERNEL=...   jackfruit.ko for one kernel (6.1, 6.12, a release; KDIR=), in build/RELEASE/"
	@echo "make modules             for both stock kernels"
	@echo "make userspace           jfrun and jflog, in build/bin/"
	@echo "make setup               install what building and testing need (Debian 12, root)"
	@echo "make clean               remove build/"

module:
	@scripts/module $(KERNEL) $(if $(filter-out file,$(origin KDIR)),$(KDIR))

modules: setup
	@scripts/module 6.1
	@scripts/module 6.12

# the lock: two test VMs may start at the same time
userspace:
	@mkdir -p build && flock build/.userspace.lock $(MAKE) -C userspace

install: all
	@$(has_headers) || { echo "make: nothing is installed: without the module the tools are of no use" >&2; exit 1; }
	install -D -m 644 build/$(RELEASE)/jackfruit.ko $(moddir)/jackfruit.ko
	$(if $(DESTDIR),,depmod $(RELEASE))
	$(MAKE) -C userspace install prefix=$(prefix) DESTDIR=$(abspath $(DESTDIR))

uninstall:
	rm -f $(moddir)/jackfruit.ko
	$(if $(DESTDIR),,depmod $(RELEASE))
	$(MAKE) -C userspace uninstall prefix=$(prefix) DESTDIR=$(abspath $(DESTDIR))

setup:
	@scripts/setup

vm: setup
	@scripts/vm --kernel $(KERNEL)

demo: setup
	@scripts/vm --kernel $(KERNEL) --timeout 300 -- scripts/demo

check: setup
	@scripts/check '$(T)'

check-debug: setup
	@JF_PATIENCE=8 scripts/check '$(T)' debug plain kcsan

check-rt: setup
	@scripts/check '$(T)' 6.12-rt

check-i386: setup
	@scripts/check-arch i386 '$(T)'

check-arm64: setup
	@scripts/check-arch arm64 '$(T)' $(KERNEL)

coverage: setup
	@scripts/coverage '$(T)'

check-leaks: setup
	@JF_PATIENCE=16 JF_VM_APPEND=kmemleak=on scripts/check '$(T)' debug

check-planted: setup
	@scripts/check-planted '$(T)'

bench: setup
	@scripts/bench $(if $(filter-out file,$(origin KERNEL)),--kernel $(KERNEL))

experiments: setup
	@scripts/experiments $(if $(filter-out file,$(origin KERNEL)),--kernel $(KERNEL))

deb: setup
	@scripts/deb

check-deb: setup
	@scripts/check-deb

clean:
	rm -rf build
