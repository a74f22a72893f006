// What is said, and done, where a Caffe model normalises otherwise than the network here.

import Foundation
import Networks
import Testing

@testable import Weights

@Suite struct CaffeAdaptationTests {
    private let network = AlexNet.network(.alexnet, classes: 5, width: 48.0 / 4096)

    /// A model of these layers, each LRN with alpha, beta and k.
    private func adaptation(_ layers: [(type: String, norm: [Float])]) throws -> CaffeAdaptation {
        var net = ProtobufWriter()
        for layer in layers + [(type: "InnerProduct", norm: [])] {
            net.field(100) {
                $0.field(1, layer.type)
                $0.field(2, layer.type)
                if layer.type == "InnerProduct" { $0.field(7) { $0.field(5, [0, 0, 0, 0]) } }
                guard layer.norm.count == 3 else { return }
                $0.field(118) {
                    $0.field(2, layer.norm[0])
                    $0.field(3, layer.norm[1])
                    $0.field(5, layer.norm[2])
                }
            }
        }
        return CaffeAdaptation(try CaffeNet(Bytes(net.bytes)), network)
    }

    private func factor(_ adaptation: CaffeAdaptation, _ name: String) throws -> Float {
        let parameter = try #require(network.parameters.first { $0.name == name })
        var values = [Float](repeating: 1, count: parameter.count)
        values.withUnsafeMutableBufferPointer { adaptation.adapt($0, parameter) }
        #expect(Set(values).count == 1)
        return values[0]
    }

    private let colours = "red, green and blue"

    @Test func equalNormalisationIsLeftAlone() throws {
        let own: (String, [Float]) = ("LRN", [1e-4, 0.75, 2])
        let adaptation = try adaptation([own, ("Pooling", []), own])
        #expect(adaptation.notes.count == 1 && adaptation.notes[0].contains(colours))
        for name in ["conv1.weight", "conv2.weight", "conv2.bias", "conv3.weight"] {
            #expect(try factor(adaptation, name) == 1)
        }
    }

    @Test func neighboursMakeUpForK() throws {
        let other: (String, [Float]) = ("LRN", [1e-4, 0.75, 1])
        for layers in [[other, ("Pooling", []), other], []] {
            let adaptation = try adaptation(layers)
            let (c, d) = (Float(2).squareRoot(), Float(pow(2, 0.25)))
            for (name, expected) in [
                ("conv1.weight", c), ("conv1.bias", c), ("conv2.weight", Float(pow(2, 0.75))),
                ("conv2.bias", c),
                ("conv3.weight", d), ("conv3.bias", 1), ("conv4.weight", 1), ("fc8.weight", 1),
            ] {
                #expect(abs(try factor(adaptation, name) - expected) < 1e-6, "\(name)")
            }
            #expect(adaptation.notes.count == 3)
            #expect(adaptation.notes[1].contains(layers.isEmpty ? "by default" : "in the file"))
        }
    }

    @Test(arguments: [
        [1e-3, 0.75, 1], [1e-4, 0.5, 1], [1e-4, 0.75, 0], [1e-4, 0.75, .infinity], [1e-4, 0.75, .nan],
    ])
    func whatCannotBeMadeUpForIsSaid(_ norm: [Float]) throws {
        let adaptation = try adaptation([("LRN", norm), ("Pooling", []), ("LRN", norm)])
        #expect(adaptation.notes.dropFirst().allSatisfy { $0.contains("will not be Caffe's") })
        #expect(adaptation.notes.count == 3)
        #expect(try factor(adaptation, "conv1.weight") == 1)
    }

    @Test func poolingFirstIsSaid() throws {
        let own: (String, [Float]) = ("LRN", [1e-4, 0.75, 2])
        let adaptation = try adaptation([("Pooling", []), own, ("Pooling", []), own])
        #expect(adaptation.notes.last?.contains("CaffeNet") == true)
    }
}
