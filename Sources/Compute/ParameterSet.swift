// All tensors of one kind (weights, gradients, momentum) in canonical form: PyTorch's names, layouts and order, one
// after the other in one allocation, which is also how a safetensors file holds them.

internal import CKernels
package import Networks

package final class ParameterSet: @unchecked Sendable {  // one thread at a time: engine, or checkpoints
    package let parameters: [Parameter]
    /// Where each tensor begins, in floats.
    package let offsets: [Int]
    package let values: UnsafeMutableBufferPointer<Float>

    package init(_ parameters: [Parameter]) {
        self.parameters = parameters
        var total = 0
        offsets = parameters.map { parameter in
            defer { total += parameter.count }
            return total
        }
        let memory = Pages.allocate(bytes: total * MemoryLayout<Float>.stride)
        values = UnsafeMutableBufferPointer(
            start: memory.initializeMemory(as: Float.self, repeating: 0, count: total), count: total)
    }

    deinit { values.deallocate() }

    /// The tensor at `index` in `parameters`.
    package subscript(_ index: Int) -> UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(
            rebasing: values[offsets[index]..<offsets[index] + parameters[index].count])
    }

    /// The tensor of this name, nil if there is none.
    package subscript(_ name: String) -> UnsafeMutableBufferPointer<Float>? {
        parameters.firstIndex { $0.name == name }.map { self[$0] }
    }

    /// No infinity and no NaN anywhere.
    package var isFinite: Bool { sum_of_squares(values.baseAddress, values.count).isFinite }
}
