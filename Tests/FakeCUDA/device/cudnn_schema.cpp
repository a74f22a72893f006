// Which attributes each kind of descriptor has (cudnn_graph_v9.h), as far as convolutions need them.

#include "cudnn_descriptors.h"

namespace fake {

namespace {

const std::map<int, std::vector<rule>> &schema() {
    using enum_type = decltype(rule::when);
    constexpr enum_type must = rule::required, may = rule::optional, gives = rule::result;
    static const std::map<int, std::vector<rule>> rules = {
        {CUDNN_TENSOR,
         {{CUDNN_TENSOR_ALIGNMENT, CUDNN_TYPE_INT64, 1, 1, must},
          {CUDNN_TENSOR_DATA_TYPE, CUDNN_TYPE_DATA_TYPE, 1, 1, must},
          {CUDNN_TENSOR_DIMENSIONS, CUDNN_TYPE_INT64, 1, 8, must},
          {CUDNN_TENSOR_STRIDES, CUDNN_TYPE_INT64, 1, 8, must},
          {CUDNN_TENSOR_UNIQUE_ID, CUDNN_TYPE_INT64, 1, 1, must},
          {CUDNN_TENSOR_IS_VIRTUAL, CUDNN_TYPE_BOOLEAN, 1, 1, may}}},
        {CUDNN_CONVOLUTION,
         {{CUDNN_CONVOLUTION_COMPUTE_TYPE, CUDNN_TYPE_DATA_TYPE, 1, 1, must},
          {CUDNN_CONVOLUTION_MODE, CUDNN_TYPE_CONVOLUTION_MODE, 1, 1, must},
          {CUDNN_CONVOLUTION_DILATIONS, CUDNN_TYPE_INT64, 1, 8, must},
          {CUDNN_CONVOLUTION_STRIDES, CUDNN_TYPE_INT64, 1, 8, must},
          {CUDNN_CONVOLUTION_POST_PADDINGS, CUDNN_TYPE_INT64, 1, 8, must},
          {CUDNN_CONVOLUTION_PRE_PADDINGS, CUDNN_TYPE_INT64, 1, 8, must},
          {CUDNN_CONVOLUTION_SPATIAL_DIMENSIONS, CUDNN_TYPE_INT64, 1, 1, must}}},
        {CUDNN_POINTWISE,
         {{CUDNN_POINTWISE_MODE, CUDNN_TYPE_POINTWISE_MODE, 1, 1, must},
          {CUDNN_POINTWISE_MATH_PRECISION, CUDNN_TYPE_DATA_TYPE, 1, 1, must},
          {CUDNN_POINTWISE_NAN_PROPAGATION, CUDNN_TYPE_NAN_PROPAGATION, 1, 1, may}}},
        {CUDNN_OPERATION_CONVOLUTION_FORWARD,
         {{CUDNN_FORWARD_ALPHA, CUDNN_TYPE_FLOAT, 1, 1, must},
          {CUDNN_FORWARD_BETA, CUDNN_TYPE_FLOAT, 1, 1, must},
          {CUDNN_FORWARD_CONVOLUTION, CUDNN_TYPE_DESCRIPTOR, 1, 1, must},
          {CUDNN_FORWARD_W, CUDNN_TYPE_DESCRIPTOR, 1, 1, must},
          {CUDNN_FORWARD_X, CUDNN_TYPE_DESCRIPTOR, 1, 1, must},
          {CUDNN_FORWARD_Y, CUDNN_TYPE_DESCRIPTOR, 1, 1, must}}},
        {CUDNN_OPERATION_CONVOLUTION_BACKWARD_DATA,
         {{CUDNN_BACKWARD_DATA_ALPHA, CUDNN_TYPE_FLOAT, 1, 1, must},
          {CUDNN_BACKWARD_DATA_BETA, CUDNN_TYPE_FLOAT, 1, 1, must},
          {CUDNN_BACKWARD_DATA_CONVOLUTION, CUDNN_TYPE_DESCRIPTOR, 1, 1, must},
          {CUDNN_BACKWARD_DATA_W, CUDNN_TYPE_DESCRIPTOR, 1, 1, must},
          {CUDNN_BACKWARD_DATA_DX, CUDNN_TYPE_DESCRIPTOR, 1, 1, must},
          {CUDNN_BACKWARD_DATA_DY, CUDNN_TYPE_DESCRIPTOR, 1, 1, must}}},
        {CUDNN_OPERATION_CONVOLUTION_BACKWARD_FILTER,
         {{CUDNN_BACKWARD_FILTER_ALPHA, CUDNN_TYPE_FLOAT, 1, 1, must},
          {CUDNN_BACKWARD_FILTER_BETA, CUDNN_TYPE_FLOAT, 1, 1, must},
          {CUDNN_BACKWARD_FILTER_CONVOLUTION, CUDNN_TYPE_DESCRIPTOR, 1, 1, must},
          {CUDNN_BACKWARD_FILTER_DW, CUDNN_TYPE_DESCRIPTOR, 1, 1, must},
          {CUDNN_BACKWARD_FILTER_X, CUDNN_TYPE_DESCRIPTOR, 1, 1, must},
          {CUDNN_BACKWARD_FILTER_DY, CUDNN_TYPE_DESCRIPTOR, 1, 1, must}}},
        {CUDNN_OPERATION_POINTWISE,
         {{CUDNN_POINTWISE_DESCRIPTOR, CUDNN_TYPE_DESCRIPTOR, 1, 1, must},
          {CUDNN_POINTWISE_X, CUDNN_TYPE_DESCRIPTOR, 1, 1, must},
          {CUDNN_POINTWISE_B, CUDNN_TYPE_DESCRIPTOR, 1, 1, may},
          {CUDNN_POINTWISE_Y, CUDNN_TYPE_DESCRIPTOR, 1, 1, must}}},
        {CUDNN_OPERATION_GRAPH,
         {{CUDNN_GRAPH_HANDLE, CUDNN_TYPE_HANDLE, 1, 1, may},
          {CUDNN_GRAPH_OPERATIONS, CUDNN_TYPE_DESCRIPTOR, 1, 64, must}}},
        {CUDNN_ENGINE_HEURISTIC,
         {{CUDNN_HEURISTIC_MODE, CUDNN_TYPE_HEURISTIC_MODE, 1, 1, must},
          {CUDNN_HEURISTIC_GRAPH, CUDNN_TYPE_DESCRIPTOR, 1, 1, must},
          {CUDNN_HEURISTIC_DEVICE_PROPERTIES, CUDNN_TYPE_DESCRIPTOR, 1, 1, may},
          {CUDNN_HEURISTIC_RESULTS, CUDNN_TYPE_DESCRIPTOR, 0, 1024, gives}}},
        {CUDNN_ENGINE,
         {{CUDNN_ENGINE_GRAPH, CUDNN_TYPE_DESCRIPTOR, 1, 1, must},
          {CUDNN_ENGINE_INDEX, CUDNN_TYPE_INT64, 1, 1, must},
          {1307, CUDNN_TYPE_DESCRIPTOR, 1, 1, may}, // CUDNN_ATTR_ENGINE_DEVICEPROP
          {CUDNN_ENGINE_NUMERICAL_NOTES, CUDNN_TYPE_NUMERICAL_NOTE, 0, 64, gives},
          {CUDNN_ENGINE_BEHAVIOR_NOTES, CUDNN_TYPE_BEHAVIOR_NOTE, 0, 64, gives}}},
        {CUDNN_KNOB_CHOICE,
         {{CUDNN_KNOB_CHOICE_TYPE, CUDNN_TYPE_KNOB_TYPE, 1, 1, must},
          {CUDNN_KNOB_CHOICE_VALUE, CUDNN_TYPE_INT64, 1, 1, must}}},
        {CUDNN_ENGINE_CONFIG,
         {{CUDNN_CONFIG_ENGINE, CUDNN_TYPE_DESCRIPTOR, 1, 1, must},
          {CUDNN_CONFIG_KNOB_CHOICES, CUDNN_TYPE_DESCRIPTOR, 0, 64, may},
          {CUDNN_CONFIG_WORKSPACE, CUDNN_TYPE_INT64, 1, 1, gives}}},
        {CUDNN_EXECUTION_PLAN,
         {{CUDNN_PLAN_HANDLE, CUDNN_TYPE_HANDLE, 1, 1, may},
          {CUDNN_PLAN_ENGINE_CONFIG, CUDNN_TYPE_DESCRIPTOR, 1, 1, must},
          {CUDNN_PLAN_DEVICE_PROPERTIES, CUDNN_TYPE_DESCRIPTOR, 1, 1, may},
          {CUDNN_PLAN_WORKSPACE, CUDNN_TYPE_INT64, 1, 1, gives}}},
        {CUDNN_VARIANT_PACK,
         {{CUDNN_PACK_UNIQUE_IDS, CUDNN_TYPE_INT64, 1, 64, must},
          {CUDNN_PACK_POINTERS, CUDNN_TYPE_VOID_PTR, 1, 64, must},
          {CUDNN_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR, 1, 1, may}}},
        {CUDNN_DEVICE_PROPERTIES,
         {{CUDNN_DEVICE_ID, CUDNN_TYPE_INT32, 1, 1, may},
          {CUDNN_DEVICE_HANDLE, CUDNN_TYPE_HANDLE, 1, 1, may},
          {CUDNN_DEVICE_JSON, CUDNN_TYPE_CHAR, 1, 1 << 20, may}}},
    };
    return rules;
}

} // namespace

const std::vector<rule> *rules_for(int kind) {
    auto found = schema().find(kind);
    return found == schema().end() ? nullptr : &found->second;
}

const rule *rule_for(int kind, int name) {
    if (auto rules = rules_for(kind)) {
        for (auto &rule : *rules) {
            if (rule.name == name) return &rule;
        }
    }
    return nullptr;
}

size_t size_of_type(int type) {
    switch (type) {
    case CUDNN_TYPE_BOOLEAN: case CUDNN_TYPE_CHAR: return 1;
    case CUDNN_TYPE_HANDLE: case CUDNN_TYPE_INT64: case CUDNN_TYPE_VOID_PTR: case CUDNN_TYPE_DESCRIPTOR: return 8;
    default: return 4; // float, and the enumerations
    }
}

} // namespace fake
