/*
 * Loaded into a process before libc (LD_PRELOAD), writes down in order what it does to the files of the folder
 * BATON_TRACED: each write with its bytes, the beginning and the end of each sync; and what it says on standard
 * output. From that the test makes the files as a power cut may leave them. One record: kind, file, offset, length,
 * bytes.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { WRITTEN = 'w', WRITTEN_SYNCED = 's', SYNC_BEGINS = 'b', SYNC_ENDS = 'e', SAID = 'o' };

#define NAME_BYTES 16
#define REAL(name) ((__typeof__(&name))real(#name))

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
  pthread_mutex_lock(&lock);
  if (trace < 0) trace = open(getenv("BATON_TRACE"), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  put(head, sizeof head);
  for (int i = 0; i < count; i++) put(parts[i].iov_base, parts[i].iov_len);
  pthread_mutex_unlock(&lock);
}

/* A descriptor opened with O_DSYNC has written when the call returns, and nothing but that call's bytes. */
static void note_write(int fd, const char name[NAME_BYTES], int64_t offset, const struct iovec *parts, int count) {
  note(fcntl(fd, F_GETFL) & O_DSYNC ? WRITTEN_SYNCED : WRITTEN, name, offset, parts, count);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
  ssize_t done = REAL(pwrite64)(fd, bytes, length, offset);
  struct iovec part = {(void *)bytes, length};
  char name[NAME_BYTES];
  if (done > 0 && is_traced(fd, name)) note_write(fd, name, offset, &part, 1);
  return done;
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) { return pwrite64(fd, bytes, length, offset); }

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t offset) {
  ssize_t done = REAL(pwritev64)(fd, parts, count, offset);
  char name[NAME_BYTES];
  if (done > 0 && is_traced(fd, name)) note_write(fd, name, offset, parts, count);
  return done;
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) {
  return pwritev64(fd, parts, count, offset);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  char name[NAME_BYTES] = {0};
  int traced = is_traced(fd, name);
  int64_t offset = traced ? lseek(fd, 0, SEEK_CUR) : 0;
  ssize_t done = REAL(writev)(fd, parts, count);
  if (done > 0 && traced) note_write(fd, name, offset, parts, count);
  return done;
}

ssize_t write(int fd, const void *bytes, size_t length) {
  struct iovec part = {(void *)bytes, length};
  char name[NAME_BYTES] = {0};
  int traced = is_traced(fd, name);
  int64_t offset = traced ? lseek(fd, 0, SEEK_CUR) : 0;
  if (fd == STDOUT_FILENO) note(SAID, name, 0, &part, 1); /* before anybody can have heard it */
  ssize_t done = REAL(write)(fd, bytes, length);
  if (done > 0 && traced) note_write(fd, name, offset, &part, 1);
  return done;
}

int fdatasync(int fd) {
  char name[NAME_BYTES] = {0};
  int traced = is_traced(fd, name);
  if (traced) note(SYNC_BEGINS, name, 0, NULL, 0);
  int answer = REAL(fdatasync)(fd);
  if (traced && answer == 0) note(SYNC_ENDS, name, 0, NULL, 0);
  return answer;
}

int fsync(int fd) {
  char name[NAME_BYTES] = {0};
  int traced = is_traced(fd, name);
  if (traced) note(SYNC_BEGINS, name, 0, NULL, 0);
  int answer = REAL(fsync)(fd);
  if (traced && answer == 0) note(SYNC_ENDS, name, 0, NULL, 0);
  return answer;
}
