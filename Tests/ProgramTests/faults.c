// A library to preload: what may befall a process's files and its clock, where and when a test wants it.
//
// A call is one below that changes something outside the process; writes to anything but files do not count, nor does
// what goes to standard output and error. Two more only look: `look`, an open for reading, and `readdir`; `*` leaves them
// out. FAULTS holds rules, one a line, of six words each, `*` for any:
//
//   CALLS PATH EFFECT FIRST TIMES WHILE
//
//   CALLS    the calls' names, with commas between them; renameat2 goes as rename, unlinkat as unlink
//   PATH     a part of the path, or of one of the two
//   EFFECT   kill: SIGKILL right before the call. short: it writes half of the bytes. wait: it comes 0.1 s later. An
//            errno's name: it fails with that and has done nothing
//   FIRST    the first of the matching calls that it hits, from 1 on; 0 for none at all: they are only counted
//   TIMES    how many in a row; * for all from there on
//   WHILE    a file: the rule sleeps, and does not count, where that is not there
//
// The first rule that hits decides. Beside it:
//
//   FAULTS_COUNT    a file: gets the number of calls that matched the first rule, at a regular end
//   FAULTS_CLOCK    seconds, added to the wall clock; after `=` the time at which it stands still
//   FAULTS_JOURNAL  a file: gets every call below FAULTS_ROOT that came to pass, in their order. A line of
//                   `CALL NUMBER LENGTH PATH OTHER`, with tabs between them, then LENGTH bytes. NUMBER is the offset of
//                   a write, the new size of an ftruncate, 1 for an open that empties the file and a rename that
//                   swaps. A sync that failed is there as fsync with NUMBER 1
//
// The process keeps all this when it becomes another program by exec; its children do not have it.
//
//   clang -shared -fPIC -O1 -o faults.so faults.c -ldl
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define REAL(name)                                                                                      \
    ({                                                                                                  \
        static __typeof__(&name) real;                                                                  \
        if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name);                                   \
        real;                                                                                           \
    })

// MARK: The environment

struct rule {
    char calls[128], path[256], effect[16], gate[PATH_MAX];
    long first, last;
    atomic_long seen;
};

static struct rule rules[8];
static int rule_count;
static char count_file[PATH_MAX], root[PATH_MAX];
static int journal = -1;
static bool clock_stands;
static double clock_change;

static long number(const char *word, long any) { return strcmp(word, "*") ? atol(word) : any; }

static bool read_rule(const char *line, struct rule *rule) {
    char first[32], times[32];
    if (sscanf(line, "%127s %255s %15s %31s %31s %4095s", rule->calls, rule->path, rule->effect, first, times,
               rule->gate) != 6)
        return false;
    rule->first = number(first, 1);
    rule->last = strcmp(times, "*") ? rule->first + atol(times) - 1 : LONG_MAX;
    return true;
}

__attribute__((constructor)) static void begin(void) {
    const char *text = getenv("FAULTS");
    for (const char *line = text; line && *line && rule_count < 8; line = strchr(line, '\n')) {
        if (*line == '\n') line++;
        if (read_rule(line, &rules[rule_count])) rule_count++;
    }
    if ((text = getenv("FAULTS_COUNT"))) snprintf(count_file, sizeof count_file, "%s", text);
    if ((text = getenv("FAULTS_CLOCK"))) {
        clock_stands = *text == '=';
        clock_change = atof(text + clock_stands);
    }
    if ((text = getenv("FAULTS_ROOT"))) snprintf(root, sizeof root, "%s", text);
    if ((text = getenv("FAULTS_JOURNAL")))
        journal = REAL(open)(text, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
}

__attribute__((destructor)) static void end(void) {
    if (!count_file[0]) return;
    int file = REAL(open)(count_file, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    dprintf(file, "%ld\n", rule_count ? atomic_load(&rules[0].seen) : 0);
    close(file);
}

// MARK: What becomes of a call

enum { GO_ON = 0, SHORT = -1 };

static int error_named(const char *name) {
    static const struct { const char *name; int error; } errors[] = {
        {"EIO", EIO}, {"ENOSPC", ENOSPC}, {"EDQUOT", EDQUOT}, {"EINTR", EINTR}, {"EROFS", EROFS}, {"EACCES", EACCES},
    };
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        if (!strcmp(errors[i].name, name)) return errors[i].error;
    fprintf(stderr, "faults: no effect is named %s\n", name);
    abort();
}

static bool concerns(const struct rule *rule, const char *call, const char *path, const char *other) {
    if (!strcmp(rule->calls, "*")) {
        if (!strcmp(call, "look") || !strcmp(call, "readdir")) return false;
    } else {
        const char *name = strstr(rule->calls, call);
        if (!name || (name > rule->calls && name[-1] != ',')) return false;
        if (name[strlen(call)] != ',' && name[strlen(call)]) return false;
    }
    return !strcmp(rule->path, "*") || strstr(path, rule->path) || strstr(other, rule->path);
}

// GO_ON, SHORT, or the error that the call is to fail with.
static int fate(const char *call, const char *path, const char *other) {
    int result = GO_ON;
    for (struct rule *rule = rules; rule < rules + rule_count; rule++) {
        if (!concerns(rule, call, path, other)) continue;
        if (strcmp(rule->gate, "*") && access(rule->gate, F_OK)) continue;
        long seen = atomic_fetch_add(&rule->seen, 1) + 1;
        if (!rule->first || seen < rule->first || seen > rule->last || result != GO_ON) continue;
        if (!strcmp(rule->effect, "kill")) raise(SIGKILL);
        else if (!strcmp(rule->effect, "wait")) usleep(100000);
        else result = strcmp(rule->effect, "short") ? error_named(rule->effect) : SHORT;
    }
    return result;
}

// The path of an open file; false for what is no file of this machine's disks.
static bool path_of(int file, char path[PATH_MAX]) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length < 0) return false;
    path[length] = 0;
    return path[0] == '/' && strncmp(path, "/dev/", 5) && strncmp(path, "/proc/", 6);
}

// MARK: The journal

// Held from a call to its line, so that the lines are in the order of what happened.
static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;

static void lock(void) {
    if (journal >= 0) pthread_mutex_lock(&order);
}

static void unlock(void) {
    int error = errno;
    if (journal >= 0) pthread_mutex_unlock(&order);
    errno = error;
}

static void note(const char *call, long number, const void *bytes, size_t length, const char *path, const char *other) {
    if (journal < 0 || strncmp(path, root, strlen(root))) return;
    int error = errno;
    dprintf(journal, "%s\t%ld\t%zu\t%s\t%s\n", call, number, length, path, other);
    if (length && REAL(write)(journal, bytes, length) != (ssize_t)length) abort();
    errno = error;
}

// MARK: The calls

// A call that takes paths or a file's path, and answers 0 or −1.
#define CALL(name, path, other, call, number)                                                           \
    do {                                                                                                \
        int error = fate(name, path, other);                                                            \
        if (error > 0) return errno = error, -1;                                                        \
        lock();                                                                                         \
        int result = call;                                                                              \
        if (!result) note(name, number, NULL, 0, path, other);                                          \
        return unlock(), result;                                                                        \
    } while (0)

int rename(const char *a, const char *b) { CALL("rename", a, b, REAL(rename)(a, b), 0); }
int renameat2(int d, const char *a, int e, const char *b, unsigned f) {
    CALL("rename", a, b, REAL(renameat2)(d, a, e, b, f), f & RENAME_EXCHANGE ? 1 : 0);
}
int link(const char *a, const char *b) { CALL("link", a, b, REAL(link)(a, b), 0); }
int mkdir(const char *a, mode_t m) { CALL("mkdir", a, "", REAL(mkdir)(a, m), 0); }
int rmdir(const char *a) { CALL("rmdir", a, "", REAL(rmdir)(a), 0); }
int unlink(const char *a) { CALL("unlink", a, "", REAL(unlink)(a), 0); }
int unlinkat(int d, const char *a, int f) {
    char path[2 * PATH_MAX] = "";
    if (a[0] != '/' && d != AT_FDCWD && path_of(d, path)) strcat(path, "/");
    strcat(path, a);
    CALL(f & AT_REMOVEDIR ? "rmdir" : "unlink", path, "", REAL(unlinkat)(d, a, f), 0);
}

int ftruncate(int f, off_t n) {
    char path[PATH_MAX];
    if (!path_of(f, path)) return REAL(ftruncate)(f, n);
    CALL("ftruncate", path, "", REAL(ftruncate)(f, n), n);
}

int fsync(int f) {
    char path[PATH_MAX];
    if (!path_of(f, path)) return REAL(fsync)(f);
    int error = fate("fsync", path, "");
    lock();
    int result = error > 0 ? (errno = error, -1) : REAL(fsync)(f);
    note("fsync", result ? 1 : 0, NULL, 0, path, "");
    return unlock(), result;
}

ssize_t write(int f, const void *b, size_t n) {
    char path[PATH_MAX];
    if (f <= 2 || !path_of(f, path)) return REAL(write)(f, b, n);
    int error = fate("write", path, "");
    if (error > 0) return errno = error, -1;
    lock();
    ssize_t result = REAL(write)(f, b, error == SHORT ? (n + 1) / 2 : n);
    if (result > 0) note("write", lseek(f, 0, SEEK_CUR) - result, b, result, path, "");
    return unlock(), result;
}

ssize_t pwrite(int f, const void *b, size_t n, off_t o) {
    char path[PATH_MAX];
    if (!path_of(f, path)) return REAL(pwrite)(f, b, n, o);
    int error = fate("write", path, "");
    if (error > 0) return errno = error, -1;
    lock();
    ssize_t result = REAL(pwrite)(f, b, error == SHORT ? (n + 1) / 2 : n, o);
    if (result > 0) note("write", o, b, result, path, "");
    return unlock(), result;
}

static int open_with(int (*real)(const char *, int, ...), const char *path, int flags, mode_t mode) {
    if (!strncmp(path, "/dev/", 5) || !strncmp(path, "/proc/", 6)) return real(path, flags, mode);
    bool changes = flags & (O_CREAT | O_WRONLY | O_RDWR);
    int error = fate(changes ? "open" : "look", path, "");
    if (error > 0) return errno = error, -1;
    if (!changes) return real(path, flags, mode);
    lock();
    int file = real(path, flags, mode);
    if (file >= 0) note("open", flags & O_TRUNC ? 1 : 0, NULL, 0, path, "");
    return unlock(), file;
}

#define OPEN(name)                                                                                      \
    int name(const char *path, int flags, ...) {                                                        \
        va_list list;                                                                                   \
        va_start(list, flags);                                                                          \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0;                         \
        va_end(list);                                                                                   \
        return open_with(REAL(name), path, flags, mode);                                                \
    }

OPEN(open)
OPEN(open64)

struct dirent *readdir(DIR *folder) {
    char path[PATH_MAX];
    // At the end of a folder it is left as it was.
    int before = errno;
    int error = path_of(dirfd(folder), path) ? fate("readdir", path, "") : GO_ON;
    errno = error > 0 ? error : before;
    return error > 0 ? NULL : REAL(readdir)(folder);
}

int kill(pid_t p, int s) { CALL("kill", "", "", REAL(kill)(p, s), 0); }

pid_t waitpid(pid_t p, int *s, int o) {
    if (!(o & WNOHANG)) fate("waitpid", "", "");
    return REAL(waitpid)(p, s, o);
}

int posix_spawn(pid_t *p, const char *f, const posix_spawn_file_actions_t *a, const posix_spawnattr_t *t,
                char *const v[], char *const e[]) {
    fate("posix_spawn", f, "");
    size_t count = 0, kept = 0;
    while (e[count]) count++;
    char *own[count + 1];
    for (size_t i = 0; i < count; i++)
        if (strncmp(e[i], "LD_PRELOAD=", 11)) own[kept++] = e[i];
    own[kept] = NULL;
    return REAL(posix_spawn)(p, f, a, t, v, own);
}

// MARK: The wall clock

int clock_gettime(clockid_t clock, struct timespec *time) {
    int result = REAL(clock_gettime)(clock, time);
    if (result || clock != CLOCK_REALTIME || (!clock_stands && clock_change == 0)) return result;
    if (clock_stands) *time = (struct timespec){0};
    time->tv_sec += (time_t)clock_change;
    return 0;
}

int gettimeofday(struct timeval *restrict value, void *restrict zone) {
    struct timespec time;
    int result = clock_gettime(CLOCK_REALTIME, &time);
    value->tv_sec = time.tv_sec;
    value->tv_usec = time.tv_nsec / 1000;
    return (void)zone, result;
}

time_t time(time_t *where) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return where ? *where = time.tv_sec : time.tv_sec;
}
