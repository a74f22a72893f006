// A library to preload: ends the process with SIGKILL right before the Nth call that changes something outside it, N from
// the environment (KILL_AT_CALL). Its children run without it. With N beyond the last call, writes the number of
// calls to the file KILL_AT_CALL_COUNT at the process's end.
//
//   clang -shared -fPIC -O1 -o kill_at_call.so kill_at_call.c -ldl
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static atomic_long calls;
static long last;
static char count_file[4096];

__attribute__((constructor)) static void begin(void) {
    const char *at = getenv("KILL_AT_CALL"), *count = getenv("KILL_AT_CALL_COUNT");
    last = at ? atol(at) : 0;
    if (count) snprintf(count_file, sizeof count_file, "%s", count);
    unsetenv("LD_PRELOAD");
    unsetenv("KILL_AT_CALL");
}

__attribute__((destructor)) static void end(void) {
    if (!count_file[0]) return;
    FILE *file = fopen(count_file, "w");
    if (!file) return;
    fprintf(file, "%ld\n", atomic_load(&calls));
    fclose(file);
}

static void count(void) {
    if (atomic_fetch_add(&calls, 1) + 1 == last) raise(SIGKILL);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int rename(const char *a, const char *b) { return count(), REAL(rename)(a, b); }
int renameat2(int d, const char *a, int e, const char *b, unsigned f) { return count(), REAL(renameat2)(d, a, e, b, f); }
int unlink(const char *a) { return count(), REAL(unlink)(a); }
int mkdir(const char *a, mode_t m) { return count(), REAL(mkdir)(a, m); }
int fsync(int f) { return count(), REAL(fsync)(f); }
int ftruncate(int f, off_t n) { return count(), REAL(ftruncate)(f, n); }
int kill(pid_t p, int s) { return count(), REAL(kill)(p, s); }
pid_t waitpid(pid_t p, int *s, int o) {
    if (!(o & WNOHANG)) count();
    return REAL(waitpid)(p, s, o);
}

// Not what goes to standard error: that is the log.
ssize_t write(int f, const void *b, size_t n) {
    if (f > 2) count();
    return REAL(write)(f, b, n);
}

int posix_spawn(pid_t *p, const char *f, const posix_spawn_file_actions_t *a, const posix_spawnattr_t *t,
                char *const v[], char *const e[]) {
    return count(), REAL(posix_spawn)(p, f, a, t, v, e);
}

static int counted_open(int (*real)(const char *, int, ...), const char *path, int flags, mode_t mode) {
    if (flags & (O_CREAT | O_WRONLY | O_RDWR)) count();
    return real(path, flags, mode);
}

int open(const char *path, int flags, ...) {
    va_list list;
    va_start(list, flags);
    mode_t mode = flags & O_CREAT ? va_arg(list, mode_t) : 0;
    va_end(list);
    return counted_open((int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open"), path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    va_list list;
    va_start(list, flags);
    mode_t mode = flags & O_CREAT ? va_arg(list, mode_t) : 0;
    va_end(list);
    return counted_open((int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open64"), path, flags, mode);
}
