#define _GNU_SOURCE
#include "clinux.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int clinux_rename_exclusive(const char *from, const char *to) {
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
}

long long clinux_birth(const char *path) {
    struct statx facts;
    if (statx(AT_FDCWD, path, 0, STATX_BTIME, &facts) != 0 || !(facts.stx_mask & STATX_BTIME)) return 0;
    return facts.stx_btime.tv_sec * 1000000000LL + facts.stx_btime.tv_nsec;
}

int clinux_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int clinux_rename_exchange(const char *one, const char *other) {
    return renameat2(AT_FDCWD, one, AT_FDCWD, other, RENAME_EXCHANGE);
}

int clinux_spawn_in_folder(posix_spawn_file_actions_t *actions, const char *folder) {
    return posix_spawn_file_actions_addchdir_np(actions, folder);
}

static int signals[2] = {-1, -1};

static void note_signal(int number) {
    int before = errno;
    unsigned char byte = (unsigned char)number;
    // A full pipe holds signals enough.
    (void)!write(signals[1], &byte, 1);
    errno = before;
}

int clinux_signals(void) {
    if (signals[0] < 0 && pipe2(signals, O_CLOEXEC) == 0) fcntl(signals[1], F_SETFL, O_NONBLOCK);
    return signals[0];
}

int clinux_take_signal(int number, int wanted) {
    struct sigaction action = {.sa_handler = wanted ? note_signal : SIG_DFL, .sa_flags = SA_RESTART};
    if (sigaction(number, &action, 0) != 0) return -1;
    // Whoever started this process may have blocked it.
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, number);
    return pthread_sigmask(SIG_UNBLOCK, &set, 0) == 0 ? 0 : -1;
}
