// Streams do nothing by themselves. What is enqueued waits until something waits for it (a stream, an event, a context,
// another stream's wait), so whoever reads a result too early finds what was there before, and whoever fills a buffer
// again too early has the new bytes copied.

#ifndef FAKE_CUDA_STREAMS_H
#define FAKE_CUDA_STREAMS_H

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "context.h"

namespace fake {

struct capture;
using work = std::function<void()>;

// A place in a stream, made anew by each recording of an event.
struct mark {
    cuda_stream stream;
    bool passed = false;
    std::chrono::steady_clock::time_point time = {};
};

struct operation {
    work run = nullptr;
    std::shared_ptr<mark> awaits = nullptr, passes = nullptr;
};

} // namespace fake

struct cuda_stream_s {
    cuda_context context;
    std::deque<fake::operation> pending;
    // While it is captured: into what, and the nodes that come before its next one.
    std::shared_ptr<fake::capture> capturing;
    std::vector<int> tails;
};

struct cuda_event_s {
    unsigned flags;
    // Null until it is first recorded.
    std::shared_ptr<fake::mark> latest;
    // Where the last recording was captured: into what, and after which nodes.
    std::shared_ptr<fake::capture> captured;
    std::vector<int> after;
};

namespace fake {

// The stream of a handle (null: the context's default stream), or null, and a mistake, where there is none.
cuda_stream live_stream(cuda_stream handle);

// Puts work at a stream's end, or into the graph that it is captured into. Returns an error, or 0.
int enqueue(cuda_stream handle, work run);

// Runs all that a stream, a context or the process has to do.
void drain(cuda_stream stream);
void drain(cuda_context context);
void drain_all();

} // namespace fake

#endif
