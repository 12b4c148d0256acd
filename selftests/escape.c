// SPDX-License-Identifier: GPL-2.0
/*
 * escape PID [ATTEMPT...]
 *
 * Attempts to get out of a container, or to do something to the host from within. Prints a line for each,
 * or for those that are named: its name, and "ok" if it worked, or errno's name. PID is a process of the
 * host's; /run/jf-escape is a file of the host's. What an attempt asks for is harmless where it works.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <linux/reboot.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/io.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define MARKER "/run/jf-escape"

static pid_t host_pid;

static int may_open(const char *path, int flags)
{
	return open(path, flags | O_CLOEXEC) < 0 ? -1 : 0;
}

/* ---- the file system ---- */

static int try_remount(void)
{
	return mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND, NULL);
}

/* The next attempt is to find /tmp as it was. */
static int mount_tmp(const char *type)
{
	return mount("none", "/tmp", type, 0, NULL) < 0 ? -1 : umount("/tmp");
}

static int try_mount(void)
{
	return mount_tmp("tmpfs");
}

static int try_mount_proc(void)
{
	return mount_tmp("proc");
}

/* release_agent, and limits of the host's, are there */
static int try_mount_cgroup(void)
{
	return mount_tmp("cgroup2");
}

static int try_mount_configfs(void)
{
	return mount_tmp("configfs");
}

static int try_mount_api(void)
{
	return syscall(SYS_fsopen, "tmpfs", 0) < 0 ? -1 : 0;
}

static int try_unmask(void)
{
	return umount2("/proc/kcore", MNT_DETACH);
}

static int try_pivot_root(void)
{
	return syscall(SYS_pivot_root, "/nosuch", "/nosuch");
}

static int try_proc_root(void)
{
	return may_open("/proc/1/root" MARKER, O_RDONLY);
}

static int try_proc_cwd(void)
{
	return may_open("/proc/1/cwd/../../../../.." MARKER, O_RDONLY);
}

/* The classic: a working directory above one's root, and up from there. */
static int try_chroot(void)
{
	int i;

	mkdir("/tmp/cell", 0755);
	if (chroot("/tmp/cell") < 0)
		return -1;
	for (i = 0; i < 64; i++)
		if (chdir("..") < 0)
			return -1;
	if (chroot(".") < 0)
		return -1;
	return may_open(MARKER, O_RDONLY);
}

static int try_mknod(void)
{
	unlink("/tmp/disk");
	return mknod("/tmp/disk", S_IFBLK | 0600, makedev(254, 0));
}

static int try_disk(void)
{
	return may_open("/dev/vda", O_RDONLY);
}

static int try_memory(void)
{
	return may_open("/dev/mem", O_RDONLY);
}

static int try_handle(void)
{
	struct file_handle handle = { .handle_bytes = 0 };
	int fd = open("/", O_RDONLY | O_DIRECTORY);

	return open_by_handle_at(fd, &handle, O_RDONLY) < 0 ? -1 : 0;
}

static int try_descriptors(void)
{
	int fd;

	for (fd = STDERR_FILENO + 1; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			return 0;
	errno = EBADF;
	return -1;
}

/* ---- other processes, namespaces ---- */

static int try_kill(void)
{
	return kill(host_pid, 0);
}

static int try_ptrace(void)
{
	return ptrace(PTRACE_SEIZE, host_pid, 0, 0);
}

static int try_read_memory(void)
{
	char byte;
	struct iovec to = { &byte, 1 }, nowhere = { (void *)1, 1 };

	return process_vm_readv(host_pid, &to, 1, &nowhere, 1, 0) < 0 ? -1 : 0;
}

static int try_pidfd(void)
{
	return syscall(SYS_pidfd_open, host_pid, 0) < 0 ? -1 : 0;
}

static int try_proc_pid(void)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/status", host_pid);
	return may_open(path, O_RDONLY);
}

static int try_setns(void)
{
	int fd = open("/proc/1/ns/net", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -1 : setns(fd, 0);
}

static int try_unshare(void)
{
	return unshare(CLONE_NEWNS);
}

static int try_unshare_user(void)
{
	return unshare(CLONE_NEWUSER);
}

static int try_clone_user(void)
{
	pid_t pid = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL);

	if (pid == 0)
		_exit(0);
	return pid < 0 ? -1 : 0;
}

static int try_clone3_user(void)
{
	unsigned long long args[8] = { CLONE_NEWUSER, [4] = SIGCHLD };
	pid_t pid = syscall(SYS_clone3, args, sizeof(args));

	if (pid == 0)
		_exit(0);
	return pid < 0 ? -1 : 0;
}

/* ---- the kernel's settings ---- */

static int try_sysrq(void)
{
	return may_open("/proc/sysrq-trigger", O_WRONLY);
}

static int try_sysctl(void)
{
	return may_open("/proc/sys/vm/drop_caches", O_WRONLY);
}

static int try_core_pattern(void)
{
	return may_open("/proc/sys/kernel/core_pattern", O_WRONLY);
}

static int try_sysfs(void)
{
	return may_open("/sys/kernel/rcu_expedited", O_WRONLY);
}

static int try_kcore(void)
{
	char byte;
	int fd = open("/proc/kcore", O_RDONLY | O_CLOEXEC);

	errno = ENODATA;
	return fd < 0 || read(fd, &byte, 1) != 1 ? -1 : 0;
}

static int try_configfs(void)
{
	if (mkdir("/sys/kernel/config/jackfruit/escape", 0755) < 0)
		return -1;
	return rmdir("/sys/kernel/config/jackfruit/escape");
}

static int try_hostname(void)
{
	return sethostname("escaped", 7);
}

static int try_time(void)
{
	struct timezone zone = { 0 };

	return settimeofday(NULL, &zone);
}

static int try_adjtime(void)
{
	struct timex settings = { .modes = ADJ_MAXERROR, .maxerror = 16000000 };

	return adjtimex(&settings) < 0 ? -1 : 0;
}

static int try_module(void)
{
	return syscall(SYS_init_module, NULL, 0, "");
}

static int try_module_file(void)
{
	return syscall(SYS_finit_module, -1, "", 0);
}

static int try_unload(void)
{
	return syscall(SYS_delete_module, "nosuch", O_NONBLOCK);
}

static int try_kexec(void)
{
	return syscall(SYS_kexec_load, 0, 1000000, NULL, 0);
}

static int try_reboot(void)
{
	return syscall(SYS_reboot, 0, 0, LINUX_REBOOT_CMD_RESTART, NULL);
}

static int try_swapon(void)
{
	return swapon("/nosuch", 0);
}

static int try_swapoff(void)
{
	return swapoff("/nosuch");
}

static int try_acct(void)
{
	return acct("/nosuch");
}

static int try_kernel_log(void)
{
	return klogctl(10, NULL, 0) < 0 ? -1 : 0;
}

static int try_ports(void)
{
#ifdef __x86_64__
	return iopl(3);
#else
	errno = EPERM;
	return -1;
#endif
}

/* ---- large doors into the kernel ---- */

static int try_bpf(void)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_ARRAY,
		.key_size = 4,
		.value_size = 4,
		.max_entries = 1,
	};

	return syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr)) < 0 ? -1 : 0;
}

static int try_perf(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_CPU_CLOCK,
	};

	return syscall(SYS_perf_event_open, &attr, -1, 0, -1, 0) < 0 ? -1 : 0;
}

static int try_keys(void)
{
	return syscall(SYS_add_key, "user", "escape", "x", 1, -2) < 0 ? -1 : 0;
}

static int try_keyring(void)
{
	return syscall(SYS_keyctl, 0, -4, 0) < 0 ? -1 : 0;
}

static int try_userfaultfd(void)
{
	return syscall(SYS_userfaultfd, O_CLOEXEC) < 0 ? -1 : 0;
}

static int try_io_uring(void)
{
	char params[256] = { 0 };

	return syscall(SYS_io_uring_setup, 1, params) < 0 ? -1 : 0;
}

/* Memory that nobody maps: a pipe holds it. */
static int try_vmsplice(void)
{
	struct iovec memory = { .iov_base = (char[1]){ 0 }, .iov_len = 1 };
	int ends[2];

	if (pipe(ends))
		return -1;
	return vmsplice(ends[1], &memory, 1, 0) < 0 ? -1 : 0;
}

/* The same in a socket. */
static int try_zerocopy(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd < 0 || setsockopt(fd, SOL_SOCKET, SO_ZEROCOPY, &(int){ 1 }, sizeof(int)) ? -1 : 0;
}

/* The hypervisor is in no network namespace. */
static int try_vsock(void)
{
	return socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0) < 0 ? -1 : 0;
}

#ifdef __x86_64__
static void no_such_call(int sig)
{
	(void)sig;
	printf("socketcall ENOSYS\n");
	fflush(stdout);
	_exit(0);
}

/* No attempt to get out: the call by which a program of i386 gets a socket. */
static int try_socketcall(void)
{
	unsigned int *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	int ret;

	if (memory == MAP_FAILED)
		return -1;
	/* a kernel without it */
	signal(SIGSEGV, no_such_call);
	memory[0] = AF_UNIX;
	memory[1] = SOCK_STREAM;
	memory[2] = 0;
	/* socketcall(SYS_SOCKET, memory) */
	__asm__ volatile("int $0x80" : "=a"(ret) : "a"(102), "b"(1), "c"(memory) : "memory", "cc");
	if (ret < 0)
		errno = -ret;
	return ret < 0 ? -1 : 0;
}
#else
static int try_socketcall(void)
{
	errno = ENOSYS;
	return -1;
}
#endif

static int try_fanotify(void)
{
	return fanotify_init(FAN_CLASS_CONTENT, O_RDONLY) < 0 ? -1 : 0;
}

/* ---- the terminal, the network, the processor ---- */

/* At a terminal of one's own: what matters is that the call is denied. */
static int try_tiocsti(void)
{
	int master = open("/dev/ptmx", O_RDWR | O_NOCTTY), unlock = 0, terminal;

	setsid();
	if (master < 0 || ioctl(master, TIOCSPTLCK, &unlock) < 0)
		return -1;
	terminal = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY);
	if (terminal < 0 || ioctl(terminal, TIOCSCTTY, 0) < 0)
		return -1;
	return ioctl(terminal, TIOCSTI, "x");
}

/* The terminal that jfrun was started at, if it was at one. */
static int try_terminal(void)
{
	return may_open("/dev/tty", O_RDWR);
}

static int try_raw_socket(void)
{
	return socket(AF_INET, SOCK_RAW, 1) < 0 ? -1 : 0;
}

static int try_packet_socket(void)
{
	return socket(AF_PACKET, SOCK_RAW, 0) < 0 ? -1 : 0;
}

static int try_interface(void)
{
	struct ifreq request = { .ifr_name = "lo" };
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	if (ioctl(fd, SIOCGIFFLAGS, &request) < 0)
		return -1;
	return ioctl(fd, SIOCSIFFLAGS, &request);
}

static int try_realtime(void)
{
	struct sched_param param = { .sched_priority = 1 };

	return sched_setscheduler(0, SCHED_FIFO, &param);
}

static int try_nice(void)
{
	return setpriority(PRIO_PROCESS, 0, -20);
}

static int try_ulimit(void)
{
	struct rlimit limit = { 1 << 20, 1 << 20 };

	setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 1024, 1024 });
	return setrlimit(RLIMIT_NOFILE, &limit);
}

#define ATTEMPT(name) { #name, try_##name }

static const struct {
	const char *name;
	int (*run)(void);
} attempts[] = {
	ATTEMPT(remount),	 ATTEMPT(mount),	 ATTEMPT(mount_proc),
	ATTEMPT(mount_cgroup),	 ATTEMPT(mount_configfs), ATTEMPT(mount_api),
	ATTEMPT(unmask),	 ATTEMPT(pivot_root),	 ATTEMPT(proc_root),
	ATTEMPT(proc_cwd),	 ATTEMPT(chroot),	 ATTEMPT(mknod),
	ATTEMPT(disk),		 ATTEMPT(memory),	 ATTEMPT(handle),
	ATTEMPT(descriptors),	 ATTEMPT(kill),		 ATTEMPT(ptrace),
	ATTEMPT(read_memory),	 ATTEMPT(pidfd),	 ATTEMPT(proc_pid),
	ATTEMPT(setns),		 ATTEMPT(unshare),	 ATTEMPT(unshare_user),
	ATTEMPT(clone_user),	 ATTEMPT(clone3_user),	 ATTEMPT(sysrq),
	ATTEMPT(sysctl),	 ATTEMPT(core_pattern),	 ATTEMPT(sysfs),
	ATTEMPT(kcore),	 ATTEMPT(configfs),
	ATTEMPT(hostname),	 ATTEMPT(time),		 ATTEMPT(adjtime),
	ATTEMPT(module),	 ATTEMPT(module_file),	 ATTEMPT(unload),
	ATTEMPT(kexec),		 ATTEMPT(reboot),	 ATTEMPT(swapon),
	ATTEMPT(swapoff),	 ATTEMPT(acct),		 ATTEMPT(kernel_log),
	ATTEMPT(ports),		 ATTEMPT(bpf),		 ATTEMPT(perf),
	ATTEMPT(keys),		 ATTEMPT(keyring),	 ATTEMPT(userfaultfd),
	ATTEMPT(io_uring),	 ATTEMPT(fanotify),	 ATTEMPT(tiocsti),
	ATTEMPT(terminal),	 ATTEMPT(raw_socket),	 ATTEMPT(packet_socket),
	ATTEMPT(interface),	 ATTEMPT(realtime),	 ATTEMPT(nice),
	ATTEMPT(ulimit),	 ATTEMPT(vmsplice),	 ATTEMPT(zerocopy),
	ATTEMPT(vsock),		 ATTEMPT(socketcall),
};

/* In a process of its own, so that none profits from the one before. */
static void attempt(size_t i)
{
	pid_t pid;
	int ret;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		ret = attempts[i].run();
		printf("%s %s\n", attempts[i].name, ret < 0 ? strerrorname_np(errno) : "ok");
		fflush(stdout);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

int main(int argc, char **argv)
{
	size_t i, count = sizeof(attempts) / sizeof(attempts[0]);
	int arg;

	if (argc < 2) {
		fprintf(stderr, "usage: escape PID [ATTEMPT...]\n");
		return 2;
	}
	host_pid = atoi(argv[1]);
	for (i = 0; i < count; i++) {
		for (arg = 2; arg < argc && strcmp(argv[arg], attempts[i].name); arg++)
			;
		if (argc == 2 || arg < argc)
			attempt(i);
	}
	return 0;
}
