// A convolution as cuDNN's operation graph. Forward is three operations that become one kernel: the convolution and the
// sum with the bias stay in fp32 on the chip (virtual tensors), only the end is rounded and written.

internal import CCUDA

struct ConvolutionGraph {
    let library: CudnnLibrary
    let convolution: ConvolutionProduct
    let descriptor: CudnnDescriptor

    /// The tensors' names when the plan runs.
    enum Tensor: Int, CaseIterable { case input = 1, weights, bias, output, product, sum }

    init(_ library: CudnnLibrary, _ convolution: ConvolutionProduct) throws {
        (self.library, self.convolution) = (library, convolution)
        descriptor = try CudnnDescriptor(library.table, CUDNN_OPERATION_GRAPH)
        try descriptor.set(CUDNN_GRAPH_OPERATIONS, operations())
        if let handle = library.handle {
            try descriptor.set(CUDNN_GRAPH_HANDLE, CUDNN_TYPE_HANDLE, [handle])
        }
        try descriptor.finalize()
    }

    private func operations() throws -> [CudnnDescriptor] {
        switch convolution.pass {
        case .forward(let relu):
            let output = try tensor(.output)
            let product = try tensor(.product)
            let sum = relu ? try tensor(.sum) : output
            var operations = try [
                forward(input: tensor(.input), weights: tensor(.weights), output: product),
                pointwise(CUDNN_POINTWISE_ADD, product, tensor(.bias), to: sum),
            ]
            if relu {
                operations.append(try pointwise(CUDNN_POINTWISE_RELU_FORWARD, sum, nil, to: output))
            }
            return operations
        case .inputGradient(let adding):
            let operation = try CudnnDescriptor(library.table, CUDNN_OPERATION_CONVOLUTION_BACKWARD_DATA)
            try operation.set(CUDNN_BACKWARD_DATA_ALPHA, CUDNN_TYPE_FLOAT, [Float(1)])
            try operation.set(CUDNN_BACKWARD_DATA_BETA, CUDNN_TYPE_FLOAT, [Float(adding ? 1 : 0)])
            try operation.set(CUDNN_BACKWARD_DATA_CONVOLUTION, [geometry()])
            try operation.set(CUDNN_BACKWARD_DATA_W, [tensor(.weights)])
            try operation.set(CUDNN_BACKWARD_DATA_DX, [tensor(.input)])
            try operation.set(CUDNN_BACKWARD_DATA_DY, [tensor(.output)])
            try operation.finalize()
            return [operation]
        case .weightGradient:
            let operation = try CudnnDescriptor(library.table, CUDNN_OPERATION_CONVOLUTION_BACKWARD_FILTER)
            try operation.set(CUDNN_BACKWARD_FILTER_ALPHA, CUDNN_TYPE_FLOAT, [Float(1)])
            try operation.set(CUDNN_BACKWARD_FILTER_BETA, CUDNN_TYPE_FLOAT, [Float(0)])
            try operation.set(CUDNN_BACKWARD_FILTER_CONVOLUTION, [geometry()])
            try operation.set(CUDNN_BACKWARD_FILTER_DW, [tensor(.weights)])
            try operation.set(CUDNN_BACKWARD_FILTER_X, [tensor(.input)])
            try operation.set(CUDNN_BACKWARD_FILTER_DY, [tensor(.output)])
            try operation.finalize()
            return [operation]
        }
    }

    // MARK: - Operations

    private func forward(
        input: CudnnDescriptor, weights: CudnnDescriptor, output: CudnnDescriptor
    ) throws -> CudnnDescriptor {
        let operation = try CudnnDescriptor(library.table, CUDNN_OPERATION_CONVOLUTION_FORWARD)
        try operation.set(CUDNN_FORWARD_ALPHA, CUDNN_TYPE_FLOAT, [Float(1)])
        try operation.set(CUDNN_FORWARD_BETA, CUDNN_TYPE_FLOAT, [Float(0)])
        try operation.set(CUDNN_FORWARD_CONVOLUTION, [geometry()])
        try operation.set(CUDNN_FORWARD_W, [weights])
        try operation.set(CUDNN_FORWARD_X, [input])
        try operation.set(CUDNN_FORWARD_Y, [output])
        try operation.finalize()
        return operation
    }

    private func pointwise(
        _ mode: Int, _ first: CudnnDescriptor, _ second: CudnnDescriptor?, to output: CudnnDescriptor
    ) throws -> CudnnDescriptor {
        let function = try CudnnDescriptor(library.table, CUDNN_POINTWISE)
        try function.set(CUDNN_POINTWISE_MODE, CUDNN_TYPE_POINTWISE_MODE, [Int32(mode)])
        try function.set(CUDNN_POINTWISE_MATH_PRECISION, CUDNN_TYPE_DATA_TYPE, [Int32(CUDNN_DATA_FLOAT)])
        if mode == CUDNN_POINTWISE_RELU_FORWARD {
            // CUDNN_PROPAGATE_NAN: a training that has diverged must be seen to have.
            try function.set(CUDNN_POINTWISE_NAN_PROPAGATION, CUDNN_TYPE_NAN_PROPAGATION, [Int32(1)])
        }
        try function.finalize()
        let operation = try CudnnDescriptor(library.table, CUDNN_OPERATION_POINTWISE)
        try operation.set(CUDNN_POINTWISE_DESCRIPTOR, [function])
        try operation.set(CUDNN_POINTWISE_X, [first])
        if let second { try operation.set(CUDNN_POINTWISE_B, [second]) }
        try operation.set(CUDNN_POINTWISE_Y, [output])
        try operation.finalize()
        return operation
    }

    private func geometry() throws -> CudnnDescriptor {
        let (stride, padding) = (convolution.shape.stride, convolution.shape.padding)
        let geometry = try CudnnDescriptor(library.table, CUDNN_CONVOLUTION)
        try geometry.set(CUDNN_CONVOLUTION_SPATIAL_DIMENSIONS, [2])
        try geometry.set(CUDNN_CONVOLUTION_COMPUTE_TYPE, CUDNN_TYPE_DATA_TYPE, [Int32(CUDNN_DATA_FLOAT)])
        try geometry.set(
            CUDNN_CONVOLUTION_MODE, CUDNN_TYPE_CONVOLUTION_MODE, [Int32(CUDNN_CROSS_CORRELATION)])
        try geometry.set(CUDNN_CONVOLUTION_DILATIONS, [1, 1])
        try geometry.set(CUDNN_CONVOLUTION_STRIDES, [stride, stride])
        try geometry.set(CUDNN_CONVOLUTION_PRE_PADDINGS, [padding, padding])
        try geometry.set(CUDNN_CONVOLUTION_POST_PADDINGS, [padding, padding])
        try geometry.finalize()
        return geometry
    }

    // MARK: - Tensors

    private func tensor(_ tensor: Tensor) throws -> CudnnDescriptor {
        let shape = convolution.shape
        // (n, channels, height, width), in memory as (n, height, width, channels).
        let (count, channels, height, width) =
            switch tensor {
            case .input: (shape.images, shape.inputs, shape.inputHeight, shape.inputWidth)
            case .weights: (shape.outputs, shape.inputs, shape.kernelHeight, shape.kernelWidth)
            case .bias: (1, shape.outputs, 1, 1)
            case .output, .product, .sum:
                (shape.images, shape.outputs, shape.outputHeight, shape.outputWidth)
            }
        let isVirtual = tensor == .product || tensor == .sum
        let isFloat = isVirtual || convolution.precision != .bf16
        let descriptor = try CudnnDescriptor(library.table, CUDNN_TENSOR)
        try descriptor.set(CUDNN_TENSOR_ALIGNMENT, [16])
        try descriptor.set(
            CUDNN_TENSOR_DATA_TYPE, CUDNN_TYPE_DATA_TYPE,
            [Int32(isFloat ? CUDNN_DATA_FLOAT : CUDNN_DATA_BFLOAT16)])
        try descriptor.set(CUDNN_TENSOR_DIMENSIONS, [count, channels, height, width])
        try descriptor.set(
            CUDNN_TENSOR_STRIDES, [height * width * channels, 1, width * channels, channels])
        try descriptor.set(CUDNN_TENSOR_UNIQUE_ID, [tensor.rawValue])
        try descriptor.set(CUDNN_TENSOR_IS_VIRTUAL, CUDNN_TYPE_BOOLEAN, [isVirtual])
        try descriptor.finalize()
        return descriptor
    }
}
