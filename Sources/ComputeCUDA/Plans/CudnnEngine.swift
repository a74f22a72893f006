// One of cuDNN's ways to run a graph: an engine and the setting of its knobs. What the engine says of itself decides
// whether we take it: the same bits every time, and no less exact than the job asks for.

internal import CCUDA

/// What is pinned: with the same library and device it is the same kernel.
struct CudnnChoice: Hashable, LosslessStringConvertible {
    let engine: Int
    /// By the knob's type (`cudnnBackendKnobType_t`).
    let knobs: [Int: Int]

    init(engine: Int, knobs: [Int: Int]) { (self.engine, self.knobs) = (engine, knobs) }

    /// "engine 41, knobs 2=1 27=2"
    var description: String {
        let settings = knobs.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        return "engine \(engine)" + (knobs.isEmpty ? "" : ", knobs\(settings)")
    }

    init?(_ description: String) {
        guard let parts = description.wholeMatch(of: /engine (\d+)(?:, knobs((?: \d+=-?\d+)+))?/),
            let engine = Int(parts.1)
        else { return nil }
        var knobs: [Int: Int] = [:]
        for setting in (parts.2 ?? "").split(separator: " ") {
            let sides = setting.split(separator: "=").compactMap { Int($0) }
            guard sides.count == 2, knobs.updateValue(sides[1], forKey: sides[0]) == nil else { return nil }
        }
        self.init(engine: engine, knobs: knobs)
    }
}

struct CudnnEngine {
    /// The engine's configuration, finalized.
    let configuration: CudnnDescriptor
    let choice: CudnnChoice
    private let numericalNotes: Set<Int>
    private let behaviorNotes: Set<Int>

    /// The one that was pinned.
    init(_ graph: ConvolutionGraph, _ choice: CudnnChoice) throws {
        let table = graph.library.table
        let engine = try CudnnDescriptor(table, CUDNN_ENGINE)
        try engine.set(CUDNN_ENGINE_GRAPH, [graph.descriptor])
        try engine.set(CUDNN_ENGINE_INDEX, [choice.engine])
        if let properties = graph.library.properties {
            try engine.set(CUDNN_ENGINE_DEVICE_PROPERTIES, [properties])
        }
        try engine.finalize()
        let knobs = try choice.knobs.sorted { $0.key < $1.key }.map { type, value in
            let knob = try CudnnDescriptor(table, CUDNN_KNOB_CHOICE)
            try knob.set(CUDNN_KNOB_CHOICE_TYPE, CUDNN_TYPE_KNOB_TYPE, [Int32(type)])
            try knob.set(CUDNN_KNOB_CHOICE_VALUE, [value])
            try knob.finalize()
            return knob
        }
        let configuration = try CudnnDescriptor(table, CUDNN_ENGINE_CONFIG)
        try configuration.set(CUDNN_CONFIG_ENGINE, [engine])
        if !knobs.isEmpty { try configuration.set(CUDNN_CONFIG_KNOB_CHOICES, knobs) }
        try configuration.finalize()
        try self.init(configuration)
    }

    /// One that a heuristic has offered.
    private init(_ configuration: CudnnDescriptor) throws {
        self.configuration = configuration
        guard let engine = try configuration.get(CUDNN_CONFIG_ENGINE, of: CUDNN_ENGINE, atMost: 1).first
        else { throw CUDAError(.refused, "cuDNN gives a configuration without an engine") }
        func notes(_ name: Int, _ type: Int) throws -> Set<Int> {
            Set(try engine.get(name, type, as: Int32.self, atMost: 32))
        }
        numericalNotes = try notes(CUDNN_ENGINE_NUMERICAL_NOTES, CUDNN_TYPE_NUMERICAL_NOTE)
        behaviorNotes = try notes(CUDNN_ENGINE_BEHAVIOR_NOTES, CUDNN_TYPE_BEHAVIOR_NOTE)
        let knobs = try configuration.get(CUDNN_CONFIG_KNOB_CHOICES, of: CUDNN_KNOB_CHOICE, atMost: 32).map {
            let type = try $0.get(CUDNN_KNOB_CHOICE_TYPE, CUDNN_TYPE_KNOB_TYPE, as: Int32.self, atMost: 1)
            return (type.first ?? 0, try $0.number(CUDNN_KNOB_CHOICE_VALUE))
        }
        choice = CudnnChoice(
            engine: try engine.number(CUDNN_ENGINE_INDEX), knobs: Dictionary(knobs) { $1 })
    }

    // MARK: - What it is like

    var usesMatrixUnits: Bool { numericalNotes.contains(CUDNN_NOTE_TENSOR_CORE) }
    var isDeterministic: Bool { !numericalNotes.contains(CUDNN_NOTE_NONDETERMINISTIC) }
    /// Compiled when the plan is built, in about a second.
    var isCompiled: Bool { behaviorNotes.contains(CUDNN_BEHAVIOR_RUNTIME_COMPILATION) }
    /// Adds up in less than fp32.
    var isCoarse: Bool { numericalNotes.contains(CUDNN_NOTE_REDUCED_PRECISION) }

    /// Never what may differ from run to run, nor what transforms its input (FFT, and the four notes of Winograd).
    func isAllowed(_ precision: Precision) -> Bool {
        let transforms = Set([CUDNN_NOTE_FFT] + (0..<4).map { CUDNN_NOTE_WINOGRAD + $0 })
        guard isDeterministic, numericalNotes.isDisjoint(with: transforms) else { return false }
        let rounding: Set = [CUDNN_NOTE_TENSOR_CORE, CUDNN_NOTE_DOWN_CONVERT, CUDNN_NOTE_REDUCED_PRECISION]
        return precision != .fp32 || numericalNotes.isDisjoint(with: rounding)
    }

    // MARK: - What there is

    /// What may be taken, best guess first: the heuristic's order, what always works behind it, what must be compiled
    /// last; coarse ones only where there is nothing else.
    static func all(_ graph: ConvolutionGraph) throws -> [CudnnEngine] {
        var known: Set<CudnnChoice> = []
        var refusal: CUDAError?
        let offers = try [CUDNN_HEURISTIC_A, CUDNN_HEURISTIC_FALLBACK].flatMap { mode in
            // A heuristic that does not know the graph is no failure while the other does.
            do { return try offered(graph, mode) } catch let error as CUDAError where error.code == .refused {
                refusal = error
                return []
            }
        }
        if offers.isEmpty, let refusal { throw refusal }
        let engines = offers.filter {
            $0.isAllowed(graph.convolution.precision) && known.insert($0.choice).inserted
        }
        let exact = engines.filter { !$0.isCoarse }
        let eligible = exact.isEmpty ? engines : exact
        return eligible.filter { !$0.isCompiled } + eligible.filter(\.isCompiled)
    }

    private static func offered(_ graph: ConvolutionGraph, _ mode: Int) throws -> [CudnnEngine] {
        let heuristic = try CudnnDescriptor(graph.library.table, CUDNN_ENGINE_HEURISTIC)
        try heuristic.set(CUDNN_HEURISTIC_MODE, CUDNN_TYPE_HEURISTIC_MODE, [Int32(mode)])
        try heuristic.set(CUDNN_HEURISTIC_GRAPH, [graph.descriptor])
        if let properties = graph.library.properties {
            try heuristic.set(CUDNN_HEURISTIC_DEVICE_PROPERTIES, [properties])
        }
        try heuristic.finalize()
        return try heuristic.get(CUDNN_HEURISTIC_RESULTS, of: CUDNN_ENGINE_CONFIG, atMost: 64)
            .map(CudnnEngine.init)
    }
}
