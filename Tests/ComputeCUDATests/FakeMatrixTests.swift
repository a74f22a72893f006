// cuBLASLt of the fake GPU against plain loops.

import CCUDA
import FakeCUDA
import Foundation
import Testing

@Suite(.enabled(if: FakeCUDA.isPossible, "no clang++"))
struct FakeMatrixTests {
    private func values(_ count: Int, _ seed: Int) -> [Float] {
        (0..<count).map { Float(($0 * 37 + seed * 11) % 17 - 8) / 4 }
    }

    /// output [3][5] = relu(input [3][4] · weightsᵀ [5][4] + bias), rows after rows: the library's columns.
    @Test func aLinearLayerIsAProductOfColumns() throws {
        let device = try FakeDevice()
        var blas = cublaslt()
        try #require(cublaslt_bind(try FakeCUDA.library("libcublasLt.so.13"), &blas) == nil)
        var handle: cublaslt_handle?
        try #require(blas.create(&handle) == 0)
        let (input, weights, bias) = (values(12, 1), values(20, 2), values(5, 3))
        let output = try device.allocate(bytes: 60)
        let biasAddress = try device.upload(bias)
        var operation: cublaslt_object?
        var (a, b, d): (cublaslt_object?, cublaslt_object?, cublaslt_object?)
        var preference: cublaslt_object?
        try #require(blas.matmul_create(&operation, Int32(CUBLAS_COMPUTE_32F), Int32(CUDA_R_32F)) == 0)
        var (transpose, epilogue) = (Int32(CUBLAS_OP_T), UInt32(CUBLASLT_EPILOGUE_RELU_BIAS))
        var pointer = biasAddress
        #expect(blas.matmul_set(operation, Int32(CUBLASLT_TRANSA), &transpose, 4) == 0)
        #expect(blas.matmul_set(operation, Int32(CUBLASLT_EPILOGUE), &epilogue, 4) == 0)
        #expect(blas.matmul_set(operation, Int32(CUBLASLT_BIAS_POINTER), &pointer, 8) == 0)
        #expect(blas.matmul_set(operation, Int32(CUBLASLT_EPILOGUE), &epilogue, 8) == 7)
        #expect(blas.layout_create(&a, Int32(CUDA_R_32F), 4, 5, 4) == 0)
        #expect(blas.layout_create(&b, Int32(CUDA_R_32F), 4, 3, 4) == 0)
        #expect(blas.layout_create(&d, Int32(CUDA_R_32F), 5, 3, 5) == 0)
        #expect(blas.preference_create(&preference) == 0)
        var room = 1 << 20
        #expect(blas.preference_set(preference, Int32(CUBLASLT_PREFERENCE_WORKSPACE), &room, 8) == 0)
        defer {
            _ = blas.matmul_destroy(operation)
            for layout in [a, b, d] { _ = blas.layout_destroy(layout) }
            _ = blas.preference_destroy(preference)
            _ = blas.destroy(handle)
        }
        var found: Int32 = 0
        var candidates = [cublaslt_candidate](repeating: cublaslt_candidate(), count: 8)
        #expect(blas.heuristic(handle, operation, a, b, d, d, preference, 8, &candidates, &found) == 0)
        #expect(found == 3)
        let (x, w) = (try device.upload(input), try device.upload(weights))
        let workspace = try device.allocate(bytes: 4096)
        func raw(_ address: cuda_address) -> UnsafeMutableRawPointer? { .init(bitPattern: UInt(address)) }
        for candidate in candidates.prefix(Int(found)) {
            var (one, zero, algorithm) = (Float(1), Float(0), candidate.algorithm)
            func multiply(_ bytes: Int) -> Int32 {
                blas.matmul(
                    handle, operation, &one, raw(w), a, raw(x), b, &zero, raw(output), d,
                    raw(output), d, &algorithm, raw(workspace), bytes, device.stream)
            }
            #expect(multiply(candidate.workspace) == 0)
            let got = try device.read(output, as: Float(0), count: 15)
            for (row, column) in (0..<3).flatMap({ row in (0..<5).map { (row, $0) } }) {
                let sum = (0..<4).reduce(bias[column]) { $0 + input[row * 4 + $1] * weights[column * 4 + $1] }
                #expect(abs(got[row * 5 + column] - max(0, sum)) < 1e-5)
            }
            if candidate.workspace > 0 { #expect(multiply(candidate.workspace - 1) == 7) }
        }
    }
}
