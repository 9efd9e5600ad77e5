/* A disk that fails where a test wants it to, under the real program: loaded before libc, it notes every
   call on a file below one directory, and fails one of them. It does not know what it is loaded into.
   What the program starts does not load it again, unless it is to be held by it, too.

     DISK_UNDER  the directory
     DISK_NOTES  a file elsewhere that gets a line for each call: CALL PLACE
     DISK_FAILS  CALL PLACE NTH ERRNO: the NTH such call fails; "NTH+" is that one and all after it
     DISK_ONCE   a file elsewhere, for programs that start others, which are held, too: the first of
                 them all to fail makes it, and no other one does, but for "NTH+"

   A PLACE is the path below the directory, with # for a number and * for a digest and for what git
   makes up, so that it is the same in every run. */
#define _GNU_SOURCE
#include <ctype.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static char under[PATH_MAX], notes[PATH_MAX], once[PATH_MAX];

static char failing_call[32], failing_place[PATH_MAX];
static long nth, is_lasting, error;
static atomic_long met;

__attribute__((constructor)) static void begin(void) {
  const char *directory = getenv("DISK_UNDER"), *file = getenv("DISK_NOTES"), *fails = getenv("DISK_FAILS");
  if (!directory || !file) abort();
  snprintf(under, sizeof under, "%s", directory);
  snprintf(notes, sizeof notes, "%s", file);
  char lasting = 0;
  if (fails && sscanf(fails, "%31s %4095s %ld%c %ld", failing_call, failing_place, &nth, &lasting, &error) != 5) abort();
  is_lasting = lasting == '+';
  if (getenv("DISK_ONCE")) snprintf(once, sizeof once, "%s", getenv("DISK_ONCE"));
  else unsetenv("LD_PRELOAD");
}

/* The length of a digest at the start of a name; nothing that is shorter is one, but for the folders of
   git's objects. */
static size_t digest(const char *text) {
  size_t length = strspn(text, "0123456789abcdef");
  int is_folder = length == 2 && text[-1] == '/' && (text[2] == '/' || !text[2]);
  return length >= 10 || is_folder ? length : 0;
}

/* The length of the six letters that end the name of a new file of git's, "tmp_obj_" or "t" before them,
   at the start of a text. */
static size_t made_up(const char *text) {
  size_t length = strcspn(text, "/");
  int is_new = text[-1] == '_' || (text[-1] == 't' && text[-2] == '/');
  return length == 6 && is_new ? length : 0;
}

static void place_of(const char *below, char *place, size_t room) {
  size_t at = 0;
  while (*below && at + 1 < room) {
    size_t skip = digest(below);
    if (!skip) skip = made_up(below);
    if (skip) place[at++] = '*';
    else if (isdigit((unsigned char)*below)) skip = strspn(below, "0123456789"), place[at++] = '#';
    else skip = 1, place[at++] = *below;
    below += skip;
  }
  place[at] = 0;
}

/* Nothing is kept open: a keeper closes all that it did not open. */
static void note(const char *line, int size) {
  int file = (int)syscall(SYS_openat, AT_FDCWD, notes, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  syscall(SYS_write, file, line, size);
  syscall(SYS_close, file);
}

/* Whether no other program has failed. */
static int is_first(void) {
  if (!*once) return 1;
  int file = (int)syscall(SYS_openat, AT_FDCWD, once, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file >= 0) syscall(SYS_close, file);
  return file >= 0;
}

/* Whether this call on this path is to fail; it is noted either way. errno is set if so. */
static int fails(const char *call, const char *path) {
  size_t length = strlen(under);
  if (!length || strncmp(path, under, length) || (path[length] && path[length] != '/')) return 0;
  int before = errno;
  char place[PATH_MAX] = ".", line[PATH_MAX + 64];
  if (path[length]) place_of(path + length + 1, place, sizeof place);
  int is_it = error && !strcmp(call, failing_call) && !strcmp(place, failing_place);
  if (is_it) {
    long now = atomic_fetch_add(&met, 1) + 1;
    is_it = is_lasting ? now >= nth : now == nth && is_first();
  }
  int size = snprintf(line, sizeof line, "%s%s %s\n", is_it ? "failed " : "", call, place);
  note(line, size);
  errno = is_it ? (int)error : before;
  return is_it;
}

static int fails_at(const char *call, int directory, const char *path) {
  char whole[2 * PATH_MAX], from[64], folder[PATH_MAX];
  if (*path == '/') return fails(call, path);
  snprintf(from, sizeof from, directory == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/%d", directory);
  ssize_t length = readlink(from, folder, sizeof folder - 1);
  if (length < 0) return 0;
  folder[length] = 0;
  snprintf(whole, sizeof whole, "%s/%s", folder, path);
  return fails(call, whole);
}

static int fails_on(const char *call, int file) {
  char from[64], path[PATH_MAX];
  int before = errno;
  snprintf(from, sizeof from, "/proc/self/fd/%d", file);
  ssize_t length = readlink(from, path, sizeof path - 1);
  errno = before;
  if (length < 0) return 0;
  path[length] = 0;
  return fails(call, path);
}

/* The function that is stood before. */
#define NEXT(name) \
  static __typeof__(&name) next; \
  if (!next) next = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

#define ON_FILE(result, name, word, parameters, arguments) \
  result name parameters { NEXT(name); return fails_on(word, file) ? -1 : next arguments; }

ON_FILE(ssize_t, read, "read", (int file, void *to, size_t size), (file, to, size))
ON_FILE(ssize_t, pread64, "read", (int file, void *to, size_t size, off64_t at), (file, to, size, at))
ON_FILE(ssize_t, write, "write", (int file, const void *from, size_t size), (file, from, size))
ON_FILE(ssize_t, writev, "write", (int file, const struct iovec *from, int count), (file, from, count))
ON_FILE(ssize_t, pwrite64, "write", (int file, const void *from, size_t size, off64_t at), (file, from, size, at))
ON_FILE(int, fsync, "sync", (int file), (file))
ON_FILE(int, fdatasync, "sync", (int file), (file))
ON_FILE(int, ftruncate64, "truncate", (int file, off64_t size), (file, size))
ON_FILE(int, fchmod, "chmod", (int file, mode_t mode), (file, mode))

/* It has its error as its result. */
int posix_fallocate(int file, off_t from, off_t size) {
  NEXT(posix_fallocate);
  return fails_on("allocate", file) ? (int)error : next(file, from, size);
}

ssize_t copy_file_range(int from, off64_t *at, int file, off64_t *to, size_t size, unsigned flags) {
  NEXT(copy_file_range);
  return fails_on("write", file) ? -1 : next(from, at, file, to, size, flags);
}

#define ON_PATH(name, word, parameters, path, arguments) \
  int name parameters { NEXT(name); return fails_at(word, AT_FDCWD, path) ? -1 : next arguments; }

ON_PATH(rename, "rename", (const char *from, const char *to), to, (from, to))
ON_PATH(link, "link", (const char *from, const char *to), to, (from, to))
ON_PATH(linkat, "link", (int a, const char *from, int b, const char *to, int flags), to, (a, from, b, to, flags))
ON_PATH(unlink, "unlink", (const char *path), path, (path))
ON_PATH(rmdir, "unlink", (const char *path), path, (path))
ON_PATH(mkdir, "mkdir", (const char *path, mode_t mode), path, (path, mode))
ON_PATH(chmod, "chmod", (const char *path, mode_t mode), path, (path, mode))

int unlinkat(int directory, const char *path, int flags) {
  NEXT(unlinkat);
  return fails_at("unlink", directory, path) ? -1 : next(directory, path, flags);
}

#define OPENS(name, first, directory, arguments) \
  int name first { \
    NEXT(name); \
    va_list rest; va_start(rest, flags); mode_t mode = va_arg(rest, mode_t); va_end(rest); \
    const char *word = flags & (O_WRONLY | O_RDWR) ? "create" : "open"; \
    return fails_at(word, directory, path) ? -1 : next arguments; \
  }

OPENS(open, (const char *path, int flags, ...), AT_FDCWD, (path, flags, mode))
OPENS(open64, (const char *path, int flags, ...), AT_FDCWD, (path, flags, mode))
OPENS(openat, (int directory, const char *path, int flags, ...), directory, (directory, path, flags, mode))
OPENS(openat64, (int directory, const char *path, int flags, ...), directory, (directory, path, flags, mode))
