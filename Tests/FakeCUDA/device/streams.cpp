#include "streams.h"

#include <algorithm>

#include "graphs.h"
#include "memory.h"

namespace fake {

namespace {

// In the order in which they were made, default streams included.
std::vector<std::unique_ptr<cuda_stream_s>> streams;
std::vector<std::pair<cuda_context, cuda_stream>> defaults;
std::vector<std::unique_ptr<cuda_event_s>> events;

cuda_stream make_stream(cuda_context context) {
    streams.push_back(std::make_unique<cuda_stream_s>());
    streams.back()->context = context;
    return streams.back().get();
}

cuda_event live_event(cuda_event handle) {
    for (auto &event : events) {
        if (event.get() == handle) return handle;
    }
    mistake("used an event that is none, or no longer");
    return nullptr;
}

// Runs a stream's first operation, after what it awaits in other streams.
void step(cuda_stream stream) {
    operation next = std::move(stream->pending.front());
    stream->pending.pop_front();
    if (next.awaits) {
        while (!next.awaits->passed)
            step(next.awaits->stream);
    }
    if (next.run) next.run();
    if (next.passes) {
        next.passes->passed = true;
        next.passes->time = std::chrono::steady_clock::now();
    }
}

} // namespace

cuda_stream live_stream(cuda_stream handle) {
    if (!handle) {
        auto context = current_context();
        for (auto &[owner, stream] : defaults) {
            if (owner == context) return stream;
        }
        defaults.push_back({context, make_stream(context)});
        return defaults.back().second;
    }
    for (auto &stream : streams) {
        if (stream.get() == handle) return handle;
    }
    mistake("used a stream that is none, or no longer");
    return nullptr;
}

int enqueue(cuda_stream handle, work run) {
    auto stream = live_stream(handle);
    if (!stream) return 400;
    if (stream->capturing) return stream->capturing->add(stream, std::move(run));
    stream->pending.push_back({.run = std::move(run)});
    return 0;
}

void drain(cuda_stream stream) {
    while (!stream->pending.empty())
        step(stream);
}

void drain(cuda_context context) {
    for (auto &stream : streams) {
        if (stream->context == context) drain(stream.get());
    }
}

void drain_all() {
    for (auto &stream : streams)
        drain(stream.get());
}

} // namespace fake

using namespace fake;

#define ENTER_STREAM(symbol, handle) \
    ENTER_CONTEXT(symbol); \
    auto stream = live_stream(handle); \
    if (!stream) return 400

#define ENTER_EVENT(symbol, handle) \
    ENTER_CONTEXT(symbol); \
    if (!live_event(handle)) return 400

cuda_result cuStreamCreate(cuda_stream *handle, unsigned flags) {
    ENTER_CONTEXT("cuStreamCreate");
    if (flags > CUDA_STREAM_NON_BLOCKING) return 1;
    *handle = make_stream(current_context());
    return 0;
}

cuda_result cuStreamDestroy_v2(cuda_stream handle) {
    ENTER("cuStreamDestroy_v2");
    auto stream = live_stream(handle);
    if (!stream || !handle) return 400;
    if (stream->capturing) {
        mistake("destroyed a stream while it was captured");
        stream->capturing->invalidate();
    }
    drain(stream);
    std::erase_if(streams, [&](auto &one) { return one.get() == stream; });
    return sticky_error();
}

cuda_result cuStreamSynchronize(cuda_stream handle) {
    ENTER_STREAM("cuStreamSynchronize", handle);
    if (stream->capturing) return stream->capturing->invalidate();
    drain(stream);
    check_guards();
    return 0;
}

cuda_result cuStreamWaitEvent(cuda_stream handle, cuda_event event, unsigned flags) {
    ENTER_STREAM("cuStreamWaitEvent", handle);
    if (!live_event(event)) return 400;
    if (flags > 1) return 1;
    if (event->captured || stream->capturing) return join(stream, event);
    // An event that was never recorded holds nobody up.
    if (event->latest) stream->pending.push_back({.awaits = event->latest});
    return 0;
}

cuda_result cuEventCreate(cuda_event *handle, unsigned flags) {
    ENTER_CONTEXT("cuEventCreate");
    if (flags > 7) return 1;
    events.push_back(std::make_unique<cuda_event_s>());
    events.back()->flags = flags;
    *handle = events.back().get();
    return 0;
}

cuda_result cuEventDestroy_v2(cuda_event handle) {
    ENTER("cuEventDestroy_v2");
    if (!live_event(handle)) return 400;
    std::erase_if(events, [&](auto &one) { return one.get() == handle; });
    return sticky_error();
}

cuda_result cuEventRecord(cuda_event event, cuda_stream handle) {
    ENTER_STREAM("cuEventRecord", handle);
    if (!live_event(event)) return 400;
    event->captured = stream->capturing;
    if (stream->capturing) {
        event->after = stream->tails;
        return 0;
    }
    event->latest = std::make_shared<mark>(mark{.stream = stream});
    stream->pending.push_back({.passes = event->latest});
    return 0;
}

// The first answer is no; the work is done behind it, so that whoever asks again sees it done.
cuda_result cuEventQuery(cuda_event event) {
    ENTER_EVENT("cuEventQuery", event);
    if (int unsafe = forbid_while_capturing()) return unsafe;
    if (event->captured) return 907;
    if (!event->latest || event->latest->passed) return 0;
    while (!event->latest->passed)
        step(event->latest->stream);
    return CUDA_NOT_READY;
}

cuda_result cuEventSynchronize(cuda_event event) {
    ENTER_EVENT("cuEventSynchronize", event);
    if (event->captured) return 907;
    if (!event->latest) return 0;
    while (!event->latest->passed)
        step(event->latest->stream);
    check_guards();
    return 0;
}

cuda_result cuEventElapsedTime(float *milliseconds, cuda_event start, cuda_event end) {
    ENTER_EVENT("cuEventElapsedTime", start);
    if (!live_event(end)) return 400;
    if ((start->flags | end->flags) & CUDA_EVENT_DISABLE_TIMING || !start->latest || !end->latest) return 400;
    if (!start->latest->passed || !end->latest->passed) return CUDA_NOT_READY;
    *milliseconds = std::chrono::duration<float, std::milli>(end->latest->time - start->latest->time).count();
    return 0;
}
