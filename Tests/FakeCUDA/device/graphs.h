// Captured work. A node knows which nodes it comes after; a launch runs the nodes in an order that holds to that and else
// is as far as can be from the order of the calls, so that a missing fork or join computes wrongly.

#ifndef FAKE_CUDA_GRAPHS_H
#define FAKE_CUDA_GRAPHS_H

#include <thread>

#include "streams.h"

namespace fake {

struct node {
    work run;
    std::vector<int> after;
};

struct capture {
    cuda_stream origin;
    int mode;
    std::thread::id thread;
    std::vector<node> nodes;
    std::vector<cuda_stream> streams;
    bool valid = true;

    // Adds a node at a captured stream's end. Returns an error, or 0.
    int add(cuda_stream stream, work run);
    // Something was done that cannot be captured. Returns the error for that.
    int invalidate();
};

// Of an operation that could wait for the device: an error, and the end of the capture, where this thread captures.
int forbid_while_capturing();

// A wait for an event, where stream or event belongs to a capture. Returns an error, or 0.
int join(cuda_stream stream, cuda_event event);

} // namespace fake

#endif
