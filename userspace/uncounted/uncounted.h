/* SPDX-License-Identifier: GPL-2.0 */
/*
 * jf-uncounted: memory of containers that is in no resident size, and so in no limit; see
 * Documentation/design.md for what is found.
 *
 * Members are not trusted, and this runs as root: nothing here may wait for them. A file of another file
 * system than one in memory is not asked for anything, since a member may be the one who has to answer.
 */
#ifndef JF_UNCOUNTED_H
#define JF_UNCOUNTED_H

#include <stdbool.h>
#include <stdint.h>

#include "common.h"

/**
 * struct container - what is found of a container, in bytes
 * @hugetlb: huge pages that members have mapped; each member's own count
 * @memfd: memfds that members hold open
 * @sysvshm: what is in System V shared memory of IPC namespaces that members are in, and we are not
 * @tmpfs: what is in each tmpfs that members see, and we do not
 * @memfds: inodes that have been counted, see set_add()
 * @namespaces: inodes that have been counted
 * @mounts: devices that have been counted
 * @until: not looked at for longer than this, in milliseconds of time_ms()
 * @procs: where the members' directories are: /proc
 */
struct container {
	uint64_t hugetlb, memfd, sysvshm, tmpfs;
	void *memfds, *namespaces, *mounts;
	uint64_t until;
	int procs;
};

/* main.c */
bool set_add(void **set, uint64_t value);
bool set_has(void **set, uint64_t value);
bool too_late(const struct container *c);

/* memfd.c */
void memfd_prepare(void);
void memfd_count(struct container *c, int task);

/* sysvshm.c */
void sysvshm_prepare(void);
void sysvshm_count(struct container *c, int task);

/* tmpfs.c */
void tmpfs_prepare(void);
void tmpfs_count(struct container *c, int task);

#endif /* JF_UNCOUNTED_H */
