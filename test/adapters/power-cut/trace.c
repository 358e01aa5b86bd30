/*
 * Loaded into a process before libc (LD_PRELOAD), writes down in order what it does to the files of the folder
 * BATON_TRACED: each write with its bytes, the beginning and the end of each sync; and what it says on standard
 * output. From that the test makes the files as a power cut may leave them. At line BATON_TRACED_LINES of its output the
 * process kills itself, between two writes. One record: kind, file, offset, length, bytes.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { WRITTEN = 'w', WRITTEN_SYNCED = 's', SYNC_BEGINS = 'b', SYNC_ENDS = 'e', SAID = 'o' };

#define NAME_BYTES 16
#define REAL(name) ((__typeof__(&name))real(#name))

/* Held over a write and its note: the trace knows of every write there was. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int trace = -1;

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

/* The name of a file of the folder, in `name`; 0 for any other. */
static int is_traced(int fd, char name[NAME_BYTES]) {
  char link[64], path[4096];
  const char *folder = getenv("BATON_TRACED");
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (folder == NULL || length < 0) return 0;
  path[length] = 0;
  size_t prefix = strlen(folder);
  if (strncmp(path, folder, prefix) != 0 || path[prefix] != '/') return 0;
  strncpy(name, path + prefix + 1, NAME_BYTES);
  return 1;
}

static void put(const void *bytes, size_t length) {
  if (REAL(write)(trace, bytes, length) != (ssize_t)length) abort();
}

static void note(enum kind kind, const char name[NAME_BYTES], int64_t offset, const struct iovec *parts, int count) {
  char head[1 + NAME_BYTES + 12] = {(char)kind};
  uint32_t length = 0;
  for (int i = 0; i < count; i++) length += parts[i].iov_len;
  memcpy(head + 1, name, NAME_BYTES);
  memcpy(head + 1 + NAME_BYTES, &offset, 8);
  memcpy(head + 9 + NAME_BYTES, &length, 4);
  if (trace < 0) trace = open(getenv("BATON_TRACE"), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  put(head, sizeof head);
  for (int i = 0; i < count; i++) put(parts[i].iov_base, parts[i].iov_len);
}

static void note_sync(enum kind kind, const char name[NAME_BYTES]) {
  pthread_mutex_lock(&lock);
  note(kind, name, 0, NULL, 0);
  pthread_mutex_unlock(&lock);
}

static void note_said(const struct iovec *part) {
  static long lines = 0;
  const char *last = getenv("BATON_TRACED_LINES"), *text = part->iov_base, name[NAME_BYTES] = {0};
  pthread_mutex_lock(&lock);
  note(SAID, name, 0, part, 1);
  for (size_t i = 0; i < part->iov_len; i++) lines += text[i] == '\n';
  if (last != NULL && lines >= atol(last)) kill(getpid(), SIGKILL);
  pthread_mutex_unlock(&lock);
}

/* A descriptor opened with O_DSYNC has written when the call returns, and nothing but that call's bytes. */
static void note_write(int fd, const char name[NAME_BYTES], int64_t offset, const struct iovec *parts, int count) {
  note(fcntl(fd, F_GETFL) & O_DSYNC ? WRITTEN_SYNCED : WRITTEN, name, offset, parts, count);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
  struct iovec part = {(void *)bytes, length};
  char name[NAME_BYTES];
  if (!is_traced(fd, name)) return REAL(pwrite64)(fd, bytes, length, offset);
  pthread_mutex_lock(&lock);
  ssize_t done = REAL(pwrite64)(fd, bytes, length, offset);
  if (done > 0) note_write(fd, name, offset, &part, 1);
  pthread_mutex_unlock(&lock);
  return done;
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) { return pwrite64(fd, bytes, length, offset); }

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t offset) {
  char name[NAME_BYTES];
  if (!is_traced(fd, name)) return REAL(pwritev64)(fd, parts, count, offset);
  pthread_mutex_lock(&lock);
  ssize_t done = REAL(pwritev64)(fd, parts, count, offset);
  if (done > 0) note_write(fd, name, offset, parts, count);
  pthread_mutex_unlock(&lock);
  return done;
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) {
  return pwritev64(fd, parts, count, offset);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  char name[NAME_BYTES];
  if (!is_traced(fd, name)) return REAL(writev)(fd, parts, count);
  pthread_mutex_lock(&lock);
  int64_t offset = lseek(fd, 0, SEEK_CUR);
  ssize_t done = REAL(writev)(fd, parts, count);
  if (done > 0) note_write(fd, name, offset, parts, count);
  pthread_mutex_unlock(&lock);
  return done;
}

ssize_t write(int fd, const void *bytes, size_t length) {
  struct iovec part = {(void *)bytes, length};
  char name[NAME_BYTES];
  if (fd == STDOUT_FILENO) note_said(&part); /* before anybody can have heard it */
  if (!is_traced(fd, name)) return REAL(write)(fd, bytes, length);
  return writev(fd, &part, 1);
}

int fdatasync(int fd) {
  char name[NAME_BYTES] = {0};
  int traced = is_traced(fd, name);
  if (traced) note_sync(SYNC_BEGINS, name);
  int answer = REAL(fdatasync)(fd);
  if (traced && answer == 0) note_sync(SYNC_ENDS, name);
  return answer;
}

int fsync(int fd) {
  char name[NAME_BYTES] = {0};
  int traced = is_traced(fd, name);
  if (traced) note_sync(SYNC_BEGINS, name);
  int answer = REAL(fsync)(fd);
  if (traced && answer == 0) note_sync(SYNC_ENDS, name);
  return answer;
}
