// Preloaded: once armed, the process is killed in the middle of the write that passes the given byte, and says of which file.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static long armed = -1, written = 0;

void arm(long bytes) { armed = bytes, written = 0; }

// How much of a write still goes out; less than asked for when it is the last one.
static size_t before(int fd, size_t size) {
  struct stat facts;
  if (armed < 0 || fstat(fd, &facts) || !S_ISREG(facts.st_mode)) return size;
  written += size;
  return written <= armed ? size : size - (written - armed);
}

static void end(int fd) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path);
  dprintf(2, "torn: %.*s\n", (int)length, path);
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

ssize_t write(int fd, const void *data, size_t size) {
  ssize_t (*real)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
  size_t part = before(fd, size);
  ssize_t result = part ? real(fd, data, part) : 0;
  if (part < size) end(fd);
  return result;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  ssize_t total = 0;
  for (int i = 0; i < count; i++) {
    ssize_t result = write(fd, parts[i].iov_base, parts[i].iov_len);
    if (result < 0) return total ? total : result;
    total += result;
    if ((size_t)result < parts[i].iov_len) break;
  }
  return total;
}
