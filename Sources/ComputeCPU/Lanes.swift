// The engine's threads. Tasks are cut by shapes alone, so the number of lanes never changes a result.

internal import CKernels

final class Lanes {
    let count: Int
    private let handle: OpaquePointer

    init(_ count: Int) throws {
        guard let handle = lanes_create(Int32(count)) else {
            throw CPUError(
                code: .resources, message: "cannot start \(count) threads: set a smaller `threads`")
        }
        (self.count, self.handle) = (count, handle)
    }

    deinit { lanes_destroy(handle) }

    /// Runs `body(task, lane)` for every task in 0..<tasks, on all lanes, and returns when all are done.
    func run(_ tasks: Int, _ body: (_ task: Int, _ lane: Int) -> Void) {
        typealias Body = (Int, Int) -> Void
        withoutActuallyEscaping(body) { body in
            withUnsafePointer(to: body) { context in
                lanes_run(
                    handle, Int32(tasks),
                    { context, task, lane in
                        context!.assumingMemoryBound(to: Body.self).pointee(Int(task), Int(lane))
                    },
                    UnsafeMutableRawPointer(mutating: UnsafeRawPointer(context)))
            }
        }
    }

    /// Runs `body` over 0..<count in ranges of `block`.
    func run(over count: Int, by block: Int, _ body: (_ range: Range<Int>, _ lane: Int) -> Void) {
        run((count + block - 1) / block) { task, lane in
            body(task * block..<min(count, (task + 1) * block), lane)
        }
    }
}
