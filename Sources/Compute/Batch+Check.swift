// What an engine asks of a batch before it computes.

package import Networks

/// A batch does not fit the engine, or a label the network.
package struct BatchError: Error, CustomStringConvertible, Sendable {
    package let description: String
}

extension Batch {
    /// - Parameter capacity: images of the engine's largest batch.
    package func check(for network: Network, capacity: Int) throws(BatchError) {
        guard 1...capacity ~= count else {
            throw BatchError(
                description: "a batch of \(count) images for an engine that takes 1 to \(capacity)")
        }
        let limit = Int32(Self.side - network.input.height)
        for slot in 0..<count {
            let (label, draw) = (labels[slot], draws[slot])
            guard 0..<Int32(network.classes) ~= label, 0...limit ~= draw.top, 0...limit ~= draw.left else {
                throw BatchError(
                    description: """
                        sample \(slot): label \(label) of \(network.classes) classes, crop at \(draw.top), \
                        \(draw.left): outside
                        """)
            }
        }
    }
}
