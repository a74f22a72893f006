// cuDNN's backend descriptors: a kind, attributes by number, and finalized or not. Which attributes a kind has, of which
// type and how many, stands in cudnn_schema.cpp; what they must be together, in cudnn_graph.cpp and cudnn_engines.cpp.

#ifndef FAKE_CUDA_CUDNN_DESCRIPTORS_H
#define FAKE_CUDA_CUDNN_DESCRIPTORS_H

#include <cstring>
#include <map>
#include <memory>
#include <vector>

#include "convolution.h"
#include "exports.h"

namespace fake {

// cudnnStatus_t.
enum cudnn_status {
    cudnn_done = 0,
    cudnn_not_initialized = 1001,
    cudnn_bad = 2000,
    cudnn_null = 2002,
    cudnn_misaligned = 2003,
    cudnn_not_finalized = 2004,
    cudnn_wrong_shape = 2008,
    cudnn_wrong_type = 2010,
    cudnn_unsupported = 3000,
    cudnn_unsupported_pattern = 3001,
    cudnn_unsupported_shape = 3002,
    cudnn_unsupported_data_type = 3003,
    cudnn_unsupported_layout = 3004,
    cudnn_failed = 5001,
};

struct descriptor;
using descriptor_pointer = std::shared_ptr<descriptor>;

struct attribute {
    int64_t count = 0;
    std::vector<char> bytes;
    std::vector<descriptor_pointer> parts; // where the type is descriptor
};

struct descriptor {
    int kind;
    bool finalized = false;
    std::map<int, attribute> attributes;
    // What finalizing makes of a graph.
    std::shared_ptr<const convolution> work = {};

    bool has(int name) const { return attributes.contains(name); }

    template <class T> T value(int name, size_t index = 0) const {
        T result{};
        auto found = attributes.find(name);
        if (found != attributes.end() && (index + 1) * sizeof result <= found->second.bytes.size()) {
            memcpy(&result, found->second.bytes.data() + index * sizeof result, sizeof result);
        }
        return result;
    }

    template <class T> void set(int name, const std::vector<T> &values) {
        auto &attribute = attributes[name];
        attribute.count = static_cast<int64_t>(values.size());
        attribute.bytes.assign(reinterpret_cast<const char *>(values.data()),
                               reinterpret_cast<const char *>(values.data() + values.size()));
    }

    const descriptor &part(int name) const { return *attributes.at(name).parts.at(0); }
};

// A kind's attribute: what type it has, how many values, and when it is there.
struct rule {
    int name, type;
    int64_t least, most;
    enum { required, optional, result } when;
};

// The rule, or null.
const rule *rule_for(int kind, int name);
const std::vector<rule> *rules_for(int kind);
size_t size_of_type(int type);

// Keeps the text for cudnnGetLastErrorString, and returns the status.
int refuse(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

// What a handle names, where that is a finalized descriptor of this kind; else null.
const descriptor *finalized_descriptor(cudnn_descriptor handle, int kind);

// What must be so before a descriptor is finalized. Each returns a status.
int check_graph_part(descriptor &);
int check_engine_part(descriptor &);

// The configurations that a heuristic offers, finalized.
std::vector<descriptor_pointer> offered(const descriptor &heuristic);

} // namespace fake

#endif
