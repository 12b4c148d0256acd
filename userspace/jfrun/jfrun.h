/* SPDX-License-Identifier: GPL-2.0 */
/* jfrun: run a command in a container whose memory jackfruit limits. */
#ifndef JFRUN_H
#define JFRUN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "common.h"

/**
 * struct bind - what --bind and --tmpfs ask for
 * @source: a path of the host's, or NULL for a new tmpfs
 * @target: absolute path in the container
 * @read_only: it cannot be written to there
 * @tree: descriptor of the detached mount, between leaving the old root and being in the new one
 */
struct bind {
	char *source;
	char *target;
	bool read_only;
	int tree;
};

/**
 * struct id_range - users or groups of the container, and who they are on the host
 * @inside: the first one in the container
 * @outside: the first one on the host
 * @size: how many
 */
struct id_range {
	unsigned int inside, outside, size;
};

/**
 * struct ulimit - one of setrlimit()'s limits
 * @resource: RLIMIT_*
 * @limit: soft and hard
 */
struct ulimit {
	int resource;
	struct rlimit limit;
};

/**
 * struct options - the command line
 * @name: the container's
 * @rootfs: its root directory; NULL with --join
 * @argv: the command and its arguments, ended by NULL
 * @soft: soft limit as it was written; NULL: leave it
 * @hard: hard limit, the same
 * @nice: nice value, the same
 * @existing: NAME is not to be made
 * @env: what --env adds, ended by NULL
 * @binds: further mounts, in the order given
 * @bind_count: how many
 * @workdir: where the command starts
 * @user: UID[:GID] or a name of the container's; NULL: root, or with --join whom that one runs as
 * @overlay: where what is written goes: a directory, or `tmpfs`; NULL: ROOTFS
 * @uid_map: the user namespace's users
 * @uid_map_count: how many ranges; 0: no user namespace
 * @gid_map: and groups
 * @gid_map_count: how many
 * @ulimits: setrlimit()'s limits
 * @ulimit_count: how many
 * @caps: capabilities that the container is given, a bit each
 * @caps_added: and these
 * @caps_dropped: but not these
 * @seccomp: `off` or `default`; NULL: not said
 * @ready_fd: where to say that the command runs; -1: nowhere
 * @join: enter a running container instead of making one
 * @read_only: the root cannot be written to
 * @net: a network namespace of its own
 * @init: a PID 1 of ours
 * @tty: a terminal
 */
struct options {
	const char *name;
	const char *rootfs;
	char **argv;
	const char *soft;
	const char *hard;
	const char *nice;
	bool existing;
	char **env;
	struct bind *binds;
	size_t bind_count;
	const char *workdir;
	const char *user;
	const char *overlay;
	struct id_range *uid_map, *gid_map;
	size_t uid_map_count, gid_map_count;
	struct ulimit *ulimits;
	size_t ulimit_count;
	uint64_t caps, caps_added, caps_dropped;
	const char *seccomp;
	int ready_fd;
	bool join;
	bool read_only;
	bool net;
	bool init;
	bool tty;
};

/* exe.c: our program file */
void exe_protect(char **argv);

/* options.c, value.c: the command line */
void options_parse(struct options *options, int argc, char **argv);
void value_check_name(const char *name);
void value_check_size(const char *option, const char *text);
long value_number(const char *option, const char *text, long min, long max);
void value_bind(const char *text, struct bind *bind);
void value_tmpfs(const char *text, struct bind *bind);

/* ctl.c: the control plane */
void ctl_check(const struct options *options);
void ctl_make(const struct options *options);
void ctl_attach(const struct options *options, pid_t pid);
void ctl_started(void);
void ctl_undo(void);
pid_t ctl_first(const char *name);
bool ctl_has_member(const char *name, pid_t pid);
bool ctl_reason_is(const char *name, const char *reason);

/* ns.c, net.c: namespaces */
pid_t ns_fork(unsigned long long namespaces, int *pidfd);
pid_t ns_clone(const struct options *options, int *pidfd);
void net_up(void);

/* userns.c: the user namespace */
void userns_parse(const char *option, const char *text, struct id_range *range);
void userns_make(const struct options *options);
void userns_load(pid_t pid);
void userns_enter_owned(void);
void userns_enter(bool join);
int userns_fd(void);
size_t userns_fds(int *fds);
uid_t userns_uid(uid_t uid);
gid_t userns_gid(gid_t gid);
uid_t userns_uid_inside(uid_t uid);
gid_t userns_gid_inside(gid_t gid);
bool userns_has(uid_t uid);

/* join.c: --join */
void join_prepare(struct options *options);
pid_t join_fork(const char *name, int *pidfd);
void join_enter(void);
size_t join_fds(int *fds);

/* sync.c: parent and child until the command runs */
enum sync_type { SYNC_GO, SYNC_EXEC, SYNC_FAILED, SYNC_TTY };

/**
 * struct sync_message - what goes from one to the other
 * @type: what it means
 * @status: SYNC_FAILED: exit status
 * @fd: SYNC_TTY: a descriptor
 * @message: SYNC_FAILED: what to tell
 */
struct sync_message {
	enum sync_type type;
	int status;
	int fd;
	char message[MESSAGE_MAX];
};

void sync_make(void);
void sync_be_parent(void);
void sync_be_child(void);
int sync_fd(void);
void sync_send(enum sync_type type);
void sync_send_fd(enum sync_type type, int fd);
bool sync_receive(struct sync_message *message);
void sync_die_with_parent(void);
void sync_finish(void);

/* report.c: --ready-fd, and what is undone on failure */
void report_to(int fd);
bool report_ready(pid_t pid);
void report_arm(void);

/* child.c; at most so many descriptors are the child's */
#define CHILD_FDS 16

void child_run(const struct options *options) __attribute__((noreturn));

/* rootfs.c, overlay.c, mounts.c, dev.c: the file system */
void rootfs_lock(const struct options *options);
void rootfs_enter(const struct options *options);
void overlay_lock(const struct options *options);
void overlay_prepare(void);
int overlay_make(int lower, unsigned int attr);
void mounts_prepare(const struct options *options);
void mounts_make(const struct options *options);
void mounts_point(const char *path, mode_t type);
void mounts_at(const char *type, const char *path, unsigned long flags, const char *data);
void mounts_tmpfs(const char *path, unsigned long flags, const char *settings);
int mounts_detached(const char *type, const char *const *settings, unsigned int attr);
void mounts_stack(int mount);
void dev_make(void);

/**
 * struct user - whom the command runs as
 * @uid: user
 * @gid: its only group
 * @home: for $HOME
 */
struct user {
	uid_t uid;
	gid_t gid;
	const char *home;
};

void user_find(const char *text, struct user *user);
void user_become(const struct user *user);

/* ulimit.c, caps.c, seccomp.c, env.c: what the command is left with */
void ulimit_parse(const char *text, struct ulimit *ulimit);
void ulimit_apply(const struct options *options);
uint64_t caps_default(void);
uint64_t caps_parse(const char *option, const char *list);
uint64_t caps_kept(const struct options *options);
void caps_bound(uint64_t kept);
void caps_keep(uint64_t kept, bool is_root);
void seccomp_apply(uint64_t caps);
char **env_make(const struct options *options, const char *home);

/* init.c: --init */
void init_fork(void);

/* tty.c: -t */
struct pollfd;
void tty_make(uid_t owner);
void tty_take(int fd);
void tty_resize(void);
void tty_poll(struct pollfd *fds);
void tty_copy(const struct pollfd *fds);
void tty_drain(void);

/* parent.c: what the parent does once there is a child */
void parent_start(const struct options *options, pid_t pid, int pidfd, int signals);
int parent_wait(int pidfd, int signals);

#endif /* JFRUN_H */
