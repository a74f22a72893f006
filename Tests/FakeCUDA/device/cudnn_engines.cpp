#include "cudnn_engines.h"

#include <algorithm>

namespace fake {

namespace {

// CUDNN_KNOB_TYPE_SPLIT_K_SLC and CUDNN_KNOB_TYPE_TILE_CGA_M.
enum { knob_splits = 17, knob_cluster = 27 };

struct knob {
    int type;
    int64_t least, most;
};

struct engine {
    int64_t number;
    std::vector<int> numerical_notes, behavior_notes;
    std::vector<knob> knobs;
    bool tf32;
    int64_t workspace;
    bool only_fallback;
    bool any_bias; // whether the bias may have another type than the rest
};

// For this convolution, best guess first. With bf16: the good one, one that differs from run to run, one that needs 300 MiB,
// one that is compiled when the plan is built, and a slow one. With fp32 the same in tf32, and some that round nothing.
std::vector<engine> engines_for(const convolution &work) {
    static const int64_t main_numbers[] = {41, 67, 65}; // forward, input's and weights' gradient
    int64_t main_number = main_numbers[static_cast<int>(work.pass)];
    std::vector<knob> knobs = {{knob_cluster, 1, 2}};
    if (work.pass == pass::weight_gradient) knobs.push_back({knob_splits, 1, 4});
    bool rounds = work.x.type == element::fp32;
    std::vector<int> matrix_units = {CUDNN_NOTE_TENSOR_CORE}, uncertain = {CUDNN_NOTE_TENSOR_CORE, CUDNN_NOTE_NONDETERMINISTIC};
    if (rounds) {
        matrix_units.push_back(CUDNN_NOTE_DOWN_CONVERT);
        uncertain.push_back(CUDNN_NOTE_DOWN_CONVERT);
    }
    std::vector<engine> engines = {
        {main_number, matrix_units, {}, knobs, rounds, 131, false, false},
        {20, uncertain, {}, {}, rounds, 0, false, false},
        {30, matrix_units, {}, {}, rounds, 300 << 20, false, false},
        {4, matrix_units, {CUDNN_BEHAVIOR_RUNTIME_COMPILATION}, {}, rounds, 0, false, true},
    };
    if (rounds) engines.push_back({35, {}, {}, {{knob_cluster, 1, 2}}, false, 512, false, false});
    engines.push_back({11, {}, {}, {}, false, 0, true, false});
    bool other_bias = work.has_bias && work.bias.type != work.y.type;
    std::erase_if(engines, [&](auto &one) { return other_bias && !one.any_bias; });
    return engines;
}

const convolution *work_of(const descriptor &from, int graph) { return from.part(graph).work.get(); }

bool find(const descriptor &described, engine &found) {
    int64_t number = described.value<int64_t>(CUDNN_ENGINE_INDEX);
    for (auto &one : engines_for(*work_of(described, CUDNN_ENGINE_GRAPH))) {
        if (one.number == number) return found = one, true;
    }
    return false;
}

int check_engine(descriptor &described) {
    engine found;
    if (!find(described, found)) {
        return refuse(cudnn_unsupported, "engine %ld does not take this graph", long(described.value<int64_t>(CUDNN_ENGINE_INDEX)));
    }
    described.set(CUDNN_ENGINE_NUMERICAL_NOTES, found.numerical_notes);
    described.set(CUDNN_ENGINE_BEHAVIOR_NOTES, found.behavior_notes);
    return cudnn_done;
}

int check_configuration(descriptor &configuration) {
    engine found;
    find(configuration.part(CUDNN_CONFIG_ENGINE), found);
    if (configuration.has(CUDNN_CONFIG_KNOB_CHOICES)) {
        for (auto &choice : configuration.attributes.at(CUDNN_CONFIG_KNOB_CHOICES).parts) {
            int type = choice->value<int>(CUDNN_KNOB_CHOICE_TYPE);
            auto value = choice->value<int64_t>(CUDNN_KNOB_CHOICE_VALUE);
            bool fits = std::any_of(found.knobs.begin(), found.knobs.end(), [&](auto &knob) {
                return knob.type == type && value >= knob.least && value <= knob.most;
            });
            if (!fits) return refuse(cudnn_unsupported, "engine %ld has no knob %d = %ld", long(found.number), type, long(value));
        }
    }
    configuration.set(CUDNN_CONFIG_WORKSPACE, std::vector<int64_t>{choice_of(configuration).workspace});
    return cudnn_done;
}

int check_plan(descriptor &plan) {
    if (!plan.has(CUDNN_PLAN_HANDLE) && !plan.has(CUDNN_PLAN_DEVICE_PROPERTIES)) {
        return refuse(cudnn_bad, "a plan needs a handle or device properties");
    }
    plan.set(CUDNN_PLAN_WORKSPACE, std::vector<int64_t>{choice_of(plan.part(CUDNN_PLAN_ENGINE_CONFIG)).workspace});
    return cudnn_done;
}

int check_pack(const descriptor &pack) {
    auto ids = pack.attributes.at(CUDNN_PACK_UNIQUE_IDS).count, pointers = pack.attributes.at(CUDNN_PACK_POINTERS).count;
    if (ids != pointers) return refuse(cudnn_bad, "%ld tensors and %ld pointers", long(ids), long(pointers));
    for (int64_t i = 0; i < ids; i++) {
        if (!pack.value<void *>(CUDNN_PACK_POINTERS, i)) return refuse(cudnn_null, "a tensor's pointer is null");
        for (int64_t other = 0; other < i; other++) {
            if (pack.value<int64_t>(CUDNN_PACK_UNIQUE_IDS, i) == pack.value<int64_t>(CUDNN_PACK_UNIQUE_IDS, other)) {
                return refuse(2009, "a tensor is given twice");
            }
        }
    }
    return cudnn_done;
}

int check_properties(const descriptor &properties) {
    bool is_json = properties.has(CUDNN_DEVICE_JSON) && properties.value<char>(CUDNN_DEVICE_JSON) == '{';
    if (is_json || properties.has(CUDNN_DEVICE_ID) || properties.has(CUDNN_DEVICE_HANDLE)) return cudnn_done;
    return refuse(cudnn_bad, "device properties of no device");
}

descriptor_pointer made(int kind) { return std::make_shared<descriptor>(descriptor{.kind = kind, .attributes = {}}); }

void set_part(descriptor &of, int name, std::vector<descriptor_pointer> parts) {
    auto count = static_cast<int64_t>(parts.size());
    of.attributes[name] = {count, {}, std::move(parts)};
}

descriptor_pointer configured(const descriptor_pointer &graph, const engine &engine, const std::vector<int64_t> &values) {
    auto described = made(CUDNN_ENGINE), configuration = made(CUDNN_ENGINE_CONFIG);
    set_part(*described, CUDNN_ENGINE_GRAPH, {graph});
    described->set(CUDNN_ENGINE_INDEX, std::vector<int64_t>{engine.number});
    check_engine(*described);
    described->finalized = true;
    std::vector<descriptor_pointer> choices;
    for (size_t i = 0; i < engine.knobs.size(); i++) {
        choices.push_back(made(CUDNN_KNOB_CHOICE));
        choices.back()->set(CUDNN_KNOB_CHOICE_TYPE, std::vector<int>{engine.knobs[i].type});
        choices.back()->set(CUDNN_KNOB_CHOICE_VALUE, std::vector<int64_t>{values[i]});
        choices.back()->finalized = true;
    }
    set_part(*configuration, CUDNN_CONFIG_ENGINE, {described});
    set_part(*configuration, CUDNN_CONFIG_KNOB_CHOICES, choices);
    check_configuration(*configuration);
    configuration->finalized = true;
    return configuration;
}

} // namespace

engine_choice choice_of(const descriptor &configuration) {
    auto &described = configuration.part(CUDNN_CONFIG_ENGINE);
    engine found;
    find(described, found);
    engine_choice result = {found.number, found.tf32, 1, found.workspace};
    if (configuration.has(CUDNN_CONFIG_KNOB_CHOICES)) {
        for (auto &choice : configuration.attributes.at(CUDNN_CONFIG_KNOB_CHOICES).parts) {
            if (choice->value<int>(CUDNN_KNOB_CHOICE_TYPE) != knob_splits) continue;
            result.splits = static_cast<int>(choice->value<int64_t>(CUDNN_KNOB_CHOICE_VALUE));
        }
    }
    auto &weights = work_of(described, CUDNN_ENGINE_GRAPH)->w.size;
    if (result.splits > 1) result.workspace += result.splits * weights[0] * weights[1] * weights[2] * weights[3] * 4;
    return result;
}

std::vector<descriptor_pointer> offered(const descriptor &heuristic) {
    int mode = heuristic.value<int>(CUDNN_HEURISTIC_MODE);
    auto &graph = heuristic.attributes.at(CUDNN_HEURISTIC_GRAPH).parts.at(0);
    std::vector<descriptor_pointer> result;
    for (auto &engine : engines_for(*graph->work)) {
        if (engine.only_fallback != (mode == CUDNN_HEURISTIC_FALLBACK)) continue;
        std::vector<int64_t> values;
        for (auto &knob : engine.knobs) values.push_back(knob.least);
        result.push_back(configured(graph, engine, values));
        if (engine.knobs.empty()) continue;
        values.back()++;
        result.push_back(configured(graph, engine, values));
    }
    return result;
}

int check_engine_part(descriptor &one) {
    switch (one.kind) {
    case CUDNN_ENGINE: return check_engine(one);
    case CUDNN_ENGINE_CONFIG: return check_configuration(one);
    case CUDNN_EXECUTION_PLAN: return check_plan(one);
    case CUDNN_VARIANT_PACK: return check_pack(one);
    case CUDNN_DEVICE_PROPERTIES: return check_properties(one);
    default: return cudnn_done;
    }
}

} // namespace fake
