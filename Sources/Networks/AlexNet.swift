// The AlexNet family. Sources: Krizhevsky, Sutskever, Hinton 2012 with cuda-convnet's layers-145.cfg (`alexnet`);
// Krizhevsky 2014, "One weird trick", as torchvision.models.alexnet has it (`torchvision`).
//
//                 input  conv1     conv2   conv3  conv4  conv5   fc6   fc7   parameters (1000 classes)
//   alexnet       227    96        256/2   384    384/2  256/2   4096  4096  60,965,224   LRN after conv1, conv2
//   alexnet-single 227   96        256     384    384    256     4096  4096  62,378,344   LRN after conv1, conv2
//   alexnet-bn    227    96        256     384    384    256     4096  4096  62,379,048   batch normalisation in its place
//   torchvision   224 p2 64        192     384    256    256     4096  4096  61,100,840   no LRN; dropout before fc6, fc7
//
// alexnet-bn is what many projects in Keras and PyTorch call AlexNet: one tower, and batch normalisation where the paper
// has LRN, behind the first two ReLUs and before their pools. Some also drop units after each pool: `poolDropout`.

package enum Model: String, CaseIterable, Sendable, Codable {
    case alexnet
    case alexnetSingle = "alexnet-single"
    case alexnetBN = "alexnet-bn"
    case torchvision
}

package enum AlexNet {
    /// - Parameters:
    ///   - width: scales the channels of every hidden layer (rounded to even numbers, at least 2).
    ///   - dropout: probability of dropping a unit at the two dropout layers; 0 leaves them out.
    ///   - poolDropout: the same after each of the three pools.
    package static func network(
        _ model: Model, classes: Int, width: Double = 1, dropout: Float = 0.5, poolDropout: Float = 0
    ) -> Network {
        func scaled(_ channels: Int) -> Int { max(2, Int((Double(channels) * width / 2).rounded()) * 2) }
        let rates = (hidden: dropout, pool: poolDropout)
        let lrn = Layer.Operation.localResponseNorm(LocalResponseNorm())
        switch model {
        case .alexnet: return paper(model, groups: 2, norm: lrn, classes, scaled, rates)
        case .alexnetSingle: return paper(model, groups: 1, norm: lrn, classes, scaled, rates)
        case .alexnetBN:
            return paper(model, groups: 1, norm: .batchNorm(BatchNorm()), classes, scaled, rates)
        case .torchvision: return torchvision(classes, scaled, rates)
        }
    }

    private static func paper(
        _ model: Model, groups: Int, norm: Layer.Operation, _ classes: Int, _ scaled: (Int) -> Int,
        _ dropout: (hidden: Float, pool: Float)
    ) -> Network {
        var net = Network.Builder(model.rawValue, input: Shape(227, 227, 3))
        func conv(_ n: Int, _ outputs: Int, _ kernel: Int, stride: Int = 1, pad: Int = 0, groups: Int = 1) {
            net.add(
                "conv\(n)",
                .convolution(
                    Convolution(
                        outputs: scaled(outputs), kernel: kernel, stride: stride, padding: pad, groups: groups
                    )))
            net.add("relu\(n)", .relu)
        }
        func hidden(_ n: Int) {
            net.add("fc\(n)", .linear(outputs: scaled(4096)))
            net.add("relu\(n)", .relu)
            if dropout.hidden > 0 { net.add("dropout\(n)", .dropout(rate: dropout.hidden)) }
        }
        conv(1, 96, 11, stride: 4)
        net.add("norm1", norm)
        addPool(1, dropout.pool, to: &net)
        conv(2, 256, 5, pad: 2, groups: groups)
        net.add("norm2", norm)
        addPool(2, dropout.pool, to: &net)
        conv(3, 384, 3, pad: 1)
        conv(4, 384, 3, pad: 1, groups: groups)
        conv(5, 256, 3, pad: 1, groups: groups)
        addPool(5, dropout.pool, to: &net)
        net.add("flatten", .flatten)
        hidden(6)
        hidden(7)
        net.add("fc8", .linear(outputs: classes))
        return net.network()
    }

    private static func addPool(_ n: Int, _ dropout: Float, to net: inout Network.Builder) {
        net.add("pool\(n)", .maxPool(MaxPool(kernel: 3, stride: 2)))
        if dropout > 0 { net.add("dropout\(n)", .dropout(rate: dropout)) }
    }

    private static func torchvision(
        _ classes: Int, _ scaled: (Int) -> Int, _ dropout: (hidden: Float, pool: Float)
    ) -> Network {
        var net = Network.Builder(Model.torchvision.rawValue, input: Shape(224, 224, 3))
        func conv(_ n: Int, _ outputs: Int, _ kernel: Int, stride: Int = 1, pad: Int, index: Int) {
            net.add(
                "conv\(n)",
                .convolution(
                    Convolution(
                        outputs: scaled(outputs), kernel: kernel, stride: stride, padding: pad, groups: 1)),
                parameterPrefix: "features.\(index)")
            net.add("relu\(n)", .relu)
        }
        func hidden(_ n: Int, index: Int) {
            if dropout.hidden > 0 { net.add("dropout\(n)", .dropout(rate: dropout.hidden)) }
            net.add("fc\(n)", .linear(outputs: scaled(4096)), parameterPrefix: "classifier.\(index)")
            net.add("relu\(n)", .relu)
        }
        conv(1, 64, 11, stride: 4, pad: 2, index: 0)
        addPool(1, dropout.pool, to: &net)
        conv(2, 192, 5, pad: 2, index: 3)
        addPool(2, dropout.pool, to: &net)
        conv(3, 384, 3, pad: 1, index: 6)
        conv(4, 256, 3, pad: 1, index: 8)
        conv(5, 256, 3, pad: 1, index: 10)
        addPool(5, dropout.pool, to: &net)
        net.add("flatten", .flatten)
        hidden(6, index: 1)
        hidden(7, index: 4)
        net.add("fc8", .linear(outputs: classes), parameterPrefix: "classifier.6")
        return net.network()
    }
}
