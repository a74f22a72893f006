// Whatever step of building a plan fails, every descriptor made so far is given back.

import CCUDA
import Glibc
import Synchronization
import Testing

@testable import ComputeCUDA

@Suite struct CudnnDescriptorTests {
    @Test func noDescriptorOutlivesAFailure() throws {
        let convolution = ConvolutionProduct(
            shape: ConvolutionShape(
                images: 2, inputHeight: 5, inputWidth: 5, inputs: 8, outputs: 8, kernelHeight: 3,
                kernelWidth: 3,
                stride: 1, padding: 1),
            pass: .forward(relu: true), precision: .bf16)
        var succeeded = false
        var failures = 0
        for step in 0..<1000 where !succeeded {
            callsLeft.store(step, ordering: .relaxed)
            do {
                let library = try CudnnLibrary(failing, describedBy: "{}")
                let plans = try ConvolutionPlans(library, convolution)
                let plan = try plans.candidates(atMost: 1)[0]
                #expect(try plans.plan(plan.choice).choice == plan.choice)
                succeeded = callsLeft.load(ordering: .relaxed) > 0
            } catch let error as CUDAError {
                failures += 1
                #expect(error.message.contains("cuDNN 9.8.1 says no: because"))
            }
            #expect(alive.load(ordering: .relaxed) == 0, "after \(step) calls")
        }
        #expect(succeeded && failures > 50)
    }
}

// C functions capture nothing; only this one test uses these.
private let alive = Atomic(0)
private let callsLeft = Atomic(0)

private func isRefused() -> Bool {
    callsLeft.subtract(1, ordering: .relaxed).newValue < 0
}

/// Refuses everything after so many calls. Until then it offers one engine, without knobs.
private let failing: cudnn = {
    var table = cudnn()
    table.version = { 90801 }
    table.error_string = { _ in
        UnsafeRawPointer(("no" as StaticString).utf8Start).assumingMemoryBound(to: CChar.self)
    }
    table.last_error = { text, _ in strcpy(text!, "because\n") }
    table.descriptor_create = { _, descriptor in
        if isRefused() { return 3000 }
        descriptor?.pointee = UnsafeMutableRawPointer(bitPattern: 16)
        alive.add(1, ordering: .relaxed)
        return 0
    }
    table.descriptor_destroy = { descriptor in
        if descriptor != nil { alive.subtract(1, ordering: .relaxed) }
        return 0
    }
    table.set_attribute = { _, _, _, _, _ in isRefused() ? 3000 : 0 }
    table.get_attribute = { _, name, _, _, count, value in
        if isRefused() { return 3000 }
        switch Int(name) {
        case CUDNN_HEURISTIC_RESULTS, CUDNN_CONFIG_ENGINE: count?.pointee = 1
        case CUDNN_ENGINE_INDEX, CUDNN_PLAN_WORKSPACE:
            count?.pointee = 1
            value?.assumingMemoryBound(to: Int64.self).pointee = 7
        default: count?.pointee = 0
        }
        return 0
    }
    table.finalize = { _ in isRefused() ? 3000 : 0 }
    return table
}()
