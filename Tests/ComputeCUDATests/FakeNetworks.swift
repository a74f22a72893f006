// cuDNN's backend interface on the fake GPU, as tests of the fake use it: descriptors by hand, and the engine that rounds
// nothing.

import CCUDA
import FakeCUDA
import Testing

final class FakeNetworks {
    enum Value {
        case integers([Int])
        case enumeration(Int)
        case float(Float)
        case truth(Bool)
        case parts([cudnn_descriptor?])
    }

    let device: FakeDevice
    let table: cudnn
    private var handle: cudnn_handle?
    private var descriptors: [cudnn_descriptor?] = []

    init() throws {
        device = try FakeDevice()
        var table = cudnn()
        try #require(cudnn_bind(try FakeCUDA.library("libcudnn.so.9"), &table) == nil)
        self.table = table
        try #require(table.create(&handle) == 0)
        try #require(table.set_stream(handle, device.stream) == 0)
    }

    deinit {
        for descriptor in descriptors { _ = table.descriptor_destroy(descriptor) }
        _ = table.destroy(handle)
    }

    var lastError: String {
        var text = [CChar](repeating: 0, count: 256)
        table.last_error(&text, text.count)
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    // MARK: - Descriptors

    func descriptor(_ kind: Int) throws -> cudnn_descriptor? {
        var descriptor: cudnn_descriptor?
        try #require(table.descriptor_create(Int32(kind), &descriptor) == 0)
        descriptors.append(descriptor)
        return descriptor
    }

    func set<T: BitwiseCopyable>(_ descriptor: cudnn_descriptor?, _ name: Int, _ type: Int, _ values: [T])
        -> Int32
    {
        values.withUnsafeBytes {
            table.set_attribute(descriptor, Int32(name), Int32(type), Int64(values.count), $0.baseAddress)
        }
    }

    func made(_ kind: Int, _ attributes: [(Int, Int, Value)]) throws -> cudnn_descriptor? {
        let descriptor = try descriptor(kind)
        for (name, type, value) in attributes {
            let status =
                switch value {
                case .integers(let numbers): set(descriptor, name, type, numbers.map(Int64.init))
                case .enumeration(let number): set(descriptor, name, type, [Int32(number)])
                case .float(let number): set(descriptor, name, type, [number])
                case .truth(let truth): set(descriptor, name, type, [truth])
                case .parts(let parts): set(descriptor, name, type, parts)
                }
            try #require(status == 0, "\(lastError)")
        }
        let status = table.finalize(descriptor)
        try #require(status == 0, "\(lastError)")
        return descriptor
    }

    /// - Parameter first: the attribute of alpha; beta, geometry, w, x (or dx) and y follow it.
    func operation(_ kind: Int, _ first: Int, beta: Float, _ tensors: [cudnn_descriptor?]) throws
        -> cudnn_descriptor?
    {
        let geometry = try made(
            CUDNN_CONVOLUTION,
            [
                (CUDNN_CONVOLUTION_SPATIAL_DIMENSIONS, CUDNN_TYPE_INT64, .integers([2])),
                (CUDNN_CONVOLUTION_COMPUTE_TYPE, CUDNN_TYPE_DATA_TYPE, .enumeration(CUDNN_DATA_FLOAT)),
                (CUDNN_CONVOLUTION_MODE, CUDNN_TYPE_CONVOLUTION_MODE, .enumeration(CUDNN_CROSS_CORRELATION)),
                (CUDNN_CONVOLUTION_DILATIONS, CUDNN_TYPE_INT64, .integers([1, 1])),
                (CUDNN_CONVOLUTION_STRIDES, CUDNN_TYPE_INT64, .integers([2, 2])),
                (CUDNN_CONVOLUTION_PRE_PADDINGS, CUDNN_TYPE_INT64, .integers([1, 1])),
                (CUDNN_CONVOLUTION_POST_PADDINGS, CUDNN_TYPE_INT64, .integers([1, 1])),
            ])
        return try made(
            kind,
            [
                (first, CUDNN_TYPE_FLOAT, .float(1)), (first + 1, CUDNN_TYPE_FLOAT, .float(beta)),
                (first + 2, CUDNN_TYPE_DESCRIPTOR, .parts([geometry])),
            ] + tensors.enumerated().map { (first + 3 + $0, CUDNN_TYPE_DESCRIPTOR, .parts([$1])) })
    }

    func forward(_ x: cudnn_descriptor?, _ w: cudnn_descriptor?, _ y: cudnn_descriptor?) throws
        -> [cudnn_descriptor?]
    {
        [try operation(CUDNN_OPERATION_CONVOLUTION_FORWARD, CUDNN_FORWARD_ALPHA, beta: 0, [w, x, y])]
    }

    func pointwise(
        _ mode: Int, _ x: cudnn_descriptor?, _ b: cudnn_descriptor?, _ y: cudnn_descriptor?
    ) throws -> cudnn_descriptor? {
        let function = try made(
            CUDNN_POINTWISE,
            [
                (CUDNN_POINTWISE_MODE, CUDNN_TYPE_POINTWISE_MODE, .enumeration(mode)),
                (CUDNN_POINTWISE_MATH_PRECISION, CUDNN_TYPE_DATA_TYPE, .enumeration(CUDNN_DATA_FLOAT)),
            ])
        let operands = [
            (CUDNN_POINTWISE_DESCRIPTOR, function), (CUDNN_POINTWISE_X, x), (CUDNN_POINTWISE_Y, y),
        ]
        return try made(
            CUDNN_OPERATION_POINTWISE,
            (operands + (b == nil ? [] : [(CUDNN_POINTWISE_B, b)])).map {
                ($0, CUDNN_TYPE_DESCRIPTOR, .parts([$1]))
            })
    }

    func graph(_ operations: [cudnn_descriptor?]) throws -> cudnn_descriptor? {
        try made(CUDNN_OPERATION_GRAPH, [(CUDNN_GRAPH_OPERATIONS, CUDNN_TYPE_DESCRIPTOR, .parts(operations))])
    }

    // MARK: - Running

    /// By engine 35, which multiplies fp32 as it is, with the tensors of these names.
    func run(_ graph: cudnn_descriptor?, _ tensors: [Int: cuda_address]) throws {
        let engine = try made(
            CUDNN_ENGINE,
            [
                (CUDNN_ENGINE_GRAPH, CUDNN_TYPE_DESCRIPTOR, .parts([graph])),
                (CUDNN_ENGINE_INDEX, CUDNN_TYPE_INT64, .integers([35])),
            ])
        let configuration = try made(
            CUDNN_ENGINE_CONFIG, [(CUDNN_CONFIG_ENGINE, CUDNN_TYPE_DESCRIPTOR, .parts([engine]))])
        let plan = try made(
            CUDNN_EXECUTION_PLAN,
            [
                (CUDNN_PLAN_HANDLE, CUDNN_TYPE_HANDLE, .integers([Int(bitPattern: handle)])),
                (CUDNN_PLAN_ENGINE_CONFIG, CUDNN_TYPE_DESCRIPTOR, .parts([configuration])),
            ])
        var (workspace, count) = (Int64(0), Int64(0))
        try #require(
            table.get_attribute(
                plan, Int32(CUDNN_PLAN_WORKSPACE), Int32(CUDNN_TYPE_INT64), 1, &count, &workspace) == 0)
        let room = try device.allocate(bytes: Int(workspace))
        let pack = try made(
            CUDNN_VARIANT_PACK,
            [
                (CUDNN_PACK_UNIQUE_IDS, CUDNN_TYPE_INT64, .integers(Array(tensors.keys))),
                (CUDNN_PACK_POINTERS, CUDNN_TYPE_VOID_PTR, .integers(tensors.values.map { Int($0) })),
                (CUDNN_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR, .integers([Int(room)])),
            ])
        let status = table.execute(handle, plan, pack)
        try #require(status == 0, "\(lastError)")
    }
}
