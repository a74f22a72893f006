// What one step cost, operation by operation: the Graphs tab colours its nodes by it.

package struct RunMetadata: Hashable, Sendable {
    package struct Operation: Hashable, Sendable {
        /// The node's in `NetworkGraph`.
        package var node: String
        /// Microseconds since the step began.
        package var start: Int
        /// Microseconds.
        package var duration: Int
        /// Memory of what it makes and of what it works in.
        package var bytes: Int
        /// The shape of each output.
        package var outputs: [[Int]]

        package init(node: String, start: Int, duration: Int, bytes: Int, outputs: [[Int]]) {
            (self.node, self.start, self.duration) = (node, start, duration)
            (self.bytes, self.outputs) = (bytes, outputs)
        }
    }

    /// As in `NetworkGraph`: "/device:CPU:0". The page leaves out any other spelling.
    package var device: String
    package var operations: [Operation]

    package init(device: String, operations: [Operation]) {
        (self.device, self.operations) = (device, operations)
    }
}
