#include "cudnn_descriptors.h"

#include <cstdarg>
#include <cstdio>
#include <set>
#include <string>

#include "faults.h"

namespace fake {

namespace {

// What a handle names. Reading an attribute may make it name another descriptor.
struct holder {
    descriptor_pointer value;
};

std::set<holder *> holders;
thread_local std::string last_error;

holder *live(cudnn_descriptor handle) {
    auto found = static_cast<holder *>(handle);
    if (holders.contains(found)) return found;
    mistake("used a cuDNN descriptor that is none, or no longer");
    return nullptr;
}

} // namespace

int refuse(int status, const char *format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    last_error = text;
    return status;
}

const descriptor *finalized_descriptor(cudnn_descriptor handle, int kind) {
    auto found = live(handle);
    return found && found->value->kind == kind && found->value->finalized ? found->value.get() : nullptr;
}

} // namespace fake

using namespace fake;

void cudnnGetLastErrorString(char *text, size_t capacity) {
    if (!capacity) return;
    snprintf(text, capacity, "%s", last_error.c_str());
    last_error.clear();
}

int cudnnBackendCreateDescriptor(int kind, cudnn_descriptor *handle) {
    ENTER("cudnnBackendCreateDescriptor");
    if (!rules_for(kind)) return refuse(cudnn_unsupported, "no descriptor of kind %d", kind);
    auto made = new holder{std::make_shared<descriptor>(descriptor{.kind = kind, .attributes = {}})};
    holders.insert(made);
    *handle = made;
    return cudnn_done;
}

int cudnnBackendDestroyDescriptor(cudnn_descriptor handle) {
    ENTER("cudnnBackendDestroyDescriptor");
    auto found = live(handle);
    if (!found) return cudnn_bad;
    holders.erase(found);
    delete found;
    return cudnn_done;
}

int cudnnBackendSetAttribute(cudnn_descriptor handle, int name, int type, int64_t count, const void *values) {
    ENTER("cudnnBackendSetAttribute");
    auto found = live(handle);
    if (!found) return cudnn_bad;
    auto &one = *found->value;
    auto rule = rule_for(one.kind, name);
    if (one.finalized) return refuse(cudnn_bad, "attribute %d set on a finalized descriptor", name);
    if (!rule || rule->when == rule::result) return refuse(cudnn_bad, "a descriptor of kind %d has no attribute %d to set", one.kind, name);
    if (rule->type != type) return refuse(cudnn_wrong_type, "attribute %d has type %d, not %d", name, rule->type, type);
    if (count < rule->least || count > rule->most) return refuse(cudnn_bad, "attribute %d with %ld values", name, long(count));
    if (!values && count) return refuse(cudnn_null, "attribute %d has no values", name);
    attribute set = {count, {}, {}};
    if (type == CUDNN_TYPE_DESCRIPTOR) {
        for (int64_t i = 0; i < count; i++) {
            auto part = live(static_cast<const cudnn_descriptor *>(values)[i]);
            if (!part) return cudnn_bad;
            if (!part->value->finalized) return refuse(cudnn_not_finalized, "attribute %d is not finalized", name);
            set.parts.push_back(part->value);
        }
    } else {
        auto bytes = static_cast<const char *>(values);
        set.bytes.assign(bytes, bytes + count * size_of_type(type));
    }
    one.attributes[name] = std::move(set);
    return cudnn_done;
}

int cudnnBackendGetAttribute(cudnn_descriptor handle, int name, int type, int64_t capacity, int64_t *count, void *values) {
    ENTER("cudnnBackendGetAttribute");
    auto found = live(handle);
    if (!found) return cudnn_bad;
    auto &one = *found->value;
    auto rule = rule_for(one.kind, name);
    if (!one.finalized) return refuse(cudnn_not_finalized, "attribute %d asked of a descriptor that is not finalized", name);
    if (!rule) return refuse(cudnn_bad, "a descriptor of kind %d has no attribute %d", one.kind, name);
    if (rule->type != type) return refuse(cudnn_wrong_type, "attribute %d has type %d, not %d", name, rule->type, type);
    attribute got = name == CUDNN_HEURISTIC_RESULTS ? attribute{0, {}, offered(one)} : one.attributes[name];
    if (type == CUDNN_TYPE_DESCRIPTOR) got.count = static_cast<int64_t>(got.parts.size());
    if (got.count > capacity) got.count = capacity;
    if (count) *count = got.count;
    if (!values || !capacity) return cudnn_done;
    if (type != CUDNN_TYPE_DESCRIPTOR) {
        memcpy(values, got.bytes.data(), got.count * size_of_type(type));
        return cudnn_done;
    }
    for (int64_t i = 0; i < got.count; i++) {
        auto into = live(static_cast<const cudnn_descriptor *>(values)[i]);
        if (!into) return cudnn_bad;
        if (into->value->kind != got.parts[i]->kind) return refuse(cudnn_wrong_type, "attribute %d read into another kind", name);
        into->value = got.parts[i];
    }
    return cudnn_done;
}

int cudnnBackendFinalize(cudnn_descriptor handle) {
    ENTER("cudnnBackendFinalize");
    auto found = live(handle);
    if (!found) return cudnn_bad;
    auto &one = *found->value;
    if (one.finalized) return refuse(cudnn_bad, "finalized twice");
    for (auto &rule : *rules_for(one.kind)) {
        if (rule.when == rule::required && !one.has(rule.name)) {
            return refuse(cudnn_bad, "a descriptor of kind %d has no attribute %d yet", one.kind, rule.name);
        }
    }
    if (int wrong = check_graph_part(one)) return wrong;
    if (int wrong = check_engine_part(one)) return wrong;
    one.finalized = true;
    return cudnn_done;
}
