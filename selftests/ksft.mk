# SPDX-License-Identifier: GPL-2.0
# Where the kselftest framework is: the folder above when this one lies in tools/testing/selftests, or else what
# scripts/setup has unpacked of Debian's linux-source, or what KSFT= says.
JF_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/jackfruit

ksft_dirs := $(dir $(lastword $(MAKEFILE_LIST))).. $(JF_CACHE)/linux-source-6.12/tools/testing/selftests
KSFT ?= $(firstword $(patsubst %/lib.mk,%,$(wildcard $(ksft_dirs:=/lib.mk))))
ifeq ($(KSFT),)
$(error no kselftest framework (lib.mk) in $(ksft_dirs): run scripts/setup, or say KSFT=linux/tools/testing/selftests)
endif
