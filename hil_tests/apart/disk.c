/* A disk that fills up, blocks, or loses power: preloaded into callboxd, for its data folder only.
 *
 * CALLBOX_DISK names a file of one page that the owner writes: byte 0 "full", byte 1 "blocked".
 * CALLBOX_DATA is the folder.  Full: what makes a file longer, or makes one, is ENOSPC.  Blocked:
 * writing and syncing wait until it is over, in every thread but the first, which moves the virtual
 * time in which it would be over.  What was synced is told in CALLBOX_DISK.synced, a line for each
 * sync: inode and size. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static volatile const char *state;
static char data[PATH_MAX];
static size_t data_length;
static int told = -1;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("CALLBOX_DISK"), *folder = getenv("CALLBOX_DATA");
    char synced[PATH_MAX];
    int fd;

    if (path == NULL || folder == NULL || (fd = REAL(open)(path, O_RDONLY | O_CLOEXEC)) < 0)
        return;
    state = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    data_length = (size_t)snprintf(data, sizeof data, "%s/", folder);
    snprintf(synced, sizeof synced, "%s.synced", path);
    told = REAL(open)(synced, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

static int full(void) { return state != NULL && state != MAP_FAILED && state[0]; }
static int blocked(void) { return state != NULL && state != MAP_FAILED && state[1]; }

static int within(const char *path) { return strncmp(path, data, data_length) == 0; }

static int ours(int fd)
{
    char link[64], path[PATH_MAX];
    ssize_t n;

    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    n = readlink(link, path, sizeof path - 1);
    path[n < 0 ? 0 : n] = 0;
    return data_length > 0 && within(path);
}

static void wait_while_blocked(int fd)
{
    if (!blocked() || gettid() == getpid() || !ours(fd))
        return;
    while (blocked())
        usleep(1000);
}

static int no_room(int fd, off64_t end)
{
    struct stat now;

    wait_while_blocked(fd);
    if (!full() || !ours(fd) || fstat(fd, &now) < 0 || !S_ISREG(now.st_mode) || end <= now.st_size)
        return 0;
    errno = ENOSPC;
    return 1;
}

static off64_t end_of(int fd, size_t n)
{
    return full() ? lseek64(fd, 0, SEEK_CUR) + (off64_t)n : 0;
}

ssize_t write(int fd, const void *from, size_t n)
{
    return no_room(fd, end_of(fd, n)) ? -1 : REAL(write)(fd, from, n);
}

ssize_t pwrite(int fd, const void *from, size_t n, off_t at)
{
    return no_room(fd, at + (off64_t)n) ? -1 : REAL(pwrite)(fd, from, n, at);
}

ssize_t pwrite64(int fd, const void *from, size_t n, off64_t at)
{
    return no_room(fd, at + (off64_t)n) ? -1 : REAL(pwrite64)(fd, from, n, at);
}

int ftruncate(int fd, off_t size) { return no_room(fd, size) ? -1 : REAL(ftruncate)(fd, size); }

int ftruncate64(int fd, off64_t size)
{
    return no_room(fd, size) ? -1 : REAL(ftruncate64)(fd, size);
}

/* Only the owner loses power, never the machine that the tests run on: to be told is enough, and a
 * real sync would cost a hundred times as much. */
static int told_of(int fd)
{
    struct stat now;
    char line[64];
    int n;

    wait_while_blocked(fd);
    if (told < 0 || !ours(fd) || fstat(fd, &now) < 0)
        return 0;
    n = snprintf(line, sizeof line, "%lu %lld\n", (unsigned long)now.st_ino,
                 (long long)now.st_size);
    if (REAL(write)(told, line, (size_t)n) < n)
        abort();
    return 1;
}

int fsync(int fd) { return told_of(fd) ? 0 : REAL(fsync)(fd); }
int fdatasync(int fd) { return told_of(fd) ? 0 : REAL(fdatasync)(fd); }

static int refused(const char *path, int flags)
{
    if (!(flags & O_CREAT) || !full() || !within(path) || access(path, F_OK) == 0)
        return 0;
    errno = ENOSPC;
    return 1;
}

#define OPEN(name)                                              \
    int name(const char *path, int flags, ...)                  \
    {                                                           \
        va_list more;                                           \
        va_start(more, flags);                                  \
        int mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, int) : 0; \
        va_end(more);                                           \
        return refused(path, flags) ? -1 : REAL(name)(path, flags, mode); \
    }
OPEN(open)
OPEN(open64)

int mkdir(const char *path, mode_t mode)
{
    return refused(path, O_CREAT) ? -1 : REAL(mkdir)(path, mode);
}
