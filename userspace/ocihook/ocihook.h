/* SPDX-License-Identifier: GPL-2.0 */
/*
 * jf-oci-hook: an OCI runtime's container as a container of jackfruit's.
 *
 * state.c reads what the runtime says (JSON) into struct oci; plane.c knows the module's files and
 * jf's records; main.c decides which of the two ends of a container's life this is.
 */
#ifndef JF_OCIHOOK_H
#define JF_OCIHOOK_H

#include <stdbool.h>
#include <sys/types.h>

#include "common.h"

/* a hook that fails: the runtime only asks whether it is 0 */
#define EXIT_HOOK 1

#define NAME_SIZE 64

/**
 * struct setting - one of the files that a container has in configfs
 * @file: its name; the annotation is "jackfruit." and this
 * @hint: what it takes, for people
 * @value: what the container asks for, or NULL
 * @source: where it asks for that
 */
struct setting {
	const char *file;
	const char *hint;
	char *value;
	const char *source;
};

/**
 * struct oci - what the runtime says of a container
 * @id: the runtime's name for it
 * @pid: its first process, 0 if there is none
 * @ended: it is the end of its life: the hook runs as poststop
 * @name: jackfruit's name for it
 * @wanted: it asks for anything of jackfruit's
 */
struct oci {
	char *id;
	pid_t pid;
	bool ended;
	char name[NAME_SIZE];
	bool wanted;
};

extern struct setting settings[];

/* state.c */
void state_read(struct oci *oci);

/* plane.c */
void plane_make(const struct oci *oci);
void plane_remove(const struct oci *oci);
void plane_undo(void);

#endif /* JF_OCIHOOK_H */
