/* SPDX-License-Identifier: GPL-2.0 */
/* What the tools share: failing, descriptors, paths, signals, executing. */
#ifndef JF_COMMON_H
#define JF_COMMON_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* exit statuses that are not the command's, as env(1), chroot(1) and docker have them */
#define EXIT_OWN 125
#define EXIT_CANNOT_EXECUTE 126
#define EXIT_NOT_FOUND 127

/* longest message; with what surrounds it, it must fit one write to a pipe */
#define MESSAGE_MAX 2048

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#define printf_like(text, args) __attribute__((format(printf, text, args)))

/* A variable declared with these is closed or freed where its scope ends. */
#define cleanup_close __attribute__((cleanup(close_cleanup)))
#define cleanup_free __attribute__((cleanup(free_cleanup)))

void close_cleanup(int *fd);
void free_cleanup(void *pointer);

/* fail.c */
extern const char *const tool_name;
extern void (*fail_hook)(int status, const char *message);
void fail(int status, const char *format, ...) printf_like(2, 3) __attribute__((noreturn));
void warning(const char *format, ...) printf_like(1, 2);
void *allocate(size_t size);
char *format_text(const char *format, ...) printf_like(1, 2);

/* fd.c */
void fd_standard_open(void);
void fd_close(int *fd);
int fd_close_others(int *keep, size_t count);
int fd_write_all(int fd, const void *data, size_t size);
int fd_write_value(int dir, const char *file, const char *value);

/* paths.c */
const char *paths_configfs(void);
const char *paths_class(void);
const char *paths_debugfs(void);
const char *paths_rundir(void);
char *paths_missing(void);

/* members.c */
char *members_each(const char *name, bool (*tell)(const char *pid, void *data), void *data);

/* sig.c */
int sig_prepare(void);
bool sig_is_forwarded(int sig);
void sig_reset(void);

/* run.c */
int run_status(int pidfd);
void run_command(char **argv, char **env) __attribute__((noreturn));

#endif /* JF_COMMON_H */
