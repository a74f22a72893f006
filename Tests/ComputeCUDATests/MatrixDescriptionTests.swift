// cuBLASLt's real library takes every attribute as we give it. Its heuristics need a device, so more cannot be asked here.
// Needs NVIDIA's wheels: ALEXNETD_NVIDIA_WHEELS=…/site-packages/nvidia.

import CCUDA
import Foundation
import Glibc
import Testing

@testable import ComputeCUDA

private let wheels = ProcessInfo.processInfo.environment["ALEXNETD_NVIDIA_WHEELS"]

@Suite(.enabled(if: wheels != nil, "ALEXNETD_NVIDIA_WHEELS names no folder of NVIDIA's wheels"))
struct MatrixDescriptionTests {
    let table: cublaslt

    init() throws {
        let folder = try #require(wheels)
        let paths = ["\(folder)/cu13/lib/libcublasLt.so.13", "\(folder)/cublas/lib/libcublasLt.so.12"]
        let library = try #require(paths.lazy.compactMap { dlopen($0, RTLD_NOW) }.first)
        var table = cublaslt()
        #expect(cublaslt_bind(library, &table) == nil)
        self.table = table
    }

    @Test func attributesHaveTheSizesThatTheLibraryWants() throws {
        let shape = MatrixShape(images: 3, inputs: 9216, outputs: 4096)
        let passes: [Pass] = [
            .forward(relu: true), .forward(relu: false), .inputGradient(adding: false), .weightGradient,
        ]
        for precision in Precision.allCases {
            for pass in passes {
                _ = try MatrixDescription(
                    table, MatrixProduct(shape: shape, pass: pass, precision: precision))
            }
        }
        _ = try MatrixDescription.preference(table, workspaceLimit: 32 << 20)
    }

    @Test func anAttributeOfAnotherSizeIsRefusedByName() throws {
        let product = try MatrixObject.product(table, .bf16)
        let error = #expect(throws: CUDAError.self) { try product.set(CUBLASLT_EPILOGUE, UInt8(1)) }
        #expect(error?.code == .refused)
        #expect(error?.message.contains("CUBLAS_STATUS_INVALID_VALUE") == true)
    }
}
