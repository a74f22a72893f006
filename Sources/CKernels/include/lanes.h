// A fixed set of threads that run numbered tasks. Tasks are cut by the caller, never by the number of threads, so a
// result cannot depend on who ran what. Between tasks a thread spins for some microseconds, then sleeps on a futex.
#pragma once

typedef struct lanes lanes;

/// `task` in 0..<count, `lane` in 0..<the number of lanes: each lane runs one task at a time.
typedef void (*lanes_body)(void *context, int task, int lane);

/// Starts count − 1 threads; the caller of `lanes_run` is lane 0. Null if they cannot be started.
lanes *lanes_create(int count);

/// Runs every task once and returns when all are done. From one thread at a time.
void lanes_run(lanes *lanes, int tasks, lanes_body body, void *context);

void lanes_destroy(lanes *lanes);
