// Attempts to get around a sandbox: `escape ATTEMPT ARGUMENT…`. Prints `reached`, or the step that failed and its errno.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static void check(int ok, const char *step) {
  if (ok) return;
  printf("%s: %s\n", step, strerrorname_np(errno));
  exit(1);
}

// Reads one byte: an empty mask is not the secret.
static void read_from(int fd, const char *step) {
  char byte;
  check(fd >= 0, step);
  errno = ENODATA;
  check(read(fd, &byte, 1) == 1, "read");
}

// Where it is refused, as for the id 0, the attempt goes on: capabilities do not depend on the maps.
static void put(const char *path, const char *text) {
  int fd = open(path, O_WRONLY);
  if (fd >= 0 && write(fd, text, strlen(text)) >= 0) close(fd);
}

// A namespace of its own, in which this process has every capability.
static void nest(void) {
  char map[64];
  unsigned uid = getuid(), gid = getgid();
  check(unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0, "unshare");
  put("/proc/self/setgroups", "deny");
  snprintf(map, sizeof map, "0 %u 1", uid);
  put("/proc/self/uid_map", map);
  snprintf(map, sizeof map, "0 %u 1", gid);
  put("/proc/self/gid_map", map);
}

static void unmount(char **a) {
  nest();
  check(umount2(a[0], MNT_DETACH) == 0, "umount2");
  read_from(open(a[0], O_RDONLY), "open");
}

static void remount(char **a) {
  nest();
  check(mount(NULL, a[0], NULL, MS_REMOUNT | MS_BIND, NULL) == 0, "mount");
}

// Binds a directory elsewhere, without the masks beneath it or with them, and looks there.
static void bind_around(char **a, unsigned long flags) {
  char path[4096];
  nest();
  check(mount(a[0], a[1], NULL, MS_BIND | flags, NULL) == 0, "mount");
  snprintf(path, sizeof path, "%s/%s", a[1], a[2]);
  read_from(open(path, O_RDONLY), "open");
}

static void copy_tree(char **a) {
  nest();
  int tree = syscall(SYS_open_tree, AT_FDCWD, a[0], 1 /* OPEN_TREE_CLONE */);
  check(tree >= 0, "open_tree");
  read_from(openat(tree, a[2], O_RDONLY), "openat");
}

static void join_namespace(char **a) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%s/ns/mnt", a[1]);
  int fd = open(path, O_RDONLY);
  check(fd >= 0, "open");
  check(setns(fd, CLONE_NEWNS) == 0, "setns");
}

static void trace(char **a) { check(ptrace(PTRACE_ATTACH, atoi(a[1]), 0, 0) == 0, "ptrace"); }

static void read_memory(char **a) {
  char to;
  struct iovec local = {&to, 1}, remote = {(void *)check, 1};
  check(process_vm_readv(atoi(a[1]), &local, 1, &remote, 1, 0) == 1 || errno == EFAULT, "process_vm_readv");
}

static void signal_other(char **a) { check(kill(atoi(a[1]), SIGCONT) == 0, "kill"); }

static void reopen(char **a) {
  char path[64];
  int fd = open(a[0], O_PATH);
  check(fd >= 0, "open with O_PATH");
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  read_from(open(path, O_RDONLY), "reopen");
}

// Through a link of /proc that belongs to another process.
static void through_process(char **a, const char *link) {
  char path[4096];
  snprintf(path, sizeof path, "/proc/%s/%s/%s", a[1], link, a[0]);
  read_from(open(path, O_RDONLY), "open");
}

static void write_file(char **a) {
  int fd = open(a[0], O_WRONLY | O_APPEND);
  check(fd >= 0, "open");
  check(write(fd, "x", 1) == 1, "write");
}

struct ring {
  int fd;
  struct io_uring_params params;
  char *rings;
  struct io_uring_sqe *entries;
};

static struct ring make_ring(void) {
  struct ring r = {0};
  r.fd = syscall(SYS_io_uring_setup, 1, &r.params);
  check(r.fd >= 0, "io_uring_setup");
  check(r.params.features & IORING_FEAT_SINGLE_MMAP, "features");
  size_t sq = r.params.sq_off.array + 4, cq = r.params.cq_off.cqes + r.params.cq_entries * sizeof(struct io_uring_cqe);
  r.rings = mmap(NULL, sq > cq ? sq : cq, PROT_READ | PROT_WRITE, MAP_SHARED, r.fd, IORING_OFF_SQ_RING);
  r.entries = mmap(NULL, sizeof *r.entries, PROT_READ | PROT_WRITE, MAP_SHARED, r.fd, IORING_OFF_SQES);
  check(r.rings != MAP_FAILED && r.entries != MAP_FAILED, "mmap");
  return r;
}

static int submit(struct ring *r) {
  *(unsigned *)(r->rings + r->params.sq_off.array) = 0;
  ++*(unsigned *)(r->rings + r->params.sq_off.tail);
  check(syscall(SYS_io_uring_enter, r->fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) == 1, "io_uring_enter");
  return ((struct io_uring_cqe *)(r->rings + r->params.cq_off.cqes))->res;
}

static void ring_open(char **a) {
  struct ring r = make_ring();
  r.entries[0] = (struct io_uring_sqe){.opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = (unsigned long)a[0]};
  int result = submit(&r);
  errno = -result;
  read_from(result, "open of io_uring");
}

static void ring_unlink(char **a) {
  struct ring r = make_ring();
  r.entries[0] = (struct io_uring_sqe){.opcode = IORING_OP_UNLINKAT, .fd = AT_FDCWD, .addr = (unsigned long)a[0]};
  int result = submit(&r);
  errno = -result;
  check(result == 0, "unlink of io_uring");
}

static void unlink_file(char **a) { check(unlink(a[0]) == 0, "unlink"); }

static void map_program(char **a) {
  int fd = open(a[0], O_RDONLY);
  check(fd >= 0, "open");
  check(mmap(NULL, 1, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) != MAP_FAILED, "mmap");
}

static void run(char **a) {
  execv(a[0], (char *[]){a[0], "nothing", NULL});
  check(0, "execve");
}

static void run_memory(char **a) {
  char buffer[65536];
  ssize_t count;
  int from = open(a[0], O_RDONLY), to = memfd_create("program", 0);
  check(from >= 0, "open");
  check(to >= 0, "memfd_create");
  while ((count = read(from, buffer, sizeof buffer)) > 0) check(write(to, buffer, count) == count, "write");
  syscall(SYS_execveat, to, "", (char *[]){"program", "nothing", NULL}, (char *[]){NULL}, AT_EMPTY_PATH);
  check(0, "execveat");
}

static struct sockaddr_un address(const char *path) {
  struct sockaddr_un name = {.sun_family = AF_UNIX};
  strncpy(name.sun_path, path, sizeof name.sun_path - 1);
  return name;
}

union control {
  char space[CMSG_SPACE(sizeof(int))];
  struct cmsghdr align;
};

// Outside of the sandbox: gives a descriptor of a[1] to whoever connects to a[0].
static void serve(char **a) {
  struct sockaddr_un name = address(a[0]);
  int fd = open(a[1], O_RDONLY), server = socket(AF_UNIX, SOCK_STREAM, 0);
  check(fd >= 0, "open");
  check(bind(server, (void *)&name, sizeof name) == 0 && chmod(a[0], 0666) == 0 && listen(server, 1) == 0, "bind");
  puts("listening");
  fflush(stdout);
  int client = accept(server, NULL, NULL);
  union control control;
  struct iovec data = {"x", 1};
  struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  *CMSG_FIRSTHDR(&message) = (struct cmsghdr){CMSG_LEN(sizeof fd), SOL_SOCKET, SCM_RIGHTS};
  memcpy(CMSG_DATA(CMSG_FIRSTHDR(&message)), &fd, sizeof fd);
  check(sendmsg(client, &message, 0) == 1, "sendmsg");
}

static void receive(char **a) {
  char byte;
  int fd;
  struct sockaddr_un name = address(a[2]);
  int client = socket(AF_UNIX, SOCK_STREAM, 0);
  check(connect(client, (void *)&name, sizeof name) == 0, "connect");
  union control control;
  struct iovec data = {&byte, 1};
  struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  check(recvmsg(client, &message, 0) == 1 && CMSG_FIRSTHDR(&message) != NULL, "recvmsg");
  memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
  read_from(fd, "recvmsg");
}

int main(int argc, char **argv) {
  char *none[3] = {"", "", ""}, **a = argc > 2 ? argv + 2 : none;
  const char *attempt = argc > 1 ? argv[1] : "";
  if (!strcmp(attempt, "unmount")) unmount(a);
  else if (!strcmp(attempt, "remount")) remount(a);
  else if (!strcmp(attempt, "bind")) bind_around(a, 0);
  else if (!strcmp(attempt, "rbind")) bind_around(a, MS_REC);
  else if (!strcmp(attempt, "copy-tree")) copy_tree(a);
  else if (!strcmp(attempt, "join-namespace")) join_namespace(a);
  else if (!strcmp(attempt, "trace")) trace(a);
  else if (!strcmp(attempt, "read-memory")) read_memory(a);
  else if (!strcmp(attempt, "signal")) signal_other(a);
  else if (!strcmp(attempt, "read")) read_from(open(a[0], O_RDONLY), "open");
  else if (!strcmp(attempt, "reopen")) reopen(a);
  else if (!strcmp(attempt, "process-root")) through_process(a, "root");
  else if (!strcmp(attempt, "process-cwd")) through_process(a, "cwd");
  else if (!strcmp(attempt, "write")) write_file(a);
  else if (!strcmp(attempt, "ring-open")) ring_open(a);
  else if (!strcmp(attempt, "ring-unlink")) ring_unlink(a);
  else if (!strcmp(attempt, "unlink")) unlink_file(a);
  else if (!strcmp(attempt, "map")) map_program(a);
  else if (!strcmp(attempt, "run")) run(a);
  else if (!strcmp(attempt, "run-memory")) run_memory(a);
  else if (!strcmp(attempt, "serve")) serve(a);
  else if (!strcmp(attempt, "receive")) receive(a);
  else if (strcmp(attempt, "nothing")) return 2;
  puts("reached");
  return 0;
}
