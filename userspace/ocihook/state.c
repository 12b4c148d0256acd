// SPDX-License-Identifier: GPL-2.0
/*
 * What the runtime says: the state on stdin, which has the annotations, and the bundle's
 * config.json, which has the resources.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ocihook.h"
#include "policy.h"

#define PREFIX "jackfruit."

/* docker's and podman's IDs, of which people know the first 12 digits */
#define LONG_ID 64
#define SHORT_ID 12

/* An empty table's end is a NULL file. */
struct setting settings[] = {
	{ .file = "soft_limit", .hint = "bytes, or with K, M, G or T, or max" },
	{ .file = "hard_limit", .hint = "bytes, or with K, M, G or T, or max" },
	{ .file = "metric", .hint = "rss, anon or rss+swap" },
	{ .file = "hard_action", .hint = "kill, term, stop or notify" },
	{ .file = "kill_scope", .hint = "container or process" },
	{ .file = "soft_signal", .hint = "the number of a signal, or 0" },
	{ .file = "grace_ms", .hint = "milliseconds" },
	{ .file = "forecast_ms", .hint = "milliseconds, or 0" },
	{ .file = "nice", .hint = "-20 to 19, or inherit" },
	{ 0 },
};

static struct setting *find_setting(const char *file)
{
	struct setting *setting;

	for (setting = settings; setting->file; setting++) {
		if (!strcmp(setting->file, file))
			return setting;
	}
	return NULL;
}

/* What is wanted, and of which type; NULL if it is not there. */
static struct json_object *member(struct json_object *object, const char *key, json_type type,
				  const char *where)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value) || !value)
		return NULL;
	if (!json_object_is_type(value, type))
		fail(EXIT_HOOK, "%s: '%s' is not of type %s", where, key, json_type_to_name(type));
	return value;
}

/* A whole document, an object. NULL and errno, or 0 in errno if it is no JSON. */
static struct json_object *read_document(int fd)
{
	struct json_object *object;

	errno = 0;
	object = json_object_from_fd(fd);
	if (object && !json_object_is_type(object, json_type_object)) {
		json_object_put(object);
		errno = 0;
		return NULL;
	}
	return object;
}

static void set(struct oci *oci, struct setting *setting, const char *value, const char *source)
{
	setting->value = format_text("%s", value);
	setting->source = source;
	oci->wanted = true;
}

static void set_name(struct oci *oci, const char *name)
{
	if (!jf_policy_name_ok(name))
		fail(EXIT_HOOK,
		     "annotation " PREFIX
		     "name '%s': not a container name: at most 63 letters, digits, "
		     "'_', '.' and '-', beginning with a letter or a digit",
		     name);
	strcpy(oci->name, name);
	oci->wanted = true;
}

/* A mistyped limit would be one that is silently not enforced: what is not known is refused. */
static void read_annotations(struct oci *oci, struct json_object *state)
{
	struct json_object *annotations = member(state, "annotations", json_type_object, "state");

	if (!annotations)
		return;
	json_object_object_foreach(annotations, key, value)
	{
		struct setting *setting;
		const char *file = key + strlen(PREFIX);

		if (strncmp(key, PREFIX, strlen(PREFIX)))
			continue;
		if (!json_object_is_type(value, json_type_string))
			fail(EXIT_HOOK, "annotation %s: not a string", key);
		setting = find_setting(file);
		if (!strcmp(file, "name"))
			set_name(oci, json_object_get_string(value));
		else if (setting)
			set(oci, setting, json_object_get_string(value), "annotation");
		else
			fail(EXIT_HOOK,
			     "annotation %s: there is no such setting: see jf-oci-hook(8) for those "
			     "that there are",
			     key);
	}
}

static void read_limit(struct oci *oci, struct json_object *memory, const char *key,
		       const char *file)
{
	struct setting *setting = find_setting(file);
	struct json_object *limit = member(memory, key, json_type_int, "linux.resources.memory");
	char bytes[32];

	/* -1 is no limit */
	if (setting->value || !limit || json_object_get_int64(limit) <= 0)
		return;
	snprintf(bytes, sizeof(bytes), "%" PRId64, json_object_get_int64(limit));
	set(oci, setting, bytes, "linux.resources.memory");
}

/* The limits that were meant for cgroups, where no annotation says otherwise. */
static void read_resources(struct oci *oci, const char *bundle)
{
	cleanup_free char *path = format_text("%s/config.json", bundle);
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct json_object *config, *part;

	if (fd < 0)
		fail(EXIT_HOOK, "%s: %s", path, strerror(errno));
	config = read_document(fd);
	if (!config)
		fail(EXIT_HOOK, "%s: %s", path, errno ? strerror(errno) : "not a JSON object");
	part = member(config, "linux", json_type_object, path);
	part = part ? member(part, "resources", json_type_object, path) : NULL;
	part = part ? member(part, "memory", json_type_object, path) : NULL;
	if (part) {
		read_limit(oci, part, "limit", "hard_limit");
		read_limit(oci, part, "reservation", "soft_limit");
	}
	json_object_put(config);
}

/* The short form of a long ID; what jackfruit's names do not have becomes '_'; cut to their length. */
static void name_from_id(struct oci *oci)
{
	char *at;

	snprintf(oci->name, sizeof(oci->name), "%s", oci->id);
	if (strlen(oci->id) == LONG_ID && strspn(oci->id, "0123456789abcdef") == LONG_ID)
		oci->name[SHORT_ID] = '\0';
	for (at = oci->name; *at; at++) {
		if (!isalnum((unsigned char)*at) && !strchr("_.-", *at))
			*at = '_';
	}
	if (!isalnum((unsigned char)oci->name[0]))
		oci->name[0] = 'x';
}

static const char *string(struct json_object *state, const char *key)
{
	struct json_object *value = member(state, key, json_type_string, "state");

	if (!value || !json_object_get_string_len(value))
		fail(EXIT_HOOK, "state: has no '%s'", key);
	return json_object_get_string(value);
}

static void read_status(struct oci *oci, struct json_object *state)
{
	const char *status = string(state, "status");
	struct json_object *pid = member(state, "pid", json_type_int, "state");

	oci->ended = !strcmp(status, "stopped");
	/* runc says `creating`, as the specification has it, crun `created` */
	if (!oci->ended && strcmp(status, "creating") && strcmp(status, "created"))
		fail(EXIT_HOOK,
		     "state: the container is %s, which is too late for its limits: this is a hook for "
		     "createRuntime and poststop",
		     status);
	if (pid && json_object_get_int64(pid) > 0 && json_object_get_int64(pid) <= INT_MAX)
		oci->pid = json_object_get_int(pid);
	if (!oci->ended && !oci->pid)
		fail(EXIT_HOOK, "state: has no 'pid'");
}

/**
 * state_read() - the container that the hook is run for
 * @oci: filled in, and @settings with it
 */
void state_read(struct oci *oci)
{
	struct json_object *state = read_document(STDIN_FILENO);

	if (!state)
		fail(EXIT_HOOK,
		     "stdin: not the state of a container: a JSON object, as an OCI runtime "
		     "gives it to its hooks");
	oci->id = format_text("%s", string(state, "id"));
	read_status(oci, state);
	read_annotations(oci, state);
	if (!oci->name[0])
		name_from_id(oci);
	/* at the end the bundle may be gone; the record knows if the container was made */
	if (oci->ended)
		oci->wanted = true;
	else
		read_resources(oci, string(state, "bundle"));
	json_object_put(state);
}
