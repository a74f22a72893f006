#include "fibres.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <vector>

#include <sys/mman.h>

#include "faults.h"

// Saves the callee's registers on this stack, keeps its pointer in *from, and goes on with another.
extern "C" void fake_switch_stack(void **from, void *to);

#if defined(__x86_64__)
asm(R"(
    .text
    .globl fake_switch_stack
    .hidden fake_switch_stack
    .type fake_switch_stack, @function
fake_switch_stack:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
    .size fake_switch_stack, . - fake_switch_stack
)");
#elif defined(__aarch64__)
asm(R"(
    .text
    .globl fake_switch_stack
    .hidden fake_switch_stack
    .type fake_switch_stack, %function
fake_switch_stack:
    sub sp, sp, #160
    stp x19, x20, [sp]
    stp x21, x22, [sp, #16]
    stp x23, x24, [sp, #32]
    stp x25, x26, [sp, #48]
    stp x27, x28, [sp, #64]
    stp x29, x30, [sp, #80]
    stp d8, d9, [sp, #96]
    stp d10, d11, [sp, #112]
    stp d12, d13, [sp, #128]
    stp d14, d15, [sp, #144]
    mov x9, sp
    str x9, [x0]
    mov sp, x1
    ldp x19, x20, [sp]
    ldp x21, x22, [sp, #16]
    ldp x23, x24, [sp, #32]
    ldp x25, x26, [sp, #48]
    ldp x27, x28, [sp, #64]
    ldp x29, x30, [sp, #80]
    ldp d8, d9, [sp, #96]
    ldp d10, d11, [sp, #112]
    ldp d12, d13, [sp, #128]
    ldp d14, d15, [sp, #144]
    add sp, sp, #160
    ret
    .size fake_switch_stack, . - fake_switch_stack
)");
#else
#error "write fake_switch_stack for this processor"
#endif

namespace fake {

namespace {

const size_t stack_bytes = 128 << 10, page = 4096;

struct warp {
    // Lanes that wait in an exchange, and what they brought.
    unsigned arrived = 0;
    unsigned masks[32];
    emulated_exchange kinds[32];
    unsigned long long values[32], results[32];
    int lanes[32], lines[32];
};

enum class waiting { nothing, block, warp };

struct thread_state {
    waiting for_what = waiting::nothing;
    int line = 0;
    bool finished = false;
    void *stack = nullptr; // where it was left
};

// The block that runs, and stacks for its threads. All of it is behind the device's lock.
struct block_state {
    emulated_multiprocessor *machine;
    const emulated_kernel *kernel;
    void **arguments;
    bool backwards;
    unsigned threads, started, finished, at_barrier;
    unsigned current;
    int barrier_line;
    std::vector<thread_state> states;
    std::vector<warp> warps;
    std::deque<unsigned> ready;
    void *scheduler;
} block;

std::vector<char *> free_stacks;

char *new_stack() {
    if (!free_stacks.empty()) {
        char *stack = free_stacks.back();
        free_stacks.pop_back();
        return stack;
    }
    void *memory = mmap(nullptr, stack_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        fprintf(stderr, "fake CUDA: no memory for a thread's stack\n");
        abort();
    }
    mprotect(memory, page, PROT_NONE); // so that a stack that is too small is seen
    return static_cast<char *>(memory);
}

emulated_index index_of(unsigned thread) {
    auto size = block.machine->block_size;
    return {thread % size.x, thread / size.x % size.y, thread / size.x / size.y};
}

[[noreturn]] void give_up(const char *what, unsigned thread, int line) {
    auto index = index_of(thread);
    auto at = block.machine->block;
    fprintf(stderr, "fake CUDA: %s: block (%u, %u, %u), thread (%u, %u, %u), line %d: %s\n", block.kernel->name, at.x,
            at.y, at.z, index.x, index.y, index.z, line, what);
    abort();
}

// Runs threads that have not begun, until none is left. A stack of a thread that waited comes back here too.
void run_threads() {
    while (block.started < block.threads) {
        unsigned number = block.started++;
        unsigned thread = block.backwards ? block.threads - 1 - number : number;
        block.current = thread;
        block.machine->thread = index_of(thread);
        block.kernel->call(block.arguments);
        block.states[block.current].finished = true;
        block.finished++;
        if (block.at_barrier) give_up("returns while others wait for it at __syncthreads", block.current, 0);
    }
}

void stack_main() {
    run_threads();
    void *nowhere;
    fake_switch_stack(&nowhere, block.scheduler);
    abort();
}

// A stack that begins in stack_main when it is switched to.
void *prepared(char *stack) {
    auto top = reinterpret_cast<uintptr_t *>(stack + stack_bytes);
#if defined(__x86_64__)
    top -= 1; // so that stack_main begins as after a call: 8 bytes off the alignment of 16
    *--top = reinterpret_cast<uintptr_t>(stack_main);
    top -= 6;
    memset(top, 0, 6 * sizeof *top);
#else
    top -= 20;
    memset(top, 0, 20 * sizeof *top);
    top[11] = reinterpret_cast<uintptr_t>(stack_main);
#endif
    return top;
}

// Leaves the running thread until it is made ready again.
void leave() {
    unsigned thread = block.current;
    fake_switch_stack(&block.states[thread].stack, block.scheduler);
    block.current = thread;
    block.machine->thread = index_of(thread);
}

void make_ready(unsigned thread) {
    block.states[thread].for_what = waiting::nothing;
    block.ready.push_back(thread);
}

} // namespace

void run_block(emulated_multiprocessor &machine, const emulated_kernel &kernel, void **arguments, bool backwards) {
    block.machine = &machine;
    block.kernel = &kernel;
    block.arguments = arguments;
    block.backwards = backwards;
    block.threads = machine.block_size.x * machine.block_size.y * machine.block_size.z;
    block.started = block.finished = block.at_barrier = 0;
    block.states.assign(block.threads, {});
    block.warps.assign((block.threads + 31) / 32, {});
    block.ready.clear();
    std::vector<char *> stacks;
    while (block.finished < block.threads) {
        if (block.started < block.threads) {
            stacks.push_back(new_stack());
            fake_switch_stack(&block.scheduler, prepared(stacks.back()));
        } else if (!block.ready.empty()) {
            unsigned thread = block.ready.front();
            block.ready.pop_front();
            fake_switch_stack(&block.scheduler, block.states[thread].stack);
        } else {
            for (unsigned thread = 0; thread < block.threads; thread++) {
                auto &state = block.states[thread];
                if (state.for_what == waiting::nothing) continue;
                give_up(state.for_what == waiting::block ? "waits at __syncthreads for threads that never come"
                                                         : "waits for lanes of its warp that never come",
                        thread, state.line);
            }
        }
    }
    free_stacks.insert(free_stacks.end(), stacks.begin(), stacks.end());
}

void barrier(int line) {
    unsigned thread = block.current;
    if (block.finished) give_up("waits at __syncthreads, but other threads have returned", thread, line);
    if (block.at_barrier && line != block.barrier_line) {
        give_up("waits at another __syncthreads than the rest of its block", thread, line);
    }
    block.barrier_line = line;
    block.at_barrier++;
    auto &state = block.states[thread];
    state.line = line;
    if (block.at_barrier < block.threads) {
        state.for_what = waiting::block;
        leave();
        return;
    }
    block.at_barrier = 0;
    for (unsigned other = 0; other < block.threads; other++) {
        unsigned next = block.backwards ? block.threads - 1 - other : other;
        if (block.states[next].for_what == waiting::block) make_ready(next);
    }
}

unsigned long long exchange(emulated_exchange kind, unsigned mask, unsigned long long value, int lane, int line) {
    unsigned thread = block.current, own = thread % 32, first = thread - own;
    auto &warp = block.warps[thread / 32];
    if (!(mask >> own & 1)) give_up("is not in the mask of its own warp operation", thread, line);
    unsigned there = block.threads - first >= 32 ? ~0u : (1u << (block.threads - first)) - 1;
    warp.arrived |= 1u << own;
    warp.masks[own] = mask;
    warp.kinds[own] = kind;
    warp.values[own] = value;
    warp.lanes[own] = lane;
    warp.lines[own] = line;
    mask &= there;
    if ((warp.arrived & mask) != mask) {
        auto &state = block.states[thread];
        state.for_what = waiting::warp;
        state.line = line;
        leave();
        return warp.results[own];
    }
    unsigned votes = 0;
    for (unsigned i = 0; i < 32; i++) {
        if (!(mask >> i & 1)) continue;
        if (warp.kinds[i] != kind || warp.lines[i] != line || (warp.masks[i] & there) != mask) {
            give_up("lanes of a warp are at different operations, or name different lanes", thread, line);
        }
        votes |= static_cast<unsigned>(warp.values[i] != 0) << i;
    }
    for (unsigned i = 0; i < 32; i++) {
        if (!(mask >> i & 1)) continue;
        unsigned source = warp.lanes[i] & 31;
        // A lane that takes no part has no value: NaN.
        warp.results[i] = kind == EMULATED_BALLOT ? votes : mask >> source & 1 ? warp.values[source] : ~0ull;
        if (i != own) make_ready(first + i);
    }
    warp.arrived &= ~mask;
    return warp.results[own];
}

void fail(const char *what, int line) { give_up(what, block.current, line); }

} // namespace fake
