// Failures on demand, and what the program does wrong.
//
// A fault is "SYMBOL:N:CODE": the Nth call of the symbol from now returns CODE; "SYMBOL:N+:CODE": that and every later one.
// Those of FAKE_CUDA_FAIL hold for the process. Those of fake_cuda_fail() hold for the calling thread alone, counted from
// then, so that tests beside one another do not meet them. Codes after which a context is dead (700 and its like) stay.

#ifndef FAKE_CUDA_FAULTS_H
#define FAKE_CUDA_FAULTS_H

#include <mutex>

namespace fake {

// One lock for all that a driver call touches: calls from several threads follow one another.
std::recursive_mutex &device_lock();

// Counts a call, and returns the error that it shall give, or 0.
int fault(const char *symbol);

// The error that killed the context, or 0.
int sticky_error();

// The context is new.
void forget_sticky_error();

// Says on stderr what was done wrong, and counts it.
void mistake(const char *format, ...) __attribute__((format(printf, 1, 2)));

// A mistake after which nothing can be trusted: ends the process, unless a test tolerates it.
void fatal_mistake(const char *format, ...) __attribute__((format(printf, 1, 2)));

} // namespace fake

// At the head of an exported function: the injected error, if it is this call's turn.
#define ENTER(symbol) \
    std::lock_guard<std::recursive_mutex> locked(fake::device_lock()); \
    if (int injected = fake::fault(symbol)) return injected

#endif
