// The fake GPU as tests of itself use it: the bound tables, one stream, numbers in and out.

import CCUDA
import FakeCUDA
import Foundation
import Testing

final class FakeDevice {
    let driver: cuda_driver
    let compiler: nvrtc
    let stream: cuda_stream?
    private var modules: [cuda_module?] = []
    private var memory: [cuda_address] = []

    init() throws {
        var (driver, compiler) = (cuda_driver(), nvrtc())
        try #require(cuda_driver_bind(try FakeCUDA.library(), &driver) == nil)
        try #require(nvrtc_bind(try FakeCUDA.library("libnvrtc.so.13"), &compiler) == nil)
        var context: cuda_context?
        var stream: cuda_stream?
        try #require(driver.`init`(0) == 0)
        try #require(driver.context_retain(&context, 0) == 0)
        try #require(driver.context_set_current(context) == 0)
        try #require(driver.stream_create(&stream, UInt32(CUDA_STREAM_NON_BLOCKING)) == 0)
        (self.driver, self.compiler, self.stream) = (driver, compiler, stream)
    }

    deinit {
        for module in modules { _ = driver.module_unload(module) }
        for address in memory { _ = driver.memory_free(address) }
        _ = driver.stream_destroy(stream)
        _ = driver.context_release(0)
    }

    // MARK: - Memory

    func allocate(bytes: Int) throws -> cuda_address {
        var address: cuda_address = 0
        try #require(driver.memory_allocate(&address, bytes) == 0)
        memory.append(address)
        return address
    }

    func upload<T: BitwiseCopyable>(_ values: [T]) throws -> cuda_address {
        let address = try allocate(bytes: values.count * MemoryLayout<T>.stride)
        try write(values, to: address)
        return address
    }

    func write<T: BitwiseCopyable>(_ values: [T], to address: cuda_address) throws {
        let result = values.withUnsafeBytes {
            driver.copy_to_device(address, $0.baseAddress, $0.count, stream)
        }
        try #require(result == 0)
    }

    /// Waits: the memory that it reads into is not pinned.
    func read<T: BitwiseCopyable>(_ address: cuda_address, as zero: T, count: Int) throws -> [T] {
        var values = [T](repeating: zero, count: count)
        let result = values.withUnsafeMutableBytes {
            driver.copy_to_host($0.baseAddress, address, $0.count, stream)
        }
        try #require(result == 0)
        return values
    }

    // MARK: - Kernels

    /// - Returns: nvrtcResult, and the cubin or the log.
    func compile(_ source: String, _ options: [String] = ["--gpu-architecture=sm_90"]) -> (Int32, [CChar]) {
        var program: nvrtc_program?
        guard compiler.create(&program, source, "test.cu", 0, nil, nil) == 0 else { return (-1, []) }
        defer { _ = compiler.destroy(&program) }
        var texts: [UnsafePointer<CChar>?] = options.map { UnsafePointer(strdup($0)) }
        defer { for text in texts { free(UnsafeMutablePointer(mutating: text)) } }
        let result = compiler.compile(program, Int32(texts.count), &texts)
        var size = 0
        if result == 0 {
            _ = compiler.binary_size(program, &size)
            var binary = [CChar](repeating: 0, count: size)
            _ = compiler.binary(program, &binary)
            return (result, binary)
        }
        _ = compiler.log_size(program, &size)
        var log = [CChar](repeating: 0, count: size)
        _ = compiler.log(program, &log)
        return (result, log)
    }

    func kernel(_ name: String, _ source: String) throws -> cuda_function? {
        let (result, binary) = compile(source)
        try #require(result == 0, "\(String(decoding: binary.map(UInt8.init(bitPattern:)), as: UTF8.self))")
        var module: cuda_module?
        try #require(driver.module_load(&module, binary) == 0)
        modules.append(module)
        var function: cuda_function?
        try #require(driver.module_function(&function, module, name) == 0)
        return function
    }

    @discardableResult
    func launch<each T: BitwiseCopyable>(
        _ function: cuda_function?, _ blocks: Int, _ threads: Int, on stream: cuda_stream? = nil,
        _ arguments: repeat each T
    ) -> cuda_result {
        var boxes: [UnsafeMutableRawPointer?] = []
        func box<V: BitwiseCopyable>(_ value: V) {
            let place = UnsafeMutablePointer<V>.allocate(capacity: 1)
            place.initialize(to: value)
            boxes.append(place)
        }
        repeat box(each arguments)
        defer { for box in boxes { box?.deallocate() } }
        return driver.launch(
            function, UInt32(blocks), 1, 1, UInt32(threads), 1, 1, 0, stream ?? self.stream, &boxes, nil)
    }
}
