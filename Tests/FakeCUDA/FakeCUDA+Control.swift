// What tests ask of the fake GPU in their own process.

import Foundation

extension FakeCUDA {
    /// Makes calls of this thread fail from now on: "cuMemAlloc_v2:3:2" is the third from now, with error 2; "…:3+:2" that
    /// and all later ones; several with commas. After 700 and its like every call of this thread fails.
    package static func fail(_ faults: String) throws {
        let add: @convention(c) (UnsafePointer<CChar>?) -> Void = try function("fake_cuda_fail")
        add(faults)
    }

    /// Takes back what `fail` said on this thread.
    package static func recover() throws {
        let add: @convention(c) (UnsafePointer<CChar>?) -> Void = try function("fake_cuda_fail")
        add(nil)
    }

    /// How often this thread has called a symbol.
    package static func calls(of symbol: String) throws -> Int {
        let calls: @convention(c) (UnsafePointer<CChar>) -> Int = try function("fake_cuda_calls")
        return calls(symbol)
    }

    /// What this thread has allocated on devices and not freed.
    package static func liveAllocations() throws -> Int {
        let count: @convention(c) () -> Int = try function("fake_cuda_live_allocations")
        return count()
    }

    /// What the process has done wrong: double frees, leaks, copies beside allocations, impossible launches…
    package static func mistakes() throws -> Int {
        let count: @convention(c) () -> Int = try function("fake_cuda_mistakes")
        return count()
    }

    /// From now on a write outside of an allocation is counted only, and does not end the process.
    package static func tolerateMistakes() throws {
        let tolerate: @convention(c) (Int32) -> Void = try function("fake_cuda_tolerate")
        tolerate(1)
    }

    /// The library under one of its names: the same instance as everybody's in this process.
    package static func library(_ name: String = "libcuda.so.1") throws -> UnsafeMutableRawPointer {
        guard let library = dlopen(try folder().appending(name).string, RTLD_NOW | RTLD_LOCAL) else {
            throw Failure("cannot load the fake \(name): \(dlerror().map { String(cString: $0) } ?? "")")
        }
        return library
    }

    private static func function<T>(_ name: String) throws -> T {
        guard let symbol = dlsym(try library(), name) else { throw Failure("the fake GPU has no \(name)") }
        return unsafeBitCast(symbol, to: T.self)
    }
}
