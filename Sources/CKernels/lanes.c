#define _GNU_SOURCE
#include "lanes.h"
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

struct lanes {
    int count;
    pthread_t *threads;
    lanes_body body;
    void *context;
    int tasks;
    _Atomic int next;           // the next task to take
    _Atomic unsigned generation; // counts calls of lanes_run; a futex
    _Atomic int busy;           // threads that have not finished this generation
    _Atomic int sleeping;
    _Atomic int ending;
};

struct seat {
    lanes *lanes;
    int lane;
};

// About 50 µs: longer than the gaps inside a training step, shorter than anything a person would call idle.
enum { spins = 20000 };

static inline void relax(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

static void take_tasks(lanes *l, int lane) {
    for (int task; (task = atomic_fetch_add(&l->next, 1)) < l->tasks;) l->body(l->context, task, lane);
}

static unsigned await_generation(lanes *l, unsigned seen) {
    for (int i = 0; i < spins; i++) {
        unsigned now = atomic_load(&l->generation);
        if (now != seen) return now;
        relax();
    }
    atomic_fetch_add(&l->sleeping, 1);
    unsigned now;
    while ((now = atomic_load(&l->generation)) == seen)
        syscall(SYS_futex, &l->generation, FUTEX_WAIT_PRIVATE, seen, NULL, NULL, 0);
    atomic_fetch_sub(&l->sleeping, 1);
    return now;
}

static void *serve(void *argument) {
    struct seat seat = *(struct seat *)argument;
    free(argument);
    lanes *l = seat.lanes;
    for (unsigned seen = 0;;) {
        seen = await_generation(l, seen);
        if (atomic_load(&l->ending)) return NULL;
        take_tasks(l, seat.lane);
        atomic_fetch_sub(&l->busy, 1);
    }
}

static void next_generation(lanes *l) {
    atomic_fetch_add(&l->generation, 1);
    if (atomic_load(&l->sleeping)) syscall(SYS_futex, &l->generation, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

lanes *lanes_create(int count) {
    lanes *l = calloc(1, sizeof *l);
    if (!l) return NULL;
    l->count = 1;
    l->threads = calloc((size_t)(count > 1 ? count - 1 : 1), sizeof *l->threads);
    for (int lane = 1; l->threads && lane < count; lane++) {
        struct seat *seat = malloc(sizeof *seat);
        if (seat) *seat = (struct seat){l, lane};
        if (!seat || pthread_create(&l->threads[lane - 1], NULL, serve, seat)) {
            free(seat);
            lanes_destroy(l);
            return NULL;
        }
        l->count++;
    }
    return l;
}

void lanes_run(lanes *l, int tasks, lanes_body body, void *context) {
    if (l->count == 1 || tasks <= 1) {
        for (int task = 0; task < tasks; task++) body(context, task, 0);
        return;
    }
    l->body = body;
    l->context = context;
    l->tasks = tasks;
    atomic_store(&l->busy, l->count - 1);
    atomic_store(&l->next, 0);
    next_generation(l);
    take_tasks(l, 0);
    for (int i = 0; atomic_load(&l->busy); i++) {
        if (i < spins) relax();
        else sched_yield();
    }
}

void lanes_destroy(lanes *l) {
    if (!l) return;
    atomic_store(&l->ending, 1);
    next_generation(l);
    for (int i = 0; i < l->count - 1; i++) pthread_join(l->threads[i], NULL);
    free(l->threads);
    free(l);
}
