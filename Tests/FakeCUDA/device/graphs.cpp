#include "graphs.h"

#include <algorithm>
#include <set>

struct cuda_graph_s {
    std::vector<fake::node> nodes;
};

// What runs, in order; launches that wait in streams keep it.
struct cuda_graph_exec_s {
    std::shared_ptr<std::vector<fake::work>> order;
};

namespace fake {

namespace {

std::vector<std::shared_ptr<capture>> captures; // under way
std::set<cuda_graph> graphs;
std::set<cuda_graph_exec> execs;

// Ends it for all its streams.
void end(const std::shared_ptr<capture> &ending) {
    for (auto stream : ending->streams) {
        stream->capturing = nullptr;
        stream->tails.clear();
    }
    std::erase(captures, ending);
}

// Whether everything in every other stream comes before the end of the first.
bool all_joined(const capture &ended) {
    std::vector<bool> before(ended.nodes.size());
    std::vector<int> next = ended.origin->tails;
    while (!next.empty()) {
        int node = next.back();
        next.pop_back();
        if (before[node]) continue;
        before[node] = true;
        next.insert(next.end(), ended.nodes[node].after.begin(), ended.nodes[node].after.end());
    }
    return std::all_of(before.begin(), before.end(), [](bool is) { return is; });
}

// Of what could run, what was captured last runs first.
std::vector<work> contrary_order(const std::vector<node> &nodes) {
    std::vector<int> waiting(nodes.size());
    std::vector<std::vector<int>> followers(nodes.size());
    std::set<int, std::greater<>> ready;
    for (int i = 0; i < static_cast<int>(nodes.size()); i++) {
        waiting[i] = static_cast<int>(nodes[i].after.size());
        for (int before : nodes[i].after)
            followers[before].push_back(i);
        if (!waiting[i]) ready.insert(i);
    }
    std::vector<work> order;
    while (!ready.empty()) {
        int next = *ready.begin();
        ready.erase(ready.begin());
        order.push_back(nodes[next].run);
        for (int follower : followers[next]) {
            if (!--waiting[follower]) ready.insert(follower);
        }
    }
    return order;
}

void unite(std::vector<int> &nodes, const std::vector<int> &others) {
    for (int node : others) {
        if (std::find(nodes.begin(), nodes.end(), node) == nodes.end()) nodes.push_back(node);
    }
}

} // namespace

int capture::add(cuda_stream stream, work run) {
    if (!valid) return 901;
    nodes.push_back({std::move(run), stream->tails});
    stream->tails = {static_cast<int>(nodes.size()) - 1};
    return 0;
}

int capture::invalidate() {
    valid = false;
    return 900;
}

int forbid_while_capturing() {
    int result = 0;
    for (auto &one : captures) {
        bool concerned = one->mode == 0 || (one->mode == 1 && one->thread == std::this_thread::get_id());
        if (concerned) result = one->invalidate();
    }
    return result;
}

int join(cuda_stream stream, cuda_event event) {
    if (!event->captured) {
        // A captured stream may not wait for what is outside, unless there is nothing to wait for.
        if (!event->latest) return 0;
        stream->capturing->invalidate();
        return 905;
    }
    auto &into = event->captured;
    if (!into->valid) return 901;
    if (std::find(captures.begin(), captures.end(), into) == captures.end()) return 907;
    if (stream->capturing && stream->capturing != into) {
        into->invalidate();
        stream->capturing->invalidate();
        return 902;
    }
    if (!stream->capturing) {
        stream->capturing = into;
        into->streams.push_back(stream);
    }
    unite(stream->tails, event->after);
    return 0;
}

} // namespace fake

using namespace fake;

cuda_result cuStreamBeginCapture_v2(cuda_stream handle, int mode) {
    ENTER_CONTEXT("cuStreamBeginCapture_v2");
    if (!handle) return 900;
    auto stream = live_stream(handle);
    if (!stream) return 400;
    if (mode < 0 || mode > 2) return 1;
    if (stream->capturing) return 401;
    auto begun = std::make_shared<capture>();
    begun->origin = stream;
    begun->mode = mode;
    begun->thread = std::this_thread::get_id();
    begun->streams = {stream};
    stream->capturing = begun;
    captures.push_back(begun);
    return 0;
}

cuda_result cuStreamEndCapture(cuda_stream handle, cuda_graph *graph) {
    ENTER_CONTEXT("cuStreamEndCapture");
    *graph = nullptr;
    auto stream = live_stream(handle);
    if (!stream) return 400;
    auto ending = stream->capturing;
    if (!ending) return 401;
    if (ending->origin != stream) return 903;
    if (ending->mode != 2 && ending->thread != std::this_thread::get_id()) return 908;
    bool joined = all_joined(*ending);
    end(ending);
    if (!ending->valid) return 901;
    if (!joined) return 904;
    *graph = new cuda_graph_s{std::move(ending->nodes)};
    graphs.insert(*graph);
    return 0;
}

cuda_result cuGraphInstantiateWithFlags(cuda_graph_exec *exec, cuda_graph graph, unsigned long long) {
    ENTER_CONTEXT("cuGraphInstantiateWithFlags");
    if (!graphs.contains(graph)) return 400;
    *exec = new cuda_graph_exec_s{std::make_shared<std::vector<work>>(contrary_order(graph->nodes))};
    execs.insert(*exec);
    return 0;
}

cuda_result cuGraphLaunch(cuda_graph_exec exec, cuda_stream stream) {
    ENTER_CONTEXT("cuGraphLaunch");
    if (!execs.contains(exec)) {
        mistake("launched a graph that is none, or no longer");
        return 400;
    }
    return enqueue(stream, [order = exec->order] {
        for (auto &run : *order)
            run();
    });
}

cuda_result cuGraphExecDestroy(cuda_graph_exec exec) {
    ENTER("cuGraphExecDestroy");
    if (!execs.erase(exec)) {
        mistake("destroyed a graph that is none, or no longer");
        return 400;
    }
    delete exec;
    return sticky_error();
}

cuda_result cuGraphDestroy(cuda_graph graph) {
    ENTER("cuGraphDestroy");
    if (!graphs.erase(graph)) {
        mistake("destroyed a captured graph that is none, or no longer");
        return 400;
    }
    delete graph;
    return sticky_error();
}
